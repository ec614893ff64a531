"""A Jacobian in words: its structure, how much of it is stored and how much is not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.numbers import format_count, format_percent
from runtime.maps import Blocks

if TYPE_CHECKING:
    from runtime.maps import LinearMap


def tr(text: str) -> str:
    """Translate a phrase of the words."""
    return QCoreApplication.translate("JacobianWords", text)


def structure(linear: LinearMap, samples: int | None = None) -> str:
    """`Dense`, `Block-diagonal: 128 blocks of 10×10, one a sample`, where it has samples."""
    description = linear.describe()
    is_said = description.startswith(linear.structure)
    words = description if is_said else f"{linear.structure}: {description}"
    each = _blocks_a_sample(linear, samples)
    if each:
        share = tr("one a sample") if each == 1 else tr("{0} a sample").format(format_count(each))
        words = f"{words}, {share}"
    return words[:1].upper() + words[1:]


def size(linear: LinearMap) -> str:
    """`Rows: 32 outputs; columns: 8 inputs`."""
    rows = tr("1 output") if linear.rows == 1 else tr("{0} outputs")
    columns = tr("1 input") if linear.columns == 1 else tr("{0} inputs")
    return tr("Rows: {0}; columns: {1}").format(
        rows.format(format_count(linear.rows)), columns.format(format_count(linear.columns))
    )


def storage(linear: LinearMap) -> str:
    """How many numbers are stored of how many entries; empty where there is no saving."""
    entries = linear.rows * linear.columns
    if linear.structure == "dense" or entries <= 1:
        return ""
    stored, all_of_them = format_count(linear.stored), format_count(entries)
    text = tr("{0} numbers stored for {1} entries, {2} of them not zero")
    return text.format(stored, all_of_them, format_percent(linear.density))


def _blocks_a_sample(linear: LinearMap, samples: int | None) -> int:
    """How many blocks each sample has; 0 where they are not counted by axis 0."""
    simple = getattr(linear, "simple", None) or linear  # a total derivative may be one map
    if samples is None or samples < 2 or not isinstance(simple, Blocks):
        return 0
    return 0 if 0 in simple.out_axes or 0 in simple.in_axes else simple.count // samples
