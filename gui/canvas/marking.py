"""Wiring by two marks: a key marks a port, and the same key at another port wires the two.

It is the mouse's own wiring without the mouse: the same ports are lit, and the same reason stands
at the port that does not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QPainter

from graph import PortRef
from graph.naming import name_of, port_name
from gui.canvas import ways
from gui.canvas.wiring import Wiring
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.canvas.ways import Place


class Mark(Wiring):
    """A wire that hangs between a marked port and the one that the keys are on."""

    def __init__(self, view: CanvasView, port: PortRef) -> None:
        super().__init__(view, port)
        self._loosened = None  # what is wired there stays until the other end is known
        self._fix(port)
        self._started = True
        self.scene.wiring = self
        self.scene.update()  # what fits is lit, the rest dims
        self.look_at(None)

    @property
    def port(self) -> PortRef:
        """The marked port."""
        return self._fixed

    def look_at(self, place: Place | None) -> None:
        """Draw the wire to where the keys are."""
        is_other = isinstance(place, PortRef) and place.node != self._fixed.node
        self._over = place if is_other else None
        self._point = QPointF(*(self.scene.port_place(self._over or self._fixed) or (0.0, 0.0)))
        self.scene.show()

    def wire(self, port: PortRef) -> None:
        """Wire to a port, or say why not."""
        self._leave()
        self._drop_on(port)


class Marking(QObject):
    """The mark on a canvas, if there is one. `told` says what became of it."""

    told = Signal(str)

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._scene = view, view.canvas
        self._mark: Mark | None = None
        view.focus.changed.connect(self._follow)
        view.document.edited.connect(self._after_edit)
        view.document.replaced.connect(self.leave)

    @property
    def mark(self) -> Mark | None:
        """The mark; a wire that the mouse draws takes its place."""
        return self._mark if self._scene.wiring is self._mark else None

    def press(self) -> None:
        """Mark the port that the keys are on, or wire it to the marked one."""
        place, mark = self._view.focus.place, self.mark
        if place is None:
            self._view.document.refuse(tr("Go to a port or a node first: Tab or an arrow."))
            return
        port = place if isinstance(place, PortRef) else self._port_of(place, mark)
        if port is None:
            return
        if mark is None:
            self._mark = Mark(self._view, port)
            self._follow()
            self.told.emit(
                tr("{port} is marked. Mark another port to wire the two.").format(port=port)
            )
        elif port == mark.port:
            self.leave()
        else:
            self._wire(mark, port)

    def leave(self) -> bool:
        """Take the mark away; False where there is none."""
        mark, self._mark = self.mark, None
        if mark is None:
            return False
        mark.cancel()
        self.told.emit(tr("The mark is taken away."))
        return True

    def paint(self, painter: QPainter) -> None:
        """The wire from the mark to the keys, and the mark itself."""
        mark = self.mark
        if mark is not None:
            mark.paint(painter, self._view.zoom)

    # --- inside --------------------------------------------------------------------------

    def _wire(self, mark: Mark, port: PortRef) -> None:
        self._mark = None
        mark.look_at(port)
        instead = mark.notice
        mark.wire(port)
        if not mark.reason:
            done = tr("{one} and {other} are wired.")
            done = done.format(one=self._name(mark.port), other=self._name(port))
            self.told.emit(f"{done} {instead}".strip())

    def _name(self, port: PortRef) -> str:
        return port_name(self._view.document.graph, port)

    def _follow(self) -> None:
        if self.mark is not None:
            self.mark.look_at(self._view.focus.place)

    def _after_edit(self) -> None:
        """What fits may be another; a marked port that is gone takes the mark with it."""
        mark = self.mark
        if mark is None:
            return
        self._mark = None
        mark.cancel()
        if ways.exists(self._scene, mark.port):
            self._mark = Mark(self._view, mark.port)
            self._follow()

    def _port_of(self, id_: str, mark: Mark | None) -> PortRef | None:
        """The port that is meant where a whole node has the keys."""
        shape = self._scene.items_by_id[id_].outline
        if mark is None:
            names = list(shape.outputs)
            wanted = tr("one output")
        else:
            graph = self._view.document.graph
            fitting = [PortRef(id_, name) for name, fits in mark.fits(id_).items() if fits]
            names = [ref.port for ref in fitting if graph.incoming(ref) is None]
            free = [name for name in names if name not in shape.more]
            names = free[:1] or names[:1] or [ref.port for ref in fitting]
            wanted = tr("one port that fits")
        if len(names) == 1:
            return PortRef(id_, names[0])
        text = tr("{node}: found {count}, expected {wanted}. Go to the port with Tab.")
        name = name_of(self._view.document.graph, id_)
        self._view.document.refuse(text.format(node=name, count=len(names), wanted=wanted))
        return None
