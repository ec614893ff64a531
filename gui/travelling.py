"""Travelling through a run: to where a value was set, and to where a gradient got its parts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from graph import GradwireError, PortRef
from gui.announcing import announce
from gui.breakpoints.words import place_name
from gui.in_words import describe
from gui.places import address_of, node_of
from runtime import stops
from runtime.moments import apart

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.stops import Arrival
    from runtime.trace import Trace

MOST = 40  # parts that a menu lists


class Travelling(QObject):
    """Takes the playhead to a moment of what is selected. What is still ahead is not told."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document

    def to_value(self) -> None:
        """Back to where the value that is shown was set."""
        self._travel("value")

    def to_gradient(self) -> None:
        """Back to where the gradient that is shown got its last part."""
        self._travel("gradient")

    def back_to_node(self) -> None:
        """Back to the last step of the selected node before this one."""
        head, id_ = self._document.playhead, self._document.selection.node
        own = (at for at, step in enumerate(head.steps, 1) if step.node == id_)
        before = [at for at in own if at < head.position + bool(head.part)]
        if not before:
            text = self.tr("{0}: no step of it lies before the playhead.")
            self._document.refuse(text.format(id_))
            return
        self._window.stepping.player.stop()
        head.go(before[-1])

    def previous_part(self) -> None:
        """One part back, into the step before where no part of this one is done."""
        self._window.stepping.player.stop()
        self._document.playhead.previous_part()

    def fill_parts(self, menu: QMenu) -> None:
        """List the parts of the gradient of what is selected that have come; each leads there."""
        menu.clear()
        port, trace = self._port(), self._document.whole_trace
        found = self._parts(trace, port) if trace is not None and port is not None else []
        for arrival in found[:MOST]:
            action = menu.addAction(self._part_text(trace, arrival))
            action.triggered.connect(partial(self._go, arrival, port))
        if not found:
            menu.addAction(self.tr("Nothing has come back yet")).setEnabled(False)
        elif len(found) > MOST:
            text = self.tr("{0} more").format(len(found) - MOST)
            menu.addAction(text).setEnabled(False)

    # --- inside ---------------------------------------------------------------------------

    def _travel(self, of: str) -> None:
        port, trace = self._port(), self._document.whole_trace
        if port is None or trace is None:
            return
        times, name = stops.arrivals_of(trace), place_name(self._document.root, str(port))
        if of == "value":
            found = times.values(port)
        else:
            found = self._parts(trace, port) or times.gradients(port)
        if not found:
            self._document.refuse(self._why_never(of).format(name))
            return
        come = [x for x in found if self._is_shown(x)]
        if not come:
            self._document.refuse(self.tr("{0}: it has not come yet.").format(name))
            return
        self._go(max(come, key=lambda arrival: arrival.position), port)

    def _why_never(self, of: str) -> str:
        if of == "value":
            return self.tr("{0}: no step sets it, for it comes from a source.")
        return self.tr("{0}: no gradient comes back to it.")

    def _go(self, arrival: Arrival, port: PortRef, _checked: bool = False) -> None:
        window, head = self._window, self._document.playhead
        window.stepping.player.stop()
        head.go_whole(*arrival.position)
        step = self._document.whole_trace.steps[arrival.position[0] - (not arrival.position[1])]
        node = node_of(self._document.place, step.node)
        if node is not None:
            window.canvas.reveal(node)
        name = place_name(self._document.root, str(port))
        text = self.tr("{0}: {1} in the {2} step of {3}.")
        came = self.tr("its value was set") if arrival.of == "value" else self.tr("a part came")
        phase = self.tr("forward") if step.phase == "forward" else self.tr("reverse")
        sentence = text.format(name, came, phase, place_name(self._document.root, step.node))
        window.say(sentence)
        announce(window, sentence)

    def _port(self) -> PortRef | None:
        """The selected edge, or the first output of the selected node, by address."""
        document = self._document
        if document.selection.edge is not None:
            return address_of(document.place, document.selection.edge)
        id_ = document.selection.node
        module = document.graph.module(id_) if id_ in document.graph else None
        if module is None or not module.output_ports:
            document.refuse(self.tr("Select one node with an output, or an edge."))
            return None
        return address_of(document.place, PortRef(id_, module.output_ports[0].name))

    def _parts(self, trace: Trace, port: PortRef) -> list[Arrival]:
        """The parts of a gradient that have come, at the time step that is shown."""
        t = self._document.playhead.t if trace.plan.times(port) is not None else None
        inside = None if port in trace.plan.slot_of else t
        return [x for x in stops.arrivals_of(trace).parts(port, inside) if self._is_shown(x)]

    def _is_shown(self, arrival: Arrival) -> bool:
        head = self._document.playhead
        _, t = apart(arrival.ports[0])
        is_now = arrival.of == "gradient" or t is None or t == head.t
        return is_now and arrival.position <= head.whole

    def _part_text(self, trace: Trace, arrival: Arrival) -> str:
        """A part by the edge that it came over: `x2.a: 0.2`."""
        drawn, t = apart(arrival.ports[0])
        name = place_name(self._document.root, str(drawn))
        if t is not None:
            name = self.tr("{0} at t = {1}").format(name, t)
        try:
            part = trace.part(arrival.ports[0])
        except GradwireError:
            return name
        return self.tr("{0}: {1}").format(name, describe(part)).replace("&", "&&")
