"""Nodes inside time are changed at all their steps or at none, so that loops stay regular."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runtime.numbering import PlanStep


def readers_of(steps: Iterable[PlanStep]) -> Mapping[int, list[PlanStep]]:
    """The steps that read each slot."""
    found: dict[int, list[PlanStep]] = {}
    for step in steps:
        for slot in dict.fromkeys(step.inputs):
            found.setdefault(slot, []).append(step)
    return found


def steps_of(steps: Iterable[PlanStep]) -> Mapping[str, list[PlanStep]]:
    """The steps of each drawn node, in order."""
    found: dict[str, list[PlanStep]] = {}
    for step in steps:
        found.setdefault(step.node, []).append(step)
    return found


def reached(steps: Sequence[PlanStep], slots: Iterable[int], nodes: Iterable[str]) -> set[str]:
    """The nodes that `slots` feed at any step, directly or through others, and `nodes` with all
    that those feed.
    """
    readers, own = readers_of(steps), steps_of(steps)
    found: set[str] = set()
    waiting = list(nodes)
    waiting += [step.node for slot in slots for step in readers.get(slot, ())]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            for step in own[node]:
                waiting += [r.node for slot in step.outputs for r in readers.get(slot, ())]
    return found
