"""Wishes: what each port would like to have beside it, from rich to poor.

Nothing is placed here: a layout gives as much of it as there is room for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from graph import PortRef
from graph.naming import port_name
from gui.canvas import geometry as geo
from gui.canvas import notes
from gui.shown import Reading, Shown

if TYPE_CHECKING:
    from graph import Graph
    from gui.broadcast import Spread
    from gui.canvas.plates import Plate
    from gui.canvas.sight import Sight

Kind = Literal["value", "sum", "seed", "gradient", "factor", "pin", "spread", "tangent", "update"]


@dataclass
class Wish:
    """What a plate would like to show, from rich to poor, and what it has been given."""

    kind: Kind
    port: PortRef
    at: geo.Point
    forms: notes.Forms
    ink: str
    factors: notes.Forms = ()
    reading: Reading | None = None
    plate: Plate | None = None
    form: int = 0
    factor: int = -1
    spread: Spread | None = None
    side: int = 0  # which of the places of its kind it has


class Wishes:
    """The wishes of the ports in a sight, of what is shown at this moment."""

    has_tangents = True  # whether these and updates have a place in the picture

    def __init__(self, sight: Sight, graph: Graph, shown: Shown, *, close: bool) -> None:
        self._sight, self._graph, self._shown = sight, graph, shown
        self._close = close  # whether there is room for products and longer numbers

    def _value(self, port: PortRef) -> Wish:
        reading = self._shown.value(port)
        spread = self._common_spread(port) if reading.is_value else None
        name = port_name(self._graph, port)
        forms = notes.value_forms(reading, name, self._close, spread)
        return Wish(
            "value",
            port,
            self._sight.sources[port],
            forms,
            _ink(reading, "forward"),
            reading=reading,
            spread=spread,
        )

    def _common_spread(self, port: PortRef) -> Spread | None:
        """How every edge of a port broadcasts its value, if they all do it alike."""
        edges = self._graph.outgoing(port) if port.node in self._graph else ()
        spreads = {self._shown.spread(edge.target) for edge in edges}
        return spreads.pop() if len(spreads) == 1 else None

    def _spread(self, target: PortRef) -> Wish:
        """At the end of one of several edges: to which shape this one broadcasts."""
        edge, spread = self._graph.incoming(target), self._shown.spread(target)
        forms: notes.Forms = ()
        if edge is not None and spread is not None and self._common_spread(edge.source) is None:
            forms = (spread.arrow,) if self._shown.value(edge.source).is_value else ()
        at = self._sight.targets[target]
        return Wish("spread", target, at, forms, "forward", spread=spread)

    def _sum(self, port: PortRef) -> Wish:
        """Below a value: what comes back over several edges, or at the target the seed."""
        several = port.node in self._graph and len(self._graph.outgoing(port)) > 1
        reading = self._shown.port_gradient(port)
        forms, is_target = (), port == self._sight.target
        if is_target and reading.is_value:
            forms = notes.gradient_forms(reading, port.node, "", self._close)
        elif several:
            forms = notes.sum_forms(reading)
        kind: Kind = "seed" if is_target else "sum"
        return Wish(kind, port, self._sight.sources[port], forms, _ink(reading, "reverse"))

    def _tangents(self, sources: list[PortRef], targets: list[PortRef]) -> Iterator[Wish]:
        """Above each value its tangent; at the end of an edge the one that enters there."""
        if not (self.has_tangents and self._shown.has_tangents):
            return
        for port in sources:
            yield self._tangent(port, self._shown.tangent(port), self._sight.sources[port])
        for target in targets:
            at = self._sight.targets[target]
            edge = self._graph.incoming(target)
            enters = edge is not None and not self._shown.tangent(edge.source).is_value
            if enters and not edge.delay:
                yield self._tangent(target, self._shown.tangent_over(target), at)

    def _tangent(self, port: PortRef, reading: Reading, at: geo.Point) -> Wish:
        forms = notes.tangent_forms(reading, port.port, self._close)
        return Wish("tangent", port, at, forms, _ink(reading, "tangent"))

    def _updates(self, sources: list[PortRef]) -> Iterator[Wish]:
        """Beside the value of a parameter, where its wire leaves room: what is added to it."""
        is_there = self.has_tangents and self._shown.has_updates
        for port in sources if is_there else ():
            at = self._sight.sources[port]
            reading = self._shown.update(port)
            forms, ink = notes.update_forms(reading), _ink(reading, "update")
            yield Wish("update", port, at, forms, ink, side=self._free_side(port, at))

    def _free_side(self, port: PortRef, at: geo.Point) -> int:
        """1 below the value, -1 above it: where its only wire does not go."""
        edges = self._graph.outgoing(port) if port.node in self._graph else ()
        end = self._sight.targets.get(edges[0].target) if len(edges) == 1 else None
        return 1 if end is not None and end[1] < at[1] else -1

    def _gradient(self, port: PortRef) -> Wish:
        at = self._sight.targets[port]
        if port in self._sight.texts:
            text, ink = self._sight.texts[port]
            return Wish("gradient", port, at, (text,), ink)
        reading = self._shown.gradient(port)
        if reading.state == "blank" and self.has_tangents:
            factors = notes.factor_forms(self._shown.tangent_factor(port))
            forms = ("",) if factors else ()
            return Wish("factor", port, at, forms, "text", factors, factor=len(factors) - 1)
        factor, spread = self._shown.factor(port), self._shown.spread(port)
        product = ""
        if self._close and factor.map is not None:
            product = notes.product_text(self._upstream(port.node), factor)
        forms = notes.gradient_forms(reading, port.port, product, self._close, spread)
        factors = notes.factor_forms(factor) if reading.is_value else ()
        return Wish("gradient", port, at, forms, _ink(reading, "reverse"), factors, reading)

    def _pin(self, port: PortRef) -> Iterator[Wish]:
        """A pin has up to five lines: name, value, tangent, gradient, and what the update adds."""
        value, gradient = self._shown.value(port), self._shown.gradient(port)
        yield Wish("pin", port, self._sight.pins[port], (port.port,), "muted")
        value_forms = notes.value_forms(value, port.port, False) if value.is_value else ()
        yield Wish("pin", port, self._sight.pins[port], value_forms, _ink(value, "forward"))
        if self._shown.has_tangents:
            tangent = self._shown.tangent(port)
            forms = notes.tangent_forms(tangent, port.port, False)
            yield Wish("pin", port, self._sight.pins[port], forms, _ink(tangent, "tangent"))
        forms = notes.gradient_forms(gradient, port.port, "", False)
        ink = _ink(gradient, "reverse")
        if port in self._sight.texts:
            forms, ink = (self._sight.texts[port][0],), self._sight.texts[port][1]
        yield Wish("pin", port, self._sight.pins[port], forms, ink)
        if self._shown.has_updates:
            change = self._shown.update(port)
            forms = notes.update_forms(change)
            yield Wish("pin", port, self._sight.pins[port], forms, _ink(change, "update"))

    def _upstream(self, node: str) -> Reading:
        module = self._graph.module(node) if node in self._graph else None
        if module is None or len(module.output_ports) != 1:
            return Reading("blank")
        return self._shown.port_gradient(PortRef(node, module.output_ports[0].name))


def _ink(reading: Reading, ink: str) -> str:
    if reading.state == "failed" or not notes.is_finite(reading):
        return "error"
    return ink if reading.is_value else "muted"
