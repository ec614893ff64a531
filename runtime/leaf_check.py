"""dL/d(leaf) against finite differences through the whole graph.

Leaves are moved together, and one by one only where that does not settle it: a graph with as many
leaves as nodes would else be run once for each of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from graph.port import PortRef
from runtime.differences import DIRECTIONS, Comparison, Pair, directions
from runtime.feeds import Host
from runtime.flow import Flow, Replay
from runtime.records import Watch
from runtime.verdict import Verdict, judge

ONE_SIDED = 1e-3
"""A jump between the slopes on both sides, relative to them, that rounding cannot make."""


def check_leaves(
    flow: Flow, leaves: Sequence[PortRef], watch: Watch | None = None
) -> dict[PortRef, Verdict]:
    """The verdict on dL/d(leaf) for each leaf of a float64 trace on the CPU.

    Leaves that were moved together share their figure. `watch` is called before each run.
    """
    found = {leaf: _without_gradient(flow, leaf) for leaf in leaves}
    moved = [leaf for leaf, verdict in found.items() if verdict is None]
    # Like beside like: a group is held to what its smallest gradient allows.
    moved.sort(key=lambda leaf: _least(flow, leaf), reverse=True)
    waiting = [moved] if moved else []
    while waiting:
        group = waiting.pop()
        if len(group) == 1:
            found[group[0]] = _check_leaf(flow, group[0], watch)
        elif (verdict := _check_group(flow, group, watch)) is not None:
            found.update(dict.fromkeys(group, verdict))
        else:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return {leaf: verdict for leaf, verdict in found.items() if verdict is not None}


def _without_gradient(flow: Flow, leaf: PortRef) -> Verdict | None:
    if not flow.trace.plan.slots[flow.trace.plan.slot_of[leaf]].is_floating:
        return Verdict("not differentiable")
    if flow.trace.gradient(leaf) is None:
        return Verdict(flow.trace.why_no_gradient(leaf) or "no path")
    return None


def _check_group(flow: Flow, leaves: list[PortRef], watch: Watch | None) -> Verdict | None:
    """That all of these agree, moved together; None where one of them may not.

    No gradient is given more than it is given alone, so one that is wrong cannot hide behind
    larger ones.
    """
    loss = _Loss(flow, leaves, watch)
    comparison = Comparison(
        loss, loss.x, size_at_most=max(1.0, min(_least(flow, r) for r in leaves))
    )
    for direction in directions(loss.x, " ".join(map(str, leaves)), all_up_to=0):
        comparison.along(direction, loss.slope_along(direction.tangent))
        if not comparison.agrees or not comparison.reaches or loss.jumps(comparison):
            return None
    return Verdict("agrees", comparison.error)


def _check_leaf(flow: Flow, leaf: PortRef, watch: Watch | None) -> Verdict:
    loss = _Loss(flow, [leaf], watch)
    comparison = Comparison(loss, loss.x)
    for direction in directions(loss.x, str(leaf), all_up_to=DIRECTIONS):
        comparison.along(direction, loss.slope_along(direction.tangent))
    verdict = judge(comparison, surely=loss.jumps(comparison), perhaps=loss.is_near_kink)
    read = (loss.x, loss.gradient, flow.values[loss.end])
    is_finite = all(np.isfinite(array).all() for array in read)
    return verdict if verdict.word == "agrees" or is_finite else Verdict("not finite")


def _least(flow: Flow, leaf: PortRef) -> float:
    """The smallest size of an entry of a leaf's gradient; 0 where one is NaN."""
    gradient = flow.trace.gradient(leaf)
    assert gradient is not None
    smallest = float(np.abs(gradient).min(initial=math.inf))
    return 0.0 if math.isnan(smallest) else smallest


class _Loss:
    """The weighted target as a function of some leaves, whose numbers stand in one vector.

    Only what the leaves feed is computed again. Each call looks whether a node moved by as much
    as its inputs are away from a kink.
    """

    def __init__(self, flow: Flow, leaves: list[PortRef], watch: Watch | None) -> None:
        trace = flow.trace
        assert trace.plan.end is not None
        self.end, self.seed, self._watch = trace.plan.end, trace.plan.seed_gradient, watch
        self._leaves, self._shapes = leaves, [trace.value(leaf).shape for leaf in leaves]
        self.x = _joined(trace.value(leaf) for leaf in leaves)
        gradients = (trace.gradient(leaf) for leaf in leaves)
        self.gradient = _joined(array for array in gradients if array is not None)
        self.is_near_kink = False
        self._slots = [trace.plan.slot_of[leaf] for leaf in leaves]
        self._replay = Replay(flow, self._slots, self.end)

    def __call__(self, x: Host) -> Sequence[Host]:
        if self._watch is not None:
            self._watch(self._leaves[0])
        ends = np.cumsum([math.prod(shape) for shape in self._shapes])
        parts = np.split(x, ends[:-1])
        moved = (part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True))
        value = self._replay.run(dict(zip(self._slots, moved, strict=True)))
        self.is_near_kink |= self._replay.is_near_kink
        return [np.asarray(math.nan if value is None else (value * self.seed).sum())]

    def slope_along(self, tangent: Host) -> Callable[[Sequence[Host]], list[Pair]]:
        """What pairs the slope that the gradient says with that of the differences."""
        slope = float((self.gradient * tangent).sum())
        return lambda slopes: [(slope, slopes[0])]

    def jumps(self, comparison: Comparison) -> bool:
        """Whether the slopes on both sides show that a kink lies between."""
        return self.is_near_kink and comparison.jump > ONE_SIDED


def _joined(arrays: Iterable[Host]) -> Host:
    return np.concatenate([array.reshape(-1) for array in arrays])
