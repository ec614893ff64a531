"""A module that acts on each number by itself, as a curve: f, its slope, the present inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from runtime.backend import to_numpy
from runtime.feeds import Host
from runtime.geometry.window import Window
from runtime.modules.door import Elementwise
from runtime.moments import at

if TYPE_CHECKING:
    from runtime.records import Record
    from runtime.trace import Trace

SATURATED = 0.05  # of the greatest slope: less of it reaches what comes before
LEAST = 6.0  # from minus to plus this is always in sight
POINTS = 401
ACTING = "Activations"  # the group of the modules that act on each unit
_POINTWISE = ("diagonal", "identity", "scaled", "zero")


@dataclass(frozen=True, eq=False)
class Entrywise:
    """y = f(x) of one record, entry by entry.

    `inputs`, `outputs` and `slopes` are those of the run, flattened in C order.
    """

    record: Record
    inputs: Host
    outputs: Host
    slopes: Host

    @property
    def window(self) -> Window:
        """Where all finite inputs are in sight, and the bend around zero."""
        finite = self.inputs[np.isfinite(self.inputs)]
        reach = max(LEAST, 1.1 * float(np.abs(finite).max(initial=0.0)))
        return Window((-reach,), (reach,))

    def curve(self, window: Window, points: int = POINTS) -> Curve:
        """f and its slope at equal distances."""
        x = window.line(points)
        y, slope, gaps = _act(self.record, x)
        step = x[1] - x[0]
        near = np.flatnonzero(gaps[:-1] + gaps[1:] <= step * (1 + 1e-9))
        kinks = sorted({_kink(x, gaps, int(at), step) for at in near})
        _, at_kinks, _ = _act(self.record, np.array(kinks))
        saturates = self.record.step.module.group == ACTING
        return Curve(x, y, slope, tuple(kinks), tuple(at_kinks.tolist()), saturates)

    def flattened(self, curve: Curve) -> Host:
        """Which of the inputs are where an activation's slope is hardly any: [size]."""
        return curve.is_flat(self.slopes)


@dataclass(frozen=True, eq=False)
class Curve:
    """f at `x`, its `slope` there, where that jumps, and what it is taken to be at these places.

    Of an activation one asks where it `saturates`; a logarithm has no such place.
    """

    x: Host
    y: Host
    slope: Host
    kinks: tuple[float, ...]
    at_kinks: tuple[float, ...]
    saturates: bool

    @property
    def pieces(self) -> Host:
        """The slope as a line [points, 2] with a gap, NaN, at each kink."""
        gaps = np.array(self.kinks)
        x = np.concatenate([self.x, gaps])
        slope = np.concatenate([self.slope, np.full(len(gaps), np.nan)])
        step = self.x[1] - self.x[0]
        near = [np.abs(x - kink) < step / 2 for kink in self.kinks]
        slope[np.any([np.zeros(len(x), bool), *near], axis=0)] = np.nan
        order = np.argsort(x, kind="stable")
        return np.stack([x, slope], axis=1)[order]

    @property
    def greatest(self) -> float:
        """The greatest size of a slope that is finite."""
        return float(np.abs(self.slope[np.isfinite(self.slope)]).max(initial=0.0))

    def is_flat(self, slopes: Host) -> Host:
        """Which of some slopes are below 5% of the greatest."""
        return self.saturates & (np.abs(slopes) < SATURATED * self.greatest)

    @property
    def flat(self) -> list[tuple[float, float]]:
        """Where the slope is below 5% of its greatest: from x to x, several times."""
        low = self.is_flat(self.slope)
        turns = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(int), [0]])))
        return [(float(self.x[a]), float(self.x[b - 1])) for a, b in turns.reshape(-1, 2)]


def entrywise(trace: Trace, node: str, t: int | None = None) -> Entrywise | None:
    """The curve of a node (at a time step) of a run; None where it has none.

    It has one where its only input makes an output of the same shape, entry by entry, and what
    else it reads is a single number. A node that draws at random has none.
    """
    record = record_of(trace, node, t)
    if record is None or not _is_curve(trace, record):
        return None
    inputs = np.array(to_numpy(record.ins[0]), np.float64).reshape(-1)
    outputs, slopes, _ = _act(record, inputs)
    return Entrywise(record, inputs, outputs, slopes)


def record_of(trace: Trace, node: str, t: int | None = None) -> Record | None:
    """What a node computed (at a time step); None where it did not run."""
    steps = trace.plan.step_of
    step = steps.get(at(node, t)) or steps.get(node)
    return None if step is None else trace.records.get(step.key)


def _is_curve(trace: Trace, record: Record) -> bool:
    module, step = record.step.module, record.step
    given = len(module.wired_ports) - len(module.parameter_ports)
    if given != 1 or module.is_random or module.states:
        return False
    if record.outs[0].shape != record.ins[0].shape or any(x.size != 1 for x in record.ins[1:]):
        return False
    if not trace.plan.slots[step.inputs[0]].is_floating or len(step.outputs) != 1:
        return False
    if isinstance(module, Elementwise):
        return True
    is_acting = module.group == ACTING
    names = step.input_names[0], step.output_names[0]
    return is_acting and trace.local(step, *names).structure in _POINTWISE


def _act(record: Record, x: Host) -> tuple[Host, Host, Host]:
    """f and its slope at `x` [size], and how far each is from a kink."""
    step, before = record.step, record.context
    shapes = dict(step.shapes) | {step.input_names[0]: x.shape, step.output_names[0]: x.shape}
    ctx = replace(before, shapes=shapes, kept={}, updates={})
    given = ctx.xp.asarray(x, ctx.dtype)
    ins = (given, *record.ins[1:])
    with np.errstate(all="ignore"):
        outs = step.module.forward(ctx, ins)
        made = type(record)(step, ctx, ins, outs)
        tangents = (ctx.xp.ones_like(given), *[None] * (len(ins) - 1))
        (slope,) = step.module.jvp(ctx, tangents, made.kept())
        gaps = step.module.kink_gaps(ctx, ins)
    far = np.full(x.shape, np.inf)
    found = (outs[0], np.zeros(x.shape) if slope is None else slope, far if gaps is None else gaps)
    y, slopes, distances = (np.array(to_numpy(part), np.float64) for part in found)
    slopes[np.isnan(y)] = np.nan  # a formula may have a slope where there is no function
    return y, slopes, distances


def _kink(x: Host, gaps: Host, place: int, step: float) -> float:
    """Where the kink between two neighbours is, free of what rounding adds."""
    return round(float(x[place] + gaps[place]), 9 - math.floor(math.log10(step)))
