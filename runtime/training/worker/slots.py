"""What the window shows of a run, in memory that both processes see: two slots, filled in turn.

A slot holds all parameters and states at one update, and the rows of the curves since the slot
before. The writer fills one while the reader may still copy the other, and fills no slot that was
not given back, so nothing is torn and no row is lost; a number at both ends of a slot proves it.
That a slot is filled is told through a pipe, which also orders the two processes' memory.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from graph.errors import GradwireError
from runtime.array import Array
from runtime.feeds import Host
from runtime.training.moment import Position
from runtime.training.worker.messages import Shape

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

ROWS, WATCHED = 4096, 16  # entries of the curves that a slot has room for
CURVES = ("update", "loss", "rate", "norm")
_LINE = 64  # bytes to which everything is aligned
_HEAD = 8  # numbers at the head of a slot
_BEGIN, _EPOCH, _BATCH, _UPDATE, _ROWS, _WATCHED, _END = range(7)


class SlotsError(GradwireError):
    """The memory that two processes share is not what it should be."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run at one update. `rows` [n, 4] are (update, loss, rate, norm) of the updates since the
    last snapshot; `watched` [m, 1 + 2P] an update, the gradient's norm of each parameter, and the
    share by which each changed. Parameters and states by address; all read-only.
    """

    position: Position
    rows: Host
    watched: Host
    parameters: Mapping[str, Host]
    state: Mapping[str, Host]


class Layout:
    """Where everything stands in a slot, from the shapes of what is shown."""

    def __init__(self, parameters: Sequence[Shape], state: Sequence[Shape]) -> None:
        self.parameters, self.state = tuple(parameters), tuple(state)
        self.columns = 1 + 2 * len(self.parameters)
        at = _aligned(8 * _HEAD)
        self.rows, at = at, _aligned(at + 8 * ROWS * len(CURVES))
        self.watched, at = at, _aligned(at + 8 * WATCHED * self.columns)
        self.places: dict[str, int] = {}
        for address, dtype, shape in (*self.parameters, *self.state):
            self.places[address] = at
            at = _aligned(at + np.dtype(dtype).itemsize * prod(shape))
        self.slot = at
        self.size = _LINE + 2 * self.slot


class Slots:
    """Two slots in a file that both processes have mapped."""

    def __init__(self, handle: int, layout: Layout) -> None:
        self.layout = layout
        if os.fstat(handle).st_size < layout.size:
            raise SlotsError(
                f"slots: found {os.fstat(handle).st_size} bytes, expected {layout.size}."
            )
        self._memory = mmap.mmap(handle, layout.size)
        self._taken = self._view((1,), np.int64, 0)  # the newest slot given back
        self._number = 0

    @property
    def is_free(self) -> bool:
        """Whether a slot can be filled now."""
        return self._number - int(self._taken[0]) < 2

    @property
    def is_seen(self) -> bool:
        """Whether all that was filled has been taken."""
        return self._number == int(self._taken[0])

    def fill(
        self,
        position: Position,
        rows: Sequence[Sequence[float]],
        watched: Sequence[Sequence[float]],
        tensors: Mapping[str, Array],
    ) -> int:
        """Fill the next slot and tell its number; nobody may be reading it (`is_free`)."""
        self._number += 1
        head = self._head(self._number)
        head[_BEGIN] = self._number
        head[_EPOCH : _UPDATE + 1] = position
        head[_ROWS], head[_WATCHED] = len(rows), len(watched)
        if rows:
            self._table(self._number, "rows", len(rows))[:] = rows
        if watched:
            self._table(self._number, "watched", len(watched))[:] = watched
        for shape in (*self.layout.parameters, *self.layout.state):
            self._tensor(self._number, shape)[...] = tensors[shape[0]]
        head[_END] = self._number
        return self._number

    def take(self, number: int) -> Snapshot:
        """Copy a slot that was told of and give it back; raises `SlotsError` where it is torn."""
        head = self._head(number).copy()
        snapshot = Snapshot(
            Position(*head[_EPOCH : _UPDATE + 1].tolist()),
            _copy(self._table(number, "rows", int(head[_ROWS]))),
            _copy(self._table(number, "watched", int(head[_WATCHED]))),
            {s[0]: _copy(self._tensor(number, s)) for s in self.layout.parameters},
            {s[0]: _copy(self._tensor(number, s)) for s in self.layout.state},
        )
        after = self._head(number)
        if not number == head[_BEGIN] == head[_END] == after[_BEGIN] == after[_END]:
            raise SlotsError(f"slot {number}: found it written over, expected it whole.")
        self._taken[0] = number
        return snapshot

    def _start(self, number: int) -> int:
        return _LINE + number % 2 * self.layout.slot

    def _head(self, number: int) -> Host:
        return self._view((_HEAD,), np.int64, self._start(number))

    def _table(self, number: int, name: str, count: int) -> Host:
        columns = len(CURVES) if name == "rows" else self.layout.columns
        start = self._start(number) + getattr(self.layout, name)
        return self._view((count, columns), np.float64, start)

    def _tensor(self, number: int, shape: Shape) -> Host:
        address, dtype, sizes = shape
        return self._view(sizes, dtype, self._start(number) + self.layout.places[address])

    def _view(self, shape: tuple[int, ...], dtype: DTypeLike, start: int) -> Host:
        return np.ndarray(shape, dtype, self._memory, start)


def nameless() -> list[int]:
    """Handles of two empty files without a name: one in memory, one on the disk where that is full.

    As no name leads to them, the system frees them when the last process that holds one has
    ended, however it ended. They go to a child by `pass_fds`.
    """
    handles = []
    if hasattr(os, "memfd_create"):
        handles.append(os.memfd_create("gradwire-slots"))
    with tempfile.TemporaryFile(prefix="gradwire-") as file:
        handles.append(os.dup(file.fileno()))
    return handles


def reserve(handles: Sequence[int], size: int) -> int:
    """The number of the first file that has room for so many bytes, which are then its own.

    Raises `SlotsError` where none has.
    """
    for number, handle in enumerate(handles):
        with contextlib.suppress(OSError):
            _take(handle, size)
            return number
    raise SlotsError(f"slots: found no memory and no disk with {size} bytes. Free some space.")


def _take(handle: int, size: int) -> None:
    """Have the bytes truly, not only promised: writing to a full file would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
    else:
        os.ftruncate(handle, size)


def _aligned(size: int) -> int:
    return -(-size // _LINE) * _LINE


def _copy(array: Host) -> Host:
    copied = array.copy()
    copied.flags.writeable = False
    return copied
