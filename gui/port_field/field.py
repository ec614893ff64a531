"""The field: it shows a port's name, and opens a box to search another."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from shiboken6 import isValid

from graph import PortRef
from gui.borders import paint_frame
from gui.icons import paint_icon
from gui.inspector.jacobian.port_box import PortPainter, PortRows
from gui.port_field.candidates import Candidates
from gui.search_box.choice_box import ChoiceBox
from gui.theme import Theme

HEIGHT = 26
ARROW, PAD = 12, 8


class PortField(QAbstractButton):
    """A click, Space or Enter opens the box of candidates."""

    committed = Signal()  # another port was chosen

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.candidates: Candidates | None = None
        self.port: PortRef | None = None
        self.box: CandidateBox | None = None
        self.setFont(theme.font(13))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._search)
        theme.changed.connect(self.update)
        self._tell()

    def offer(self, candidates: Candidates, port: PortRef | None) -> None:
        """Offer other ports, and show one as chosen."""
        self.candidates, self.port = candidates, port
        self._tell()

    @property
    def said(self) -> str:
        """What stands in it."""
        if self.port is None or self.candidates is None:
            return self.tr("none")
        return self.candidates.name(self.port)

    def _tell(self) -> None:
        self.setText(self.said)
        self.setAccessibleName(f"{self._name}: {self.said}")
        self.setToolTip(f"{self._name}: {self.port or self.said}")
        self.setEnabled(self.candidates is not None and self.candidates.trace is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, max(self.fontMetrics().height() + 10, HEIGHT))

    def keyPressEvent(self, event) -> None:
        """Enter opens it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_frame(painter, self, self._theme)
        ink = self._theme.color("text", 1.0 if self.isEnabled() else 0.5)
        arrow = QRectF(self.width() - 20, (self.height() - ARROW) / 2, ARROW, ARROW)
        paint_icon(painter, "chevron_down", arrow, ink)
        room = self.rect().adjusted(PAD, 0, -24, 0)
        side = Qt.TextElideMode.ElideLeft
        painter.setFont(self.font())
        painter.setPen(ink)
        text = self.fontMetrics().elidedText(self.said, side, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _search(self) -> None:
        window = self.window()
        self.box = CandidateBox(self.candidates, self._name, self._theme, window)
        # The box must not be freed below its own key press.
        self.box.chosen.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.box.closed.connect(self._leave)
        below = self.mapTo(window, QPoint(0, self.height() + 4))
        self.box.open_at(below, window.rect())

    def _take(self, address: str) -> None:
        self._leave(returns_focus=True)
        port = PortRef.parse(address)
        if port != self.port:
            self.port = port
            self._tell()
            self.committed.emit()

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        if returns_focus and isValid(self):
            self.setFocus(Qt.FocusReason.PopupFocusReason)


class CandidateBox(ChoiceBox):
    """A port is chosen by typing and Enter, by arrows, or with the mouse."""

    def __init__(self, candidates: Candidates, title: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(PortRows(candidates), PortPainter(candidates, theme), theme, parent)
        self.name_parts(title, self.tr("Search ports"), self.tr("Ports of the run"))

    def why_nothing(self, query: str) -> str:
        """What to say where no port answers a query."""
        if not query:
            return self.tr("The run has no such port.")
        return self.tr('No port answers "{0}". Clear the search.').format(query)
