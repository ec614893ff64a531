"""A rectangle of a matrix: some of its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 4  # rows and columns that are always in sight, where there are so many
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """Rows from `top` up to `bottom`, columns from `left` up to `right`; the ends are left out."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def whole(cls, size: Size) -> Region:
        """All rows and columns."""
        return cls(0, size[0], 0, size[1])

    @property
    def rows(self) -> slice:
        """The rows, for `LinearMap.window`."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """The columns."""
        return slice(self.left, self.right)

    @property
    def size(self) -> Size:
        """How many rows and columns."""
        return self.bottom - self.top, self.right - self.left

    @property
    def entries(self) -> int:
        """How many entries."""
        return self.size[0] * self.size[1]

    def zoomed(self, factor: float, at: tuple[float, float], within: Size) -> Region:
        """`factor` times as many rows and columns; the place `at` stays where it is.

        `at` is the share of the height and of the width, `within` the size of the matrix.
        """
        top, bottom = _zoomed(self.top, self.bottom, factor, at[0], within[0])
        left, right = _zoomed(self.left, self.right, factor, at[1], within[1])
        return Region(top, bottom, left, right)

    def moved(self, down: int, right: int, within: Size) -> Region:
        """As large, elsewhere in the matrix."""
        return self.placed(self.top + down, self.left + right, within)

    def placed(self, top: int, left: int, within: Size) -> Region:
        """As large, with another corner, or as near to that as the matrix allows."""
        height, width = self.size
        top = min(max(top, 0), within[0] - height)
        left = min(max(left, 0), within[1] - width)
        return Region(top, top + height, left, left + width)


def _zoomed(start: int, stop: int, factor: float, at: float, most: int) -> tuple[int, int]:
    size = stop - start
    wanted = min(max(round(size * factor), min(LEAST, most)), most)
    first = min(max(round(start + at * size - at * wanted), 0), most - wanted)
    return first, first + wanted
