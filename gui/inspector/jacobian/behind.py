"""The ports that an edge leads to, as far as the playhead has come; found as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import Graph, PortRef
from gui.places import name_beside
from runtime.reach import reached_ports

if TYPE_CHECKING:
    from gui.shown import Shown


def tr(text: str) -> str:
    """Translate a name."""
    return QCoreApplication.translate("PortsBehind", text)


@dataclass(frozen=True)
class Behind:
    """The ports behind the edge that ends at `by`: the node's own outputs are the first."""

    graph: Graph
    shown: Shown
    by: PortRef

    def __iter__(self) -> Iterator[PortRef]:
        """Those that have a value at the playhead, in the order of the run."""
        trace = self.shown.trace
        if trace is None:
            return
        for port in reached_ports(trace.plan, self.by):
            if not self.shown.is_ahead(port.node):
                yield port

    def nearest(self, most: int) -> list[PortRef]:
        """The first of them."""
        return list(islice(self, most))

    @property
    def target(self) -> PortRef | None:
        """The run's target, where the edge leads to it and the playhead has been there."""
        trace = self.shown.trace
        if not self.shown.in_reverse or trace.gradient(self.by) is None:
            return None
        return trace.plan.flat.outer(trace.target)

    def __contains__(self, port: PortRef) -> bool:
        """Whether it is one of them."""
        return any(port == found for found in self)

    def name(self, port: PortRef) -> str:
        """What a list calls it: `y, this node`, `loss, the target`."""
        if port.node == self.by.node:
            return tr("{0}, this node").format(port.port)
        name = self.called(port)
        if port == self.target:
            return tr("{0}, the target").format(name)
        return name

    def called(self, port: PortRef) -> str:
        """What it is called where the edge is."""
        return name_beside(self.graph, port, self.by.node)

    def matches(self, port: PortRef, words: list[str]) -> bool:
        """Whether every word is in the port's address or its node's label; words are folded."""
        node = self.graph.nodes.get(port.node)
        text = f"{port} {node.label if node and node.label else ''}".casefold()
        return all(word in text for word in words)
