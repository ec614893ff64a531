"""The curves of one figure of some runs, as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gui.training.curves.records import NOTHING, Record

Axis = Literal["update", "epoch"]
Kind = Literal["batches", "train", "validation", "test"]
MOST = 2_000  # points of a curve that is drawn wide: Qt strokes those slowly
EACH_UPDATE = ("loss", "rate", "norm")


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: `batches` has a point for each update, the others are means or by epoch."""

    run: str
    kind: Kind
    x: np.ndarray
    y: np.ndarray

    @property
    def key(self) -> str:
        """Tells it from the other curves of its figure."""
        return f"{self.run}/{self.kind}"

    def at(self, x: float) -> float | None:
        """The number at the last point up to `x`; None before the first."""
        index = int(np.searchsorted(self.x, x, side="right")) - 1
        return None if index < 0 else float(self.y[index])


def lines_of(
    records: Sequence[Record], figure: str, axis: Axis = "update", mean_of: int = 0
) -> list[Line]:
    """Each run's curves of a figure. `mean_of` smooths: the mean of the last so many updates.

    With 0 the training's own curve is the mean of each epoch, where the figure has one.
    """
    return [line for record in records for line in _of_run(record, figure, axis, mean_of)]


def moving_mean(y: np.ndarray, window: int) -> np.ndarray:
    """The mean of the last `window` numbers at each place, of fewer at the start; [n] to [n].

    A number that is not finite spoils the means that it is in, and no later ones.
    """
    window = min(window, len(y))
    if window <= 1:
        return y.astype(np.float64)
    is_good = np.isfinite(y)
    sums = np.concatenate(([0.0], np.cumsum(np.where(is_good, y, 0.0))))
    bad = np.concatenate(([0], np.cumsum(~is_good)))
    ends = np.arange(1, len(y) + 1)
    starts = np.maximum(ends - window, 0)
    found = (sums[ends] - sums[starts]) / (ends - starts)
    return np.where(bad[ends] > bad[starts], np.nan, found)


def _of_run(record: Record, figure: str, axis: Axis, mean_of: int) -> Iterator[Line]:
    scale = 1.0 if axis == "update" else 1.0 / max(record.per_epoch, 1)
    for part in ("train", "validation", "test"):
        x, y = _by_epoch(record, part, figure)
        is_smoothed = part == "train" and mean_of > 0 and figure in EACH_UPDATE
        if len(x) and not is_smoothed:
            yield Line(record.name, part, x * scale, y)
    if figure not in EACH_UPDATE or not len(record.update):
        return
    x, y = record.update * scale, getattr(record, figure).astype(np.float64)
    if figure == "rate":
        yield Line(record.name, "train", *thinned(x, y))
        return
    yield Line(record.name, "batches", x, y)
    if mean_of > 0:
        yield Line(record.name, "train", *thinned(x, moving_mean(y, mean_of)))


def thinned(x: np.ndarray, y: np.ndarray, most: int = MOST) -> tuple[np.ndarray, np.ndarray]:
    """At most about `most` points of a curve, evenly taken, the last one among them."""
    step = -(-len(x) // most)
    if step <= 1:
        return x, y
    start = (len(x) - 1) % step
    return x[start::step], y[start::step]


def _by_epoch(record: Record, part: str, figure: str) -> tuple[np.ndarray, np.ndarray]:
    table = record.by_epoch.get((part, figure))
    return (table[0], table[1]) if table is not None else (NOTHING, NOTHING)
