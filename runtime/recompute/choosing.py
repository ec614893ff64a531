"""Checkpoints chosen for a budget: the least that has to be computed again to stay below it.

Which checkpoints are best is a hard question on a general graph (Naumann, DAG reversal is
NP-complete, 2009). So candidates are made by cutting the forward pass into stretches that leave
about as many bytes, where few bytes cross (Chen et al., arXiv:1604.06174), for many sizes of
stretch; each is held against the forecast, and the best is thinned out one by one. In a small
graph all sets of nodes are tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.memory import nbytes
from runtime.recompute.footprint import Footprint, foretell
from runtime.recompute.schedule import Schedule, make_schedule, numbers_of, wanted_steps
from runtime.records import Watch

if TYPE_CHECKING:
    from runtime.plan import Plan

FEW = 8  # nodes, of which all sets are tried
SIZES = 24  # of stretches that are tried
MAX_THINNED = 40  # checkpoints that are tried to leave out one by one


@dataclass(frozen=True, eq=False, repr=False)
class Choice:
    """Checkpoints with what they are foretold to hold and to cost.

    `peak` is in bytes, `added` counts the operations, or else the numbers, that are computed
    again. `fits` says whether the peak is within the budget; else it is the smallest found.
    """

    checkpoints: tuple[str, ...]
    schedule: Schedule
    peak: int
    added: int
    fits: bool


def choose_checkpoints(
    plan: Plan,
    footprints: Mapping[str, Footprint],
    budget: int,
    watch: Watch | None = None,
    operations: Mapping[str, int] | None = None,
) -> Choice:
    """The checkpoints for a budget in bytes; `watch` is called before each forecast.

    `footprints` are by step; where they come from a run that went backward too, the forecast is
    exact. `operations` tell what a step's forward costs; else it is how many numbers it gives.
    The plan has a target.
    """
    costs = operations or {step.key: numbers_of(step) for step in plan.forward}
    return _Choosing(plan, footprints, budget, costs, watch).choose()


class _Choosing:
    """One search. Every set of checkpoints is forecast once."""

    def __init__(
        self,
        plan: Plan,
        footprints: Mapping[str, Footprint],
        budget: int,
        costs: Mapping[str, int],
        watch: Watch | None,
    ) -> None:
        self.plan, self.footprints, self.budget = plan, footprints, budget
        self.costs, self.watch = costs, watch
        self.steps = wanted_steps(plan)
        self._known: dict[frozenset[str], Choice] = {}

    def choose(self) -> Choice:
        best = self.forecast(frozenset())
        if best.fits:
            return best
        nodes = list(dict.fromkeys(step.node for step in self.steps))
        is_small = len(nodes) <= FEW
        candidates = subsets(nodes) if is_small else self.candidates()
        for checkpoints in dict.fromkeys(candidates):
            best = min(best, self.forecast(checkpoints), key=self.rank)
        return best if is_small else self.thinned(best)

    def rank(self, choice: Choice) -> tuple[bool, int, int, int]:
        """What is better is smaller: within the budget by what is added, else by the peak."""
        wish = (choice.added, choice.peak) if choice.fits else (choice.peak, choice.added)
        return not choice.fits, *wish, len(choice.checkpoints)

    def forecast(self, checkpoints: frozenset[str]) -> Choice:
        if checkpoints not in self._known:
            if self.watch is not None:
                self.watch(checkpoints)
            schedule = make_schedule(self.plan, checkpoints)
            told = foretell(self.plan, schedule, self.footprints)
            peak = max((size for _, size in told), default=0)
            order = dict.fromkeys(step.node for step in self.steps if step.node in checkpoints)
            added = sum(self.costs[step.key] for step in schedule.recomputed)
            fits = peak <= self.budget
            self._known[checkpoints] = Choice(tuple(order), schedule, peak, added, fits)
        return self._known[checkpoints]

    def candidates(self) -> Iterator[frozenset[str]]:
        """The nodes whose values cross the cuts, for stretches from large to small."""
        crossing = self.crossing()
        sizes = [sum(nbytes(self.plan.slots[slot]) for slot in slots) for slots in crossing]
        weights = [
            sum(nbytes(self.plan.slots[slot]) for slot in step.outputs) for step in self.steps
        ]
        total, least = sum(weights), max(1, min(filter(None, weights), default=1))
        for number in range(SIZES):
            stretch = total / 2 * (least / total) ** (number / (SIZES - 1)) if total else 0
            found = frozenset(
                node for cut in cuts(weights, sizes, stretch) for node in self.nodes(crossing[cut])
            )
            if found:
                yield found

    def crossing(self) -> list[frozenset[int]]:
        """For each step the slots written up to it that a later step reads."""
        live: set[int] = set()
        found = []
        for step in reversed(self.steps):
            found.append(frozenset(live))
            live.difference_update(step.outputs)
            live.update(step.inputs)
        written = {slot for step in self.steps for slot in step.outputs}
        return [slots & written for slots in reversed(found)]

    def nodes(self, slots: frozenset[int]) -> Iterator[str]:
        return (step.node for step in self.steps if not slots.isdisjoint(step.outputs))

    def thinned(self, best: Choice) -> Choice:
        """Without the checkpoints that do not help, as long as leaving one out is better."""
        for node in best.checkpoints[:MAX_THINNED]:
            fewer = frozenset(best.checkpoints) - {node}
            best = min(best, self.forecast(fewer), key=self.rank)
        return best


def subsets(nodes: list[str]) -> Iterator[frozenset[str]]:
    """All sets of some nodes, the small ones first."""
    for count in range(len(nodes) + 1):
        yield from map(frozenset, itertools.combinations(nodes, count))


def cuts(weights: list[int], crossing: list[int], stretch: float) -> Iterator[int]:
    """Places behind which to cut, so that stretches weigh about as much and little crosses."""
    start, weight, halfway = 0, 0, 0
    for place in range(len(weights)):
        weight += weights[place]
        if weight <= stretch / 2:
            halfway = place
        if weight > stretch:
            cut = min(range(max(halfway, start), place + 1), key=lambda at: (crossing[at], -at))
            if cut < len(weights) - 1:
                yield cut
            start, weight, halfway = place + 1, 0, place + 1
