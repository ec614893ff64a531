"""Which parameters of a document stay as they are in training, and their factors of the rate.

A name is a parameter's address (`one/lin.weight`) or that of a node with all that is its own
(`one/lin`, `one`), as the file's `training` has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from graph import Graph, PortRef
from graph import edits as e
from graph.addresses import node_at
from graph.initialise import trained
from gui.document import Document
from gui.places import address_of, chosen_addresses


class Freezing(QObject):
    """Reads `frozen` and `lr_factors` of a document's training, and changes them by edits."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._seen = self._all()
        self._read: tuple[tuple[str, ...], frozenset[str], frozenset[str]] | None = None
        document.changed.connect(self._follow)
        document.opened.connect(self._follow)

    @property
    def frozen(self) -> tuple[str, ...]:
        """All names that are frozen."""
        return self._document.root.training.frozen

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is selected and can be frozen: nodes with parameters, or the pin of one."""
        return tuple(self._chosen())

    @property
    def can_freeze(self) -> bool:
        """Whether something of what is selected can be frozen."""
        return next(self._chosen(), None) is not None

    @property
    def has_chosen(self) -> bool:
        """Whether all that is selected and can be frozen is."""
        chosen = self.chosen if self.frozen else ()
        return bool(chosen) and all(map(self.is_frozen, chosen))

    def ports_of(self, name: str) -> Iterator[str]:
        """The parameters that a name means, by address; those of a composite's inside too.

        What is tied to another instance has none: they are that one's.
        """
        address, dot, port = name.partition(".")
        found = node_at(self._document.root, address)
        if found is None or self._is_tied(address):
            return
        graph, node = found
        inside = graph.definitions.get(node.module)
        if inside is not None and not dot:
            for inner in inside.body.nodes:
                yield from self.ports_of(f"{address}/{inner}")
            return
        module = graph.module(node.id)
        own = () if module is None else trained(module)
        for each in own:
            if port in ("", each) and graph.incoming(PortRef(node.id, each)) is None:
                yield f"{address}.{each}"

    def is_frozen(self, name: str) -> bool:
        """Whether all that a name means is frozen: by that name, by one around it, or in parts."""
        frozen, holders = self._names()
        if not frozen.isdisjoint(_covering(name)):
            return True
        if name not in holders:
            return False
        return all(not frozen.isdisjoint(_covering(port)) for port in self.ports_of(name))

    def holds_frozen(self, name: str) -> bool:
        """Whether some of what a node means is frozen by a name of its own."""
        return name in self._names()[1]

    def factor(self, name: str) -> float:
        """The factor of the learning rate that a name has: that of the last entry for it."""
        factors = self._document.root.training.lr_factors
        covering = set(_covering(name))
        found = [factor for key, factor in factors.items() if key in covering]
        return found[-1] if found else 1.0

    def toggle(self) -> None:
        """Freeze what is selected; let it learn again where all of it is frozen."""
        if self.chosen:
            self.switch(self.chosen, not self.has_chosen)
        else:
            text = self.tr("Select a node with parameters, or the pin of one.")
            self._document.refuse(text)

    def switch(self, names: tuple[str, ...], on: bool) -> None:
        """Freeze these, or let them learn."""
        meant = frozenset(names)
        if on:
            kept = (each for each in self.frozen if meant.isdisjoint(_covering(each)))
            self._become(frozen=(*kept, *names), text=self._text(self.tr("Freeze {0}"), names))
            return
        frozen, _ = self._names()
        around = next((x for name in names for x in _around(name) if x in frozen), None)
        if around is not None:
            text = self.tr("{0} freezes all that is inside it. Unfreeze {0} first.")
            self._document.refuse(text.format(self._name(around)))
            return
        nodes, left = {name.partition(".")[0] for name in names}, []
        for each in self.frozen:
            if not meant.isdisjoint(_covering(each)):
                continue
            # Of a node that one parameter leaves, the others stay frozen.
            stay = self.ports_of(each) if each in nodes else (each,)
            left += [port for port in stay if port not in meant]
        self._become(frozen=tuple(left), text=self._text(self.tr("Unfreeze {0}"), names))

    def set_factor(self, name: str, factor: float) -> None:
        """Give what a name means a factor of the learning rate; entries within it go."""
        factors = self._document.root.training.lr_factors
        left = {key: value for key, value in factors.items() if not _is_in(key, name)}
        covering = [value for key, value in left.items() if key in _covering(name)]
        if factor != (covering[-1] if covering else 1.0):
            left[name] = factor
        text = self._text(self.tr("Set the rate factor of {0}"), (name,))
        self._become(lr_factors=left, text=text)

    # --- inside ---------------------------------------------------------------------------

    def _chosen(self) -> Iterator[str]:
        document = self._document
        if document.selection.edge is not None:
            names = chosen_addresses(document)
            yield from (x for x in names if next(self.ports_of(x), None) is not None)
            return
        graph, chosen = document.graph, document.selection.nodes
        if document.place and self._is_tied(document.place):
            return
        for id_ in graph.nodes if chosen else ():
            if id_ in chosen and _has_parameters(graph, id_):
                yield name_at(document.place, id_)

    def _names(self) -> tuple[frozenset[str], frozenset[str]]:
        """What is frozen, and the nodes in which some of it lies; read once for each training."""
        if self._read is None or self._read[0] is not self.frozen:
            holders = {x for name in self.frozen for x in _covering(name) if x != name}
            self._read = (self.frozen, frozenset(self.frozen), frozenset(holders))
        return self._read[1], self._read[2]

    def _is_tied(self, address: str) -> bool:
        """Whether an instance, or one around it, has the parameters of another one."""
        found = (node_at(self._document.root, each) for each in (address, *_around(address)))
        return any(at is not None and "shares" in at[1].extra for at in found)

    def _text(self, text: str, names: tuple[str, ...]) -> str:
        if len(names) > 1:
            return text.format(self.tr("{0} places").format(len(names)))
        return text.format(self._name(names[0]))

    def _name(self, name: str) -> str:
        from gui.breakpoints.words import place_name  # it leads to pages that hold this one

        return place_name(self._document.root, name)

    def _become(self, *, text: str, **values: object) -> None:
        training = replace(self._document.root.training, **values)
        if training != self._document.root.training:
            self._document.do_at("", e.SetGraph({"training": training}), text)

    def _all(self) -> tuple:
        training = self._document.root.training
        return training.frozen, dict(training.lr_factors)

    def _follow(self) -> None:
        if self._all() != self._seen:
            self._seen = self._all()
            self.changed.emit()


def _has_parameters(graph: Graph, id_: str) -> bool:
    """Whether a node owns a tensor that is trained, or has one inside."""
    node = graph.nodes[id_]
    inside = graph.definitions.get(node.module)
    if inside is not None:
        return "shares" not in node.extra and any(
            _has_parameters(inside.body, inner) for inner in inside.body.nodes
        )
    module = graph.module(id_)
    own = () if module is None else trained(module)
    return any(graph.incoming(PortRef(id_, port)) is None for port in own)


def name_at(place: str, id_: str, port: str = "") -> str:
    """The name of a node of a place, or of a parameter of it."""
    return (
        str(address_of(place, PortRef(id_, port)))
        if port
        else address_of(place, PortRef(id_, "")).node
    )


def _covering(name: str) -> tuple[str, ...]:
    """The names that mean this one too: itself, its node, and what is around that."""
    node = name.partition(".")[0]
    return tuple(dict.fromkeys((name, node, *_around(name))))


def _around(name: str) -> Iterator[str]:
    """The composites around a node, the nearest first."""
    node = name.partition(".")[0]
    while "/" in node:
        node = node.rpartition("/")[0]
        yield node


def _is_in(name: str, other: str) -> bool:
    """Whether a name means nothing but what another one means."""
    return other in _covering(name)
