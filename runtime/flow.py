"""What a trace's slots feed: made once, so that each leaf asks only for what hangs on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from runtime.feeds import Host
from runtime.plan import PlanStep
from runtime.trace import Trace


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
            if step.node in trace.records:
                self.values |= zip(step.outputs, trace.records[step.node].outs, strict=True)

    def steps_from(self, slot: int) -> tuple[PlanStep, ...]:
        """The steps that a slot feeds, directly or through others, in their order."""
        forward = self.trace.plan.forward
        found: set[int] = set()
        waiting = [slot]
        while waiting:
            for index in self._readers.get(waiting.pop(), ()):
                if index not in found:
                    found.add(index)
                    waiting.extend(forward[index].outputs)
        return tuple(forward[index] for index in sorted(found))

    def read_by(self, steps: tuple[PlanStep, ...]) -> Mapping[int, Host]:
        """The values that these steps read and none of them makes."""
        made = {slot for step in steps for slot in step.outputs}
        read = {slot for step in steps for slot in (*step.inputs, *step.states.values())}
        return {slot: self.values[slot] for slot in read - made}

    def kink_distance(self, node: str) -> float:
        """How near a node that ran is to its nearest kink; worked out once."""
        if node not in self._kinks:
            self._kinks[node] = kink_distance(self.trace, node)
        return self._kinks[node]


def kink_distance(trace: Trace, node: str) -> float:
    """How near a node that ran is to its nearest kink."""
    record = trace.records.get(node)
    if record is None:
        return math.inf
    ctx = replace(record.context, kept={}, updates={})
    return record.step.module.kink_distance(ctx, record.ins)
