"""Initialisation rules: the first numbers of a parameter or state.

Names and definitions are those of torch.nn.init, with these gains and fans: Xavier's gain is 1,
Kaiming's is that of ReLU over the fan-in. A shape `[out, in, *kernel]` has fan-in `in * kernel`
and fan-out `out * kernel`; below two axes both fans are the number of entries.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from graph.tensor import Tensor
from runtime.array import Array
from runtime.streams import Stream

Rule = Callable[[Stream, tuple[int, ...]], Array]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan-in, fan-out) of a weight; at least 1 each."""
    if len(shape) < 2:
        size = max(math.prod(shape), 1)
        return size, size
    kernel = math.prod(shape[2:])
    return max(shape[1] * kernel, 1), max(shape[0] * kernel, 1)


def _spread(stream: Stream, shape: tuple[int, ...], bound: float) -> Array:
    return stream.uniform(-bound, bound, shape)


def fan_in_uniform(stream: Stream, shape: tuple[int, ...]) -> Array:
    """Uniform within 1/sqrt(fan-in): what PyTorch's layers start with (Kaiming, a = sqrt(5))."""
    return _spread(stream, shape, 1 / math.sqrt(fans(shape)[0]))


def uniform_within(bound: float) -> Rule:
    """The rule that draws uniformly from -bound to bound."""
    return lambda stream, shape: _spread(stream, shape, bound)


def constant(value: float) -> Rule:
    """The rule that fills a tensor with one number."""
    return lambda stream, shape: np.full(shape, value)


RULES: dict[str, Rule] = {
    "normal": lambda stream, shape: stream.normal(0.0, 1.0, shape),
    "uniform": lambda stream, shape: stream.uniform(0.0, 1.0, shape),
    "zeros": constant(0.0),
    "ones": constant(1.0),
    "xavier_uniform": lambda s, shape: _spread(s, shape, math.sqrt(6 / sum(fans(shape)))),
    "xavier_normal": lambda s, shape: s.normal(0.0, math.sqrt(2 / sum(fans(shape))), shape),
    "kaiming_uniform": lambda s, shape: _spread(s, shape, math.sqrt(6 / fans(shape)[0])),
    "kaiming_normal": lambda s, shape: s.normal(0.0, math.sqrt(2 / fans(shape)[0]), shape),
}


def draw(rule: Rule, stream: Stream, shape: tuple[int, ...], dtype: str) -> Tensor:
    """The tensor that a rule gives: drawn in float64, then rounded to `dtype`."""
    numbers = np.asarray(rule(stream, shape), "float64")
    return Tensor.of(np.ascontiguousarray(numbers.astype(dtype)).reshape(shape))
