"""What a cycle offers: its last edge carries the value to the next time step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from graph import edits as e
from gui.canvas.connecting import connect
from gui.canvas.wording import tr
from gui.icons import icon

if TYPE_CHECKING:
    from graph import PortRef
    from gui.canvas.view import CanvasView


class CarryOffer(QMenu):
    """Asks at a point of the canvas whether an edge that closes a cycle is to be a delay edge.

    Enter or a click takes the offer. Whoever turns it down is told `reason`, which names the
    cycle.
    """

    def __init__(
        self,
        view: CanvasView,
        ends: tuple[PortRef, PortRef],
        loosened: PortRef | None,
        reason: str,
        point: QPointF,
    ) -> None:
        super().__init__(view)
        self._view, self._ends, self._loosened = view, ends, loosened
        self._reason, self._point = reason, point
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("carry")
        title = self.addAction(tr("This edge closes a cycle"))
        title.setEnabled(False)
        self.setAccessibleName(title.text())
        self.addSeparator()
        clock = icon("clock", view.theme.color("text"))
        self._carry = self.addAction(clock, tr("Carry to the next time step"))
        self._leave = self.addAction(tr("Draw no edge"))
        self._answer: QAction | None = None
        self.triggered.connect(self._take)
        self.aboutToHide.connect(self._leave_soon)

    def ask(self) -> None:
        """Open at the point, the offer being what Enter takes."""
        pixel = self._view.mapFromScene(self._point)
        self.popup(self._view.viewport().mapToGlobal(pixel))
        self.setActiveAction(self._carry)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, action: QAction) -> None:
        self._answer = action
        if action is self._carry:
            connect(self._view.document, *self._ends, self._loosened, delay=1)

    def _leave_soon(self) -> None:
        """A menu hides before it says what was chosen."""
        QTimer.singleShot(0, self._view, self._tell)

    def _tell(self) -> None:
        if self._answer is not self._carry:
            self._view.refusals.refuse_at(self._reason, self._point)


class Carrying(QObject):
    """What a canvas can do with the delay of its selected edge."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._document = view.document

    def toggle(self) -> None:
        """Let the selected edge carry the value of one time step before, or of the same."""
        document = self._document
        target = document.selection.edge
        edge = document.graph.incoming(target) if target is not None else None
        if edge is None:
            return
        text = tr("Carry to the next time step")
        if edge.delay:
            text = tr("Carry within the time step")
        document.do(e.SetDelay(edge.target, 0 if edge.delay else 1), text)
