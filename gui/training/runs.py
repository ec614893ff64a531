"""The runs of a document: each with its graph, its curves and its kept moments, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph import Graph
    from graph.training import Training
    from runtime.training.worker.homes import Home
    from runtime.training.worker.messages import Message, Ready
    from runtime.training.worker.series import Recording, Series
    from runtime.training.worker.slots import Snapshot


BUDGET = 1 << 29  # bytes on the disk for the moments of all runs of a document


class Run:
    """One run. `parent` is the run that it branched from, at the update `start`.

    `graph` is a copy as it was when the run began, with the settings that it is trained by.
    """

    def __init__(
        self, id_: int, graph: Graph, ring: Path, parent: Run | None = None, start: int = 0
    ) -> None:
        from runtime.training.worker.series import Recording

        self.id, self.graph, self.ring = id_, graph, ring
        self.parent, self.start, self.budget = parent, start, BUDGET
        self.recording: Recording = Recording()
        self.kept: dict[int, Path] = {}  # the folder of each moment, by its update
        self.snapshot: Snapshot | None = None
        self.total = self.updates_per_epoch = self.threads = 0  # while they are unknown

    @property
    def settings(self) -> Training:
        """How it is trained."""
        return self.graph.training

    @property
    def series(self) -> Series:
        """Its curves, from the first update of the run that it goes back to."""
        return self.recording.series

    @property
    def moments(self) -> dict[int, Path]:
        """The folders of all kept moments that lead to where it stands, by their updates."""
        before = self.parent.moments.items() if self.parent is not None else ()
        found = {update: place for update, place in before if update <= self.start}
        return dict(sorted((found | self.kept).items()))

    def hear(self, message: Message | Snapshot) -> None:
        """Take what its worker tells of it."""
        from runtime.training.worker import messages as m
        from runtime.training.worker.ring import place_of
        from runtime.training.worker.slots import Snapshot

        match message:
            case m.Ready():
                self._meet(message)
            case Snapshot():
                self.snapshot = message
                self.recording.add(message)
            case m.EpochsOver():
                self.recording.end_epochs(message)
            case m.Kept():
                self.kept[message.update] = place_of(self.ring, message.update)
                for update in message.gone:
                    self.kept.pop(update, None)

    def go_back(self, update: int) -> None:
        """What came after this update is lost, and is made anew."""
        self.recording = self.recording.branch(update, self.recording.names)

    def _meet(self, ready: Ready) -> None:
        self.total, self.updates_per_epoch = ready.total, ready.per_epoch
        self.threads = ready.threads
        names = tuple(address for address, *_ in ready.parameters)
        if self.recording.names != names:
            before = self.recording if self.parent is None else self.parent.recording
            self.recording = before.branch(self.start, names)


class Runs:
    """All runs since the document was opened, oldest first, and the folder of their moments.

    The first run may take half of the budget, the next a sixth, then a twelfth: however many there
    are, all of them together stay below it.
    """

    def __init__(self) -> None:
        self._all: list[Run] = []
        self._home: Home | None = None

    def __iter__(self) -> Iterator[Run]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, graph: Graph, parent: Run | None = None, start: int = 0) -> Run:
        """A new run, which branches from `parent` at an update."""
        from runtime.training.worker.homes import Home

        if self._home is None:
            self._home = Home()
        id_ = len(self._all) + 1
        run = Run(id_, graph, self._home.folder / str(id_), parent, start)
        run.budget = BUDGET // (id_ * (id_ + 1))
        self._all.append(run)
        return run

    def clear(self) -> None:
        """Forget all runs, and remove their moments, for which nobody waits."""
        self._all.clear()
        if self._home is not None:
            Thread(target=self._home.remove, name="gradwire-moments").start()
        self._home = None
