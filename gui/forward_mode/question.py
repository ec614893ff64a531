"""Which derivative the modes are compared for, and how the comparison is worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from graph import GradwireError, PortRef
from runtime import Engine
from runtime.errors import RunError
from runtime.tangents.comparing import Comparison, compare, leaves_of

if TYPE_CHECKING:
    from graph import Graph
    from runtime.trace import Trace

Group = Literal["parameter", "input", "all"]


@dataclass(frozen=True)
class Question:
    """d(`of`)/d(`by`): `of` is a port, `by` a group of leaves or one leaf, by their addresses.

    `trace` is the newest run of `graph`, which is a copy that nobody edits.
    """

    graph: Graph
    trace: Trace
    of: PortRef
    by: Group | PortRef

    def answer(self, progress: Callable[[float], None]) -> Comparison:
        """Count and measure; raises `GradwireError` where there is no such derivative."""
        trace = self.trace
        if trace.failure is not None:
            raise RunError(trace.failure.message, node=trace.failure.node)
        if not trace.target or self.of != trace.plan.flat.outer(trace.target):
            engine = Engine(self.graph, device="cpu", target=str(self.of), partial=True)
            trace = engine.run(previous=trace, watch=lambda step: progress(0.0))
        leaves = leaves_of(trace)
        if isinstance(self.by, PortRef):
            wanted = [self.by] if self.by in leaves else []
        else:
            wanted = [ref for ref, kind in leaves.items() if self.by in ("all", kind)]
        if not wanted:
            raise GradwireError(f"{self.of}: found nothing of this kind that leads here.")
        return compare(trace, wanted, progress)
