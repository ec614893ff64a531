"""The entries of a Jacobian by the indices of its tensors: `∂y[0, 3]/∂x[0, 5]`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

Shape = tuple[int, ...]


def tr(text: str) -> str:
    """Translate a phrase of the names."""
    return QCoreApplication.translate("EntryNames", text)


@dataclass(frozen=True)
class Axis:
    """The rows or the columns: the name of a tensor and its shape.

    `first` stands before each index: the sample, where the tensor is one of a batch.
    """

    name: str
    shape: Shape
    first: Shape = ()

    def at(self, number: int) -> str:
        """`y[0, 3]`; the name alone for a scalar."""
        index = (*self.first, *(int(i) for i in np.unravel_index(number, self.shape)))
        return f"{self.name}[{', '.join(map(str, index))}]" if index else self.name

    def span(self, start: int, stop: int) -> str:
        """`y[0, 3]`, or from the first to the last: `y[0, 3] … y[1, 7]`."""
        if stop - start == 1:
            return self.at(start)
        return f"{self.at(start)} … {self.at(stop - 1)}"


@dataclass(frozen=True)
class Names:
    """The names of rows and columns."""

    rows: Axis
    columns: Axis

    def entry(self, row: int, column: int) -> str:
        """`∂y[0, 3]/∂x[0, 5]`, as formulas have it."""
        return f"∂{self.rows.at(row)}/∂{self.columns.at(column)}"

    def spoken(self, row: int, column: int) -> str:
        """`y[0, 3] by x[0, 5]`, as it is read out."""
        return tr("{0} by {1}").format(self.rows.at(row), self.columns.at(column))

    def group(self, rows: tuple[int, int], columns: tuple[int, int]) -> str:
        """The same for a cell that stands for several rows and columns."""
        return tr("{0} by {1}").format(self.rows.span(*rows), self.columns.span(*columns))
