"""Which nodes answer a query, by label, id, module and problems; looked for piece by piece."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from graph import Node
from gui import fuzzy
from gui.document import Document
from gui.drawer.problems import problems_of
from gui.told import told

NAMED = 4.0  # what a name counts more than a module
SPREAD = 4.0  # what it costs that the words stand in several texts
SLICE = 0.012  # seconds of looking between two turns of the window
FEW, MANY = 8, 2_000  # texts that are scored, nodes that are read, between two looks at the clock


class Match(NamedTuple):
    """A node that answers; `problem` is the sentence that did, where no name does."""

    id: str
    title: str
    module: str
    problem: str = ""


class Search(QObject):
    """Looks through a document's nodes without holding the window. `found` tells when it is done.

    `matches` are what answers the last query, the best first, equals in document order.
    """

    found = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.matches: tuple[Match, ...] = ()
        self._work: Iterator[None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether there are nodes left to look at."""
        return self._work is not None

    def start(self, query: str) -> None:
        """Look for a query; an empty one finds nothing."""
        self._soon.stop()
        self._work = self._look(query) if query.split() else None
        if self._work is None:
            self.matches = ()
            self.found.emit()
        else:
            self._go_on()

    def stop(self) -> None:
        """Leave what is under way."""
        self._soon.stop()
        self._work = None

    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE
        while self._work is not None and time.perf_counter() < end:
            if next(self._work, self) is self:  # exhausted
                self._work = None
                self.found.emit()
                return
        self._soon.start()

    def _look(self, query: str) -> Iterator[None]:
        graph = self._document.graph
        problems = yield from self._sentences()
        nodes = tuple(graph.store.nodes.values())
        values: dict[str, float | None] = {}
        named: list[tuple[float, int]] = []
        said: list[Match] = []
        for start in range(0, len(nodes), MANY):
            some = nodes[start : start + MANY]
            kinds = _kinds(some, query)
            yield from _score_all(query, kinds, values)
            for number, kind in enumerate(kinds, start):
                value = values[kind]
                if value is not None:
                    named.append((-value, number))
                elif nodes[number].id in problems:
                    said += _said(nodes[number], problems[nodes[number].id], query)
            yield
        named.sort()
        self.matches = (*(_match(nodes[number]) for _, number in named), *said)

    def _sentences(self) -> Generator[None, None, dict[str, list[str]]]:
        """What the problems say of each node."""
        graph, found = self._document.graph, {}
        for number, problem in enumerate(problems_of(self._document)):
            if problem.node is not None:
                found.setdefault(problem.node, []).append(told(graph, problem))
            if number % FEW == 0:
                yield
        return found


def _kinds(nodes: Iterable[Node], query: str) -> list[str]:
    """Label, id and module of each node, as far as they make a difference to a query."""
    lines = (f"{node.label or node.id}\t{node.id}\t{node.module}" for node in nodes)
    return "\n".join(lines).translate(fuzzy.alike(query)).split("\n")


def _score_all(query: str, kinds: Iterable[str], values: dict[str, float | None]) -> Iterator[None]:
    """Enter what kinds of nodes are worth that are new among the values; None does not answer."""
    new = [kind for kind in dict.fromkeys(kinds) if kind not in values]
    values |= dict.fromkeys(new)
    for place, number in enumerate(fuzzy.candidates(query, new)):
        values[new[number]] = _score(query, new[number].split("\t"))
        if place % FEW == 0:
            yield


def _score(query: str, texts: Sequence[str]) -> float | None:
    """What label, id and module are worth together, if they answer."""
    label, id_, module = texts
    names = (_more(fuzzy.score(query, name), NAMED) for name in {label, id_})
    value = _best(fuzzy.score(query, module), *names)
    if value is not None:
        return value
    return _more(fuzzy.score(query, " ".join(dict.fromkeys(texts))), -SPREAD)


def _match(node: Node, problem: str = "") -> Match:
    return Match(node.id, node.label or node.id, node.module, problem)


def _said(node: Node, sentences: Iterable[str], query: str) -> list[Match]:
    """The match of a node of which a problem says all words of a query: letters alone would do
    for nearly all."""
    words = query.casefold().split()
    folded = ((sentence, sentence.casefold()) for sentence in sentences)
    answers = (said for said, small in folded if all(word in small for word in words))
    return [_match(node, said) for said in answers][:1]


def _best(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _more(value: float | None, by: float) -> float | None:
    return None if value is None else value + by
