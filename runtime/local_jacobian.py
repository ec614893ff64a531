"""The derivative of one node's output by one of its ports, at the values of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graph.initialise import sizes
from graph.port import PortRef
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.maps import LinearMap, Zero, sample_of
from runtime.modules.context import Context, scipy_special
from runtime.paths import EDGE, Hop
from runtime.samples import ask_apart, ask_sample

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.records import Record


def local_jacobian(
    plan: Plan, record: Record, port: str, output: str, sample: int | None = None
) -> LinearMap:
    """Made on the CPU whatever the device, so that what is read from it is NumPy's.

    Of a port that the node does not read (it is bypassed by another) it is zero. With `sample` it
    is that block alone; raises `SamplesMix`, or IndexError where there is no such sample.
    """
    step = record.step
    if sample is not None:
        ask_sample(sample, ask_apart(plan, Hop(step, port, output, EDGE, EDGE)))
    if port not in step.input_names:
        made, read = (plan.slots[plan.slot_of[PortRef(step.key, p)]] for p in (output, port))
        zero = Zero(sizes(made), sizes(read), dtype=made.dtype)
        return zero if sample is None else sample_of(zero, sample, zero.in_shape[0])
    ctx, kept = _on_host(record)
    with np.errstate(all="ignore"):
        if sample is None:
            return step.module.jacobian(ctx, port, output, kept)
        return step.module.sample_jacobian(ctx, port, output, kept, sample)


def _on_host(record: Record) -> tuple[Context, Mapping[str, Array]]:
    """What a module's Jacobian reads."""
    ctx, kept = record.context, record.kept()
    if ctx.xp is np:
        return ctx, kept
    state = {name: to_numpy(array) for name, array in ctx.state.items()}
    host = replace(ctx, xp=np, load_special=scipy_special, state=state)
    return host, {name: to_numpy(array) for name, array in kept.items()}
