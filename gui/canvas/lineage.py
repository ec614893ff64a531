"""Ancestors and descendants of what is selected: selected too, or lit while the rest is dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from graph import Graph
    from gui.document import Document
    from gui.selection import Selection


class Lineage(QObject):
    """What the selection depends on and what it reaches, by edges without delay.

    While `is_lit`, `dims` tells the nodes that are neither. `changed` says that they are others.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.is_lit = False
        self._bright: frozenset[str] | None = None
        document.selection_changed.connect(self._follow)
        document.edited.connect(self._follow)
        document.replaced.connect(self._follow)

    def dims(self, id_: str) -> bool:
        """Whether a node is to be dimmed."""
        return self._bright is not None and id_ not in self._bright

    # --- what rows of the table of actions call -------------------------------------------

    def toggle(self) -> None:
        """Dim what the selection neither depends on nor reaches, or show all alike again."""
        self.is_lit = not self.is_lit
        self._follow()

    def select_ancestors(self) -> None:
        """Add to the selection all that it depends on."""
        selection = self._document.selection
        before, _ = _ends(self._document.graph, selection)
        selection.set_nodes(selection.nodes | self._document.graph.upstream(before))

    def select_descendants(self) -> None:
        """Add to the selection all that depends on it."""
        selection = self._document.selection
        _, after = _ends(self._document.graph, selection)
        selection.set_nodes(selection.nodes | self._document.graph.downstream(after))

    # --- inside ---------------------------------------------------------------------------

    def _follow(self) -> None:
        before, self._bright = self._bright, self._found() if self.is_lit else None
        if before != self._bright:
            self.changed.emit()

    def _found(self) -> frozenset[str] | None:
        """All that is lit; None with nothing selected, for then nothing is dimmed."""
        graph, selection = self._document.graph, self._document.selection
        if selection.kind == "graph":
            return None
        before, after = _ends(graph, selection)
        return graph.upstream(before) | graph.downstream(after)


def _ends(graph: Graph, selection: Selection) -> tuple[frozenset[str], frozenset[str]]:
    """The nodes from which one goes back, and those from which one goes on.

    An edge comes from one node and leads to another; a pin belongs to one.
    """
    if selection.edge is None:
        return selection.nodes, selection.nodes
    edge = graph.incoming(selection.edge)
    after = frozenset({selection.edge.node})
    return (frozenset({edge.source.node}) if edge is not None else after), after
