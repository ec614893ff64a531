"""Notices: sentences about what did not happen, over the canvas until they are dismissed."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gui.announcing import announce
from gui.borders import paint_note
from gui.dress import dress
from gui.icons import icon, paint_icon
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.theme import Theme

MOST = 4  # at a time; the oldest goes first
WIDTH, MARGIN = 560, 12
ICON = 16


Offer = tuple[str, Callable[[], object]]


class Notice(QFrame):
    """One sentence on a panel, with a button that takes it away; so does Esc.

    `mark` is its drawing: `failed` in the ink of errors, or another in text ink. An `offer` is a
    second button: its text, and what it does; it takes the notice away too.
    """

    dismissed = Signal()

    def __init__(
        self,
        theme: Theme,
        sentence: str,
        tip: str,
        parent: QWidget,
        mark: str = "failed",
        offer: Offer | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._mark = theme, mark
        self.label = Label(theme, sentence, wrap=True, parent=self)
        self.label.setToolTip(f"<qt>{html.escape(tip)}</qt>")  # it may come from a file
        self.button = dress(QToolButton(self), theme, "flat")
        self.button.setFixedSize(28, 24)
        self.button.setToolTip(self.tr("Dismiss (Esc): take this notice away."))
        self.button.setAccessibleName(self.tr("Dismiss: {0}").format(sentence))
        self.button.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12 + ICON + 8, 8, 8, 8)
        row.addWidget(self.label, 1)
        self.offer: Button | None = None
        if offer is not None:
            text, then = offer
            self.offer = Button(theme, text, text, then, parent=self)
            self.offer.clicked.connect(self.dismissed)
            row.addWidget(self.offer, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(sentence)
        theme.changed.connect(self._dye)
        self._dye()

    def keyPressEvent(self, event) -> None:
        """Esc dismisses it while the focus is in it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        """A panel with a border and its mark."""
        painter = QPainter(self)
        ink = "error" if self._mark == "failed" else "text"
        paint_note(painter, self, self._theme, ink)
        place = self._mark_place().toRectF()
        paint_icon(painter, self._mark, place, self._theme.color(ink))
        painter.end()

    def _mark_place(self):
        mark = self.button.geometry()
        mark.setRect(12, mark.center().y() - ICON // 2 + 1, ICON, ICON)
        return mark

    def _dye(self) -> None:
        self.button.setIcon(icon("close", self._theme.color("text")))
        self.update()


class Notices(QWidget):
    """The notices of a window, at the top of its canvas."""

    def __init__(self, canvas: QWidget, theme: Theme) -> None:
        super().__init__(canvas)
        self._theme = theme
        self.all: list[Notice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.setAccessibleName(self.tr("Notices"))
        canvas.installEventFilter(self)
        self.hide()

    @property
    def texts(self) -> list[str]:
        """What stands there, the oldest first."""
        return [notice.label.said for notice in self.all]

    def tell(
        self, sentence: str, tip: str = "", *, mark: str = "failed", offer: Offer | None = None
    ) -> None:
        """Show a sentence until it is dismissed; one that stands there is not repeated.

        `mark` and `offer` are as a `Notice` takes them.
        """
        if sentence in self.texts:
            return
        if len(self.all) == MOST:
            self._take_away(self.all[0])
        notice = Notice(self._theme, sentence, tip or sentence, self, mark, offer)
        notice.dismissed.connect(self._take_sender_away)
        self.all.append(notice)
        self._column.addWidget(notice)
        self._place()
        self.show()
        self.raise_()
        announce(self, sentence, assertive=True)

    def withdraw(self, sentences: Collection[str]) -> None:
        """Take away those that are no longer true."""
        for notice in [notice for notice in self.all if notice.label.said in sentences]:
            self._take_away(notice)

    def dismiss_all(self) -> None:
        """Take all of them away."""
        for notice in list(self.all):
            self._take_away(notice)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the top when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _take_sender_away(self) -> None:
        self._take_away(self.sender())

    def _take_away(self, notice: Notice) -> None:
        self.all.remove(notice)
        if notice.isAncestorOf(self.window().focusWidget() or self):
            # Before it is hidden, for Qt would go on as Tab does.
            self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
        self._column.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self._place()
        self.setVisible(bool(self.all))

    def _place(self) -> None:
        room = self.parentWidget().width()
        width = min(WIDTH, room - 2 * MARGIN)
        heights = [notice.heightForWidth(width) for notice in self.all]
        height = sum(heights) + self._column.spacing() * max(len(heights) - 1, 0)
        self.setGeometry((room - width) // 2, MARGIN, width, height)
