"""Two Kronecker products, one after the other, as one: factor by factor."""

from __future__ import annotations

import math
import string

import numpy as np

from runtime.maps.kronecker import STACK, Kronecker, contraction
from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array

MULTIPLY_WORK = 1 << 28
"""Most multiply-adds that making one map of two may take."""


def multiplied_out(after: Kronecker, before: Kronecker) -> LinearMap | None:
    """(A (x) B)(C (x) D) = AC (x) BD: the factors that meet in a label between are contracted.

    None where that would store more than both, take too long, or where an axis of size 1 was
    repeated (it has no label).
    """
    named = _labels_of(after, before)
    if named is None:
        return None
    output, between, into, terms = named
    operands = [*after.factors, *before.factors]
    sizes = after.axes.sizes | {
        new: before.axes.sizes[old] for new, old in zip(into, before.axes.input, strict=True)
    }
    for term, operand in zip(terms, operands, strict=True):
        sizes |= dict(zip(term, operand.shape, strict=True))
    gone = [label for label in between if label not in output and label not in into]
    groups = _meeting(terms, gone)
    number = math.prod(sizes[label] for label in gone if not any(label in term for term in terms))
    kept = [
        "".join(sorted(set("".join(terms[at] for at in group)) - set(gone))) for group in groups
    ]
    stored = sum(math.prod(sizes[label] for label in labels) for labels in kept)
    work = max((_work(terms, group, sizes) for group in groups if len(group) > 1), default=0)
    if stored > after.stored + before.stored or work > MULTIPLY_WORK:
        return None
    factors: list[Array] = [
        _contracted(after, terms, operands, group, labels)
        for group, labels in zip(groups, kept, strict=True)
    ]
    dtype, xp = np.result_type(after.dtype, before.dtype), after.xp
    if number != 1:
        factors, kept = [*factors, xp.asarray(number, dtype)], [*kept, ""]
    text = ",".join([*kept, into]) + "->" + output
    return contraction(after.out_shape, before.in_shape, factors, text, dtype=dtype, xp=xp)


def _labels_of(after: Kronecker, before: Kronecker) -> tuple[str, str, str, list[str]] | None:
    """(output, between, input, factors' labels) in one alphabet; None where labels are missing."""
    first, second = after.axes, before.axes
    whole = first.shape(first.input) == after.in_shape == second.shape(second.output)
    if not whole or second.shape(second.input) != before.in_shape:
        return None
    named = dict(zip(second.output, first.input, strict=True))
    used = {*first.input, *first.output, *"".join(first.factors), STACK}
    free = (letter for letter in string.ascii_letters if letter not in used)
    for label in second.input + "".join(second.factors):
        if label not in named:
            letter = next(free, None)
            if letter is None:
                return None
            named[label] = letter
    renamed = ["".join(named[label] for label in term) for term in second.factors]
    into = "".join(named[label] for label in second.input)
    return first.output, first.input, into, [*first.factors, *renamed]


def _meeting(terms: list[str], gone: list[str]) -> list[list[int]]:
    """Which factors share labels that are summed over; a factor without stands alone."""
    groups: list[tuple[set[str], list[int]]] = []
    for at, term in enumerate(terms):
        labels, group = set(term) & set(gone), [at]
        apart = []
        for others, members in groups:
            if others & labels:
                labels, group = labels | others, members + group
            else:
                apart.append((others, members))
        groups = [*apart, (labels, group)]
    return [group for _, group in groups]


def _work(terms: list[str], group: list[int], sizes: dict[str, int]) -> int:
    return math.prod(sizes[label] for label in set("".join(terms[at] for at in group)))


def _contracted(
    made: Kronecker, terms: list[str], operands: list[Array], group: list[int], labels: str
) -> Array:
    text = ",".join(terms[at] for at in group) + "->" + labels
    return made.xp.einsum(text, *(operands[at] for at in group), optimize=True)
