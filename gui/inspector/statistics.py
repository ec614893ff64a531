"""Statistics of a tensor: a few figures that say what it is like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.background import Background
from gui.inspector.axes import Array
from gui.inspector.labels import Label
from gui.numbers import format_count, format_number
from gui.theme import Theme

CHUNK = 1_000_000  # numbers that are looked at together, so that memory stays small


@dataclass(frozen=True)
class Statistics:
    """Figures over all finite entries; `norm` is the Euclidean one. Zeros are exact."""

    size: int
    minimum: float
    maximum: float
    mean: float
    deviation: float
    norm: float
    zeros: int
    nans: int
    infinities: int

    @classmethod
    def of(cls, array: Array) -> Statistics:
        """Two passes over the array in float64, a million numbers at a time."""
        flat = array.reshape(-1)
        parts = [flat[i : i + CHUNK] for i in range(0, flat.size, CHUNK)]
        finite = [_finite(part) for part in parts]
        count = sum(part.size for part in finite)
        mean = sum(float(part.sum()) for part in finite) / count if count else np.nan
        spread = sum(float(((part - mean) ** 2).sum()) for part in finite)
        with np.errstate(over="ignore"):
            square = sum(float(np.dot(part, part)) for part in finite)
        nans = sum(int(np.isnan(part).sum()) for part in parts) if _can_be_nan(array) else 0
        return cls(
            array.size,
            min((float(p.min()) for p in finite if p.size), default=np.nan),
            max((float(p.max()) for p in finite if p.size), default=np.nan),
            mean,
            float(np.sqrt(spread / count)) if count else np.nan,
            float(np.sqrt(square)),
            sum(int(part.size - np.count_nonzero(part)) for part in parts),
            nans,
            array.size - count - nans,
        )

    def rows(self) -> list[tuple[str, str]]:
        """(name, figure) in the order in which they are read."""
        rows = [
            (tr("Numbers"), format_count(self.size)),
            (tr("Minimum"), _figure(self.minimum)),
            (tr("Maximum"), _figure(self.maximum)),
            (tr("Mean"), _figure(self.mean)),
            (tr("Standard deviation"), _figure(self.deviation)),
            (tr("Norm"), _figure(self.norm)),
            (tr("Zeros"), format_count(self.zeros)),
            (tr("NaN"), format_count(self.nans)),
        ]
        return [*rows, (tr("Infinite"), format_count(self.infinities))] if self.infinities else rows


def tr(text: str) -> str:
    """Translate a name of a figure."""
    return QCoreApplication.translate("Statistics", text)


def _figure(number: float) -> str:
    return "–" if np.isnan(number) else format_number(number)


def _can_be_nan(array: Array) -> bool:
    return array.dtype.kind == "f"


def _finite(part: Array) -> Array:
    numbers = part.astype(np.float64)
    return numbers[np.isfinite(numbers)]


class StatisticsView(QWidget):
    """Shows the statistics of an array; those of a large one arrive from the background."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._array: Array | None = None
        self._cells: list[tuple[Label, Label]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._work = Background(self)
        self._work.answered.connect(self._take)

    def show_array(self, array: Array) -> None:
        """Work out and show."""
        if array is self._array:
            return
        self._array = array
        if array.size > CHUNK // 10:
            self._say([(tr("Numbers"), format_count(array.size)), (tr("Minimum"), "…")])
        self._work.ask(lambda: Statistics.of(array), array.size)

    @property
    def said(self) -> dict[str, str]:
        """Name and figure of what is shown."""
        return {name.said: figure.said for name, figure in self._cells if name.isVisibleTo(self)}

    def _take(self, found: Statistics) -> None:
        self._say(found.rows())

    def _say(self, rows: list[tuple[str, str]]) -> None:
        while len(self._cells) < len(rows):
            at = len(self._cells)
            cells = (
                Label(self._theme, size=12, ink="muted", parent=self),
                Label(self._theme, size=12, parent=self),
            )
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, at, column)
            self._cells.append(cells)
        for at, (name, figure) in enumerate(self._cells):
            name.setVisible(at < len(rows))
            figure.setVisible(at < len(rows))
            if at < len(rows):
                name.say(rows[at][0])
                figure.say(rows[at][1])
