"""A table's columns as x and t: numbers, and texts that become classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.data.dataset import Dataset
from runtime.data.files.tables import Column, Table
from runtime.errors import DataError
from runtime.feeds import Host

MOST_WHOLE = 20
"""Whole numbers of at most so many different values are taken for classes."""
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Choice:
    """Which columns are read. Empty ones are chosen: t the last column, x all other numbers.

    `kind` is what t is: `classes`, `numbers`, or `auto`; `missing` whether a row without a value
    is refused or left out.
    """

    x: tuple[str, ...] = ()
    t: tuple[str, ...] = ()
    kind: str = "auto"
    missing: str = "refuse"

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Choice:
        """As a Data node's settings say."""
        x, t = settings["x_columns"], settings["t_columns"]
        return cls(x, t, settings["t_is"], settings["missing"])


def table_set(table: Table, choice: Choice) -> Dataset:
    """The set of the chosen columns; raises `DataError` naming row and column that do not fit."""
    learned = [table.column(name) for name in choice.t] or list(table.columns[-1:])
    given = [table.column(name) for name in choice.x] or _numeric(table, learned)
    if not given:
        raise DataError(f"{table.name} with one column", "one of numbers for x, and one for t")
    keep = _complete(table, [*given, *learned], choice.missing)
    x = np.stack([_numbers(column)[keep] for column in given], 1)
    t, classes = _targets(learned, keep, choice.kind)
    left_out = len(table) - len(keep)
    notes = (f"Rows left out for missing values: {left_out:,}.",) if left_out else ()
    names = tuple(column.name for column in given)
    return Dataset(table.name, {"x": x, "t": t}, classes, features=names, notes=notes)


def _numeric(table: Table, learned: Sequence[Column]) -> list[Column]:
    """The columns of numbers that are not learned."""
    rest = (column for column in table.columns if column not in learned)
    return [column for column in rest if column.numbers() is not None]


def _complete(table: Table, columns: Sequence[Column], missing: str) -> Host:
    """The rows in which no chosen column lacks its value."""
    holes = {column: column.missing() for column in columns}
    count = sum(map(len, holes.values()))
    if count and missing == "refuse":
        column, places = next((column, places) for column, places in holes.items() if places)
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        found = f"no value in {column.where(places[0])}{more} of {table.name}"
        raise DataError(found, "one", "Fill it in, leave the column or such rows out.")
    keep = np.ones(len(table), bool)
    for places in holes.values():
        keep[places] = False
    if not keep.any():
        raise DataError(f"no complete row in {table.name}", "samples")
    return np.flatnonzero(keep)


def _numbers(column: Column) -> Host:
    found = column.numbers()
    if found is not None:
        return found
    for place, text in enumerate(column.texts):
        one = Column(column.name, [text], [0], column.has_comma)
        if one.numbers() is None:
            raise DataError(f'"{text[:40]}" in {column.where(place)}', "a number")
    raise AssertionError("a column of numbers is one")


def _targets(columns: Sequence[Column], keep: Host, kind: str) -> tuple[Host, tuple[str, ...]]:
    """Classes as [N] with their names, or numbers as [N, columns]."""
    if len(columns) == 1 and _are_classes(columns[0], keep, kind):
        return _classes(columns[0], keep)
    return np.stack([_numbers(column)[keep] for column in columns], 1), ()


def _are_classes(column: Column, keep: Host, kind: str) -> bool:
    numbers = column.numbers()
    if kind != "auto":
        return kind == "classes"
    if numbers is None:
        return True
    kept = numbers[keep]
    return bool((kept == np.round(kept)).all()) and len(np.unique(kept)) <= MOST_WHOLE


def _classes(column: Column, keep: Host) -> tuple[Host, tuple[str, ...]]:
    """Places in the sorted list of the values that occur, and that list."""
    numbers = column.numbers()
    if numbers is not None:
        values, places = np.unique(numbers[keep], return_inverse=True)
        names = [f"{value:g}" for value in values.tolist()]
    else:
        texts = np.array([column.texts[i].strip() for i in keep])
        values, places = np.unique(texts, return_inverse=True)
        names = values.tolist()
    if len(names) > MOST_CLASSES:
        found = f'{len(names):,} classes in column "{column.name}"'
        raise DataError(found, f"at most {MOST_CLASSES:,}")
    return places.reshape(-1).astype(np.int64), tuple(names)
