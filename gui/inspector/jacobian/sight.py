"""What is seen of a region of a Jacobian: its entries, or the greatest of each group of them.

Nothing here knows of windows and threads; all of it is fit for the background.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gui.inspector.axes import Array
from gui.inspector.heat_map import MOST, Drawing, group
from gui.inspector.jacobian.region import Region
from gui.pictures import limit_of
from runtime.maps.reduced import read, reduced
from runtime.total import TotalJacobian

if TYPE_CHECKING:
    from runtime.maps import LinearMap

Progress = Callable[[float], None]
EXACT = MOST * MOST  # entries up to which a region is read, to be shown as numbers
CELLS = (120, 144)  # rows and columns of cells of a reduced picture: 2 pixels each


@dataclass(frozen=True)
class Sight:
    """A region as it is drawn. `entries` are its numbers where there are few enough, else None.

    `why` says of a reduced picture what a cell stands for, and whether all entries were read.
    """

    region: Region
    drawing: Drawing
    entries: Array | None
    why: str = ""

    def group(self, row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows and columns of the Jacobian, from and up to, that a drawn cell stands for."""
        cells, region = self.drawing.cells.shape, self.region
        rows = group(row, cells[0], region.size[0])
        columns = group(column, cells[1], region.size[1])
        return (
            (region.top + rows[0], region.top + rows[1]),
            (region.left + columns[0], region.left + columns[1]),
        )


def sight_of(linear: LinearMap, region: Region, progress: Progress | None = None) -> Sight:
    """Read a region: at most `EXACT` entries by themselves, more of them reduced."""
    if region.entries <= EXACT:
        entries = read(linear, region.rows, region.columns, progress)
        return Sight(region, Drawing.of(entries), entries)
    found = reduced(linear, region.rows, region.columns, CELLS, progress)
    cells = found.picture
    drawing = Drawing(cells, limit_of(cells), not np.isfinite(cells).all(), is_size=True)
    return Sight(region, drawing, None, found.why)


def multiply_adds(linear: LinearMap, region: Region) -> int:
    """What reading a region takes, about."""
    if isinstance(linear, TotalJacobian):
        return linear.forecast(*region.size).chosen.multiply_adds
    if linear.structure in ("product", "sum"):
        return min(region.size) * linear.work
    return region.entries
