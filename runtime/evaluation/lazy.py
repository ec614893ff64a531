"""Lazy evaluation: the whole plan is made first, then run: what nobody reads is not computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graph.checking import check
from graph.model import Graph
from graph.port import PortRef
from runtime.backend import CPU
from runtime.errors import NoTarget
from runtime.evaluation.spans import Clock, Evaluation
from runtime.feeds import Loaded
from runtime.plan import compile_plan
from runtime.recompute.playing import Playing
from runtime.recompute.schedule import make_schedule
from runtime.records import Watch


def run_lazily(
    graph: Graph,
    loaded: Mapping[PortRef, Loaded],
    checkpoints: Collection[str] = (),
    watch: Watch | None = None,
) -> Evaluation:
    """Check the whole graph, make its plan and the schedule of what to keep; then run it once.

    `loaded` is what a run of this graph starts from. With `checkpoints` the rest is computed
    again. Raises `NoTarget` without one; on the CPU. `watch` is called before each step.
    """
    clock, graph = Clock(), graph.copy()
    graph.types.forget_all()  # as where nobody has looked at the graph yet
    with clock.span("plan"):
        plan = compile_plan(graph, check(graph), partial=True)
        if plan.end is None:
            raise NoTarget(plan.why_forward_only or "found no target, expected one.")
        schedule = make_schedule(plan, checkpoints)
        playing = Playing(plan, CPU, schedule, loaded, counts=False)
    counted = Playing(plan, CPU, schedule, loaded).finish(watch)  # and again for the time alone
    moments = playing.play(watch)
    for action, held in zip(schedule.actions, counted.moments, strict=True):
        with clock.span(action.kind, action.step.node, action.step.t):
            next(moments)
        clock.hold(held.nbytes)
    next(moments, None)  # lets go of what the last action was the last to read
    run = playing.result()
    skipped = tuple(dict.fromkeys(step.node for step in schedule.skipped))
    return Evaluation(tuple(clock.spans), skipped, run.target, run.gradients)
