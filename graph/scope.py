"""The scope of a document: the installed modules and the document's own definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graph.catalogue import Catalogue
from graph.composite import composite_kind
from graph.definition import Definition
from graph.module import Module

if TYPE_CHECKING:
    from graph.model import Graph


class Scope(Catalogue):
    """A catalogue that also has the definitions of one document, in their order, at its end.

    `sizes` keeps how deep each definition is, how many nodes and ports it has, drawn out.
    """

    def __init__(self, base: Catalogue) -> None:
        self.base = base
        self.definitions: dict[str, Definition] = {}
        self._kinds: dict[str, type[Module]] = {}
        self.sizes: dict[str, tuple[int, int, int]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self.definitions or name in self.base

    def __iter__(self) -> Iterator[type[Module]]:
        yield from self.base
        for name in self.definitions:
            yield self._kind(name)

    def __len__(self) -> int:
        return len(self.base) + len(self.definitions)

    def get(self, name: str) -> type[Module] | None:
        """The module of that name, or None."""
        return self._kind(name) if name in self.definitions else self.base.get(name)

    def names(self) -> tuple[str, ...]:
        """All names, in the catalogue's order."""
        return (*self.base.names(), *self.definitions)

    def forget(self) -> None:
        """Drop what is known of definitions, module classes and sizes: one of them has changed."""
        self._kinds.clear()
        self.sizes.clear()

    def bodies(self) -> Iterator[Graph]:
        """The inside of every definition."""
        for definition in self.definitions.values():
            yield definition.body

    def users(self, root: Graph, names: Iterable[str]) -> Iterator[tuple[Graph, str]]:
        """(graph, node id) of every instance of these definitions, in the root and in bodies."""
        wanted = frozenset(names)
        for graph in (root, *self.bodies()):
            for node in graph.nodes.values():
                if node.module in wanted:
                    yield graph, node.id

    def _kind(self, name: str) -> type[Module]:
        if name not in self._kinds:
            self._kinds[name] = composite_kind(self.definitions[name])
        return self._kinds[name]
