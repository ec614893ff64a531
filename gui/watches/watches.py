"""The watched ports of a document: reading them, and the edits that add and remove them."""

from __future__ import annotations

from collections.abc import Iterator

from graph import PortRef
from gui.breakpoints.words import place_name
from gui.marked import Marked
from gui.places import address_of


class Watches(Marked):
    """The watched ports of a document, by their addresses."""

    kind = "watches"

    @property
    def has_chosen(self) -> bool:
        """Whether everything that is selected is watched."""
        chosen = tuple(self._chosen()) if self.all else ()
        return bool(chosen) and set(chosen) <= set(self.all)

    def toggle(self) -> None:
        """Watch the outputs of the selected nodes, or the selected edge; or stop where all are."""
        chosen = tuple(self._chosen())
        if not chosen:
            self._document.refuse(self.tr("Select a node with an output, or an edge."))
        elif self.has_chosen:
            self.remove(chosen)
        else:
            new = tuple(port for port in chosen if port not in self.all)
            self.become((*self.all, *new), self._words(self.tr("Watch {0}"), new))

    def remove(self, ports: tuple[PortRef, ...]) -> None:
        """Watch these no more."""
        left = tuple(port for port in self.all if port not in ports)
        if len(left) < len(self.all):
            self.become(left, self._words(self.tr("Watch {0} no more"), ports))

    # --- inside ---------------------------------------------------------------------------

    def _chosen(self) -> Iterator[PortRef]:
        document, selection = self._document, self._document.selection
        if selection.edge is not None:
            yield address_of(document.place, selection.edge)
        for id_ in document.graph.nodes if selection.nodes else ():
            module = document.graph.module(id_) if id_ in selection.nodes else None
            for port in module.output_ports if module is not None else ():
                yield address_of(document.place, PortRef(id_, port.name))

    def _words(self, text: str, ports: tuple[PortRef, ...]) -> str:
        if len(ports) > 1:
            return text.format(self.tr("{0} ports").format(len(ports)))
        return text.format(place_name(self._document.root, str(ports[0])))
