"""The layers of a run: who owns trainable tensors, and how large their gradients are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.feeds import Host
from runtime.health.records import Layer
from runtime.moments import at
from runtime.trained import trained_slots

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.trace import Trace


def norm(array: Host) -> float:
    """The Euclidean norm over all entries, in float64; infinite where its square overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm(np.asarray(array, dtype=np.float64).ravel()))


def layers_of(trace: Trace) -> Iterator[Layer]:
    """All layers in the order in which the forward pass first reads them."""
    owners = trained(trace.plan)
    last, arrivals = _last_layers(trace.plan, owners), _arrivals(trace)
    turn = next((s.index for s in trace.steps if s.phase == "reverse"), len(trace.steps))
    norms: dict[str, float] = {}
    found = []
    for node, ports in owners.items():
        gradients = [trace.gradient(port) for port in ports]
        here = [array for array in gradients if array is not None]
        if here:
            norms[node] = norm(np.array([norm(array) for array in here]))
        numbers = sum(trace.value(port).size for port in ports)
        found.append((node, ports, numbers, _over_time(trace, ports)))
    for node, ports, numbers, over_time in found:
        end = last.get(node, node)
        ratio = _ratio(norms.get(node), norms.get(end))
        step = max(arrivals.get(trace.plan.slot_of[port], turn) for port in ports)
        yield Layer(node, ports, numbers, norms.get(node), end, ratio, over_time, step)


def _arrivals(trace: Trace) -> Mapping[int, int]:
    """The last reverse step that adds to the gradient of each slot."""
    found: dict[int, int] = {}
    for step in trace.steps:
        record = trace.records.get(at(step.node, step.t))
        if step.phase == "reverse" and record is not None and record.parts is not None:
            for slot, part in zip(record.step.inputs, record.parts, strict=True):
                if part is not None:
                    found[slot] = step.index
    return found


def trained(plan: Plan) -> dict[str, tuple[PortRef, ...]]:
    """The trainable tensors that stand in a plan, by the address of the node that owns them."""
    slots = trained_slots(plan)
    rank = _first_reads(plan)
    found: dict[str, tuple[PortRef, ...]] = {}
    for ref in sorted(slots, key=lambda ref: rank.get(slots[ref], len(plan.forward))):
        found[ref.node] = (*found.get(ref.node, ()), ref)
    return found


def _first_reads(plan: Plan) -> Mapping[int, int]:
    """The step that reads each slot first."""
    found: dict[int, int] = {}
    for index, step in enumerate(plan.forward):
        for slot in step.inputs:
            found.setdefault(slot, index)
    return found


def _last_layers(plan: Plan, owners: Mapping[str, tuple[PortRef, ...]]) -> dict[str, str]:
    """For each layer the one that is read last on its ways to the target.

    One walk back over the steps: what leads into a step leads to the layer behind it that is
    read latest, or else to the one that this step reads itself.
    """
    owner = {plan.slot_of[ref]: node for node, refs in owners.items() for ref in refs}
    index = {step.key: place for place, step in enumerate(plan.forward)}
    latest: dict[int, tuple[int, str]] = {}
    for step in plan.reverse:
        behind = [latest[slot] for slot in step.outputs if slot in latest]
        own = [(index[step.key], owner[slot]) for slot in step.inputs if slot in owner]
        best = max(behind or own, default=None)
        for slot, need in zip(step.inputs, step.need, strict=True):
            if best is not None and need:
                latest[slot] = max(latest.get(slot, best), best)
    return {node: latest[slot][1] for slot, node in owner.items() if slot in latest}


def _ratio(mine: float | None, others: float | None) -> float | None:
    """Nothing is said beside a gradient that is 0 or not finite."""
    if mine is None or not others or not np.isfinite(others):
        return None
    return mine / others


def _over_time(trace: Trace, ports: tuple[PortRef, ...]) -> tuple[float, ...]:
    """The norm of what each time step adds to the gradients of a layer."""
    if trace.time_steps is None:
        return ()
    parts = [trace.gradient_over_time(port) for port in ports]
    found = [[norm(step) for step in part] for part in parts if part is not None]
    return tuple(norm(np.array(step)) for step in zip(*found, strict=True))
