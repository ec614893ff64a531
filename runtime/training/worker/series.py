"""The curves of a run: one entry an update, figures of each parameter now and then, epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.data.batches import Part
from runtime.feeds import Host
from runtime.training.history import Epoch
from runtime.training.worker.messages import EpochsOver
from runtime.training.worker.slots import CURVES, Snapshot

ByEpoch = Mapping[tuple[Part, str], Host]
"""Curves with a point for each epoch [2, n], updates and numbers, by part and figure."""


@dataclass(frozen=True, eq=False)
class Series:
    """Curves as they are at a moment; read-only.

    `update, loss, rate, norm` [n]: an entry for each update, numbered from 1; the loss before
    it, the gradient's norm before clipping. `names` [P] are the parameters' addresses;
    `watched` [m] are the updates at which `gradient_norms` and `ratios` [m, P] were taken: each
    parameter's gradient norm, and |Δw| / |w|. `by_epoch` has what `epochs` say in single numbers
    once more, as curves.
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
    by_epoch: ByEpoch

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


def gathered(epochs: Iterable[Epoch]) -> ByEpoch:
    """The curves of these epochs."""
    tables: dict[tuple[Part, str], Table] = {}
    for epoch in epochs:
        _gather(tables, epoch)
    return {key: table.columns for key, table in tables.items()}


def _gather(tables: dict[tuple[Part, str], Table], epoch: Epoch) -> None:
    """Put the single numbers of an epoch at the end of their tables."""
    for part, figures in epoch.figures.items():
        for name, figure in figures.items():
            if np.ndim(figure) == 0:
                table = tables.setdefault((part, name), Table(2))
                table.add(np.array([[epoch.updates, figure]], np.float64))


class Recording:
    """The curves of a run as they grow; `names` are its parameters' addresses."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._rows, self._watched = Table(len(CURVES)), Table(1 + 2 * len(self.names))
        self._epochs: list[Epoch] = []
        self._by_epoch: dict[tuple[Part, str], Table] = {}

    def add(self, snapshot: Snapshot) -> None:
        """What came since the last snapshot."""
        self._rows.add(snapshot.rows)
        self._watched.add(snapshot.watched)

    def end_epochs(self, over: EpochsOver) -> None:
        """The figures of epochs; one that is known already is not added twice."""
        for epoch in over.epochs:
            if not self._epochs or epoch["number"] > self._epochs[-1].number:
                self._epochs.append(Epoch(**epoch))
                _gather(self._by_epoch, self._epochs[-1])

    def branch(self, update: int, names: Sequence[str]) -> Recording:
        """A recording that goes on from an update of this one."""
        other = Recording(names)
        other._rows.add(self._rows.until(update))
        if other.names == self.names:
            other._watched.add(self._watched.until(update))
        other._epochs = [epoch for epoch in self._epochs if epoch.updates <= update]
        for epoch in other._epochs:
            _gather(other._by_epoch, epoch)
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
            {key: table.columns for key, table in self._by_epoch.items()},
        )
