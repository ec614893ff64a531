"""What a trace's slots feed, and the target again where some of them hold other numbers."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from runtime.feeds import Host
from runtime.numbering import PlanStep
from runtime.records import Record
from runtime.trace import Trace

_log = logging.getLogger("gradwire")


class Flow:
    """The steps of a trace of the CPU by the slots that they read, and the value in every slot."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.values: dict[int, Host] = {
            loaded.source.slot: loaded.array for loaded in trace.loaded.values()
        }
        self._readers: dict[int, list[int]] = {}
        self._kinks: dict[str, float] = {}
        for index, step in enumerate(trace.plan.forward):
            for slot in (*step.inputs, *step.states.values()):
                self._readers.setdefault(slot, []).append(index)
            if step.key in trace.records:
                self.values |= zip(step.outputs, trace.records[step.key].outs, strict=True)

    def steps_from(self, slots: Iterable[int]) -> tuple[PlanStep, ...]:
        """The steps that these slots feed, directly or through others, in their order."""
        forward = self.trace.plan.forward
        found: set[int] = set()
        waiting = list(slots)
        while waiting:
            for index in self._readers.get(waiting.pop(), ()):
                if index not in found:
                    found.add(index)
                    waiting.extend(forward[index].outputs)
        return tuple(forward[index] for index in sorted(found))

    def steps_between(self, slots: Iterable[int], end: int) -> tuple[PlanStep, ...]:
        """Those of them that feed the slot `end`."""
        read = {end}
        found = []
        for step in reversed(self.steps_from(slots)):
            if not read.isdisjoint(step.outputs):
                read.update(step.inputs, step.states.values())
                found.append(step)
        return tuple(reversed(found))

    def kink_distance(self, key: str) -> float:
        """How near a step that ran, by its address, is to its nearest kink; worked out once."""
        if key not in self._kinks:
            self._kinks[key] = kink_distance(self.trace, key)
        return self._kinks[key]


class Replay:
    """The target of a trace with other numbers in some slots; only what they feed runs again.

    After each run `is_near_kink` says whether a node's inputs moved by as much as they are away
    from a kink.
    """

    def __init__(self, flow: Flow, slots: Iterable[int], end: int) -> None:
        self.is_near_kink = False
        self._values = flow.values
        self._end = end
        steps = flow.steps_between(slots, end)
        self._records = [flow.trace.records[step.key] for step in steps]
        self._near = [flow.kink_distance(step.key) for step in steps]

    def run(self, given: Mapping[int, Host]) -> Host | None:
        """The target's value; None where a step cannot be made."""
        self.is_near_kink = False
        values = {**self._values, **given}
        for record, near in zip(self._records, self._near, strict=True):
            step = record.step
            ins = tuple(values[slot] for slot in step.inputs)
            ctx = replace(record.context, kept={}, updates={})
            try:
                outs = step.module.forward(ctx, ins)
            except Exception as error:  # a module may refuse numbers; differences then say nothing
                _log.debug("%s: a probe failed", step.node, exc_info=error)
                return None
            values.update(zip(step.outputs, outs, strict=True))
            if near < math.inf and near <= 2 * _moved(record, ins):
                self.is_near_kink = True
        return values[self._end]


def _moved(record: Record, ins: tuple[Host, ...]) -> float:
    """The greatest distance of any input from where it was."""
    pairs = zip(ins, record.ins, strict=True)
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in pairs if a is not b)


def kink_distance(trace: Trace, key: str) -> float:
    """How near a step that ran, by its address, is to its nearest kink."""
    record = trace.records.get(key)
    if record is None:
        return math.inf
    ctx = replace(record.context, kept={}, updates={})
    return record.step.module.kink_distance(ctx, record.ins)
