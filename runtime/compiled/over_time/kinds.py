"""The steps of each kind of cell, forward and back, entry by entry.

Where a sigmoid is wanted the gates are given −x, for s(x) = 1 / (1 + e^−x); what becomes of e^−x
where it is infinite is 0, as it should.
"""

from __future__ import annotations

from typing import ClassVar

from runtime.array import Array
from runtime.compiled.over_time.sweep import Sweep


class RNNSweep(Sweep):
    """y = tanh(given)."""

    def step(self, t: int) -> None:
        call, xp, sums = self.site.call, self.xp, self.sums[0]
        call(xp.add, self.given[0, t], sums, sums)
        call(xp.tanh, sums, self.h[t + 1])

    def step_back(self, t: int, *arrived: Array | None) -> tuple[Array | None, ...]:
        call, xp, y, back = self.site.call, self.xp, self.h[t + 1], self.back[t]
        call(xp.multiply, y, y, self.spare)
        call(xp.subtract, self.one, self.spare, self.spare)
        call(xp.multiply, self.spare, arrived[0], back)
        return (self.through_weight(t),)


class GRUSweep(Sweep):
    """Gates r, z and the new state n, which reads r times what the state gives it."""

    scales: ClassVar[tuple[float, ...]] = (-1.0, -1.0, 1.0)

    def bias(self) -> Array:
        found = self.make(self.gates, 1, self.hidden)
        call, xp, two = self.site.call, self.xp, 2 * self.hidden
        flat, of_state = found.reshape(-1), self.ins["bias_hh"]
        call(xp.copyto, flat, self.ins["bias_ih"])
        call(xp.add, flat[:two], of_state[:two], flat[:two])
        call(xp.negative, flat[:two], flat[:two])
        return found

    def prepare(self) -> None:
        self.inner = self.make(self.steps, self.batch, self.hidden)

    def step(self, t: int) -> None:
        call, xp, spare = self.site.call, self.xp, self.spare
        rz, (r, z, n) = self.acts[t, :2], self.acts[t]
        h, inner = self.h[t], self.inner[t]
        call(xp.add, self.given[:2, t], self.sums[:2], rz)
        _sigmoid(self, rz)
        if self.has_bias:
            call(xp.add, self.sums[2], self.ins["bias_hh"][2 * self.hidden :], inner)
        else:
            call(xp.copyto, inner, self.sums[2])
        call(xp.multiply, r, inner, spare)
        call(xp.add, self.given[2, t], spare, spare)
        call(xp.tanh, spare, n)
        call(xp.subtract, h, n, spare)
        call(xp.multiply, z, spare, spare)
        call(xp.add, n, spare, self.h[t + 1])

    def prepare_back(self) -> None:
        self.of_state = self.make(self.steps, self.batch, self.gates * self.hidden)
        self.slopes = self.make(2, self.batch, self.hidden)
        self.of_new = self.make(self.batch, self.hidden)
        self.direct = self.make(self.batch, self.hidden)

    def backs(self) -> tuple[Array, Array]:
        return self.back, self.of_state

    def step_back(self, t: int, *arrived: Array | None) -> tuple[Array | None, ...]:
        call, xp, spare, slopes = self.site.call, self.xp, self.spare, self.slopes
        rz, (r, z, n) = self.acts[t, :2], self.acts[t]
        (g,), one, new = arrived, self.one, self.of_new
        into_ih, into_hh = (self.by_gate(back, t) for back in self.backs())
        call(xp.multiply, rz, rz, slopes)  # s(1 − s) = s − s²
        call(xp.subtract, rz, slopes, slopes)
        call(xp.subtract, self.h[t], n, spare)  # by z: h − n
        call(xp.multiply, spare, g, spare)
        call(xp.multiply, slopes[1], spare, slopes[1])
        call(xp.subtract, one, z, new)  # by n: (1 − z)(1 − n²)
        call(xp.multiply, new, g, new)
        call(xp.multiply, n, n, spare)
        call(xp.subtract, one, spare, spare)
        call(xp.multiply, new, spare, new)
        call(xp.multiply, new, self.inner[t], spare)  # by r
        call(xp.multiply, slopes[0], spare, slopes[0])
        call(xp.copyto, into_ih[:2], slopes)
        call(xp.copyto, into_ih[2], new)
        call(xp.copyto, into_hh[:2], slopes)
        call(xp.multiply, new, r, into_hh[2])
        into = self.into(t, "h")
        if into is not None:
            call(xp.multiply, g, z, self.direct)
            call(xp.dot, self.of_state[t], self.ins["weight_hh"], into)
            call(xp.add, into, self.direct, into)
        return (into,)


