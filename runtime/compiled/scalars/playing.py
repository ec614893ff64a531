"""A region in one program: its function between two passes, and what helps it out."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.compiled.scalars import stretches
from runtime.compiled.scalars.by_modules import ByModules
from runtime.compiled.scalars.writing import Begin, Numbers

if TYPE_CHECKING:
    from runtime.compiled.scalars.region import Region

REFUSALS = (ArithmeticError, ValueError)
"""What Python raises where NumPy would go on with an infinite number or NaN."""


class Playing:
    """Runs a region forward and back, once per step of training.

    Where Python refuses a number, the modules compute this step instead, so that what comes out is
    theirs. `arriving` are the left slots whose gradients come back.
    """

    def __init__(self, region: Region) -> None:
        self._region = region
        self.arriving: tuple[int, ...] = ()
        self._begin: Begin | None = None
        self._numbers: Numbers = ()
        self._running: Generator[Numbers, Numbers, None] | None = None
        self._modules: ByModules | None = None

    def forward(self, ins: tuple[Array, ...], outs: tuple[Array, ...]) -> None:
        """What is left behind, from what is read; both in 1-d arrays."""
        if self._begin is None:
            self._begin = self._region.function(self.arriving).begin
        self._modules = None
        self._numbers = stretches.read(ins)
        self._running = self._begin(self._numbers)
        try:
            found = next(self._running)
        except REFUSALS:
            found = self._by_modules().values(self._region.body.leaves)
        stretches.put(outs, found)

    def reverse(self, gouts: tuple[Array, ...], parts: tuple[Array, ...]) -> None:
        """The gradients of what is read, from those of what is left; both in 1-d arrays."""
        given = stretches.read(gouts)
        if self._modules is None:
            assert self._running is not None
            try:
                stretches.put(parts, self._running.send(given))
                return
            except REFUSALS:
                self._by_modules()
        assert self._modules is not None
        arrived = dict(zip(self.arriving, given, strict=True))
        reached = self._region.function(self.arriving).reached
        stretches.put(parts, self._modules.gradients(arrived, reached))

    def _by_modules(self) -> ByModules:
        region = self._region
        numbers = {
            **region.body.constants,
            **dict(zip(region.body.reads, self._numbers, strict=True)),
        }
        self._modules = ByModules(region.plan, region.body.steps, numbers)
        return self._modules
