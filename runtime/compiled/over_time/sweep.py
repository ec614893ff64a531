"""A recurrent cell over all its steps: products that need no loop are made at once for all.

What the input gives the gates is one product before the loop, the gradients of the weights are one
after it; in between each step has one product forward and one back. A step's numbers lie gate by
gate, [gates, batch, hidden], so that what is done to one gate is done to one stretch of memory, and
a step apart from the others, so that it stays in the cache; gradients lie as the weights have their
rows, [steps, batch, gates * hidden].
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from runtime.array import Array
from runtime.compiled.site import Site
from runtime.modules.cell import Cell

Arriving = Sequence[Sequence[Array]]
"""At each step the parts of an output's gradient."""


class Sweep(ABC):
    """The calls of one cell over `steps` steps.

    `ins` are as the cell's wired ports, but `x` has all steps along a new axis 0, and `h` and `c`
    are those before the first step. `through` says at which steps the gradient of the state goes
    back to the step before. `scales` are by how much what each gate is given is multiplied
    beforehand: −1 where e^−x is what is wanted.
    """

    scales: ClassVar[tuple[float, ...]] = (1.0,)
    states: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self, site: Site, cell: Cell, ins: Sequence[Array], through: Sequence[bool]
    ) -> None:
        self.site, self.xp, self.dtype = site, site.xp, site.dtype
        self.steps, self.through = len(through), through
        self.gates, self.hidden = len(self.scales), int(cell.settings["hidden_size"])
        self.places = {port.name: place for place, port in enumerate(cell.wired_ports)}
        self.ins = {name: ins[place] for name, place in self.places.items()}
        x = site.contiguous(self.ins["x"])
        self.batch = math.prod(x.shape[1:-1])
        self.x = x.reshape(self.steps * self.batch, x.shape[-1])
        self.has_bias = "bias_ih" in self.ins
        self.factors = np.array(self.scales, self.dtype)
        self.one = np.ones((), self.dtype)
        self.two = np.full((), 2, self.dtype)

    # --- forward ---------------------------------------------------------------------------

    def forward(self) -> tuple[Array, ...]:
        """Draw all steps; the outputs, [steps, *shape of one]."""
        self.given = self.make(self.gates, self.steps, self.batch, self.hidden)
        weight = self._scaled("weight_ih")
        rows = self.given.reshape(self.gates, len(self.x), self.hidden)
        self.site.call(self.xp.matmul, self.x, weight, rows)
        if self.has_bias:
            self.site.call(self.xp.add, rows, self.bias(), rows)
        self.weight = self._scaled("weight_hh")
        self.h = self._started("h")
        # `given` is a large stride from gate to gate; what the gates become lies close together.
        self.acts = self.make(self.steps, self.gates, self.batch, self.hidden)
        self.sums = self.make(self.gates, self.batch, self.hidden)
        self.spare = self.make(self.batch, self.hidden)
        self.prepare()
        for t in range(self.steps):
            self.site.call(self.xp.matmul, self.h[t], self.weight, self.sums)
            self.step(t)
        return tuple(after[1:].reshape(self.steps, *self.site.shapes["h"]) for after in self.kept())

    def bias(self) -> Array:
        """What is added to all that the input gives, [gates, 1, hidden]."""
        found = self.make(self.gates, 1, self.hidden)
        call, flat = self.site.call, found.reshape(-1)
        call(self.xp.add, self.ins["bias_ih"], self.ins["bias_hh"], flat)
        call(self.xp.multiply, found, self.factors[:, None, None], found)
        return found

    def prepare(self) -> None:  # noqa: B027
        """Make what the steps need besides, if anything."""

    @abstractmethod
    def step(self, t: int) -> None:
        """Draw step `t`, once `sums` holds what the state gives."""

    def kept(self) -> tuple[Array, ...]:
        """The states before the first step and after each, output by output."""
        return (self.h,)

    # --- reverse ---------------------------------------------------------------------------

    def reverse(self, arriving: Sequence[Arriving]) -> list[Array | None]:
        """Draw the way back; the gradients of `ins`. `arriving` has what comes to each output."""
        self.found: list[Array | None] = [None] * len(self.places)
        self.back = self.make(self.steps, self.batch, self.gates * self.hidden)
        self.prepare_back()
        state: tuple[Array | None, ...] = (None,) * len(self.states)
        for t in reversed(range(self.steps)):
            comes = [self._sum(one, parts[t]) for one, parts in zip(state, arriving, strict=True)]
            if all(one is None for one in comes):
                for array in self.backs():
                    self.site.call(self.xp.copyto, array[t], 0)
                state = (None,) * len(self.states)
            else:
                state = self.step_back(t, *comes)
        self._products()
        return self.found

    def prepare_back(self) -> None:  # noqa: B027
        """Make what the steps need besides on the way back, if anything."""

    @abstractmethod
    def step_back(self, t: int, *arrived: Array | None) -> tuple[Array | None, ...]:
        """Draw step `t` back; the gradients of the states before it, None where none goes on."""

    def backs(self) -> tuple[Array, Array]:
        """The gradients of what input and state give: the same where these are added."""
        return self.back, self.back

    def into(self, t: int, name: str) -> Array | None:
        """Where the gradient of a state before step `t` is written; None where it goes nowhere."""
        if t:
            return self.behind[name] if self.through[t] else None
        place = self.places[name]
        if not self.site.need[place]:
            return None
        self.found[place] = found = self.site.gradient(place)
        return found.reshape(self.batch, self.hidden)

    def through_weight(self, t: int) -> Array | None:
        """Draw the product that takes the gates' gradient back to the hidden state."""
        into = self.into(t, "h")
        if into is not None:
            self.site.call(self.xp.dot, self.backs()[1][t], self.ins["weight_hh"], into)
        return into

    def by_gate(self, array: Array, t: int) -> Array:
        """A step of gradients, [gates, batch, hidden]."""
        return array[t].reshape(self.batch, self.gates, self.hidden).transpose(1, 0, 2)

    # --- both ------------------------------------------------------------------------------

    def make(self, *shape: int) -> Array:
        """A buffer."""
        return self.site.make(shape)

    def _scaled(self, name: str) -> Array:
        """A weight's rows gate by gate, times the scales, [gates, inputs, hidden]."""
        weight = self.ins[name].reshape(self.gates, self.hidden, -1)
        if any(scale != 1 for scale in self.scales):
            made = self.make(*weight.shape)
            self.site.call(self.xp.multiply, weight, self.factors[:, None, None], made)
            weight = made
        return weight.transpose(0, 2, 1)

    def _started(self, name: str) -> Array:
        """The states before and after all steps, the first of which is given."""
        found = self.make(self.steps + 1, self.batch, self.hidden)
        self.site.call(self.xp.copyto, found[0], self.ins[name].reshape(found.shape[1:]))
        return found

    def _sum(self, running: Array | None, parts: Sequence[Array]) -> Array | None:
        """A state's gradient: what comes from the step after, and from readers of this step."""
        flat = [part.reshape(self.batch, self.hidden) for part in parts]
        total = running if running is not None else flat.pop(0) if flat else None
        for part in flat:
            before, total = total, self.make(self.batch, self.hidden)
            self.site.call(self.xp.add, before, part, total)
        return total

    @property
    def behind(self) -> dict[str, Array]:
        """Buffers for the gradients of the states, which go from step to step."""
        if not hasattr(self, "_behind"):
            self._behind = {name: self.make(self.batch, self.hidden) for name in self.states}
        return self._behind

    def _products(self) -> None:
        """The gradients of input and parameters: one product each for all steps."""
        shape = len(self.x), self.gates * self.hidden
        ih, hh = (back.reshape(shape) for back in self.backs())
        before = self.h[:-1].reshape(len(self.x), self.hidden)
        ones = self.xp.ones(len(self.x), self.dtype)
        for name, one, other in (
            ("x", ih, self.ins["weight_ih"]),
            ("weight_ih", ih.T, self.x),
            ("weight_hh", hh.T, before),
            ("bias_ih", ones, ih),
            ("bias_hh", ones, hh),
        ):
            place = self.places.get(name)
            if place is not None and self.site.need[place]:
                self.found[place] = found = self.site.gradient(place)
                out = found.reshape(self.x.shape) if name == "x" else found
                self.site.call(self.xp.dot, one, other, out)