class LSTMSweep(Sweep):
    """Gates i, f, o and the new content g, for which tanh x = 2 s(2x) − 1 is taken."""

    scales: ClassVar[tuple[float, ...]] = (-1.0, -1.0, -2.0, -1.0)
    states: ClassVar[tuple[str, ...]] = ("h", "c")

    def prepare(self) -> None:
        self.c = self._started("c")
        self.shown = self.make(self.steps, self.batch, self.hidden)

    def kept(self) -> tuple[Array, ...]:
        return self.h, self.c

    def step(self, t: int) -> None:
        call, xp, gates = self.site.call, self.xp, self.acts[t]
        i, f, g, o = gates
        c, shown = self.c[t + 1], self.shown[t]
        call(xp.add, self.given[:, t], self.sums, gates)
        _sigmoid(self, gates)
        call(xp.multiply, g, self.two, g)
        call(xp.subtract, g, self.one, g)
        call(xp.multiply, f, self.c[t], c)
        call(xp.multiply, i, g, self.spare)
        call(xp.add, c, self.spare, c)
        call(xp.tanh, c, shown)
        call(xp.multiply, o, shown, self.h[t + 1])

    def prepare_back(self) -> None:
        self.slopes = self.make(self.gates, self.batch, self.hidden)
        self.parts = self.make(self.gates, self.batch, self.hidden)
        self.of_c = self.make(self.batch, self.hidden)

    def step_back(self, t: int, *arrived: Array | None) -> tuple[Array | None, ...]:
        call, xp, one, parts = self.site.call, self.xp, self.one, self.parts
        i, f, g, o = self.acts[t]
        self._slopes(t)
        of_h, of_c = arrived
        if of_h is None:
            call(xp.copyto, parts[3], 0)
        else:
            call(xp.multiply, of_h, self.shown[t], parts[3])
            total = self.spare  # what comes to c through y
            call(xp.multiply, self.shown[t], self.shown[t], total)
            call(xp.subtract, one, total, total)
            call(xp.multiply, total, o, total)
            call(xp.multiply, total, of_h, total)
            if of_c is None:
                of_c = total
            else:
                call(xp.add, of_c, total, self.of_c)
                of_c = self.of_c
        assert of_c is not None
        for gate, factor in enumerate((g, self.c[t], i)):
            call(xp.multiply, of_c, factor, parts[gate])
        call(xp.multiply, parts, self.slopes, self.by_gate(self.back, t))
        into = self.into(t, "c")
        if into is not None:
            call(xp.multiply, of_c, f, into)
        return self.through_weight(t), into

    def _slopes(self, t: int) -> None:
        """s − s² of the sigmoids, 1 − g² of the new content."""
        call, xp, gates, slopes = self.site.call, self.xp, self.acts[t], self.slopes
        call(xp.multiply, gates, gates, slopes)
        call(xp.subtract, gates[:2], slopes[:2], slopes[:2])
        call(xp.subtract, self.one, slopes[2], slopes[2])
        call(xp.subtract, gates[3], slopes[3], slopes[3])


def _sigmoid(sweep: Sweep, gates: Array) -> None:
    """−x becomes 1 / (1 + e^−x)."""
    call, xp = sweep.site.call, sweep.xp
    call(xp.exp, gates, gates)
    call(xp.add, gates, sweep.one, gates)
    call(xp.divide, sweep.one, gates, gates)
