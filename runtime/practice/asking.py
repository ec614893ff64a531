"""What a step of a run can be asked: values forward; sums and parts of gradients in reverse."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.explaining.expression import Expression, Name, derivative
from runtime.explaining.naming import Names
from runtime.explaining.nodes import NodeTelling
from runtime.explaining.plain import plain
from runtime.explaining.pulling import LOSS
from runtime.explaining.tensors import MAX_COLUMNS, MAX_ROWS
from runtime.feeds import Host
from runtime.moments import at, moment

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.records import Step
    from runtime.trace import Trace

Kind = Literal["value", "sum", "part"]
MOST_TYPED = 6
"""Of an answer with more entries the shape is asked."""
SUM = "sum"
ASKED = ("forward", "reverse")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be found: the value at an output port, the gradient there as the sum over its
    edges, or the part of a gradient over the edge that ends at an input port.

    `node` is the step's key in the run (`one/lin`, `h@3`), `port` what it writes or reads there,
    by its address, `name` what the port is called in a formula.
    `scale` is how large the numbers are that go in, `near` has the shapes of what goes in.
    """

    kind: Kind
    node: str
    port: PortRef
    name: str
    answer: Host = field(compare=False)
    scale: float = field(default=0.0, compare=False)
    near: tuple[tuple[int, ...], ...] = field(default=(), compare=False)

    @property
    def part(self) -> str:
        """The part of the step that shows it: `sum`, an input port, "" for the whole step."""
        return {"value": "", "sum": SUM, "part": self.port.port}[self.kind]

    @property
    def by_shape(self) -> bool:
        """Whether the shape is asked: there are too many numbers to be typed, or to be read."""
        return not (all(map(is_readable, self.near)) and 0 < self.answer.size <= MOST_TYPED)

    @property
    def left(self) -> Expression:
        """The left side of its equation: `x1`, or `∂L/∂x1`."""
        name = Name(self.name)
        return name if self.kind == "value" else derivative(LOSS, name)

    @property
    def text(self) -> str:
        """The left side as text."""
        return plain(self.left).lines[0]


def is_readable(shape: tuple[int, ...]) -> bool:
    """Whether a formula shows all numbers of a tensor."""
    fits = map(operator.le, shape[::-1], (MAX_COLUMNS, MAX_ROWS))
    return len(shape) <= 2 and all(fits)


def asked_by(trace: Trace, step: Step) -> Iterator[Question]:
    """What a step shows, in the order of its parts, by the names that stand where the node does.

    A gradient that came back over one edge alone is no sum and is not asked again.
    """
    key = at(step.node, step.t)
    record = trace.records.get(key)
    if record is None or step.phase not in ASKED:
        return
    names, planned = Names(trace, key.rpartition("/")[0]), record.step
    if step.phase == "forward":
        yield from _values(trace, names, planned)
        return
    parts = trace.parts(step)
    if SUM in parts:
        yield from _sums(trace, planned)
    ins = [to_numpy(array) for array in record.ins]
    for port, ref in zip(planned.input_names, planned.reads, strict=True):
        found = trace.part(ref)
        if ref.port in parts and found is not None:
            arriving = [trace.gradient(out) for out in planned.writes]
            near = (*_shapes(arriving), planned.shapes[port], *_shapes(ins))
            yield Question("part", key, ref, names.part(ref), found, _largest(arriving), near)


def asked_of_instance(trace: Trace, address: str, t: int | None, phase: str) -> Iterator[Question]:
    """What all steps inside an instance show outside it: its outputs, or its inputs' gradients."""
    if phase not in ASKED:
        return
    plan, key = trace.plan, at(address, t)
    names = Names(trace, address.rpartition("/")[0])
    ends = plan.flat.outputs if phase == "forward" else plan.flat.inputs
    own = [_timed(trace, ref, t) for ref in ends if ref.node == address]
    around = [_timed(trace, ref, t) for ref in plan.flat.inputs if ref.node == address]
    near = _shapes([trace.value(ref) for ref in around])
    for ref in own:
        if phase == "forward":
            name = names.output(ref)
            name = name.removesuffix(f".{ref.port}") if len(own) == 1 else name
            yield Question("value", key, ref, name, trace.value(ref), 0.0, near)
            continue
        found = trace.part(ref)
        if found is not None:
            yield Question("part", key, ref, names.part(ref), found, 0.0, near)


def _timed(trace: Trace, ref: PortRef, t: int | None) -> PortRef:
    return ref if t is None or trace.plan.times(ref) is None else moment(ref, t)


def _values(trace: Trace, names: Names, step: PlanStep) -> Iterator[Question]:
    ins = [to_numpy(array) for array in trace.records[step.key].ins]
    for ref in step.writes:
        if trace.plan.slot_of[ref] in trace.values:
            value = trace.value(ref)
            yield Question(
                "value", step.key, ref, names.output(ref), value, _largest(ins), _shapes(ins)
            )


def _sums(trace: Trace, step: PlanStep) -> Iterator[Question]:
    telling = NodeTelling(trace, step.key)
    found = (sum_at(trace, telling, ref) for ref in step.writes)
    return (question for question in found if question is not None)


def sum_at(trace: Trace, telling: NodeTelling, ref: PortRef) -> Question | None:
    """The question for the sum of what comes back to an output; None where nothing is added."""
    total = trace.gradient(ref)
    parts = [part for _, part in telling.parts(ref)] if total is not None else []
    if total is None or len(parts) < 2:
        return None
    name, near = telling.names.output(ref), _shapes(parts)
    return Question("sum", telling.key, ref, name, total, _largest(parts), near)


def _largest(arrays: list[Host | None] | list[Host]) -> float:
    """The greatest finite size among the numbers that go in."""
    sizes = (np.abs(a[np.isfinite(a)]) for a in arrays if a is not None and a.dtype.kind == "f")
    return max((float(size.max()) for size in sizes if size.size), default=0.0)


def _shapes(arrays: list[Host | None] | list[Host]) -> tuple[tuple[int, ...], ...]:
    return tuple(array.shape for array in arrays if array is not None)
