"""The steps of a region as the text of one Python function, which stops between both passes."""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.modules.scalar import FUNCTIONS, Scalar

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

Numbers = Sequence[float]
Begin = Callable[[Numbers], Generator[Numbers, Numbers, None]]
MOST_TERMS = 16  # of a sum on one line: Python's compiler goes as deep as a sum is long


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
        found: Begin = names["region"]
        return found


def write(
    steps: Sequence[PlanStep],
    forms: Sequence[Scalar],
    reads: Sequence[int],
    leaves: Sequence[int],
    arriving: Collection[int],
    wants: Collection[int],
) -> Function:
    """Steps in their order, with their forms; `reads` and `leaves` are slots.

    `arriving` are the left slots whose gradients come back, in order, `wants` all slots whose
    gradients are needed. A slot's number is called v and its gradient g, or h where it arrives.
    """
    writing = _Writing(wants)
    writing.line(f"{_tuple('v', reads)} = numbers")
    for step, form in zip(steps, forms, strict=True):
        writing.forward(step, form)
    back = f"{_tuple('h', arriving)} = " if arriving else ""
    writing.line(f"{back}yield {_tuple('v', leaves)}")
    writing.parts.update((slot, [f"h{slot}"]) for slot in arriving)
    for step, form in zip(reversed(steps), reversed(forms), strict=True):
        writing.reverse(step, form)
    totals = {slot: writing.total(slot) for slot in reads}
    found = {slot: total for slot, total in totals.items() if total is not None}
    writing.line(f"yield ({''.join(f'{total}, ' for total in found.values())})")
    lines = ["def region(numbers):", *writing.lines]
    return Function("\n".join(lines), writing.numbers, tuple(found))


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
        value = form.value.format_map(self._named(step, form, form.value))
        self.line(f"v{step.outputs[0]} = {value}")

    def reverse(self, step: PlanStep, form: Scalar) -> None:
        """What goes back to the inputs of a step, if anything arrives at its output."""
        gradient = self.total(step.outputs[0])
        if gradient is None:
            return
        for port, slot, need in zip(step.input_names, step.inputs, step.need, strict=True):
            if need and slot in self._wants:
                text = form.gradients[port]
                names = self._named(step, form, text) | {"g": gradient}
                self.parts.setdefault(slot, []).append(text.format_map(names))

    def total(self, slot: int) -> str | None:
        """The name of a slot's gradient, which is summed here; None where nothing arrived."""
        terms = self.parts.pop(slot, None)
        if terms is None:
            return None
        if len(terms) == 1 and terms[0].isalnum():  # the name of another gradient
            return terms[0]
        name = f"g{slot}"
        for start in range(0, len(terms), MOST_TERMS):
            some = terms[start : start + MOST_TERMS]
            before = [name] if start else []
            self.line(f"{name} = {' + '.join([*before, *(f'({term})' for term in some)])}")
        return name

    def _named(self, step: PlanStep, form: Scalar, text: str) -> dict[str, str]:
        """What stands for the words of an expression."""
        slots = dict(zip(step.input_names, step.inputs, strict=True))
        slots[step.output_names[0]] = step.outputs[0]
        return {
            word: f"v{slots[word]}" if word in slots else self._number(step, form, word)
            for word in _words(text)
        }

    def _number(self, step: PlanStep, form: Scalar, word: str) -> str:
        """The name of a setting's number; equal numbers share one."""
        number = float(form.numbers[word] if word in form.numbers else step.module.settings[word])
        name = self._names.setdefault(repr(number), f"c{len(self._names)}")
        self.numbers[name] = number
        return name


@functools.cache
def _words(text: str) -> tuple[str, ...]:
    """The words in braces of an expression, but for the gradient."""
    words = (word for _, word, _, _ in string.Formatter().parse(text) if word is not None)
    return tuple(dict.fromkeys(word for word in words if word != "g"))


def _tuple(letter: str, slots: Collection[int]) -> str:
    return f"({''.join(f'{letter}{slot}, ' for slot in slots)})"
