"""Which nodes answer a query, by label, id, module and problems; looked for piece by piece."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from graph import Node
from gui import fuzzy
from gui.document import Document
from gui.drawer.problems import problems_of
from gui.told import told

NAMED = 4.0  # what a name counts more than a module
SPREAD = 4.0  # what it costs that the words stand in several texts
SLICE = 0.012  # seconds of looking between two turns of the window
FEW = 8  # nodes between two looks at the clock


@dataclass(frozen=True, slots=True)
class Match:
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
        problems: dict[str, list[str]] = {}
        for number, problem in enumerate(problems_of(self._document)):
            if problem.node is not None:
                problems.setdefault(problem.node, []).append(told(graph, problem))
            if number % FEW == 0:
                yield
        modules: dict[str, float | None] = {}
        scored: list[tuple[float, Match]] = []
        nodes = tuple(graph.nodes.values())
        yield
        texts = [(node.label or node.id, node.id, node.module) for node in nodes]
        yield
        can = set(fuzzy.candidates(query, map(_joined, texts)))
        yield
        for number in sorted(can.union(_with_problems(nodes, problems))):
            (title, id_, module), value = texts[number], None
            if number in can:
                if module not in modules:
                    modules[module] = fuzzy.score(query, module)
                value = _score(query, texts[number], modules[module])
            if value is not None:
                scored.append((-value, Match(id_, title, module)))
            else:
                said = next((s for s in problems.get(id_, ()) if _says(s, query)), "")
                if said:
                    scored.append((0.0, Match(id_, title, module, said)))
            if number % FEW == 0:
                yield
        scored.sort(key=lambda pair: (bool(pair[1].problem), pair[0]))
        self.matches = tuple(match for _, match in scored)


def _joined(texts: tuple[str, str, str]) -> str:
    return " ".join(dict.fromkeys(texts))


def _with_problems(nodes: Sequence[Node], problems: Mapping[str, list[str]]) -> Iterator[int]:
    return (number for number, node in enumerate(nodes) if node.id in problems)


def _score(query: str, texts: tuple[str, str, str], module: float | None) -> float | None:
    """What label, id and module of a node are worth, if they answer; `module` is the last's."""
    label, id_, _ = texts
    names = (_more(fuzzy.score(query, name), NAMED) for name in {label, id_})
    value = _best(module, *names)
    return value if value is not None else _more(fuzzy.score(query, _joined(texts)), -SPREAD)


def _best(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _more(value: float | None, by: float) -> float | None:
    return None if value is None else value + by


def _says(sentence: str, query: str) -> bool:
    """Whether every word of a query stands in a sentence: letters alone would fit nearly all."""
    folded = sentence.casefold()
    return all(word in folded for word in query.casefold().split())
