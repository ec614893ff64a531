"""Singular values of a Kronecker product: products of those of its factors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from runtime.backend import to_numpy
from runtime.maps.factoring import affordable, determinants, factored, finite
from runtime.maps.kronecker import Kronecker
from runtime.maps.places import Array
from runtime.maps.signs import EMPTY, SINGULAR, Determinant, axes_sign, multiplied
from runtime.maps.spectrum import Spectrum, filled_up, lacks_rank, precision
from runtime.maps.stacking import Progress
from runtime.maps.subscripts import Axes


@dataclass(frozen=True, slots=True)
class _Group:
    """Factors that share labels of rows or columns: together one matrix per entry of `blocks`."""

    numbers: tuple[int, ...]
    blocks: str
    rows: str
    columns: str


def kronecker_spectrum(made: Kronecker, progress: Progress | None) -> Spectrum | None:
    """The values from those of each group of factors; None where a group is too large.

    With its rows and columns in another order the map is a direct sum over the labels that input,
    output and a factor have, each block a Kronecker product of the groups' matrices, of an
    identity over labels that input and output have alone, and of ones over labels that one of
    them has alone. Singular values of a Kronecker product are all products of the factors'
    (Horn and Johnson, Topics in Matrix Analysis, 1991, theorem 4.2.15).
    """
    axes = made.axes
    groups = _groups(axes)
    if not all(affordable(*_sizes(axes, group)) for group in groups):
        return None
    matrices = [_matrices(made, group) for group in groups]
    values = [factored(matrix, progress) for matrix in matrices]
    held = "".join(axes.factors)
    shared, labels = _shared(axes), axes.output + axes.input
    identity = _size(axes, [label for label in shared if label not in held])
    ones = _size(axes, [label for label in labels if label not in shared + held])
    blocks = "".join(label for label in shared if label in held)
    products = _products(axes, groups, values, blocks) * math.sqrt(ones)
    singular, determinant = _determinant(made, groups, matrices, values)
    return Spectrum(
        filled_up(np.repeat(products, identity), made),
        "In closed form, from the singular values of the factors.",
        singular=singular,
        determinant=determinant if made.rows == made.columns else None,
    )


def _groups(axes: Axes) -> list[_Group]:
    both = set(axes.output) & set(axes.input)
    bunches: list[tuple[set[str], list[int]]] = []
    for number, labels in enumerate(axes.factors):
        mixed, numbers = set(labels) - both, [number]
        apart = []
        for other, others in bunches:
            if other & mixed:
                mixed, numbers = mixed | other, others + numbers
            else:
                apart.append((other, others))
        bunches = [*apart, (mixed, numbers)]
    return [_group(axes, mixed, numbers) for mixed, numbers in bunches]


def _group(axes: Axes, mixed: set[str], numbers: list[int]) -> _Group:
    held = set("".join(axes.factors[number] for number in numbers))
    blocks = "".join(label for label in axes.output if label in held - mixed)
    rows = "".join(label for label in axes.output if label in mixed)
    columns = "".join(label for label in axes.input if label in mixed)
    return _Group(tuple(numbers), blocks, rows, columns)


def _size(axes: Axes, labels: list[str] | str) -> int:
    return math.prod(axes.shape("".join(labels)))


def _sizes(axes: Axes, group: _Group) -> tuple[int, int, int]:
    return _size(axes, group.blocks), _size(axes, group.rows), _size(axes, group.columns)


def _matrices(made: Kronecker, group: _Group) -> Array:
    """[*blocks, rows, columns] of one group, on the host."""
    axes = made.axes
    terms = ",".join(axes.factors[number] for number in group.numbers)
    operands = [finite(made.factors[number]) for number in group.numbers]
    found = np.einsum(f"{terms}->{group.blocks}{group.rows}{group.columns}", *operands)
    _, rows, columns = _sizes(axes, group)
    return to_numpy(found).reshape(*axes.shape(group.blocks), rows, columns)


def _products(axes: Axes, groups: list[_Group], values: list[Array], blocks: str) -> Array:
    """All products of one value of each group, over all blocks, flat."""
    total = np.ones((*axes.shape(blocks), 1))
    for group, found in zip(groups, values, strict=True):
        thin = [axes.sizes[label] if label in group.blocks else 1 for label in blocks]
        order = [group.blocks.index(label) for label in blocks if label in group.blocks]
        placed = found.transpose(*order, -1).reshape(*thin, 1, found.shape[-1])
        total = (total[..., None] * placed).reshape(*axes.shape(blocks), -1)
    return total.reshape(-1)


def _determinant(
    made: Kronecker, groups: list[_Group], matrices: list[Array], values: list[Array]
) -> tuple[bool, Determinant]:
    """(whether a value is 0 to precision, the determinant where the map is square)."""
    axes = made.axes
    sizes = [_sizes(axes, group) for group in groups]
    blocks = min(made.rows, made.columns) // _size(axes, _shared(axes))
    deficient = any(
        lacks_rank(found, (rows, columns), precision(made))
        for found, (_, rows, columns) in zip(values, sizes, strict=True)
    )
    if deficient or math.prod(min(rows, columns) for _, rows, columns in sizes) < blocks:
        return True, SINGULAR
    if made.rows != made.columns:
        return False, SINGULAR
    total = EMPTY
    for matrix, (count, rows, _) in zip(matrices, sizes, strict=True):
        total = multiplied(total, determinants(matrix, made.rows // (count * rows)))
    sign = _order_sign(axes, axes.output, groups) * _order_sign(axes, axes.input, groups)
    return False, multiplied((float(sign), 0.0), total)


def _shared(axes: Axes) -> str:
    return "".join(label for label in axes.output if label in axes.input)


def _order_sign(axes: Axes, labels: str, groups: list[_Group]) -> int:
    """The sign of bringing blocks and identity before the groups' rows, or columns."""
    mixed = "".join(group.rows + group.columns for group in groups)
    wanted = [*_shared(axes), *(label for label in mixed if label in labels)]
    order = [labels.index(label) for label in wanted]
    order += [place for place in range(len(labels)) if place not in order]  # ones over size 1
    return axes_sign(axes.shape(labels), order)
