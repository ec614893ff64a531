"""The checkpoints of a document: reading them, and the edits that set and clear them."""

from __future__ import annotations

from collections.abc import Iterable

from graph import PortRef
from gui.marked import Marked
from gui.places import address_of


class Checkpoints(Marked):
    """The checkpoints of a document, by the addresses of their nodes."""

    kind = "checkpoints"

    @property
    def has_chosen(self) -> bool:
        """Whether all selected nodes that can be one are."""
        chosen = self._chosen() if self.all else ()
        return bool(chosen) and set(chosen) <= set(self.all)

    def toggle(self) -> None:
        """Keep the outputs of the selected nodes, or no more where all of them are kept."""
        chosen = self._chosen()
        if not chosen:
            if self._document.selection.nodes:
                self._document.refuse(self.tr("Sources are always kept. Select another node."))
            return
        if self.has_chosen:
            left = (address for address in self.all if address not in chosen)
            self.become(left, self.tr("Remove checkpoints"))
        else:
            new = (address for address in chosen if address not in self.all)
            self.become((*self.all, *new), self.tr("Set checkpoints"))

    def choose(self, addresses: Iterable[str]) -> None:
        """Make these the checkpoints, in the place of all others."""
        addresses = tuple(addresses)
        if addresses != self.all:
            self.become(addresses, self.tr("Choose checkpoints"))

    def clear(self) -> None:
        """Remove all checkpoints of the document."""
        if self.all:
            self.become((), self.tr("Remove all checkpoints"))

    def _chosen(self) -> tuple[str, ...]:
        """The selected nodes but sources, by address, in the document's order."""
        graph, selection = self._document.graph, self._document.selection
        if not selection.nodes:
            return ()
        modules = ((id_, graph.module(id_)) for id_ in graph.nodes if id_ in selection.nodes)
        chosen = (id_ for id_, found in modules if found is None or found.outline() != "source")
        return tuple(address_of(self._document.place, PortRef(id_, "")).node for id_ in chosen)
