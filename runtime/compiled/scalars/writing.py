"""The steps of a region as the text of one Python function, which stops between both passes."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.modules.scalar import FUNCTIONS, Scalar

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

Numbers = Sequence[float]
Begin = Callable[[Numbers], Generator[Numbers, Numbers, None]]
MOST_TERMS = 16  # of a sum on one line: Python's compiler goes as deep as a sum is long


@dataclass(frozen=True, eq=False)
class Body:
    """Steps in their order, with what each does; all their ports are single numbers in float64.

    `reads` are the slots that others write, `constants` those that always hold one number, `leaves`
    those that others read; `wants` are all whose gradients are needed.
    """

    steps: Sequence[PlanStep]
    forms: Sequence[Scalar]
    reads: tuple[int, ...]
    leaves: tuple[int, ...]
    wants: Collection[int]
    constants: Mapping[int, float]


@dataclass(frozen=True)
class Function:
    """A region as one Python function, which stops between both passes.

    It is given what is read and stops with what is left behind. It goes on when it is sent the
    gradients that arrive, and stops again with those of the read slots in `reached`. `numbers` are
    what its text names besides slots and functions; nothing in the text comes from a file.
    """

    text: str
    numbers: Mapping[str, float]
    reached: tuple[int, ...]

    @functools.cached_property
    def begin(self) -> Begin:
        """What is called."""
        names: dict[str, Any] = {**FUNCTIONS, **self.numbers, "__builtins__": {}}
        exec(compile(self.text, "<single numbers>", "exec", dont_inherit=True), names)
        found: Begin = names.pop("region")  # else it would hold itself
        return found


def write(body: Body, arriving: Collection[int]) -> Function:
    """The function of a region; `arriving` are the left slots whose gradients come back, in order.

    A slot's number is called v and its gradient g, or h where it arrives.
    """
    writing = _Writing(body.wants)
    writing.line(f"{_tuple('v', body.reads)} = numbers")
    for step, form in zip(body.steps, body.forms, strict=True):
        writing.forward(step, form)
    back = f"{_tuple('h', arriving)} = " if arriving else ""
    writing.line(f"{back}yield {_tuple('v', body.leaves)}")
    writing.parts.update((slot, [f"h{slot}"]) for slot in arriving)
    for step, form in zip(reversed(body.steps), reversed(body.forms), strict=True):
        writing.reverse(step, form)
    totals = {slot: writing.total(slot) for slot in body.reads}
    found = {slot: total for slot, total in totals.items() if total is not None}
    writing.line(f"yield ({''.join(f'{total}, ' for total in found.values())})")
    lines = ["def region(numbers):", *writing.lines]
    constants = {f"v{slot}": number for slot, number in body.constants.items()}
    return Function("\n".join(lines), writing.numbers | constants, tuple(found))


class _Writing:
    """The lines so far; `parts` are the terms of the gradients that are not summed yet."""

    def __init__(self, wants: Collection[int]) -> None:
        self.lines: list[str] = []
        self.numbers: dict[str, float] = {}
        self.parts: dict[int, list[str]] = {}
        self._wants = wants
        self._names: dict[str, str] = {}

    def line(self, text: str) -> None:
        self.lines.append(f" {text}")

    def forward(self, step: PlanStep, form: Scalar) -> None:
        """The output of a step."""
        self.line(f"v{step.outputs[0]} = {form.value.format_map(_Words(self, step, form))}")

    def reverse(self, step: PlanStep, form: Scalar) -> None:
        """What goes back to the inputs of a step, if anything arrives at its output."""
        gradient = self.total(step.outputs[0])
        if gradient is None:
            return
        words = _Words(self, step, form)
        words["g"] = gradient
        for port, slot, need in zip(step.input_names, step.inputs, step.need, strict=True):
            if need and slot in self._wants:
                text = form.gradients[port]
                term = (text if _is_term(text) else f"({text})").format_map(words)
                self.parts.setdefault(slot, []).append(term)

    def total(self, slot: int) -> str | None:
        """The name of a slot's gradient, which is summed here; None where nothing arrived."""
        terms = self.parts.pop(slot, None)
        if terms is None:
            return None
        if len(terms) == 1 and terms[0].isalnum():  # the name of another gradient
            return terms[0]
        name = f"g{slot}"
        self.line(f"{name} = {' + '.join(terms[:MOST_TERMS])}")
        for start in range(MOST_TERMS, len(terms), MOST_TERMS):
            self.line(f"{name} = {name} + {' + '.join(terms[start : start + MOST_TERMS])}")
        return name

    def number(self, step: PlanStep, form: Scalar, word: str) -> str:
        """The name of a setting's number; equal numbers share one."""
        number = float(form.numbers[word] if word in form.numbers else step.module.settings[word])
        name = self._names.setdefault(repr(number), f"c{len(self._names)}")
        self.numbers[name] = number
        return name


class _Words(dict[str, str]):
    """What stands for the words in braces of a step's expressions."""

    def __init__(self, writing: _Writing, step: PlanStep, form: Scalar) -> None:
        names = [f"v{slot}" for slot in step.inputs]
        super().__init__(zip(step.input_names, names, strict=True))
        self[step.output_names[0]] = f"v{step.outputs[0]}"
        self._about = writing, step, form

    def __missing__(self, word: str) -> str:
        writing, step, form = self._about
        return writing.number(step, form, word)


@functools.cache
def _is_term(text: str) -> bool:
    """Whether an expression can be added as it is: Python reads what has brackets more slowly."""
    found = ast.parse(text.replace("{", "").replace("}", ""), mode="eval").body
    if isinstance(found, ast.BinOp):
        return isinstance(found.op, ast.Mult | ast.Div)
    return isinstance(found, ast.UnaryOp | ast.Name | ast.Call)


def _tuple(letter: str, slots: Collection[int]) -> str:
    return f"({''.join(f'{letter}{slot}, ' for slot in slots)})"
