"""What a module does with single numbers, written as Python.

A graph of single numbers is compiled to plain Python, which computes with its own floats some
thirty times as fast as NumPy with arrays of one entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "abs": abs,
    "cos": math.cos,
    "erfc": math.erfc,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "power": math.pow,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
"""What the expressions may call. Unlike NumPy's, some raise where a number leaves the domain."""


@dataclass(frozen=True)
class Scalar:
    """A module whose ports are all single numbers in float64: expressions of its output and slopes.

    `value` is the output; `gradients` has for each input what goes back to it. In braces stand
    ports, `g` for the gradient that arrives, and settings, which `numbers` may overrule. Each is
    replaced by a name, so that an expression may name one twice. A letter may stand for a part of
    an expression (`:=`); it means nothing in another.

    An expression gives what the module's `forward` and `vjp` give, NaN and infinity too, or raises
    `ArithmeticError` or `ValueError`; then these are asked. So a gradient that is cut off is
    `{g} * 0.0`, and what compares must let NaN through.
    """

    value: str
    gradients: Mapping[str, str]
    numbers: Mapping[str, float] = field(default_factory=dict)


def sigmoid_of(name: str, meaning: str | None = None) -> str:
    """The logistic function of a name, or of a letter that means something; in brackets.

    Below -700 the 1 of the divisor changes nothing, and without it the exponential stays finite.
    """
    first = name if meaning is None else f"({name} := {meaning})"
    return f"(1.0 / (1.0 + exp(-{name})) if {first} > -700.0 else exp({name}))"
