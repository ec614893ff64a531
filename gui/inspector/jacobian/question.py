"""Which Jacobian is asked for: of which port, at which end of an edge, of which sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import GradwireError, Module, PortRef
from runtime.errors import SamplesMix

if TYPE_CHECKING:
    from graph.port import Shape
    from runtime.maps import LinearMap
    from runtime.trace import Trace

QUICK_STEPS = 40  # steps of a run up to which a derivative over all of them is found at once
QUICK_NUMBERS = 20_000  # and numbers that flow in it


@dataclass(frozen=True)
class Found:
    """What answers a question. `map` is None where an end is not floating.

    `samples` is how many samples stay apart along axis 0, 0 where they do not; `why` is the
    reason, None where axis 0 means no samples. `sample` is the one that the map is of.
    """

    map: LinearMap | None
    samples: int
    why: GradwireError | None
    sample: int | None


@dataclass(frozen=True)
class Question:
    """d(`of`)/d(`by`) in a trace; `by` is the input port at which an edge ends.

    `sample` takes one sample along axis 0 at both ends, None all of them.
    """

    trace: Trace
    by: PortRef
    of: PortRef
    sample: int | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is the derivative of a node's own output."""
        return self.of.node == self.by.node

    @property
    def is_quick(self) -> bool:
        """Whether the map (not its entries) is at hand, or found in a moment."""
        plan = self.trace.plan
        is_one_node = self.is_local and self.by.node not in plan.flat.instances
        if is_one_node and self.sample is None:
            return True
        if len(plan.forward) > QUICK_STEPS:
            return False
        sizes = (self._size(of) for of in self.trace.types)
        return sum(sizes) <= QUICK_NUMBERS

    def find(self) -> Found:
        """The map and its samples. Raises `GradwireError` where there is none."""
        count, why = self._count()
        if count and self.sample is not None:
            sample = min(self.sample, count - 1)
            return Found(self._map(sample), count, why, sample)
        return Found(self._map(None), count, why, None)

    def _map(self, sample: int | None) -> LinearMap | None:
        output = self.of.port if self.is_local else self.of
        return self.trace.jacobian(self.by, output, sample=sample)

    def _count(self) -> tuple[int, GradwireError | None]:
        """How many samples stay apart, or why they do not; neither where none can be meant."""
        step = self.trace.plan.step_of.get(self.by.node)
        is_parameter = step is not None and self.by.port in _parameters(step.module)
        if is_parameter or not _shape(self.trace, self.by):
            return 0, None
        try:
            return self.trace.samples(self.by, self.of), None
        except SamplesMix as error:
            return 0, error

    def _size(self, port: PortRef) -> int:
        return math.prod(size for size in _shape(self.trace, port) if isinstance(size, int))


def _shape(trace: Trace, port: PortRef) -> Shape:
    """The sizes of a port; none of one that the run does not know."""
    type_ = trace.types.get(port)
    return (type_.shape if type_ is not None else None) or ()


def _parameters(module: Module) -> set[str]:
    return {port.name for port in module.parameter_ports}
