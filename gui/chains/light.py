"""What a path lays over the canvas: its edges lit, with what comes back by it alone; others dim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.chains.words import size_text
from gui.places import seen_from
from runtime.moments import apart

if TYPE_CHECKING:
    from gui.unrolled.copies import Copies
    from gui.window import Window
    from runtime.chains import ChainPath

KEY = "paths"  # of the overlay
WIDTH = 4.0
DIM_EDGE, DIM_NODE = EdgeMark(dimmed=True), NodeMark(dimmed=True)
Moment = tuple[PortRef, int | None]  # a drawn port, and the time step


@dataclass(frozen=True)
class Lit:
    """The edges and nodes of a path in the document, by the ports where the edges end.

    `texts` is what comes back over each edge, empty while that is ahead of the playhead.
    """

    texts: Mapping[Moment, str]
    nodes: frozenset[tuple[str, int | None]]

    @classmethod
    def of(cls, source: PortRef, path: ChainPath, along: tuple[float, ...] | None) -> Lit:
        """Those of a path from a port; `along` are the numbers at its hops."""
        texts: dict[Moment, str] = {}
        start, t = apart(source)
        is_left = not path.hops or path.hops[0].edges[0][0] == start  # else a port of the first hop
        nodes = {(start.node, t)} if is_left else set()
        for place, hop in enumerate(path.hops):
            text = ""
            if along is not None:
                is_number = hop.map.columns == 1
                text = size_text(along[place], is_number=is_number)
            for _, target in hop.edges:
                texts[target, hop.read_t] = text
            nodes |= {(hop.node, hop.t), (hop.port.node, hop.read_t)}
        return cls(texts, frozenset(nodes))


@dataclass(frozen=True)
class PathOverlay:
    """A lit path at a place of the document; of its time steps `t` says which one is shown."""

    lit: Lit
    place: str
    t: int | None
    _edges: dict[PortRef, EdgeMark] = field(default_factory=dict)
    _nodes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for (target, time), text in self.lit.texts.items():
            port = seen_from(self.place, target)
            if port is None or "/" in port.node:
                continue
            shown = text if time in (None, self.t) else ""
            if port not in self._edges or shown:
                self._edges[port] = EdgeMark(WIDTH, "reverse", shown)
        for address, _ in self.lit.nodes:
            port = seen_from(self.place, PortRef(address, ""))
            if port is not None:
                self._nodes.add(port.node.partition("/")[0])

    def edge(self, target: PortRef) -> EdgeMark:
        """Lit or dim."""
        return self._edges.get(target, DIM_EDGE)

    def node(self, id_: str) -> NodeMark | None:
        """Dim where the path does not go."""
        return None if id_ in self._nodes else DIM_NODE


@dataclass(frozen=True)
class CopiesOverlay:
    """A lit path on the unrolled graph: each time step has its own edges."""

    lit: Lit
    copies: Copies

    def edge(self, target: PortRef) -> EdgeMark:
        """Lit or dim."""
        drawn, t = self.copies.origin(target)
        text = self.lit.texts.get((drawn, t))
        if text is None and (drawn, None) in self.lit.texts:
            text = self.lit.texts[drawn, None]
        return DIM_EDGE if text is None else EdgeMark(WIDTH, "reverse", text)

    def node(self, id_: str) -> NodeMark | None:
        """Dim where the path does not go."""
        node, t = self.copies.moments[id_]
        nodes = self.lit.nodes
        is_lit = (node, t) in nodes or (node, None) in nodes
        is_lit = is_lit or (t is None and any(id_ == node for id_, _ in nodes))
        return None if is_lit else DIM_NODE


class PathLight:
    """Lights a path on the canvas of a window, and on that of its unrolled graph."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def shine(self, lit: Lit) -> None:
        """Light this path and no other."""
        self.go_out()
        document, view = self._window.document, self._window.unrolling.view
        overlay = PathOverlay(lit, document.place, document.playhead.t)
        self._window.canvas.canvas.overlays.put(KEY, overlay)
        if view is not None and view.document.copies is not None:
            view.canvas.overlays.put(KEY, CopiesOverlay(lit, view.document.copies))

    def go_out(self) -> None:
        """Light none."""
        self._window.canvas.canvas.overlays.take_away(KEY)
        view = self._window.unrolling.view
        if view is not None:
            view.canvas.overlays.take_away(KEY)
