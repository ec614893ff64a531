"""Overlays: what others lay over edges and nodes of the canvas, such as a path that is pointed at.

An overlay is asked for every edge and node that is painted and knows nothing of painting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainter

from graph import PortRef


@dataclass(frozen=True, slots=True)
class EdgeMark:
    """How an edge is drawn otherwise.

    With a `width` in pixels it is one line in `ink`, a token of the theme, instead of its rails.
    `text` stands at its end in place of the gradient; `dimmed` lets it stand back. `badge` is a
    drawing on the wire, or beside a parameter's pin; `tip` is said on hover.
    """

    width: float | None = None
    ink: str = "text"
    text: str = ""
    dimmed: bool = False
    badge: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class NodeMark:
    """What is said of a node: a short `text` on its upper border, with the drawing `icon` before.

    `gutter` is a drawing at its upper left; `dimmed` lets it stand back; `tip` is said on hover.
    """

    text: str = ""
    icon: str = ""
    gutter: str = ""
    dimmed: bool = False
    tip: str = ""


Ground = Callable[[QPainter, QRectF, float], None]
"""Paints what of the ground meets a rectangle, at a zoom."""


class Overlay(Protocol):
    """Whatever has something to say of edges and nodes; None leaves one as it is."""

    def edge(self, target: PortRef) -> EdgeMark | None:
        """The mark of the edge that ends at a port, or of a parameter pin."""

    def node(self, id_: str) -> NodeMark | None:
        """The mark of a node."""


class Overlays(QObject):
    """The overlays of one canvas by key; of several that mark the same, the latest put counts.

    Gutters are all drawn, tips are all said, and a badge does not keep an edge from being drawn
    as another overlay wants it. An overlay whose answers change is put again.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: dict[str, Overlay] = {}
        self._edges: dict[PortRef, EdgeMark | None] = {}
        self._nodes: dict[str, NodeMark | None] = {}
        self._alone: str | None = None
        self._badges: dict[PortRef, tuple[str, ...]] = {}
        self._grounds: dict[str, Ground] = {}

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def has_grounds(self) -> bool:
        """Whether something is painted behind wires and nodes."""
        return bool(self._grounds)

    def put(self, key: str, overlay: Overlay) -> None:
        """Lay an overlay on top, in place of the one that the key had."""
        self._all.pop(key, None)
        self._all[key] = overlay
        self.refresh()

    def take_away(self, key: str) -> None:
        """Remove an overlay, if it is there."""
        if self._all.pop(key, None) is not None:
            self.refresh()

    def lay_ground(self, key: str, paint: Ground | None) -> None:
        """Paint something behind wires and nodes, in place of what the key had; None: nothing."""
        if paint is None:
            self._grounds.pop(key, None)
        else:
            self._grounds[key] = paint
        self.changed.emit()

    def paint_grounds(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Paint what lies behind wires and nodes."""
        for paint in self._grounds.values():
            paint(painter, rect, zoom)

    def leave_alone(self, key: str | None) -> None:
        """Let one overlay alone speak, while others would tell what is to be predicted; or all.

        Gutters tell nothing of that and stay.
        """
        self._alone = key
        self.refresh()

    def _speaking(self) -> Iterator[Overlay]:
        for key, overlay in reversed(self._all.items()):
            if self._alone in (None, key):
                yield overlay

    def refresh(self) -> None:
        """Ask everything anew."""
        self._edges, self._nodes, self._badges = {}, {}, {}
        self.changed.emit()

    def edge(self, target: PortRef) -> EdgeMark | None:
        """The mark of the edge that ends at a port, with width, text or dimming."""
        if target not in self._edges:
            says = (m for m in self._marks(target) if m.width is not None or m.text or m.dimmed)
            self._edges[target] = next(says, None)
        return self._edges[target]

    def badges(self, target: PortRef) -> tuple[str, ...]:
        """The drawings on the edge that ends at a port, the latest put first."""
        if target not in self._badges:
            badges = (mark.badge for mark in self._marks(target) if mark.badge)
            self._badges[target] = tuple(badges)
        return self._badges[target]

    def edge_tip(self, target: PortRef) -> str:
        """What all overlays say of an edge, a line each."""
        return "\n".join(mark.tip for mark in self._marks(target) if mark.tip)

    def node_tip(self, id_: str) -> str:
        """What all overlays say of a node, a line each."""
        found = (overlay.node(id_) for overlay in self._speaking())
        return "\n".join(mark.tip for mark in found if mark is not None and mark.tip)

    def node(self, id_: str) -> NodeMark | None:
        """The mark of a node, with text, icon or dimming."""
        if id_ not in self._nodes:
            found = (overlay.node(id_) for overlay in self._speaking())
            some = (mark for mark in found if mark is not None)
            says = (mark for mark in some if mark.text or mark.icon or mark.dimmed)
            self._nodes[id_] = next(says, None)
        return self._nodes[id_]

    def _marks(self, target: PortRef) -> Iterator[EdgeMark]:
        """What the overlays say of an edge, the latest put first."""
        found = (overlay.edge(target) for overlay in self._speaking())
        return (mark for mark in found if mark is not None)

    def gutter(self, id_: str) -> tuple[str, ...]:
        """The drawings at the upper left of a node, those of the first put first."""
        found = (overlay.node(id_) for overlay in self._all.values())
        return tuple(mark.gutter for mark in found if mark is not None and mark.gutter)

    def dims(self, id_: str) -> bool:
        """Whether a node stands back."""
        mark = self.node(id_)
        return mark is not None and mark.dimmed
