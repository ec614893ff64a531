"""Where a trace has no gradient, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from graph.port import PortRef

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.trace import Trace

Why = Literal["no path", "not differentiable"]


def why_none(trace: Trace, ref: PortRef) -> Why | None:
    """Why nothing came back to an address; None where something did, or nothing was asked."""
    plan = trace.plan
    slot = plan.slot_of[ref]
    step, _ = plan.reader(ref)
    if not plan.slots[slot].is_floating or (step and ref.port in step.states):
        return "not differentiable"
    if trace.came_back(ref) is not None or not trace.has_reverse:
        return None
    readers = _waiting(trace)
    if step is not None and ref in step.reads:
        readers = [reader for reader in readers if reader is step]
    return None if any(slot in reader.inputs for reader in readers) else "no path"


def _waiting(trace: Trace) -> list[PlanStep]:
    """Reverse steps that a run which ended early did not come to."""
    plan, records = trace.plan, trace.records
    pushed = 0 if trace.push is None else len(trace.push.steps)
    done = len(trace.steps) - pushed
    if done == len(plan.forward) + len(plan.reverse) and trace.failure is None:
        return []
    return [
        step for step in plan.reverse if step.key not in records or records[step.key].parts is None
    ]
