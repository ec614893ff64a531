"""Runs that keep checkpoints alone, from a graph or an engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graph.model import Graph
from runtime.engine import Engine
from runtime.errors import NoTarget
from runtime.memory import ask_bytes
from runtime.plan import Plan
from runtime.recompute.choosing import Choice, choose_checkpoints
from runtime.recompute.footprint import expected, foretell, measure
from runtime.recompute.playing import KeptRun, Playing
from runtime.recompute.schedule import make_schedule
from runtime.records import Watch


def run_with_checkpoints(
    subject: Graph | Engine,
    checkpoints: Collection[str] | None = None,
    feeds: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> KeptRun:
    """Forward and reverse, keeping the outputs of these nodes; the rest is computed again.

    Nodes are named by address, also inside composites; a composite stands for its outputs. Left
    out they are the checkpoints that the graph's file marks; none stores everything. The
    gradients are those of `Engine.run` bit for bit. `watch` is called before each action and may
    raise `Cancelled`. Raises what `Engine.run` does; memory is asked for what the run will hold.
    """
    engine, plan = _ready(subject, feeds)
    own = engine.graph.marks.checkpoints if checkpoints is None else checkpoints
    schedule = make_schedule(plan, own)
    told = foretell(plan, schedule, expected(plan))
    ask_bytes(plan, engine.backend, max((size for _, size in told), default=0))
    return Playing(plan, engine.backend, schedule, engine.load(feeds)).finish(watch)


def checkpoints_for(
    subject: Graph | Engine,
    budget: int,
    feeds: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Choice:
    """The checkpoints with which a run stays within a budget of bytes, at the least work.

    One forward pass, which keeps next to nothing, measures what each step leaves. Raises as
    `run_with_checkpoints`.
    """
    engine, plan = _ready(subject, feeds)
    footprints = measure(plan, engine.backend, engine.load(feeds))
    return choose_checkpoints(plan, footprints, budget, watch)


def _ready(subject: Graph | Engine, feeds: Mapping[str, Any] | None) -> tuple[Engine, Plan]:
    """The engine and its plan; raises `NoTarget` where nothing can be differentiated."""
    engine = subject if isinstance(subject, Engine) else Engine(subject)
    engine.backend.ask_dtype(engine.run_dtype)
    plan = engine.plan(feeds)
    if plan.end is None:
        raise NoTarget(plan.why_forward_only or "found no target, expected one.")
    return engine, plan
