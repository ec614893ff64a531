"""Which rectangle of a matrix is looked at, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.inspector.jacobian.region import Region, Size

STEP = 2.0
MOST_KEPT = 100


class Zoom(QObject):
    """The region in sight. `changed` follows what moved it, not `set_size` and `stay`."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.size: Size = (0, 0)
        self.region = Region.whole(self.size)
        self._before: list[Region] = []

    @property
    def is_whole(self) -> bool:
        """Whether all rows and columns are in sight."""
        return self.region == Region.whole(self.size)

    @property
    def can_go_back(self) -> bool:
        """Whether another region was in sight before."""
        return bool(self._before)

    @property
    def can_zoom_in(self) -> bool:
        """Whether fewer rows or columns could be in sight."""
        return self.region.zoomed(1 / STEP, (0.5, 0.5), self.size) != self.region

    def set_size(self, size: Size) -> None:
        """Look at a matrix of this size: at the same place where the last one was as large."""
        if size != self.size:
            self.size = size
            self.region = Region.whole(size)
            self._before.clear()

    def go(self, region: Region) -> None:
        """Look at a region."""
        if region == self.region:
            return
        self._before = [*self._before[1 - MOST_KEPT :], self.region]
        self.region = region
        self.changed.emit()

    def by(self, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Zoom in by a factor above 1, out by one below; `at` is a share of height and width."""
        self.go(self.region.zoomed(1 / factor, at, self.size))

    def move(self, down: int, right: int) -> None:
        """Look at so many rows further down, and columns further right."""
        self.go(self.region.moved(down, right, self.size))

    def back(self) -> None:
        """Look at what was in sight before."""
        if self._before:
            self.region = self._before.pop()
            self.changed.emit()

    def stay(self, region: Region) -> None:
        """Look at a region that is in sight already: nothing has to be worked out for it."""
        if self._before and self._before[-1] == region:
            self._before.pop()
        self.region = region

    def whole(self) -> None:
        """Look at all of it."""
        self.go(Region.whole(self.size))
