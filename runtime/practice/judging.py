"""Whether an answer is right: within 1 %, or to the digits typed, never with the wrong sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from runtime.numerals import format_number, format_shape
from runtime.practice.asking import Question
from runtime.practice.typed import Typed, read_numbers

WITHIN = 0.01
CLOSE = 0.1
ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""What is smaller than this share of what went in is a 0 that was rounded."""
Fault = Literal["", "wrong sign", "close", "wrong"]
_FAULTS = {
    "wrong sign": "The sign is wrong.",
    "close": "Close, but more than 1% off.",
    "wrong": "Not right yet.",
}
CHOICES = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an answer is right, and a sentence that does not give it away if it is not."""

    is_right: bool
    words: str


def judge(question: Question, text: str) -> Judgement:
    """What was typed for all entries of the answer; raises `Unreadable` where it is no number."""
    typed, answer = read_numbers(text), question.answer
    if len(typed) != answer.size:
        numbers = "number" if len(typed) == 1 else "numbers"
        return Judgement(False, f"Found {len(typed)} {numbers}, expected {answer.size}.")
    is_whole = answer.dtype.kind in "iub"
    true = [number.item() for number in answer.reshape(-1)]
    faults = [
        fault(each, float(number), is_whole=is_whole, scale=question.scale)
        for each, number in zip(typed, true, strict=True)
    ]
    if not any(faults):
        return Judgement(True, _right(question))
    if len(faults) == 1:
        return Judgement(False, _FAULTS[faults[0]])
    count = sum(not each for each in faults)
    at = next(place for place, each in enumerate(faults) if each)
    where = [int(i) for i in np.unravel_index(at, answer.shape)]
    words = f"{count} of {len(faults)} are right. At {where}: {_FAULTS[faults[at]]}"
    return Judgement(False, words)


def fault(typed: Typed, true: float, *, is_whole: bool = False, scale: float = 0.0) -> Fault:
    """What is wrong with a number; "" where it is right.

    Right is what is within 1 % of the truth, or is the truth at as many digits as were typed. Its
    sign must be right, so that 0 is right only for 0, or for what would be 0 but for rounding
    among numbers as large as `scale`. Indices and counts must be met exactly.
    """
    value = typed.value
    if math.isnan(true) or math.isnan(value):
        return "" if math.isnan(true) and math.isnan(value) else "wrong"
    if value == true or (value == 0 and abs(true) <= ROUNDING * scale):
        return ""
    if is_whole:
        return "wrong"
    if value * true < 0 and abs(true) > ROUNDING * scale:
        return "wrong sign"
    if math.isinf(true) or math.isinf(value) or value * true <= 0:
        return "wrong"
    off = abs(value - true)
    if off <= WITHIN * abs(true) or off <= typed.half_unit * (1 + 1e-9):
        return ""
    return "close" if off <= CLOSE * abs(true) else "wrong"


def judge_shape(question: Question, shape: Sequence[int]) -> Judgement:
    """A shape that was picked among the choices."""
    if tuple(shape) == question.answer.shape:
        return Judgement(True, f"Right: {format_shape(question.answer.shape)}.")
    return Judgement(False, _FAULTS["wrong"])


def shape_choices(question: Question) -> list[tuple[int, ...]]:
    """The right shape among wrong ones that one could think of; their order tells nothing."""
    right = question.answer.shape
    pieces = [right[1:], right[:-1], right[::-1], *question.near, (math.prod(right),), (1, *right)]
    found = dict.fromkeys([right, *pieces])
    return sorted(list(found)[:CHOICES], key=lambda shape: (len(shape), shape))


def _right(question: Question) -> str:
    answer = question.answer
    numbers = ", ".join(format_number(number.item()) for number in answer.reshape(-1))
    return f"Right: {numbers}." if answer.ndim == 0 else f"Right: [{numbers}]."
