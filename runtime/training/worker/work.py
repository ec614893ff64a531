"""The work of the worker: step after step; between two steps it does what it is told, shows the
run to the window, and keeps a moment of it."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from graph.errors import FileError, GradwireError
from graph.files import loads
from runtime.feeds import Host
from runtime.training import keeping
from runtime.training.machine import blas_threads
from runtime.training.session import Session
from runtime.training.worker.messages import (
    Begin,
    Command,
    Done,
    EpochsOver,
    Failed,
    Kept,
    Message,
    Ready,
    Refused,
    Shape,
    Shown,
    Standing,
    Stood,
)
from runtime.training.worker.ring import Ring
from runtime.training.worker.slots import ROWS, WATCHED, Layout, Slots, reserve

PACE = 1 / 30  # seconds between two pictures of the run
COST = 0.1  # the share of the time that showing may take
PATIENCE = 0.001  # seconds between two looks at whether the window has taken a slot


class Work:
    """One run. `send` takes messages; `commands` are waited for while the run stands."""

    def __init__(
        self,
        begin: Begin,
        handles: Sequence[int],
        commands: queue.Queue[Command],
        send: Callable[[Message], None],
    ) -> None:
        self._commands, self._send = commands, send
        self._session = session = _session(begin)
        self._about = keeping.told_of(session)
        trainer = session.trainer
        parameters, state = _shapes(trainer.parameters), _shapes(trainer.state)
        layout = Layout(parameters, state)
        file = reserve(handles, layout.size)
        self._slots = Slots(handles[file], layout)
        self._ring = Ring(Path(begin.ring), begin.budget, session.total_updates)
        self._state: Standing = "paused"
        self._goal: int | None = None  # the update at which the run pauses by itself
        self._awaited: dict[int, int] = {}  # commands, and the updates at which they are done
        self._rows: list[tuple[float, ...]] = []
        self._measured: list[tuple[float, ...]] = []
        self._told = 0  # epochs
        self._beside: Path | None = None  # where the run is kept with its file
        self._next = 0.0  # when the next picture is due
        send(
            Ready(
                file,
                parameters,
                state,
                session.total_updates,
                session.updates_per_epoch,
                self.update,
                blas_threads(),
            )
        )

    @property
    def update(self) -> int:
        """How many updates have been made."""
        return self._session.position.update

    def play(self) -> None:
        """Work until the run is over, failed or stopped."""
        self._keep_if_due()
        self._show()
        while self._state in ("paused", "running"):
            if self._state == "paused" or not self._commands.empty():
                self._obey(self._commands.get())
            else:
                self._advance()

    # --- steps ----------------------------------------------------------------------------

    def _advance(self) -> None:
        if self._session.is_over:
            self._end(self._session.why_ended)
            return
        is_due = time.monotonic() >= self._next
        self._session.trainer.measures = is_due and len(self._measured) < WATCHED
        try:
            update = self._session.step()
        except GradwireError as error:
            self._fail(error)
            return
        self._rows.append((update.number, update.loss, update.rate, update.norm))
        if update.norms:
            self._measured.append((update.number, *update.norms, *update.ratios))
        self._keep_if_due()
        if self._goal is not None and self.update >= self._goal:
            self._pause()
            return
        if (is_due and self._slots.is_free) or len(self._rows) >= ROWS:
            self._show()
        self._tell_done(self.update)

    def _tell_epochs(self) -> None:
        epochs = self._session.history.epochs[self._told :]
        if epochs:
            self._send(EpochsOver(tuple(asdict(epoch) for epoch in epochs)))
            self._told += len(epochs)

    def _end(self, why: str) -> None:
        self._stand("ended", Stood("ended", self.update, why))

    def _fail(self, error: GradwireError) -> None:
        self._stand("failed", failure(error, self.update))

    def _pause(self) -> None:
        self._stand("paused", Stood("paused", self.update))

    def _stand(self, state: Standing, message: Message) -> None:
        """The run goes on no further; all is kept and shown as it stands, then it is told."""
        self._state, self._goal = state, None
        self._keep()  # also what failed, so that the same batch can be run again
        self._keep_beside()
        self._show()
        self._send(message)
        self._tell_done(max(self._awaited.values(), default=0))

    def _tell_done(self, until: int) -> None:
        for number in [number for number, goal in self._awaited.items() if goal <= until]:
            del self._awaited[number]
            self._send(Done(number, self.update))

    # --- commands -------------------------------------------------------------------------

    def _obey(self, command: Command) -> None:
        if command.do == "keep":
            self._beside = Path(command.where) if command.where else self._beside
            self._keep()
            self._keep_beside()
        elif command.do == "stop":
            self._end("it was stopped")
        elif command.do == "pause":
            self._pause()
        else:
            self._run(command)
            return
        self._send(Done(command.number, self.update))

    def _run(self, command: Command) -> None:
        if self._state != "running":
            self._state, self._next = "running", 0.0
            self._send(Stood("running", self.update))
        self._goal = self._goal_of(command.do)
        self._awaited[command.number] = self.update if self._goal is None else self._goal
        self._tell_done(self.update)

    def _goal_of(self, do: str) -> int | None:
        """The update at which a command has the run pause; several of them add up."""
        if do == "run":
            return None
        start, length = self._goal or self.update, self._session.updates_per_epoch
        return start + 1 if do == "batch" else (start // length + 1) * length

    # --- the window and the disk ----------------------------------------------------------

    def _show(self) -> None:
        """Fill a slot with all that is new; waits until the window has given one back."""
        while not self._slots.is_free:
            time.sleep(PATIENCE)
        self._tell_epochs()
        start, session = time.monotonic(), self._session
        trainer = session.trainer
        is_over = self._state == "ended"  # then with the best that was learned, where that is kept
        tensors = session.learned if is_over else trainer.parameters | trainer.state
        number = self._slots.fill(session.position, self._rows, self._measured, tensors)
        self._rows.clear()
        self._measured.clear()
        self._send(Shown(number))
        now = time.monotonic()
        self._next = now + max(PACE, (now - start) / COST)

    def _keep_if_due(self) -> None:
        if self._ring.is_due(self.update):
            self._keep()

    def _keep(self) -> None:
        """Keep this moment in the ring."""
        if self.update not in self._ring.updates:
            with self._telling():
                gone = self._ring.keep(self.update, self._write)
                self._send(Kept(self.update, gone))

    def _keep_beside(self) -> None:
        """Keep this moment with the file too, once that was wished for."""
        if self._beside is not None:
            with self._telling():
                self._write(self._beside)

    def _write(self, folder: Path) -> None:
        """A moment of the ring is one of many: waiting for the disk would thin them out."""
        lasts = folder == self._beside
        keeping.write(folder, self._session.moment(), self._about, lasts=lasts)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """A disk that is full or closed is told of; the run goes on all the same."""
        try:
            yield
        except (FileError, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            self._send(Refused(str(error)))


def failure(error: Exception, update: int) -> Failed:
    """An error as a message: with its node where it has one, and its type where it is ours."""
    is_told = isinstance(error, GradwireError)
    text = str(error) if is_told else f"{type(error).__name__}: {error}"
    return Failed(type(error).__name__, text, getattr(error, "node", None) or None, update)


def _shapes(tensors: Mapping[str, Host]) -> tuple[Shape, ...]:
    return tuple((at, array.dtype.name, array.shape) for at, array in tensors.items())


def _session(begin: Begin) -> Session:
    graph = loads(begin.graph.encode(), name="the document")
    folder = Path(begin.folder) if begin.folder is not None else None
    session = Session(graph, folder, begin.device, overrides=begin.overrides)
    if begin.moment is not None:
        session.go_to(keeping.read(Path(begin.moment)).fitting(session.trainer.memory))
    return session
