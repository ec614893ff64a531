"""The einsum text that says how the axes of factors, input and output belong together."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from runtime.maps.places import Shape


@dataclass(frozen=True)
class Axes:
    """What a text such as "...oi,...i->...o" means for given shapes.

    `factors`, `input` and `output` are the labels of each tensor, one letter per axis; an axis of
    size 1 that broadcasts against a larger one has lost its letter. `sizes` is per letter.
    """

    factors: tuple[str, ...]
    input: str
    output: str
    sizes: dict[str, int]

    def shape(self, labels: str) -> Shape:
        """The shape of a tensor with these labels."""
        return tuple(self.sizes[label] for label in labels)

    @cached_property
    def used(self) -> frozenset[str]:
        """The labels of all tensors."""
        return frozenset("".join((*self.factors, self.input, self.output)))

    @cached_property
    def order(self) -> tuple[int, ...] | None:
        """The axes of the first factor as output and input name them; None where it lacks one."""
        labels, wanted = self.factors[0], self.output + self.input
        if sorted(labels) != sorted(wanted):
            return None
        return tuple(labels.index(label) for label in wanted)


@lru_cache(maxsize=4096)
def read_subscripts(
    text: str, factors: tuple[Shape, ...], in_shape: Shape, out_shape: Shape
) -> Axes:
    """Read "factor,factor,input->output", an ellipsis standing for any leading axes.

    Ellipses are aligned at their ends and broadcast as in NumPy. Raises ValueError where the text
    does not fit the shapes, names a label twice in one tensor, or has a label in factors alone.
    """
    operands, arrow, result = text.replace(" ", "").partition("->")
    terms = [*operands.split(","), result]
    shapes = [*factors, in_shape, out_shape]
    if not arrow or len(terms) != len(shapes):
        raise ValueError(f"{text}: found {len(terms)} terms, expected {len(shapes)}")
    terms = _without_ellipses(text, terms, shapes)
    sizes = _sizes(text, terms, shapes)
    if terms[-1] and tuple(sizes[label] for label in terms[-1]) != out_shape:
        raise ValueError(f"{text}: found output {out_shape}, expected it as wide as its operands")
    kept = [
        "".join(label for label, size in zip(term, shape, strict=True) if size == sizes[label])
        for term, shape in zip(terms, shapes, strict=True)
    ]
    alone = set("".join(kept[:-2])) - set(kept[-2]) - set(kept[-1])
    if alone:
        raise ValueError(f"{text}: found {sorted(alone)} in factors alone, contract them first")
    return Axes(tuple(kept[:-2]), kept[-2], kept[-1], sizes)


def _without_ellipses(text: str, terms: Sequence[str], shapes: Sequence[Shape]) -> list[str]:
    free = [letter for letter in string.ascii_letters if letter not in text]
    found = []
    for term, shape in zip(terms, shapes, strict=True):
        extra = len(shape) - len(term.replace("...", ""))
        if extra < 0 or (extra and "..." not in term):
            raise ValueError(f"{text}: found shape {shape}, expected axes {term or '()'}")
        found.append(term.replace("...", "".join(reversed(free[:extra]))))
    return found


def _sizes(text: str, terms: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(set(term)) < len(term):
            raise ValueError(f"{text}: found a label twice in {term!r}, expected it once")
        for label, size in zip(term, shape, strict=True):
            known = sizes.setdefault(label, size)
            if known != size and 1 not in (known, size):
                raise ValueError(f"{text}: found sizes {known} and {size} of {label!r}")
            sizes[label] = size if known == 1 else known
    return sizes
