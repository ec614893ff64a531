"""Tables from spreadsheets, and values written so that they read back the same."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

import numpy as np

from runtime.array import Array
from runtime.values.numbers import MINUS, BadValue, check_length, reader


def parse_table(text: str, dtype: str = "float64", where: str = "clipboard") -> Array:
    """Read CSV or TSV into a matrix; raises `BadValue` naming row and column, from 0.

    Cells are parted by tabs, else by semicolons, else by commas, else by spaces.
    """
    check_length(text, where)
    read = reader(dtype)
    rows: list[list[Any]] = []
    for cells in _cells(text.replace(MINUS, "-")):
        if rows and len(cells) != len(rows[0]):
            found = f"{len(cells)} columns in row {len(rows)}"
            raise BadValue(found, f"{len(rows[0])} as in row 0", where=where)
        rows.append([])
        for column, cell in enumerate(cells):
            try:
                rows[-1].append(read(cell.strip()))
            except BadValue as error:
                place = f"{where}, row {len(rows) - 1}, column {column}"
                raise BadValue(*error.facts, where=place) from None
    if not rows:
        raise BadValue("nothing", "a table of numbers", "Copy cells first.", where=where)
    return np.array(rows, dtype)


def write_value(array: Array) -> str:
    """The value in full precision and ASCII; `parse_value` reads the same numbers back."""
    if array.ndim == 0:
        return write_number(array[()])
    return "[" + ", ".join(write_value(part) for part in array) + "]"


def write_table(array: Array) -> str:
    """A matrix, a vector (one row) or a scalar as TSV in full precision, ASCII."""
    rows = np.atleast_2d(array)
    return "\n".join("\t".join(write_number(number) for number in row) for row in rows)


def write_number(number: Any) -> str:
    """The shortest text that reads back as the same number of its dtype."""
    if isinstance(number, (bool, np.bool_)):
        return "true" if number else "false"
    return str(number).removesuffix(".0")


def _cells(text: str) -> Iterable[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    mark = next((m for m in "\t;," if any(m in line for line in lines)), None)
    if mark is None:
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=mark, skipinitialspace=True)
