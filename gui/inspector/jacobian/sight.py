"""What is seen of a region of a Jacobian: its entries, or the greatest of each group of them.

Nothing here knows of widgets; all of it is fit for the background.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.inspector.axes import Array
from gui.inspector.heat_map import MOST, Drawing, group
from gui.inspector.jacobian.region import Region, Size
from gui.pictures import limit_of
from runtime.backend import to_numpy
from runtime.maps.overview import overview
from runtime.total import TotalJacobian

if TYPE_CHECKING:
    from runtime.maps import LinearMap

Progress = Callable[[float], None]
EXACT = MOST * MOST  # entries up to which a region is read, to be shown as numbers
COSTLY = 10**6  # multiply-adds, and stored numbers, up to which work is done where it is shown
CELLS = (120, 144)  # most rows and columns of cells of a reduced picture: 2 pixels each


def tr(text: str) -> str:
    """Translate a phrase."""
    return QCoreApplication.translate("Sight", text)


@dataclass(frozen=True)
class Sight:
    """A region as it is drawn. `entries` are its numbers where there are few enough, else None.

    Of a reduced picture `per_cell` says how many rows and columns a cell stands for, and `why`
    whether all entries were read.
    """

    region: Region
    drawing: Drawing
    entries: Array | None
    per_cell: Size | None = None
    why: str = ""

    def group(self, row: int, column: int) -> tuple[Size, Size]:
        """Rows and columns of the Jacobian, from and up to, that a drawn cell stands for."""
        region, (height, width) = self.region, self.region.size
        if self.per_cell is None:
            cells = self.drawing.cells.shape
            rows, columns = group(row, cells[0], height), group(column, cells[1], width)
        else:
            tall, wide = self.per_cell
            rows = row * tall, min((row + 1) * tall, height)
            columns = column * wide, min((column + 1) * wide, width)
        return (
            (region.top + rows[0], region.top + rows[1]),
            (region.left + columns[0], region.left + columns[1]),
        )

    def cell_of(self, row: int, column: int) -> Size | None:
        """The drawn cell of an entry; None where it is out of sight."""
        down, right = row - self.region.top, column - self.region.left
        (height, width), cells = self.region.size, self.drawing.cells.shape
        if not (0 <= down < height and 0 <= right < width):
            return None
        tall, wide = self.per_cell or (height / cells[0], width / cells[1])
        return int(down / tall), int(right / wide)


def sight_of(linear: LinearMap, region: Region, progress: Progress | None = None) -> Sight:
    """Read a region: at most `EXACT` entries by themselves, more of them reduced."""
    if region.entries <= EXACT:
        is_total = isinstance(linear, TotalJacobian)
        window = (region.rows, region.columns)
        found = linear.build(*window, progress) if is_total else linear.window(*window)
        entries = to_numpy(found)
        return Sight(region, Drawing.of(entries), entries)
    found = overview(linear, *CELLS, progress, within=(region.rows, region.columns))
    cells = found.picture
    drawing = Drawing(cells, limit_of(cells), not np.isfinite(cells).all(), is_size=True)
    per_cell = (found.rows_per_cell, found.columns_per_cell)
    exact = tr("Exact: each cell shows the greatest absolute value of {0} × {1} entries.")
    why = exact.format(*per_cell) if found.exact else found.why
    return Sight(region, drawing, None, per_cell, why)


def multiply_adds(linear: LinearMap, region: Region) -> int:
    """What reading a region takes, about."""
    if isinstance(linear, TotalJacobian):
        return linear.forecast(*region.size).chosen.multiply_adds
    if linear.structure in ("product", "sum"):
        return min(region.size) * linear.work
    return region.entries
