"""Where a run stops next to ask something: what is asked there, and what shows the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import PortRef
from gui.places import SeenTrace, address_of
from gui.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gui.document import Document
    from runtime.practice import Question
    from runtime.trace import Step

Stand = tuple[int, int]  # steps of the whole run that are done, and parts of the next one


@dataclass(frozen=True, slots=True)
class Stop:
    """The questions at one place of the run. `step` is named as at the place that is shown.

    `before` and `after` say where the whole run stands while they are asked, and when all are
    answered. Without questions and step the steps at this place are done, or not reached yet.
    """

    questions: tuple[Question, ...]
    step: Step | None
    before: Stand
    after: Stand


def next_stop(document: Document, stand: Stand) -> Stop:
    """The first stop from a stand on, in the steps of the place that is shown.

    What is seen already is not asked, and steps elsewhere are not passed over.
    """
    level = document.playhead.level
    while True:
        position, _ = level.position(*stand)
        if position >= len(level.steps) or level.start(position) > stand[0]:
            return Stop((), None, stand, stand)
        after, step = level.stop_after(*stand), level.steps[position]
        shown = _shown(document, stand, step.t)
        hidden = [q for q in _questions(document, stand) if not _is_seen(shown, step.node, q)]
        if hidden:
            sums = _sums_at_sources(document, step, shown, _shown(document, after, step.t))
            return Stop((*hidden, *sums), step, stand, after)
        stand = after


def _questions(document: Document, stand: Stand) -> Iterable[Question]:
    """What the step at a stand asks: at its next part, or for a composite as a whole."""
    from runtime.practice import asked_by, asked_of_instance  # late: few practise

    level, trace = document.playhead.level, document.whole_trace
    position, part = level.position(*stand)
    step = level.steps[position]
    if not level.is_single(position):
        address = f"{document.place}/{step.node}" if document.place else step.node
        return asked_of_instance(trace, address, step.t, step.phase)
    parts = level.parts(position)
    name = parts[part] if parts else ""
    whole = trace.steps[level.start(position)]
    return [question for question in asked_by(trace, whole) if question.part == name]


def _sums_at_sources(
    document: Document, step: Step, before: Shown, after: Shown
) -> Iterator[Question]:
    """The sums that a step completes at sources, which have no step of their own to be asked at."""
    from runtime.explaining.nodes import NodeTelling
    from runtime.practice import sum_at

    graph, trace = document.graph, document.whole_trace
    module = graph.module(step.node) if step.node in graph else None
    ports = module.wired_ports if module is not None else ()
    edges = [graph.incoming(PortRef(step.node, port.name)) for port in ports]
    for source in dict.fromkeys(edge.source for edge in edges if edge is not None):
        ref = address_of(document.place, source)
        is_source = ref.node not in trace.plan.step_of and ref in trace.plan.slot_of
        is_new = before.port_gradient(source).state == "blank"
        if is_source and is_new and after.port_gradient(source).is_value:
            question = sum_at(trace, NodeTelling(trace, ref.node), ref)
            if question is not None:
                yield question


def _shown(document: Document, stand: Stand, t: int | None) -> Shown:
    """What the playhead would let one see at a stand, at a time step."""
    seen = SeenTrace(document.whole_trace, document.place, document.playhead.steps, t)
    return Shown(seen, *stand, document.graph)


def _is_seen(shown: Shown, node: str, question: Question) -> bool:
    read = {"value": shown.value, "sum": shown.port_gradient, "part": shown.gradient}
    return read[question.kind](PortRef(node, question.port.port)).is_value
