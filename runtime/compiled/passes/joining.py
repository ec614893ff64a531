"""Two modules joined to one that computes both at once, where a module says that there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runtime.compiled.passes.whole import readers_of
from runtime.numbering import PlanStep


def join(steps: Sequence[PlanStep], end: int | None) -> tuple[list[PlanStep], dict[str, str]]:
    """The steps that remain; which step each other is a part of now.

    A step goes into the only one that reads it, through its first input.
    """
    readers = readers_of(steps)
    makers = {step.outputs[0]: step for step in steps if len(step.outputs) == 1}
    joined: dict[str, str] = {}
    found: dict[str, PlanStep] = {}
    for step in steps:
        before = makers.get(step.inputs[0]) if step.inputs else None
        if before is None or before.t != step.t or before.outputs[0] == end:
            continue
        alone = len(readers[before.outputs[0]]) == 1 and step.inputs.count(before.outputs[0]) == 1
        both = _both(before, step) if alone else None
        if both is not None:
            found[step.key], joined[before.key] = both, step.key
    return [found.get(step.key, step) for step in steps if step.key not in joined], joined


def _both(before: PlanStep, step: PlanStep) -> PlanStep | None:
    if len(before.inputs) != 1:
        return None
    module = step.module.joined_with(before.module, before.shapes[before.input_names[0]])
    if module is None:
        return None
    return replace(
        step,
        module=module,
        inputs=(*before.inputs, *step.inputs[1:]),
        reads=(*before.reads, *step.reads[1:]),
        need=(*before.need, *step.need[1:]),
    )
