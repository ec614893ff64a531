"""One node's derivatives against finite differences of its own forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from graph.port import PortRef
from runtime.array import Array
from runtime.differences import Comparison, Pair, directions, largest_step, smallest_step
from runtime.feeds import Host
from runtime.maps import LinearMap, TooLarge
from runtime.modules.context import Context
from runtime.modules.door import sum_to
from runtime.moments import moment
from runtime.streams import Stream, stream
from runtime.trace import Trace
from runtime.verdict import Verdict, judge, worst

COTANGENTS = 3
MOMENTS = 8  # time steps at which an edge is checked


def check_edge(trace: Trace, target: PortRef) -> Verdict:
    """The verdict on the edge that ends at `target`, in a float64 trace on the CPU.

    vjp, jvp and Jacobian of the node are all compared. Inside time they are at the first step, the
    last, and some between; the verdict is the worst. Raises `NoValue` where it did not run.
    """
    times = trace.plan.times(target)
    if times is None:
        return _check(trace, target)
    refs = [moment(target, t) for t in _some(times, str(target))]
    read = [ref for ref in refs if trace.plan.reader(ref)[1]]
    last = [moment(target, times[-1])]
    return worst([_check(trace, ref) for ref in read or last])


def _some(times: range, key: str) -> list[int]:
    """All steps where there are few, else the ends and others drawn from `key`."""
    if len(times) <= MOMENTS:
        return list(times)
    drawn = stream(0, key, "moment").choice(times[1:-1], MOMENTS - 2, replace=False)
    return [times[0], *sorted(int(t) for t in drawn), times[-1]]


def _check(trace: Trace, target: PortRef) -> Verdict:
    step, name = trace.plan.reader(target)
    is_floating = trace.plan.slots[trace.plan.slot_of[target]].is_floating
    if step is None or not is_floating or not trace.plan.floating_outputs(step.key):
        return Verdict("not differentiable")
    if name not in step.input_names:
        return Verdict("no path")  # a bypassed node does not read it
    node = _Node(trace, target)
    comparison = Comparison(node.forward, node.x)
    for direction in directions(node.x, str(target)):
        comparison.along(direction, node.pairs(direction.tangent))
    near = node.kink_distance()
    verdict = judge(
        comparison,
        surely=near <= 2 * smallest_step(node.x),
        perhaps=near <= 2 * largest_step(node.x),
    )
    return verdict if verdict.word == "agrees" or node.is_finite else Verdict("not finite")


class _Node:
    """A node as a function of what arrives at one of its ports."""

    def __init__(self, trace: Trace, target: PortRef) -> None:
        step, name = trace.plan.reader(target)
        assert step is not None
        self.record, self.step = trace.records[step.key], step
        self.place = step.input_names.index(name)
        self.x: Host = self.record.ins[self.place]
        self.kept = self.record.kept()
        names = trace.plan.floating_outputs(step.key)
        self.shown = tuple(self.step.output_names.index(name) for name in names)
        self.maps = tuple(_map(trace, target, name) for name in names)
        draw = stream(0, str(target), "cotangent")
        self.cotangents = tuple(self._cotangents(draw) for _ in range(COTANGENTS))
        self.gradients = tuple(self.pull(gouts) for gouts in self.cotangents)

    @property
    def is_finite(self) -> bool:
        """Whether no number that goes in or comes out is NaN or infinite."""
        return all(np.isfinite(array).all() for array in (*self.record.ins, *self.record.outs))

    def forward(self, x: Host) -> Sequence[Host]:
        """The floating outputs, for another tensor at the port."""
        ins = tuple(x if i == self.place else y for i, y in enumerate(self.record.ins))
        outs = self.step.module.forward(self._context(), ins)
        return [outs[i] for i in self.shown]

    def push(self, tangent: Host) -> Sequence[Array | None]:
        """Tangents of the floating outputs, by the module's jvp."""
        tangents = tuple(tangent if i == self.place else None for i in range(len(self.step.inputs)))
        outs = self.step.module.jvp(self._context(), tangents, self.kept)
        return [outs[i] for i in self.shown]

    def pull(self, gouts: tuple[Host | None, ...]) -> Host:
        """The gradient at the port, by the module's vjp."""
        need = tuple(i == self.place for i in range(len(self.step.inputs)))
        part = self.step.module.vjp(self._context(), gouts, self.kept, need)[self.place]
        return np.zeros(self.x.shape) if part is None else sum_to(part, self.x.shape)

    def kink_distance(self) -> float:
        """How near the nearest kink is."""
        return self.step.module.kink_distance(self._context(), self.record.ins)

    def pairs(self, tangent: Host) -> Callable[[Sequence[Host]], list[Pair]]:
        """What makes, of the slopes along a tangent, pairs that should be equal."""
        outs = self.push(tangent)
        mapped = [None if linear is None else linear.jvp(tangent) for linear in self.maps]
        weighed = [float((gradient * tangent).sum()) for gradient in self.gradients]

        def derive(slopes: Sequence[Host]) -> list[Pair]:
            found: list[Pair] = []
            for slope, out, other in zip(slopes, outs, mapped, strict=True):
                found.append((0.0 if out is None else out, slope))
                if other is not None:
                    found.append((other, slope))
            # Sums over signs grow with sqrt(count): divided by it, like is compared with like.
            scale = max(1, sum(slope.size for slope in slopes)) ** -0.5
            for gouts, weight in zip(self.cotangents, weighed, strict=True):
                shown = (gouts[i] for i in self.shown)
                wanted = sum(float((g * s).sum()) for g, s in zip(shown, slopes, strict=True))
                found.append((weight * scale, wanted * scale))
            return found

        return derive

    def _cotangents(self, draw: Stream) -> tuple[Host | None, ...]:
        shapes = (self.step.shapes[name] for name in self.step.output_names)
        signs = [draw.choice((-1.0, 1.0), shape) for shape in shapes]
        return tuple(np.asarray(g) if i in self.shown else None for i, g in enumerate(signs))

    def _context(self) -> Context:
        """A context of its own: a probe must not write into what the trace keeps."""
        return replace(self.record.context, kept={}, updates={})


def _map(trace: Trace, target: PortRef, output: str) -> LinearMap | None:
    try:
        return trace.jacobian(target, output)
    except TooLarge:  # jvp and vjp are compared nevertheless
        return None
