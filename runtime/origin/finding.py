"""Walking a trace in the order of its steps up to the first number that is not finite.

An infinite number that was given, such as in an attention mask, is no trouble by itself: what it
makes infinite is passed over, what it makes NaN is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.moments import apart, at
from runtime.origin.leading import led_forward, led_reverse
from runtime.origin.records import Number, Origin
from runtime.records import Record, Step

if TYPE_CHECKING:
    from runtime.trace import Trace


def find_origin(trace: Trace) -> Origin | None:
    """The first number of a run that is NaN or infinite; None where all are finite.

    Sources and parameters come first, then the steps in their order, then the sums of gradients
    that no step reads.
    """
    if _is_all_finite(trace):
        return None
    given = list(_given(trace))
    wrong = next((origin for origin in given if np.isnan(origin.number)), None)
    found = wrong or next(_in_steps(trace, bool(given)), None) or next(_in_leaves(trace), None)
    if found is not None or not given:
        return found
    end = trace.values.get(trace.plan.end) if trace.plan.end is not None else None
    return given[0] if end is not None and not is_finite(end) else None


def _is_all_finite(trace: Trace) -> bool:
    """Whether a run is seen at a glance to hold no other number, as most runs are.

    Gradients over edges are parts of sums already. What a GPU holds is not copied for this.
    """
    if trace.failure is not None or trace.device != "cpu":
        return False
    few, many = trace.plan.floating
    for arrays in (trace.values, trace.gradients):
        small = map(arrays.__getitem__, few & arrays.keys())
        large = map(arrays.__getitem__, many & arrays.keys())
        together = np.concatenate([*small, ()], axis=None)
        if not all(map(is_finite, (together, *large))):
            return False
    return True


def is_finite(array: Array) -> bool:
    """Whether every entry is; integers and booleans are."""
    if array.dtype.kind != "f":
        return True
    host = to_numpy(array)
    if host.size == 1:  # a graph of single numbers has many of them
        return math.isfinite(host.item())
    return bool(np.isfinite(host).all())


def _given(trace: Trace) -> Iterator[Origin]:
    for source in trace.plan.sources:
        array = trace.values.get(source.slot)
        if array is None or is_finite(array):
            continue
        ref, t = apart(source.ref)
        module = trace.plan.flat.graph.module(ref.node)
        yield _origin("given", None, ref, t, module.name if module else "", array)


def _in_steps(trace: Trace, is_given: bool) -> Iterator[Origin]:
    for step in trace.steps:
        record = trace.records.get(at(step.node, step.t))
        if record is None:
            continue
        if step.phase == "forward":
            yield from _forward(step, record, is_given)
        elif step.phase == "reverse":
            yield from _sums(trace, step, record)
            yield from _reverse(step, record, is_given)


def _forward(step: Step, record: Record, is_given: bool) -> Iterator[Origin]:
    for place, array in enumerate(record.outs):
        if is_finite(array):
            continue
        if is_given and _is_handed_on(record.ins, array):
            continue
        ref = apart(record.step.writes[place])[0]
        made = _origin("forward", step, ref, step.t, record.step.module.name, array)
        yield _with(made, *led_forward(record, place, made.index))


def _is_handed_on(read: Sequence[Array], made: Array) -> bool:
    """Whether what is infinite, and nowhere NaN, was made from what was infinite already."""
    return not all(map(is_finite, read)) and not bool(np.isnan(to_numpy(made)).any())


def _sums(trace: Trace, step: Step, record: Record) -> Iterator[Origin]:
    for slot in record.step.outputs:
        if _adds_up_wrong(trace, slot):
            yield _sum(trace, slot, step, record.step.module.name)


def _reverse(step: Step, record: Record, is_given: bool) -> Iterator[Origin]:
    for place, part in enumerate(record.parts or ()):
        if part is None or is_finite(part):
            continue
        if is_given and _is_handed_on((*record.ins, *record.outs), part):
            continue
        ref = apart(record.step.reads[place])[0]
        made = _origin("reverse", step, ref, step.t, record.step.module.name, part)
        yield _with(made, *led_reverse(record, place, made.index))


def _in_leaves(trace: Trace) -> Iterator[Origin]:
    for slot in trace.gradients:
        if _adds_up_wrong(trace, slot):
            module = trace.plan.flat.graph.module(apart(trace.plan.owners[slot])[0].node)
            yield _sum(trace, slot, None, module.name if module else "")


def _adds_up_wrong(trace: Trace, slot: int) -> bool:
    """Whether finite parts, or opposite infinities, add up to what is not finite."""
    total = trace.gradients.get(slot)
    if total is None or is_finite(total):
        return False
    return not _is_handed_on(_parts(trace, slot), total)


def _sum(trace: Trace, slot: int, step: Step | None, module: str) -> Origin:
    """At a port where finite parts add up to what is none."""
    drawn, t = apart(trace.plan.owners[slot])
    made = _origin("sum", step, drawn, t, module, trace.gradients[slot])
    parts = (float(to_numpy(part)[made.index]) for part in _parts(trace, slot))
    return _with(made, [Number("part", drawn, made.index, part) for part in parts], 0)


def _parts(trace: Trace, slot: int) -> Sequence[Array]:
    return trace.terms.get(slot) or (trace.gradients[slot],)


def _origin(
    phase: str, step: Step | None, port: PortRef, t: int | None, module: str, array: Array
) -> Origin:
    """Names the first entry that is NaN, or else the first that is infinite."""
    host = to_numpy(array)
    wrong, nan = ~np.isfinite(host), np.isnan(host)
    first = int(np.flatnonzero(nan if nan.any() else wrong)[0])
    index = tuple(int(i) for i in np.unravel_index(first, host.shape))
    return Origin(
        phase,  # type: ignore[arg-type]  # a literal at every call
        None if step is None else step.index,
        port.node,
        module,
        t,
        port,
        index,
        float(host[index]),
        int(wrong.sum()),
        host.size,
    )


def _with(origin: Origin, led: list[Number], left_out: int) -> Origin:
    return replace(origin, led=tuple(led), left_out=left_out)
