"""A node without a loop, for all its time steps at once: time is one more axis of its tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from graph.module import Module
from runtime.array import Array
from runtime.bypass import Bypass
from runtime.compiled import units
from runtime.compiled.over_time.stacks import Comes, PullAll, total
from runtime.compiled.site import Site
from runtime.modules.algebra import MatMul
from runtime.modules.door import Elementwise, repeated

if TYPE_CHECKING:
    from runtime.numbering import PlanStep


@dataclass(frozen=True)
class Series:
    """A node's steps as one. `step` stands for all: its tensors have time in front.

    `varies` says which inputs change from step to step.
    """

    step: PlanStep
    varies: tuple[bool, ...]

    def lower(self, site: Site, ins: tuple[Array, ...]) -> tuple[Sequence[Array], PullAll]:
        """As the module says it of larger tensors; inputs and outputs are stacks."""
        step = self.step
        site.shapes = step.shapes
        shapes = [step.shapes[name] for name in step.input_names]
        viewed = tuple(
            site.contiguous(array).reshape(shape) if varies else array
            for array, shape, varies in zip(ins, shapes, self.varies, strict=True)
        )
        (y,), pull_one = units.lower(step, site, viewed)
        (name,), (slot,) = step.output_names, step.outputs
        whole = site.sizes_of(slot)

        def pull(comes: Sequence[Comes]) -> Sequence[Array | None]:
            arrived = total(site, whole, comes[0])
            assert arrived is not None
            parts = pull_one((site.contiguous(arrived).reshape(step.shapes[name]),))
            return [
                part if part is None or not varies else self._given(site, part, shape, array.shape)
                for part, shape, varies, array in zip(parts, shapes, self.varies, ins, strict=True)
            ]

        return (site.contiguous(y).reshape(whole),), pull

    def _given(
        self, site: Site, part: Array, shape: tuple[int, ...], stack: tuple[int, ...]
    ) -> Array:
        """A stack's gradient: what was repeated within each step is summed."""
        if part.shape != shape:
            found = site.make(shape)
            axes = repeated(part.shape, shape)
            site.call(np.add.reduce, part, axes, None, found, True)
            part = found
        return site.contiguous(part).reshape(stack)


def series(steps: Sequence[PlanStep], varies: tuple[bool, ...]) -> Series | None:
    """A node's steps as one; None where its module cannot be asked for all at once."""
    first = steps[0]
    module = first.module
    alike = all(step.module is module and step.shapes == first.shapes for step in steps)
    if not alike or module.is_random or first.states or not any(varies):
        return None
    shapes = _shapes(first, len(steps), varies)
    return None if shapes is None else Series(replace(first, t=None, shapes=shapes), varies)


def _shapes(
    step: PlanStep, steps: int, varies: tuple[bool, ...]
) -> dict[str, tuple[int, ...]] | None:
    """The shapes of a node's ports with all steps in them; None where it cannot be."""
    module, shapes = step.module, step.shapes
    given = [shapes[name] for name in step.input_names]
    (name,) = step.output_names if len(step.output_names) == 1 else ("",)
    if not name:
        return None
    out = shapes[name]
    if varies[0] and not any(varies[1:]) and _is_same_for_each(module):
        return {**shapes, step.input_names[0]: (steps, *given[0]), name: (steps, *out)}
    if isinstance(module, MatMul) and varies == (True, False) and len(given[1]) == 2:
        rows = steps * math.prod(given[0][:-1])
        return {**shapes, "a": (rows, given[0][-1]), name: (rows, out[-1])}
    if isinstance(module, Bypass) or (
        isinstance(module, Elementwise) and not module.parameter_ports
    ):
        found = {**shapes, name: (steps, *out)}
        for port, shape, does in zip(step.input_names, given, varies, strict=True):
            if does:
                found[port] = (steps, *(1,) * (len(out) - len(shape)), *shape)
        return found
    return None


def _is_same_for_each(module: Module) -> bool:
    """Whether a module does the same to each entry of any leading axes of its first input.

    Read from the signature: `x[*s, k], weight[o, k] -> y[*s, o]`; or it counts its axis from the
    end. Its other inputs are parameters.
    """
    first, *others = module.wired_ports
    (y,) = module.output_ports
    if not first.dims or first.dims[:1] != y.dims[:1] or str(first.dims[0])[0] != "*":
        return False
    axis = module.settings.get("axis")
    from_end = isinstance(axis, int) and axis < 0 and not others
    are_own = all(port.role == "parameter" and "*" not in str(port.dims) for port in others)
    return from_end or (len(y.dims) > 1 and are_own)
