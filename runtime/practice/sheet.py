"""All questions of a run for paper: what is given, the exercises with blanks, and their key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.explaining.asking import leaves
from runtime.explaining.explanation import Explanation, Line
from runtime.explaining.expression import Name, derivative
from runtime.explaining.naming import Names
from runtime.explaining.nodes import NodeTelling, first_sentence
from runtime.explaining.pulling import LOSS
from runtime.explaining.tensors import tensor
from runtime.moments import at
from runtime.numerals import format_shape
from runtime.practice.asking import Question, asked_by, is_readable, sum_at
from runtime.practice.hints import derivation

if TYPE_CHECKING:
    from runtime.records import Step
    from runtime.trace import Trace

BLANK = Name("_" * 16)
"""The line to write on."""
GIVEN = "given"
MOST_GIVEN = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """Exercises and their key run in step; formulas are trees, texts are plain.

    `given` has the values of inputs, constants and parameters. Each line of an exercise that is to
    be filled in ends in `BLANK` and is numbered in its words, as the same line of the key is.
    """

    title: str
    note: str
    given: Explanation
    exercises: tuple[Explanation, ...]
    key: tuple[Explanation, ...]

    @property
    def blanks(self) -> int:
        """How many numbers or shapes are to be found."""
        lines = (line for exercise in self.exercises for line in exercise.lines)
        return sum(BLANK in line.numbers for line in lines)


def sheet_of(trace: Trace) -> Sheet:
    """The sheet of a finished run, all its steps in order; then sums at inputs and parameters."""
    drawn = trace.plan.flat.origin
    exercises: list[Explanation] = []
    key: list[Explanation] = []
    known = _Known(trace)
    number = 0
    for words, rule, telling, questions in _all(trace):
        asked = list(known.missing(telling, questions))
        answered: list[Line] = []
        for question in questions:
            number += 1
            known.take(question)
            asked += _blank(telling, question, f"({number})")
            answered.append(_answer(telling, question, f"({number})"))
        about = {"node": telling.key}
        exercises.append(Explanation(about, words, tuple(asked), (rule,)))
        key.append(Explanation(about, words, tuple(answered)))
    return Sheet(drawn.title or "", drawn.note or "", _given(trace), tuple(exercises), tuple(key))


def _all(trace: Trace) -> Iterator[tuple[str, str, NodeTelling, list[Question]]]:
    """Heading, rule, node and questions of each step that asks any; then of the leaves."""
    for step in trace.steps:
        telling = NodeTelling(trace, at(step.node, step.t))
        questions = list(asked_by(trace, step))
        if questions:
            heading = _heading(trace, telling, step)
            yield heading, _rule(telling, step, questions), telling, questions
    for ref in leaves(trace):
        telling = NodeTelling(trace, ref.node)
        question = sum_at(trace, telling, ref)
        if question is not None:
            heading = f"In the end, {telling.names.node(telling.key)}"
            yield heading, "The gradients that came back add up.", telling, [question]


def _heading(trace: Trace, telling: NodeTelling, step: Step) -> str:
    """`Forward, step 3 of 8, difference (Subtract)`."""
    kind = f" ({telling.module.name})" if telling.module is not None else ""
    phase = "Forward" if step.phase == "forward" else "Reverse"
    lead = f"{phase}, step {step.index + 1} of {len(trace.steps)}, "
    return f"{lead}{telling.names.node(telling.key)}{kind}"


def _rule(telling: NodeTelling, step: Step, questions: Iterable[Question]) -> str:
    if step.phase == "forward":
        return first_sentence(telling.module)
    if any(question.kind == "sum" for question in questions):
        return "What came back adds up; times the local Jacobian it goes to each input."
    return "What came back, times the local Jacobian, goes to each input."


class _Known:
    """The values and gradients whose numbers stand on the sheet: given, or found before."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        slots = trace.plan.slot_of
        self._values = {slots[ref] for ref in _held(trace) if is_readable(trace.value(ref).shape)}
        self._gradients: set[PortRef] = set()

    def take(self, question: Question) -> None:
        """What is asked will be known, unless its shape alone is asked."""
        if question.by_shape:
            return
        if question.kind == "value":
            self._values.add(self._trace.plan.slot_of[question.port])
        else:
            self._gradients.add(question.port)

    def missing(self, telling: NodeTelling, questions: Iterable[Question]) -> Iterator[Line]:
        """The numbers that a step needs and that stand nowhere yet."""
        step, trace, names = telling.step, self._trace, telling.names
        if step is None or all(question.by_shape for question in questions):
            return
        for ref in step.reads:
            slot = trace.plan.slot_of[ref]
            if slot not in self._values:
                self._values.add(slot)
                yield Line(Name(names.value(ref)), (), (tensor(trace.value(ref)),), GIVEN)
        is_back = any(question.kind != "value" for question in questions)
        for ref in step.writes if is_back else ():
            found = trace.gradient(ref)
            if found is not None and not self._has_come(telling, ref):
                self._gradients.add(ref)
                yield Line(derivative(LOSS, Name(names.output(ref))), (), (tensor(found),), GIVEN)

    def _has_come(self, telling: NodeTelling, ref: PortRef) -> bool:
        """Whether the gradient at an output was found, over its edges or as their sum."""
        readers = [target for target, _ in telling.parts(ref)]
        return ref in self._gradients or self._gradients.issuperset(readers)


def _blank(telling: NodeTelling, question: Question, number: str) -> list[Line]:
    """The rule in symbols, and a line to write the answer on."""
    lines = [replace(line, numbers=(), result=None, words="") for line in _lines(telling, question)]
    if question.by_shape:
        asked = Line(_shape_of(question), (), (BLANK,))
        lines = [*(line for line in lines if line.symbols), asked]
    else:
        lines[-1] = replace(lines[-1], numbers=(BLANK,))
    return [replace(lines[0], words=number), *lines[1:]]


def _answer(telling: NodeTelling, question: Question, number: str) -> Line:
    if question.by_shape:
        shape = Name(format_shape(question.answer.shape))
        return Line(_shape_of(question), (), (shape,), number)
    return replace(_lines(telling, question)[-1], symbols=(), words=number)


def _lines(telling: NodeTelling, question: Question) -> list[Line]:
    """The derivation; the answer alone where there is none."""
    plain = Line(question.left, (), (tensor(question.answer),), "", question.answer)
    return derivation(telling, question) or [plain]


def _shape_of(question: Question) -> Name:
    return Name(f"shape of {question.text}")


def _given(trace: Trace) -> Explanation:
    """Inputs, constants and parameters: their numbers, or the shape where they are too many."""
    names, found = Names(trace), _held(trace)
    lines = []
    for ref in found[:MOST_GIVEN]:
        name, value = names.output(ref), trace.value(ref)
        if is_readable(value.shape):
            lines.append(Line(Name(name), (), (tensor(value),)))
        else:
            lines.append(Line(Name(f"shape of {name}"), (), (Name(format_shape(value.shape)),)))
    more = len(found) - MOST_GIVEN
    notes = (f"{more} more tensors are not listed.",) if more > 0 else ()
    return Explanation({}, "Given", tuple(lines), notes)


def _held(trace: Trace) -> list[PortRef]:
    """What is there before the first step, in the order of the run."""
    own = [ref for ref, source in trace.plan.edges.items() if source is None]
    slots, values = trace.plan.slot_of, trace.values
    found = dict.fromkeys([*leaves(trace), *own])
    return [ref for ref in found if ref in slots and slots[ref] in values]
