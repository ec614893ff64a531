"""The words of the outline: what the row of a node or port says, read when it is in sight."""

from __future__ import annotations

from graph import PortRef
from gui.document import Document
from gui.numbers import format_number, format_shape


class Rows:
    """Reads a document for the outline."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def ports(self, id_: str) -> list[str]:
        """The ports of a node: inputs, pins, outputs; of an unknown module those with edges."""
        graph = self._document.graph
        module = graph.module(id_)
        if module is None:
            leaving = (e.source.port for e in graph.store.edges_at(id_) if e.source.node == id_)
            return [*graph.arriving(id_), *dict.fromkeys(leaving)]
        wired = [port.name for port in module.wired_ports]
        return [*wired, *(port.name for port in module.output_ports)]

    def is_edge(self, port: PortRef) -> bool:
        """Whether a port is selected as an edge: a wired input, or the pin of a parameter."""
        graph = self._document.graph
        module = graph.module(port.node)
        is_pin = module is not None and any(p.name == port.port for p in module.parameter_ports)
        return is_pin or graph.incoming(port) is not None

    def port_text(self, port: PortRef) -> str:
        """`a ← x1.y`, `y → x2.a`, `y → 3 edges`; the name alone where nothing is wired."""
        graph = self._document.graph
        edge, leaving = graph.incoming(port), graph.outgoing(port)
        if edge is not None:
            return f"{port.port} ← {edge.source}"
        if len(leaving) > 1:
            return f"{port.port} → {len(leaving)} edges"
        return f"{port.port} → {leaving[0].target}" if leaving else port.port

    def spread_text(self, place: str | PortRef) -> str:
        """How the edge at a port is broadcast, in both directions; empty where it is not."""
        spread = self._document.shown.spread(place) if isinstance(place, PortRef) else None
        return spread.told if spread is not None else ""

    def value_text(self, place: str | PortRef) -> str:
        """A number, or a shape: the real one once it is known."""
        port = place if isinstance(place, PortRef) else self._first_output(place)
        if port is None or port.node not in self._document.graph:
            return ""
        edge = self._document.graph.incoming(port)
        shown = self._document.shown
        array = (shown.carried(edge) if edge is not None else shown.value(port)).array
        if array is not None:
            return format_shape(array.shape) if array.ndim else format_number(array.item())
        type_ = self._document.graph.types.of(port) if shown.tells_type(port) else None
        return format_shape(type_.shape) if type_ is not None and type_.shape else ""

    def _first_output(self, id_: str) -> PortRef | None:
        module = self._document.graph.module(id_) if id_ in self._document.graph else None
        outputs = module.output_ports if module is not None else ()
        return PortRef(id_, outputs[0].name) if outputs else None
