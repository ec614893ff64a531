"""A table's columns as x and t: numbers, and texts that become classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.data.dataset import Dataset
from runtime.data.files.sizes import ask_room
from runtime.data.files.tables import Column, Table, is_number
from runtime.errors import DataError
from runtime.feeds import Host

MOST_WHOLE = 20
"""Whole numbers of at most so many different values are taken for classes."""
MOST_CLASSES = 10_000
MOST_ONE_HOT = 1000
"""Classes of a column of x that get a column each."""
MOST_NAMED = 8
"""Classes that a note names."""


@dataclass(frozen=True)
class Choice:
    """Which columns are read. Empty ones are chosen: t the last column, x all other numbers.

    `kind` is what t is: `classes`, `numbers`, or `auto`; `missing` whether a row without a value
    is refused or left out; `texts` how a column of texts is given in x: `one-hot`, a column for
    each of its classes, or `codes`, the class's place in their order.
    """

    x: tuple[str, ...] = ()
    t: tuple[str, ...] = ()
    kind: str = "auto"
    missing: str = "refuse"
    texts: str = "one-hot"

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Choice:
        """As a Data node's settings say."""
        x, t = settings["x_columns"], settings["t_columns"]
        return cls(x, t, settings["t_is"], settings["missing"], settings["x_texts"])


def table_set(table: Table, choice: Choice) -> Dataset:
    """The set of the chosen columns; raises `DataError` naming row and column that do not fit."""
    learned = [table.column(name) for name in choice.t] or list(table.columns[-1:])
    given = [table.column(name) for name in choice.x] or _numeric(table, learned)
    if not given:
        raise DataError(f"{table.name} with one column", "one of numbers for x, and one for t")
    keep = _complete(table, [*given, *learned], choice.missing)
    x, names, notes = _given(table.name, given, keep, choice.texts)
    t, classes = _targets(learned, keep, choice.kind)
    left_out = len(table) - len(keep)
    if left_out:
        notes = (f"Rows left out for missing values: {left_out:,}.", *notes)
    return Dataset(table.name, {"x": x, "t": t}, classes, features=names, notes=notes)


def are_texts(column: Column) -> bool:
    """Whether a column holds classes by name: most of its cells are no numbers.

    Where a few are none, they are slips of the pen, to be refused by their row.
    """
    empty = frozenset(column.missing())
    told = [text.strip() for i, text in enumerate(column.texts) if i not in empty]
    return bool(told) and 2 * sum(map(is_number, told)) < len(told)


def _given(
    name: str, columns: Sequence[Column], keep: Host, texts: str
) -> tuple[Host, tuple[str, ...], tuple[str, ...]]:
    """x [N, features], the names of its features, and what is said of columns of texts."""
    parts: list[Host] = []
    names: list[str] = []
    notes: list[str] = []
    for column in columns:
        if column.numbers() is not None or not are_texts(column):
            parts.append(_numbers(column)[keep, None])
            names.append(column.name)
            continue
        codes, classes = _classes(column, keep)
        if texts == "codes":
            parts.append(codes[:, None].astype(np.float64))
            names.append(column.name)
            told = _listed([f"{i} is {one}" for i, one in enumerate(classes)])
            notes.append(f"{column.name} is given as codes: {told}.")
        else:
            parts.append(_one_hot(name, column, codes, len(classes)))
            names += [f"{column.name} = {one}" for one in classes]
            count = f"{len(classes):,} columns, one for each class"
            notes.append(f"{column.name} is given as {count}: {_listed(classes)}.")
    return np.concatenate(parts, 1), tuple(names), tuple(notes)


def _one_hot(name: str, column: Column, codes: Host, count: int) -> Host:
    """A column for each class: 1 where a row is of it, else 0."""
    if count > MOST_ONE_HOT:
        found = f'{count:,} classes in column "{column.name}"'
        expected = f"at most {MOST_ONE_HOT:,} that have a column each"
        raise DataError(found, expected, "Leave the column out, or give it as codes (x_texts).")
    ask_room(len(codes) * count * 8, name)
    columns = np.zeros((len(codes), count))
    columns[np.arange(len(codes)), codes] = 1
    return columns


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    told = ", ".join(name[:40] for name in names[:MOST_NAMED])
    return f"{told} and {more:,} more" if more > 0 else told


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
