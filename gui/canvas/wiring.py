"""Drawing a wire from either end, and taking the end of one off its port.

While the wire hangs at the pointer, ports that fit are lit and the others dim; the reason why
one does not fit stands at the pointer, in the words of the graph itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter

from graph import PortRef
from graph.errors import CycleFound, SelfLoop
from graph.growing import growing_edits, is_next_input
from graph.naming import port_name
from graph.other_end import OtherEnd
from gui.canvas.carrying import CarryOffer
from gui.canvas.connecting import connect
from gui.canvas.deleting import cut_edge
from gui.canvas.gestures import Gesture
from gui.canvas.notices import paint_notice
from gui.canvas.wire_paint import paint_loose_wire
from gui.canvas.wording import tr
from gui.told import told_error

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Wiring(Gesture):
    """From a port to another one. An occupied input gives its edge's end into the hand.

    Dropped on a node beside its ports, the wire goes to the first that fits and is free. A new
    wire dropped in space asks for a module; an end that was taken off is cut there, or asks too
    with Shift.
    """

    def __init__(self, view: CanvasView, port: PortRef) -> None:
        super().__init__(view)
        edge = self.document.graph.incoming(port)
        self._loosened = edge.target if edge is not None else None
        self._fix(edge.source if edge is not None else port)
        self._point = QPointF()
        self._over: PortRef | None = None
        self._started = False

    @property
    def pans_at_border(self) -> bool:
        """A port near the border stays where it is while the wire is over it."""
        return self._over is None

    def move(self, point: QPointF, pixel: QPoint) -> None:
        if not self._started:
            self._started = True
            self.scene.wiring = self
            self.scene.mending.hide_wire(self._loosened)
            self.scene.update()  # what fits is lit, the rest dims
        self._point = point
        over = self.scene.port_at(point) or self._port_of_node(point)
        self._over = over if over != self._fixed else None
        self.scene.show()

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.move(point, pixel)
        over = self._over
        self._leave()
        if over is None:
            self._drop_on_nothing(point)
        elif over not in (self._loosened, self._behind_loosened()):
            self._drop_on(over)

    def click(self) -> None:
        """An occupied input selects its edge, a pin itself, others their node."""
        port = self._loosened or self._fixed
        is_pin = port.port in self.scene.items_by_id[port.node].outline.pins
        if self._loosened is not None or is_pin:
            self.document.selection.set_edge(port)
        else:
            self.document.selection.set_nodes({port.node})

    def cancel(self) -> None:
        self._leave()

    def fits(self, id_: str) -> dict[str, bool]:
        """Which ports of a node could take the loose end: port -> whether it fits."""
        shape = self.scene.items_by_id[id_].outline
        taking, giving = (*shape.inputs, *shape.more, *shape.pins), tuple(shape.outputs)
        names, others = (taking, giving) if self._from_output else (giving, taking)
        found = {name: self._fits(PortRef(id_, name)) for name in names}
        found.update(dict.fromkeys(others, False))
        if id_ == self._fixed.node:
            found.pop(self._fixed.port, None)
        return found

    @property
    def reason(self) -> str:
        """Why the port under the pointer does not fit; empty where it does, or there is none."""
        return self._reason(self._over) if self._over is not None else ""

    @property
    def notice(self) -> str:
        """What else is to be known of the port under the pointer: what would give way."""
        if self._over is None:
            return ""
        if self.reason:
            offers = self._closes_cycle(self._over)
            return tr("Let go to carry it to the next time step.") if offers else ""
        target = self._over if self._from_output else self._fixed
        edge = self.document.graph.incoming(target)
        if target in (self._loosened, self._behind_loosened()):
            return ""
        if is_next_input(self.document.graph, target):
            return self._growth(target)
        if edge is not None:
            return tr("Replaces {source} at {target}").format(source=edge.source, target=target)
        is_pin = target.port in self.scene.items_by_id[target.node].outline.pins
        return tr("Replaces the own tensor of {target}").format(target=target) if is_pin else ""

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self._started:
            return
        reason = self.reason
        end = (self._point.x(), self._point.y())
        fits = self._over is not None and not reason
        upward = False
        if fits:
            end = self.scene.port_place(self._over) or end
            upward = self._over.port in self.scene.items_by_id[self._over.node].outline.pins
        start = self.scene.port_place(self._fixed) or end
        ends = (start, end) if self._from_output else (end, start)
        paint_loose_wire(painter, *ends, self.scene.theme, zoom, fits, upward)
        text = " ".join(filter(None, (reason, self.notice)))
        if text:
            paint_notice(painter, self._point, text, self.scene.theme, 1 / zoom, bool(reason))

    # --- inside --------------------------------------------------------------------------

    def _fix(self, port: PortRef) -> None:
        """This end of the wire stays where it is."""
        self._fixed, self._from_output = port, self._is_output(port)
        self._other = OtherEnd(self.document.graph, port, self._from_output)

    def _port_of_node(self, point: QPointF) -> PortRef | None:
        """The port that is meant where the pointer is on a node, but on none of its ports."""
        item = self.scene.node_at(point)
        if item is None or item.id == self._fixed.node:
            return None
        if self._loosened is not None and self._loosened.node == item.id:
            return self._loosened
        shape = item.outline
        taking = (*shape.inputs, *shape.more)
        names = taking if self._from_output else tuple(shape.outputs)
        ports = [PortRef(item.id, name) for name in names or tuple(shape.outputs)]
        fitting = [port for port in ports if self._fits(port)]
        free = [port for port in fitting if self.document.graph.incoming(port) is None]
        return next(iter((*free, *fitting, *ports)), None)

    def _drop_on_nothing(self, point: QPointF) -> None:
        asks = bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)
        if self._loosened is None or asks:
            self.view.placer.ask_for_wire(point, self._fixed, self._loosened)
        else:
            cut_edge(self.document, self._loosened)

    def _drop_on(self, over: PortRef) -> None:
        reason = self._reason(over)
        source, target = self._ends(over)
        if reason and self._closes_cycle(over):
            ends = (source, target)
            CarryOffer(self.view, ends, self._loosened, reason, self._point).ask()
            return
        if reason:
            self.document.refuse(reason)
            return
        connect(self.document, source, target, self._loosened)

    def _ends(self, other: PortRef) -> tuple[PortRef, PortRef]:
        return (self._fixed, other) if self._from_output else (other, self._fixed)

    def _fits(self, port: PortRef) -> bool:
        """Whether the loose end can go to a port."""
        if port == self._loosened:
            return True
        return self._is_output(port) != self._from_output and self._other.fits(port)

    def _reason(self, port: PortRef) -> str:
        """Why the loose end cannot go to a port, or nothing."""
        if self._fits(port):
            return ""
        if self._is_output(port) == self._from_output:
            where = port_name(self.document.graph, port)
            found = tr("an output") if self._from_output else tr("an input")
            wanted = tr("an input") if self._from_output else tr("an output")
            text = tr("{where}: found {found}, expected {wanted}. An edge joins the two kinds.")
            return text.format(where=where, found=found, wanted=wanted)
        error = self._other.why_not(port)
        return "" if error is None else told_error(self.document.graph, error)

    def _closes_cycle(self, port: PortRef) -> bool:
        """Whether all that is wrong with a port is that the edge would close a cycle."""
        is_other_kind = self._is_output(port) != self._from_output
        return is_other_kind and isinstance(self._other.why_not(port), CycleFound | SelfLoop)

    def _growth(self, target: PortRef) -> str:
        """What the node becomes by the input that it grows."""
        given = self.document.graph.types.of(self._fixed) if self._from_output else None
        edits = growing_edits(self.document.graph, target, given)
        settings = (f"{key} {value}" for edit in edits for key, value in edit.values.items())
        text = tr("Adds {target}: {settings}")
        return text.format(target=target, settings=", ".join(settings))

    def _behind_loosened(self) -> PortRef | None:
        """The input that would be grown behind the last one, whose edge is in the hand."""
        loosened = self._loosened
        item = self.scene.items_by_id.get(loosened.node) if loosened is not None else None
        if item is None or not item.outline.more or loosened.port != list(item.outline.inputs)[-1]:
            return None
        return PortRef(item.id, next(iter(item.outline.more)))

    def _is_output(self, port: PortRef) -> bool:
        item = self.scene.items_by_id.get(port.node)
        return item is not None and port.port in item.outline.outputs

    def _leave(self) -> None:
        self.scene.wiring = None
        self.scene.mending.hide_wire(None)
        self.scene.update()
