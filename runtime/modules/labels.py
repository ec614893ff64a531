"""The labels of an einsum's equation: reading them, and what they mean for given shapes."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.errors import BadAttribute
from graph.port import Dim
from runtime.array import Array

EXPECTED = "terms of letters separated by commas, such as ij,jk->ik"


def parse(equation: str) -> tuple[list[str], str]:
    """The terms of the inputs and of the result; raises `BadAttribute`."""
    operands, arrow, result = equation.replace(" ", "").partition("->")
    inputs = operands.split(",")
    for term in (*inputs, result):
        if term.count("...") > 1 or set(term.replace("...", "", 1)) - set(string.ascii_letters):
            raise BadAttribute(port="equation", found=repr(equation), expected=EXPECTED)
    if not arrow:
        letters = operands.replace(",", "").replace("...", "")
        once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
        result = ("..." if "..." in operands else "") + "".join(once)
    named = result.replace("...", "")
    if len(set(named)) < len(named):
        expected = "each label of the result once"
        raise BadAttribute(port="equation", found=repr(equation), expected=expected)
    return inputs, result


def spread_ellipses(
    inputs: Sequence[str], output: str, shapes: Sequence[Sequence[Dim]]
) -> tuple[list[str], str]:
    """The terms with a letter of its own for each axis that an ellipsis stands for.

    Ellipses are aligned at their ends; where the result has none their axes are summed over.
    """
    free = [letter for letter in string.ascii_letters if letter not in "".join((*inputs, output))]
    extra = [
        len(shape) - len(term.replace("...", "")) if "..." in term else 0
        for term, shape in zip(inputs, shapes, strict=True)
    ]
    longest = max(extra, default=0)
    if longest > len(free):
        raise BadAttribute(
            port="equation", found=f"{longest} axes under ...", expected=f"at most {len(free)}"
        )
    letters = "".join(free[:longest])
    spread = [
        term.replace("...", letters[longest - count :])
        for term, count in zip(inputs, extra, strict=True)
    ]
    return spread, output.replace("...", letters)


@dataclass(frozen=True)
class Own:
    """One input's labels without those of size 1 that broadcast; `unique` has each once."""

    labels: str
    unique: str

    def places(self, xp: Any, terms: Terms) -> Array:
        """The flat number of the entry at each place of `unique` (a diagonal's, where repeated)."""
        shape = terms.shape(self.labels)
        number = xp.zeros(terms.shape(self.unique), "int64")
        for axis, label in enumerate(self.labels):
            stride = math.prod(shape[axis + 1 :])
            place = self.unique.index(label)
            steps = xp.arange(terms.sizes[label]) * stride
            number = number + steps.reshape([-1 if i == place else 1 for i in range(number.ndim)])
        return number


@dataclass(frozen=True)
class Terms:
    """The labels of every input and of the result, one letter per axis, and their sizes."""

    inputs: tuple[str, ...]
    output: str
    sizes: Mapping[str, Any]

    @classmethod
    def of(cls, inputs: Sequence[str], output: str, shapes: Sequence[Sequence[Dim]]) -> Terms:
        """Terms without ellipses; of two sizes of a label the one that is not 1 counts."""
        sizes: dict[str, Dim] = {}
        for labels, shape in zip(inputs, shapes, strict=True):
            for label, size in zip(labels, shape, strict=True):
                if sizes.get(label, 1) == 1:
                    sizes[label] = size
        return cls(tuple(inputs), output, sizes)

    def shape(self, labels: str) -> tuple[int, ...]:
        """The shape of a tensor with these labels."""
        return tuple(self.sizes[label] for label in labels)

    def thin(self, place: int, shape: Sequence[int]) -> Own:
        """What is left of an input's labels when axes of size 1 that broadcast are dropped."""
        pairs = zip(self.inputs[place], shape, strict=True)
        labels = "".join(label for label, size in pairs if size == self.sizes[label])
        return Own(labels, "".join(dict.fromkeys(labels)))
