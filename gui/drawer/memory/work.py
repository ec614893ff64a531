"""What the memory panel has worked out in the background: a run stored, spared, eager and lazy."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graph import Graph
from runtime.backend import CPU
from runtime.evaluation import Evaluation, run_eagerly, run_lazily
from runtime.feeds import same_bits
from runtime.recompute.choosing import Choice, choose_checkpoints
from runtime.recompute.footprint import footprint
from runtime.recompute.playing import KeptRun, Playing
from runtime.recompute.schedule import make_schedule
from runtime.records import Watch
from runtime.tangents.counting import count_forward
from runtime.trace import Trace

Progress = Callable[[float], None]
Way = Callable[[Watch], Evaluation]
ROUNDS = 5  # of what is timed; the fastest counts
TRIED = 64  # sets of checkpoints that a search tries, about
SLOW = 0.5  # seconds of work after which no other round begins


@dataclass(frozen=True, eq=False)
class Comparison:
    """One graph computed in several ways, each with what it held and how long it took.

    `sparing` is the run with checkpoints, None without any, and `added` are the operations that it
    makes again, of `forward` in a forward pass; `sparing_seconds` and `storing_seconds` are the
    times of both. `differing` are the ports whose gradients in any of these runs, eager and lazy
    too, are not those of the trace bit for bit: a fault, if there are any.
    """

    trace: Trace
    checkpoints: tuple[str, ...]
    storing: KeptRun
    sparing: KeptRun | None
    storing_seconds: float
    sparing_seconds: float
    eager: Evaluation
    lazy: Evaluation
    differing: tuple[str, ...]
    forward: int
    added: int


def compare(
    trace: Trace, graph: Graph, checkpoints: tuple[str, ...], progress: Progress
) -> Comparison:
    """Run the graph of a finished trace in all these ways; `progress` may end it."""
    ways: dict[str, Way] = {
        "eager": lambda watch: run_eagerly(trace.plan, trace.loaded, watch),
        "lazy": lambda watch: run_lazily(graph, trace.loaded, (), watch),
    }
    if checkpoints:
        ways["spared"] = lambda watch: run_lazily(graph, trace.loaded, checkpoints, watch)
    work = _Counting(progress, len(trace.steps) * len(ways))
    storing = _played(trace, (), work.step)
    sparing = _played(trace, checkpoints, work.step) if checkpoints else None
    fastest = _fastest(ways, work)
    eager, lazy, spared = fastest["eager"], fastest["lazy"], fastest.get("spared")
    runs = [run for run in (storing, sparing, eager, lazy) if run is not None]
    return Comparison(
        trace,
        checkpoints,
        storing,
        sparing,
        lazy.seconds("forward", "reverse"),
        0.0 if spared is None else spared.seconds("forward", "recompute", "reverse"),
        eager,
        lazy,
        tuple(dict.fromkeys(port for run in runs for port in _differing(trace, run))),
        *_operations(trace, sparing, progress),
    )


def choose(trace: Trace, budget: int, progress: Progress) -> Choice:
    """The checkpoints of a finished trace for a budget of bytes; `progress` may end it."""
    found = {key: footprint(record) for key, record in trace.records.items()}
    costs = {key: count_forward(record) for key, record in trace.records.items()}
    tried = itertools.count(1)
    watch: Watch = lambda _: progress(min(next(tried) / TRIED, 1.0))  # noqa: E731
    return choose_checkpoints(trace.plan, found, budget, watch, costs)


def _operations(trace: Trace, sparing: KeptRun | None, progress: Progress) -> tuple[int, int]:
    """Operations of the forward pass, and of what is computed again."""
    if sparing is None:
        return 0, 0
    actions = sparing.schedule.actions
    costs: dict[str, int] = {}
    for action in actions:
        progress(1.0)
        if action.kind == "forward":
            costs[action.step.key] = count_forward(trace.records[action.step.key])
    added = sum(costs[step.key] for step in sparing.schedule.recomputed)
    return sum(costs.values()), added


def _played(trace: Trace, checkpoints: tuple[str, ...], watch: Watch) -> KeptRun:
    schedule = make_schedule(trace.plan, checkpoints)
    return Playing(trace.plan, CPU, schedule, trace.loaded).finish(watch)


def _fastest(ways: Mapping[str, Way], work: _Counting) -> dict[str, Evaluation]:
    """The fastest of a few rounds of each, in turn, so that what disturbs one disturbs all."""
    best: dict[str, Evaluation] = {}
    spent = 0.0
    for number in range(ROUNDS):
        for name, way in ways.items():
            found = way(work.step)
            spent += found.seconds()
            best[name] = min(best.get(name, found), found, key=Evaluation.seconds)
        work.end_round(number)
        if spent > SLOW:
            break
    return best


def _differing(trace: Trace, run: KeptRun | Evaluation) -> Iterator[str]:
    for ref, gradient in run.gradients.items():
        total = trace.summed(ref)
        if total is None or not same_bits(gradient, total):
            yield str(ref)


class _Counting:
    """Tells the share of all steps that is done."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._steps = progress, max(steps, 1)
        self._rounds = self._in_round = 0

    def step(self, step: object) -> None:
        """One step more of the round that is under way."""
        self._in_round += 1
        share = self._rounds + min(self._in_round / self._steps, 1.0)
        self._progress(min(share / ROUNDS, 1.0))

    def end_round(self, number: int) -> None:
        """So many rounds are done, and one more."""
        self._rounds, self._in_round = number + 1, 0
