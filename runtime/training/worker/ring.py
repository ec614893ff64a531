"""Moments of a run on the disk, under a budget: enough of them to travel, evenly thinned."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from runtime.training.kept_place import MANIFEST

MOST = 200  # moments of one run, however small they are
STRIDES = 100  # moments that the length of a run is divided into
EARLY = 32  # the part of what has been done after which one more is kept, while that is short
FREE = 1.0  # seconds that keeping may take over a whole run, however short that is
SHARE = 0.1  # of the time that a run takes which keeping may take
OFTEN = 5.0  # seconds after which a moment is kept in any case: what a crash may cost

Write = Callable[[Path], None]


def place_of(folder: Path, update: int) -> Path:
    """The folder of the moment at an update."""
    return folder / f"{update:012d}"


def moments_in(folder: Path) -> list[int]:
    """The updates of all moments in the folder of a ring; one half written is none."""
    found = folder.glob(f"*/{MANIFEST}")
    return sorted(int(entry.parent.name) for entry in found if entry.parent.name.isdecimal())


class Ring:
    """Decides when a moment is kept and which are given up.

    The first and the newest stay; of the others that goes whose neighbours are nearest. What a run
    that goes on has kept before counts too.
    """

    def __init__(
        self,
        folder: Path,
        budget: int,
        total: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._budget, self._clock = folder, budget, clock
        self._stride, self._total = max(total // STRIDES, 1), max(total, 1)
        self._sizes = {at: _size(place_of(folder, at)) for at in moments_in(folder)}
        self._spent = 0.0
        self._began = self._last = clock()

    @property
    def updates(self) -> tuple[int, ...]:
        """The updates whose moments are kept, in order."""
        return tuple(sorted(self._sizes))

    def is_due(self, update: int) -> bool:
        """Whether the moment at this update should be kept."""
        now = self._clock()
        free = FREE * (self._stride + update) / self._total  # spread over all of the run
        if self._sizes and self._spent > max(free, SHARE * (now - self._began)):
            return False
        newest = max(self._sizes, default=-self._stride)
        # Most happens at the beginning, and a run may be meant to be longer than anyone waits.
        gap = min(self._stride, max(update // EARLY, 1))
        return update - newest >= gap or now - self._last >= OFTEN

    def keep(self, update: int, write: Write) -> tuple[int, ...]:
        """Keep a moment by `write(folder)`, and tell the updates of those given up for it."""
        start, place = self._clock(), place_of(self._folder, update)
        write(place)
        self._sizes[update] = _size(place)
        gone = tuple(self._thin())
        self._last = self._clock()
        self._spent += self._last - start
        return gone

    def _thin(self) -> list[int]:
        gone: list[int] = []
        while len(self._sizes) > 2 and self._is_over():
            kept = self.updates
            gaps = zip(kept, kept[1:-1], kept[2:], strict=False)
            _, least = min((after - before, middle) for before, middle, after in gaps)
            shutil.rmtree(place_of(self._folder, least), ignore_errors=True)
            del self._sizes[least]
            gone.append(least)
        return gone

    def _is_over(self) -> bool:
        return len(self._sizes) > MOST or sum(self._sizes.values()) > self._budget


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.iterdir())
