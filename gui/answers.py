"""What is asked of the background, and what it answers: check, run, tangent, update, differences.

All of it is frozen and runs in any thread; `gui.live` says when.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

import runtime
from graph import Check, GradwireError, Graph
from gui.document import Document
from runtime import tangents, updates

if TYPE_CHECKING:
    from runtime.gradient_check import GradientReport
    from runtime.tangents import Seed
    from runtime.trace import Trace
    from runtime.updates import Batch, Learning

Runs = Literal["never", "if small", "always"]
Watch = Callable[[object], None]

MAX_NODES = 1_000  # live mode turns itself off above these
MAX_NUMBERS = 4_000_000


@dataclass(frozen=True)
class Request:
    """What is to be worked out: a snapshot, and what may be kept of the last trace.

    `seed` is the tangent that is pushed through the run, `learning` that with which it is updated.
    `batch` is one of a training, whose numbers stand in for the graph's own. `opened` counts the
    graphs that the window has shown: revisions say nothing of another one.
    """

    graph: Graph
    runs: Runs
    previous: Trace | None = None
    verifies: bool = False
    seed: Seed | None = None
    learning: Learning | None = None
    batch: Batch | None = None
    opened: int = 0


@dataclass(frozen=True)
class Answer:
    """What was worked out. `is_large` says that live mode let it be; `error` is a sentence, and
    `refusal` another on why the seed could not be pushed, `stays` on why nothing was updated.
    """

    revision: int
    check: Check | None = None
    trace: Trace | None = None
    report: GradientReport | None = None
    is_large: bool = False
    error: str = ""
    refusal: str = ""
    stays: str = ""


@dataclass(frozen=True)
class Work:
    """What a gradient check is about to look at."""

    edges: int


def compute(request: Request, watch: Watch | None = None) -> Answer:
    """Check the graph, and run what can run of it. Runs in any thread.

    Raises `Cancelled` where `watch` does.
    """
    graph, revision = request.graph, request.graph.revision
    if request.verifies:
        return verify(graph, watch)
    engine = runtime.Engine(graph, device="cpu", partial=True)
    found = engine.check(previous=request.previous)
    is_large = numbers_in(found) > MAX_NUMBERS or len(graph.nodes) > MAX_NODES
    graph.types.learn()  # so that the window need not
    if request.runs == "never" or (is_large and request.runs == "if small"):
        return Answer(revision, found, is_large=is_large)
    try:
        if request.batch is not None:
            trace = request.batch.run(graph, watch)
        else:
            trace = engine.run(previous=request.previous, watch=watch)
    except GradwireError as error:
        return Answer(revision, found, is_large=is_large, error=str(error))
    trace, refusal = _with_tangent(trace, request.seed, watch)
    trace, stays = _with_update(trace, request.learning)
    _ = trace.origin  # NaN is looked for here, so that the window need not
    return Answer(revision, found, trace, is_large=is_large, refusal=refusal, stays=stays)


def _with_tangent(trace: Trace, seed: Seed | None, watch: Watch | None) -> tuple[Trace, str]:
    """The run with its pass of forward mode, and why it has none."""
    if seed is None:
        return trace, ""
    try:
        return tangents.pushed(trace, seed, watch), ""
    except GradwireError as error:
        return trace, str(error)


def _with_update(trace: Trace, learning: Learning | None) -> tuple[Trace, str]:
    """The run with the update of its parameters, and why it has none."""
    if learning is None:
        return trace, ""
    try:
        return updates.updated(trace, learning), ""
    except GradwireError as error:
        return trace, str(error)


def verify(graph: Graph, watch: Watch | None = None) -> Answer:
    """Hold every edge against finite differences; `watch` is also told how much there is."""
    try:
        engine = runtime.Engine(graph, device="cpu", partial=True)
        if watch is not None:
            watch(Work(len(engine.plan().edges)))
        return Answer(graph.revision, report=runtime.check_gradients(engine, watch=watch))
    except GradwireError as error:
        return Answer(graph.revision, error=str(error))


def numbers_in(found: Check) -> int:
    """How many numbers a run would hold, as far as the shapes are known."""
    total = 0
    for shape, count in Counter(map(attrgetter("shape"), found.types.values())).items():
        total += count * math.prod(extent for extent in shape if isinstance(extent, int))
    return total


def run_now(document: Document) -> None:
    """Check and run in this thread, for pictures and tests; raises `GradwireError`."""
    seed, updating = document.seeding.seed, document.updating
    given = {"seed": seed, "learning": updating.learning, "batch": updating.batch}
    answer = compute(Request(document.root.copy(), "always", **given))
    document.seeding.tell(answer.refusal)
    document.updating.tell(answer.stays)
    if answer.check is not None:
        document.accept_check(answer.check)
    if answer.error:
        raise GradwireError(answer.error)
    if answer.trace is not None:
        document.accept_trace(answer.trace)
