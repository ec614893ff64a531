"""The ports between which a derivative can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import Graph, PortRef
from graph.naming import output_name, port_name

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace


def tr(text: str) -> str:
    """Translate a name."""
    return QCoreApplication.translate("PortField", text)


@dataclass(frozen=True)
class Candidates:
    """The floating ports of a run, by their addresses in the document.

    As a source what holds tensors comes first (inputs, parameters), as a target what is
    differentiated, and then the others from the end of the run on.
    """

    graph: Graph
    trace: Trace | None
    is_source: bool

    def __iter__(self) -> Iterator[PortRef]:
        """All of them, those first that are likely to be meant."""
        trace = self.trace
        if trace is None:
            return
        floating = [ref for ref in trace.ports if self._floats(ref)]
        steps = {step.node for step in trace.plan.forward}
        leaves = [ref for ref in floating if ref.node not in steps or ref in trace.plan.edges]
        held = set(leaves)
        others = [ref for ref in floating if ref not in held]
        if self.is_source:
            yield from leaves
            yield from others
            return
        first = [self.target] if self.target is not None else []
        yield from dict.fromkeys([*first, *reversed(others)])

    def _floats(self, ref: PortRef) -> bool:
        type_ = self.trace.types.get(ref)
        return type_ is not None and type_.is_floating

    def holds(self, port: PortRef) -> bool:
        """Whether the run knows the port, and it is floating."""
        return self.trace is not None and self._floats(port)

    @property
    def target(self) -> PortRef | None:
        """What the run differentiates, as it is drawn."""
        trace = self.trace
        if trace is None or trace.target is None:
            return None
        return trace.plan.flat.outer(trace.target)

    @property
    def first(self) -> PortRef | None:
        """The likeliest: a parameter, else an input; or the target."""
        found = next(iter(self), None)
        if not self.is_source or self.trace is None:
            return found
        trained = (ref for ref in self if self._is_trained(ref))
        return next(trained, found)

    def _is_trained(self, ref: PortRef) -> bool:
        if ref in self.trace.plan.edges:
            return True
        node = self.graph.nodes.get(ref.node)
        return node is not None and node.module == "Parameter"

    def name(self, port: PortRef) -> str:
        """What a list calls it: `h.weight`, `x1`, `loss, the target`."""
        trace = self.trace
        if trace is not None and port in trace.plan.edges:
            source = trace.plan.edges[port]
            name = port_name(self.graph, port)
            if source is None:
                return name
            return tr("{0}, the edge alone").format(name)
        name = output_name(self.graph, port)
        is_target = trace is not None and port in (trace.target, self.target)
        return tr("{0}, the target").format(name) if is_target else name

    def matches(self, port: PortRef, words: list[str]) -> bool:
        """Whether every word is in the port's address or its name; words are folded."""
        text = f"{port} {self.name(port)}".casefold()
        return all(word in text for word in words)


def candidates_of(document: Document, *, is_source: bool) -> Candidates:
    """Those of a document's newest run."""
    return Candidates(document.root, document.whole_trace, is_source)
