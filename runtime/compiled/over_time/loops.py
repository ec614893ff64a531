"""A loop over time: its nodes step by step, but the products for its weights at once for all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.compiled import units
from runtime.compiled.over_time.stacks import beside
from runtime.compiled.site import Lowered, Site
from runtime.compiled.units import Unit
from runtime.modules.algebra import MatMul
from runtime.modules.layers import Linear

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

Reads = frozenset[tuple[int, int]]
"""Places among a step's inputs, and the slots that are read there."""


@dataclass(frozen=True, eq=False)
class Loop:
    """The steps of nodes that lead to each other, in the order in which they run.

    `inputs` are the slots that they read of others, `outputs` those that others read of them.
    """

    steps: tuple[PlanStep, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    wants: Collection[int]

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """Step by step; the gradients of weights are put off until all steps are done."""
        waiting: dict[str, _Waiting] = {}
        unchanged = self._unchanged()
        inner = [self._unit(step, unchanged[step.node], waiting) for step in self.steps]
        read = Counter(slot for step in self.steps for slot in step.inputs)
        homes = {
            slot: site.gradient(place)
            for place, slot in enumerate(self.inputs)
            if site.need[place] and read[slot] > 1
        }
        walk = site.walk(inner, dict(zip(self.inputs, ins, strict=True)), homes)
        walk.forward()

        def pull(gouts: tuple[Array | None, ...]) -> list[Array | None]:
            arrived = zip(self.outputs, gouts, strict=True)
            walk.totals.update((slot, gout) for slot, gout in arrived if gout is not None)
            walk.reverse()
            for one in waiting.values():
                for place, part in one.products(site, walk.gradient):
                    walk.arrive(one.step.inputs[place], part)
            return [
                walk.totals.get(slot) if need else None
                for slot, need in zip(self.inputs, site.need, strict=True)
            ]

        return tuple(walk.values[slot] for slot in self.outputs), pull

    def _unchanged(self) -> dict[str, Reads]:
        """What each node reads of others in the same place at all its steps."""
        given = frozenset(self.inputs)
        found: dict[str, Reads] = {}
        for step in self.steps:
            own = frozenset(read for read in enumerate(step.inputs) if read[1] in given)
            found[step.node] = found.get(step.node, own) & own
        return found

    def _unit(self, step: PlanStep, unchanged: Reads, waiting: dict[str, _Waiting]) -> Unit:
        unit = units.single(step, self.wants)
        places = _weights(step, unchanged)
        if not any(unit.need[place] for place in places):
            return unit
        one = waiting.setdefault(step.node, _Waiting(step, unit.need))
        return replace(unit, lower=partial(one.lower, unit))


def _weights(step: PlanStep, unchanged: Reads) -> tuple[int, ...]:
    """Which inputs of a step are weights that all steps multiply with, and their bias."""
    module, (_, *reads) = step.module, enumerate(step.inputs)
    if not unchanged.issuperset(reads):
        return ()
    if isinstance(module, Linear):
        return tuple(place for place, _ in reads)
    return (1,) if isinstance(module, MatMul) and len(step.shapes["b"]) == 2 else ()


@dataclass(eq=False)
class _Waiting:
    """One node's weights: what was multiplied with them at each step, and what came back."""

    step: PlanStep
    need: tuple[bool, ...]
    pairs: list[tuple[Array, Array]] = field(default_factory=list)

    def lower(self, unit: Unit, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """One step, whose pull leaves the weights out."""
        need = (site.need[0], *(False for _ in ins[1:]))
        site.need = need
        outs, pull_one = unit.lower(site, ins)

        def pull(gouts: tuple[Array | None, ...]) -> Sequence[Array | None]:
            (gradient,) = gouts
            assert gradient is not None
            self.pairs.append((ins[0], gradient))
            return pull_one(gouts) if need[0] else (None,) * len(ins)

        return outs, pull

    def products(self, site: Site, gradient: Callable[[int], Array]) -> Iterator[tuple[int, Array]]:
        """Inputs and their gradients; `gradient` says where that of a slot is written."""
        if not self.pairs:
            return
        x, back = (self._rows(site, arrays) for arrays in zip(*self.pairs, strict=True))
        is_linear = isinstance(self.step.module, Linear)
        ones = site.xp.ones(len(back), site.dtype)
        weight = (back.T, x) if is_linear else (x.T, back)
        for place, (one, other) in ((1, weight), (2, (ones, back))):
            if self.need[place : place + 1] == (True,):
                found = gradient(self.step.inputs[place])
                site.call(site.xp.dot, one, other, found)
                yield place, found

    def _rows(self, site: Site, arrays: Sequence[Array]) -> Array:
        """The rows of all steps, one below the other."""
        shape = (len(arrays), *arrays[0].shape)
        found = site.make(shape)
        beside(site, arrays, found)
        return found.reshape(math.prod(shape[:-1]), shape[-1])
