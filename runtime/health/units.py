"""Which units of an activation rest: what comes in changes nothing of what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.feeds import Host
from runtime.health.records import Activation
from runtime.modules.door import Differentiable
from runtime.records import Record

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.trace import Trace

FLAT = 0.05
"""A saturated entry has less than this share of the activation's steepest derivative."""


def activations_of(trace: Trace) -> Iterator[Activation]:
    """What rests at every node whose module can."""
    steps: dict[str, list[Record]] = {}
    for step in trace.plan.forward:
        if _can_rest(step.module) and step.key in trace.records:
            steps.setdefault(step.node, []).append(trace.records[step.key])
    writers = _writers(trace.plan) if steps else {}
    done = {step.node: step.index for step in trace.steps if step.phase == "forward"}
    for node, records in steps.items():
        found = _activation(records, unit_axis(records[0].step, writers))
        yield replace(found, step=done[node])


def _can_rest(module: Differentiable) -> bool:
    """Whether a module is an activation that says when it rests."""
    return module.dies or module.steepest > 0


def unit_axis(step: PlanStep, writers: dict[int, PlanStep]) -> int:
    """The axis of an activation's output along which its units lie: the last, or the channels'.

    The layer that writes what comes in says it (`unit_axis`), through steps that keep the rank.
    """
    at: PlanStep | None = step
    rank = len(step.shapes[step.output_names[0]])
    while at is not None:
        declared = at.module.unit_axis
        if declared is not None:
            return declared if declared < rank else -1
        at = writers.get(at.inputs[0]) if at.inputs else None
        if at is not None and len(at.shapes[at.output_names[0]]) != rank:
            return -1
    return -1


def _writers(plan: Plan) -> dict[int, PlanStep]:
    return {slot: step for step in plan.forward for slot in step.outputs}


def _activation(records: list[Record], axis: int) -> Activation:
    """All time steps of one node: a unit that lives at one of them is not dead."""
    step = records[0].step
    module = step.module
    port = PortRef(step.node, step.output_names[0])
    slopes = np.stack([_slopes(record) for record in records])
    if module.steepest > 0:
        flat = slopes < FLAT * module.steepest
        return Activation(step.node, port, "saturated", int(flat.sum()), flat.size)
    rests = slopes == 0
    if rests.ndim == 1:  # a scalar at each time step is one unit
        return Activation(step.node, port, "dead", int(rests.all()), 1)
    units = np.moveaxis(rests, axis if axis < 0 else axis + 1, -1)
    units = units.reshape(-1, units.shape[-1]).all(axis=0)
    dead = int(units.sum()) if rests.size else 0
    return Activation(step.node, port, "dead", dead, units.size)


def _slopes(record: Record) -> Host:
    """|dy/dx| entry by entry."""
    step, module = record.step, record.step.module
    with np.errstate(all="ignore"):
        slope = module.bend(record.context, record.kept())
    shape = step.shapes[step.output_names[0]]
    return np.broadcast_to(np.abs(np.asarray(to_numpy(slope))), shape)
