"""A callout: a short note beside what it speaks about, and the lines that point there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QWidget

from gui.borders import paint_note
from gui.dress import dress
from gui.icons import icon
from gui.inspector.labels import Label
from gui.theme import Theme

WIDTH = 204
RING = 4  # pixels around a button that is pointed at
TIP = 5  # half the width of an arrow's head
Line = tuple[tuple[float, float], tuple[float, float]]


class Callout(QFrame):
    """A lead, a sentence, and a button that dismisses it; so does Esc while the focus is in it."""

    dismissed = Signal()

    def __init__(self, theme: Theme, lead: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lead = Label(theme, lead, size=12, weight=600, parent=self)
        self.text = Label(theme, size=12, wrap=True, parent=self)
        self.close_button = dress(QToolButton(self), theme, "flat")
        self.close_button.setAccessibleName(self.tr("Dismiss: {0}").format(lead))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.setToolTip(self.tr("Dismiss (Esc): take this note away."))
        self.close_button.setFixedSize(26, 20)
        self.close_button.clicked.connect(self.dismissed)
        self._lay_out()
        self.say(sentence)
        theme.changed.connect(self._dye)
        self._dye()

    def say(self, sentence: str) -> None:
        """Set the sentence; the size follows by `fit`."""
        self.text.say(sentence)
        self.setAccessibleName(self.tr("Note: {0}. {1}").format(self.lead.said, sentence))

    def fit(self) -> QSize:
        """Take the size that the words need."""
        self.layout().activate()
        self.setFixedSize(WIDTH, self.layout().totalHeightForWidth(WIDTH))
        return self.size()

    def keyPressEvent(self, event) -> None:
        """Esc dismisses it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        """A small quiet panel."""
        painter = QPainter(self)
        paint_note(painter, self, self._theme, "line")
        painter.end()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 6, 8, 8)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.lead, 0, 0)
        grid.addWidget(self.close_button, 0, 1)
        grid.addWidget(self.text, 1, 0, 1, 2)

    def _dye(self) -> None:
        self.close_button.setIcon(icon("close", self._theme.color("text")))
        self.update()


class Pointers(QWidget):
    """The lines of all callouts, over the canvas; the mouse goes through them."""

    def __init__(self, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._lines: list[Line] = []
        theme.changed.connect(self.update)
        self.hide()

    @property
    def lines(self) -> list[Line]:
        """Where they start and end."""
        return self._lines

    def show_lines(self, lines: list[Line]) -> None:
        """Draw these lines and no others."""
        self._lines = lines
        self.setGeometry(self.parentWidget().rect())
        self.setVisible(bool(lines))
        self.update()

    def paintEvent(self, event) -> None:
        """Thin lines with a point at the end."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._theme.color("line")
        painter.setPen(QPen(ink, 1))
        for start, end in self._lines:
            painter.drawLine(QPointF(*start), QPointF(*end))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for start, end in self._lines:
            painter.drawPolygon(_head(QPointF(*start), QPointF(*end)))
        painter.end()


class Ring(QWidget):
    """A frame around a button that a callout points at; the mouse goes through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)
        self.hide()

    def surround(self, rect: QRect) -> None:
        """Stand around a rectangle of the parent."""
        self.setGeometry(rect.adjusted(-RING, -RING, RING, RING))
        self.show()
        self.raise_()

    def paintEvent(self, event) -> None:
        """Two pixels of text ink."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("text"), 2))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 7, 7)
        painter.end()


def _head(start: QPointF, end: QPointF) -> QPolygonF:
    """A small triangle at the end of a line."""
    along = end - start
    length = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1e-6)
    along /= length
    side = QPointF(-along.y(), along.x()) * TIP * 0.8
    back = end - along * TIP * 1.6
    return QPolygonF([end, back + side, back - side])
