"""What is selected: some nodes, or one edge, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from PySide6.QtCore import QObject, Signal

from graph import PortRef

Kind = Literal["graph", "node", "nodes", "edge"]


class Selection(QObject):
    """Nodes or an edge, never both. Views write it and listen to `changed`.

    An edge is named by the port it ends at; a parameter pin that nothing is wired to counts as
    an edge, for it is annotated like one.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: frozenset[str] = frozenset()
        self._edge: PortRef | None = None

    @property
    def nodes(self) -> frozenset[str]:
        """Ids of the selected nodes."""
        return self._nodes

    @property
    def node(self) -> str | None:
        """The selected node where it is the only one."""
        return next(iter(self._nodes)) if len(self._nodes) == 1 else None

    @property
    def edge(self) -> PortRef | None:
        """The port at which the selected edge ends."""
        return self._edge

    @property
    def kind(self) -> Kind:
        """What the inspector is to show; with nothing selected, the graph."""
        if self._edge is not None:
            return "edge"
        return {0: "graph", 1: "node"}.get(len(self._nodes), "nodes")

    def set_nodes(self, ids: Iterable[str]) -> None:
        """Select these nodes and nothing else."""
        self._become(frozenset(ids), None)

    def set_edge(self, target: PortRef | str) -> None:
        """Select the edge that ends at `target` and nothing else."""
        self._become(frozenset(), PortRef.parse(target))

    def toggle(self, id_: str) -> None:
        """Add a node to the selected ones, or take it out."""
        self._become(self._nodes ^ {id_}, None)

    def clear(self) -> None:
        """Select nothing."""
        self._become(frozenset(), None)

    def rename(self, old: str, new: str) -> None:
        """Follow a node to its other id."""
        nodes = (new if id_ == old else id_ for id_ in self._nodes)
        edge = self._edge
        if edge is not None and edge.node == old:
            edge = PortRef(new, edge.port)
        self._become(frozenset(nodes), edge)

    def prune(self, has_node: Callable[[str], bool], has_edge: Callable[[PortRef], bool]) -> None:
        """Drop what does not exist any more."""
        edge = self._edge if self._edge is not None and has_edge(self._edge) else None
        self._become(frozenset(filter(has_node, self._nodes)), edge)

    def _become(self, nodes: frozenset[str], edge: PortRef | None) -> None:
        if (nodes, edge) != (self._nodes, self._edge):
            self._nodes, self._edge = nodes, edge
            self.changed.emit()
