"""CSV and TSV files: a table of texts, its columns by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.data.files.sizes import ask_room
from runtime.errors import DataError
from runtime.feeds import Host

DELIMITERS = ",;\t|"
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
MOST_COLUMNS = 4096
TEXT = 60
"""Bytes that Python takes for one short text: what a table takes is forecast with it."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column as it stands in the file; `rows` are its rows' numbers there."""

    name: str
    texts: Sequence[str]
    rows: Sequence[int]
    has_comma: bool = False

    def missing(self) -> list[int]:
        """The places in `texts` that hold no value."""
        return [i for i, text in enumerate(self.texts) if text.strip().lower() in MISSING]

    def numbers(self) -> Host | None:
        """Its values as numbers, NaN where there is none; None where one is no number."""
        texts = (text.strip() for text in self.texts)
        plain = ["nan" if text.lower() in MISSING else text for text in texts]
        if self.has_comma:
            plain = [text.replace(",", ".") for text in plain]
        try:
            found = np.array(plain, dtype=np.float64)
        except ValueError:
            return None
        return None if np.isinf(found).any() else found

    def where(self, place: int) -> str:
        """A cell as a person finds it: its row in the file, counted from 1, and its column."""
        return f'row {self.rows[place]:,}, column "{self.name}"'


@dataclass(frozen=True)
class Table:
    """The columns of a file in their order; names differ."""

    name: str
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].rows) if self.columns else 0

    def column(self, name: str) -> Column:
        """The column of a name; raises `DataError`."""
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns[:20])
        raise DataError(f'no column "{name}" in {self.name}', f"one of {known}")


def read_table(path: Path) -> Table:
    """The table of a file; raises `DataError` naming the row where it cannot be read.

    What stands between cells is found from the first line; the first row is the header where none
    of its cells is a number.
    """
    size = path.stat().st_size
    ask_room(size * 4 + size // 2 * TEXT // 4, path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(1 << 20)
            file.seek(0)
            delimiter = max(DELIMITERS, key=lambda mark: _count(first, mark))
            rows = _rows(path.name, file, "\t" if path.suffix == ".tsv" else delimiter)
    except UnicodeDecodeError as error:
        found = f"{path.name} with byte {error.object[error.start]:#04x}"
        raise DataError(found, "UTF-8 text", "Save the file as UTF-8.") from None
    except OSError as error:
        raise DataError(f"{path.name}, which cannot be read ({error})", "a table") from None
    return _table(path.name, rows, delimiter == ";")


def _count(line: str, mark: str) -> int:
    """How often a mark stands in a line outside quotation marks."""
    return sum(part.count(mark) for part in line.split('"')[::2])


def _rows(name: str, file: Iterable[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """All rows that are not empty, with their line in the file; all equally long."""
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if len(row) > MOST_COLUMNS:
                raise DataError(f"{name} with {len(row):,} columns", f"at most {MOST_COLUMNS:,}")
            if found and len(row) != len(found[0][1]):
                where, wanted = f"row {reader.line_num:,} of {name}", len(found[0][1])
                raise DataError(f"{len(row)} cells in {where}", f"{wanted} as in the first row")
            found.append((reader.line_num, row))
    except csv.Error as error:
        raise DataError(f"{error} in row {reader.line_num:,} of {name}", "a table") from None
    return found


def _table(name: str, rows: list[tuple[int, list[str]]], has_comma: bool) -> Table:
    if not rows:
        raise DataError(f"{name} without rows", "a table with samples")
    head = [cell.strip() for cell in rows[0][1]]
    has_header = not any(is_number(cell) for cell in head) and len(rows) > 1
    names = head if has_header else [f"column {i + 1}" for i in range(len(head))]
    body = rows[1:] if has_header else rows
    numbers = [number for number, _ in body]
    texts = list(zip(*(row for _, row in body), strict=True))
    named = _different([cell or f"column {i + 1}" for i, cell in enumerate(names)])
    pairs = zip(named, texts, strict=True)
    return Table(name, tuple(Column(one, cells, numbers, has_comma) for one, cells in pairs))


def _different(names: list[str]) -> list[str]:
    """Names that differ: a second `a` becomes `a (2)`."""
    seen: set[str] = set()
    found = []
    for name in names:
        number, one = 2, name[:200]
        while one in seen:
            one, number = f"{name[:200]} ({number})", number + 1
        seen.add(one)
        found.append(one)
    return found


def is_number(text: str) -> bool:
    """Whether a cell can be read as a number, by a point or a comma."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
