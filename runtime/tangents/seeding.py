"""The seed of a tangent: at which port it enters a run, and in which direction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.initialise import sizes
from graph.port import PortRef, show_shape
from graph.tensor import Tensor
from runtime.asked_port import asked_port
from runtime.errors import FeedError
from runtime.feeds import Host, tensor_array
from runtime.moments import apart, moment
from runtime.values import BadValue, parse_value

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.trace import Trace

Places = dict[PortRef, Host]


@dataclass(frozen=True, slots=True)
class Seed:
    """A direction at a port: one entry (`index`), an own `vector`, or all ones.

    `port` is a drawn port. At an output, or a parameter that its node owns, all edges carry the
    seed on; at a wired input port its edge alone. A port inside time has time as axis 0, as
    `Trace.value` gives it.
    """

    port: PortRef
    index: tuple[int, ...] | None = None
    vector: Tensor | None = None

    def direction(self, shape: tuple[int, ...], dtype: str) -> Host:
        """The seed as an array of a port's shape; raises `FeedError` where it does not fit."""
        if self.vector is not None:
            array = np.array(tensor_array(self.vector), np.dtype(dtype))
            if array.shape != shape:
                raise self._unfit(show_shape(array.shape), show_shape(shape))
            return array
        if self.index is None:
            return np.ones(shape, np.dtype(dtype))
        if len(self.index) != len(shape) or not all(
            0 <= i < size for i, size in zip(self.index, shape, strict=True)
        ):
            raise self._unfit(
                f"the index {list(self.index)}", f"one of an entry of {show_shape(shape)}"
            )
        array = np.zeros(shape, np.dtype(dtype))
        array[self.index] = 1
        return array

    def _unfit(self, found: str, expected: str) -> FeedError:
        text = f"{self.port}: found a tangent {found}, expected {expected}."
        return FeedError(text, node=self.port.node)


def parse_seed(trace: Trace, text: str) -> Seed:
    """A seed as a person types it: `PORT` for ones, or `PORT=VALUE` as values are written.

    Raises `FeedError` where the value cannot be read.
    """
    name, equals, written = text.partition("=")
    port = asked_port(trace, name.strip())
    if not equals:
        return Seed(port)
    try:
        array = parse_value(written, trace.dtype).array()
    except BadValue as error:
        raise FeedError(str(error).replace("value:", f"{port}:", 1), node=port.node) from None
    return Seed(port, vector=Tensor.of(array))


def seed_shape(plan: Plan, port: PortRef) -> tuple[int, ...]:
    """The shape of a seed at a port; raises `FeedError` where no tangent can enter."""
    times = plan.drawn_times(port)
    slot = plan.slot_of.get(port if times is None else moment(port, times[0]))
    if slot is None:
        raise FeedError(f"{port}: found no such port in the run.", node=port.node)
    type_ = plan.slots[slot]
    if not type_.is_floating or is_state(plan, port):
        found = type_.dtype if not type_.is_floating else "a state"
        raise FeedError(
            f"{port}: found {found}, expected a floating port. It has no tangent.", node=port.node
        )
    return sizes(type_) if times is None else (len(times), *sizes(type_))


def can_seed(plan: Plan, port: PortRef) -> bool:
    """Whether a tangent can enter at a port."""
    try:
        seed_shape(plan, port)
    except FeedError:
        return False
    return True


def is_state(plan: Plan, port: PortRef) -> bool:
    """Whether a port holds what training updates without a gradient."""
    step = plan.step_of.get(apart(port)[0].node)
    return step is not None and port.port in step.states


def seeded(trace: Trace, seed: Seed) -> tuple[dict[int, Host], Places]:
    """The seed by slot, and by the addresses of input ports where it enters at one edge alone."""
    plan = trace.plan
    shape = seed_shape(plan, seed.port)
    direction = seed.direction(shape, trace.dtype)
    if not math.prod(shape):
        raise FeedError(
            f"{seed.port}: found no entry in {show_shape(shape)}, expected one to seed.",
            node=seed.port.node,
        )
    times = plan.drawn_times(seed.port)
    refs = [seed.port] if times is None else [moment(seed.port, t) for t in times]
    parts = [direction] if times is None else [np.asarray(part) for part in direction]
    slots: dict[int, Host] = {}
    edges: Places = {}
    is_zero = not direction.any()
    for ref, part in zip(refs, parts, strict=True):
        if not is_zero and not part.any():
            continue  # nothing enters at this time step
        if plan.feeder(ref) is None:
            slot = plan.slot_of[ref]
            slots[slot] = slots[slot] + part if slot in slots else part
        else:
            edges |= dict.fromkeys(plan.inner_inputs(ref), part)
    return slots, edges
