"""The curves of a run: one entry an update, figures of each parameter now and then, epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host
from runtime.training.history import Epoch
from runtime.training.worker.messages import EpochsOver
from runtime.training.worker.slots import CURVES, Snapshot


@dataclass(frozen=True, eq=False)
class Series:
    """Curves as they are at a moment; read-only.

    `update, loss, rate, norm` [n]: an entry for each update, numbered from 1; the loss before
    it, the gradient's norm before clipping. `names` [P] are the parameters' addresses;
    `watched` [m] are the updates at which `gradient_norms` and `ratios` [m, P] were taken: each
    parameter's gradient norm, and |Δw| / |w|.
    """

    update: Host
    loss: Host
    rate: Host
    norm: Host
    names: tuple[str, ...]
    watched: Host
    gradient_norms: Host
    ratios: Host
    epochs: tuple[Epoch, ...]

    def __len__(self) -> int:
        return len(self.update)


class Table:
    """Rows that grow at the end, kept column by column; what was read of them stays as it was."""

    def __init__(self, columns: int) -> None:
        self._room = np.empty((columns, 64))
        self._count = 0

    @property
    def columns(self) -> Host:
        """All columns, read-only."""
        columns = self._room[:, : self._count]
        columns.flags.writeable = False
        return columns

    def add(self, rows: Host) -> None:
        """Put rows `[n, columns]` at the end."""
        needed = self._count + len(rows)
        if needed > self._room.shape[1]:
            room = np.empty((len(self._room), max(needed, 2 * self._room.shape[1])))
            room[:, : self._count] = self._room[:, : self._count]
            self._room = room
        self._room[:, self._count : needed] = rows.T
        self._count = needed

    def until(self, update: int) -> Host:
        """The rows up to an update, which stands in the first column."""
        return self.columns[:, : int(np.searchsorted(self.columns[0], update, "right"))].T


class Recording:
    """The curves of a run as they grow; `names` are its parameters' addresses."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._rows, self._watched = Table(len(CURVES)), Table(1 + 2 * len(self.names))
        self._epochs: list[Epoch] = []

    def add(self, snapshot: Snapshot) -> None:
        """What came since the last snapshot."""
        self._rows.add(snapshot.rows)
        self._watched.add(snapshot.watched)

    def end_epochs(self, over: EpochsOver) -> None:
        """The figures of epochs; one that is known already is not added twice."""
        for epoch in over.epochs:
            if not self._epochs or epoch["number"] > self._epochs[-1].number:
                self._epochs.append(Epoch(**epoch))

    def branch(self, update: int, names: Sequence[str]) -> Recording:
        """A recording that goes on from an update of this one."""
        other = Recording(names)
        other._rows.add(self._rows.until(update))
        if other.names == self.names:
            other._watched.add(self._watched.until(update))
        other._epochs = [epoch for epoch in self._epochs if epoch.updates <= update]
        return other

    @property
    def series(self) -> Series:
        """The curves as they are now."""
        update, loss, rate, norm = self._rows.columns
        watched, names = self._watched.columns, self.names
        return Series(
            update,
            loss,
            rate,
            norm,
            names,
            watched[0],
            watched[1 : 1 + len(names)].T,
            watched[1 + len(names) :].T,
            tuple(self._epochs),
        )
