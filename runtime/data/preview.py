"""What is shown of a set before it is trained on: how many, of which classes, and some samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from runtime.data.batches import Part
from runtime.data.dataset import Dataset
from runtime.data.facts import Facts
from runtime.data.feeding import Feeder
from runtime.data.files.columns import are_texts
from runtime.data.files.places import find
from runtime.data.files.reading import is_table
from runtime.data.files.tables import Column, read_table
from runtime.data.prepared import Prepared
from runtime.feeds import Host

MOST_POINTS, MOST_ROWS, MOST_COLUMNS, MOST_IMAGES = 500, 100, 24, 24
MOST_CLASSES = 200


@dataclass(frozen=True)
class FileColumn:
    """A column of a table's file, chosen or not."""

    name: str
    is_number: bool
    is_text: bool


@dataclass(frozen=True, eq=False)
class Preview:
    """A look at a set. `ports` says what a sample is; `counts` are the samples of each class.

    `points` are some samples [N, columns] of the `columns` that can be drawn against each other,
    `labels` their classes. `images` are [N, C, H, W], their classes `titles`. `rows` are texts.
    """

    data: Dataset
    sentence: str
    ports: tuple[str, ...]
    parts: Mapping[Part, int]
    counts: Mapping[str, int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    points: Host | None = None
    labels: Host | None = None
    images: Host | None = None
    titles: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    file_columns: tuple[FileColumn, ...] = ()


def preview(settings: Mapping[str, Any], seed: int, folder: Path | None) -> Preview:
    """Look at the set of a Data node's settings; raises `DataError` or `BadSetting`."""
    prepared = Prepared.of(settings, seed, folder)
    data = prepared.data
    columns, points = _points(data)
    images, titles = _images(data)
    ports = tuple(
        f"{text}, over time" if name in data.sequences else text
        for name, text in zip(data.arrays, Facts.of(data).texts(), strict=True)
    )
    return Preview(
        data,
        Feeder({"data": prepared}).sentence(1),
        ports,
        {part: len(indices) for part, indices in prepared.parts.items()},
        _counts(data),
        columns,
        points,
        data.arrays["t"][: len(points)] if data.classes and points is not None else None,
        images,
        titles,
        _rows(data, columns, points),
        _file_columns(settings["source"], folder),
    )


def _counts(data: Dataset) -> dict[str, int]:
    return data.class_counts() if len(data.classes) <= MOST_CLASSES else {}


def _points(data: Dataset) -> tuple[tuple[str, ...], Host | None]:
    """Features, and numbers that are learned, side by side; of tables alone."""
    x, t = data.arrays["x"], data.arrays.get("t")
    if x.ndim != 2 or data.sequences:
        return (), None
    names = data.features or tuple(f"x[{i}]" for i in range(x.shape[1]))
    parts = [np.asarray(x[:MOST_POINTS, :MOST_COLUMNS], np.float64)]
    found = names[:MOST_COLUMNS]
    if t is not None and not data.classes and t.ndim == 2:
        parts.append(np.asarray(t[:MOST_POINTS, :MOST_COLUMNS], np.float64))
        width = parts[-1].shape[1]
        found += ("t",) if width == 1 else tuple(f"t[{i}]" for i in range(width))
    return found, np.concatenate(parts, 1)


def _images(data: Dataset) -> tuple[Host | None, tuple[str, ...]]:
    x, t = data.arrays["x"], data.arrays.get("t")
    if x.ndim != 4 or x.shape[1] not in (1, 3) or min(x.shape[2:]) < 5 or data.sequences:
        return None, ()
    labels = () if t is None or not data.classes else t[:MOST_IMAGES].tolist()
    return x[:MOST_IMAGES], tuple(data.classes[label] for label in labels)


def _rows(
    data: Dataset, columns: tuple[str, ...], points: Host | None
) -> tuple[tuple[str, ...], ...]:
    """The first samples of a table, the class last."""
    if points is None:
        return ()
    found = [tuple(f"{number:.4g}" for number in row) for row in points[:MOST_ROWS].tolist()]
    if data.classes:
        classes = [data.classes[label] for label in data.arrays["t"][: len(found)].tolist()]
        found = [(*row, class_) for row, class_ in zip(found, classes, strict=True)]
    return tuple(found)


def _file_columns(source: str, folder: Path | None) -> tuple[FileColumn, ...]:
    """The columns of a table's file; none of other sets."""
    if not is_table(source):
        return ()
    table = read_table(find(source, folder))
    return tuple(_file_column(column) for column in table.columns)


def _file_column(column: Column) -> FileColumn:
    is_number = column.numbers() is not None
    return FileColumn(column.name, is_number, not is_number and are_texts(column))
