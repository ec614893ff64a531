"""The window's side of a worker: starts its process, sends commands, hears what it says.

A thread of its own writes the graph out, starts the process and reads; what it hears it hands to
`tell`, in that thread. Nothing here waits for the worker but `join`, when it has been ended.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from graph.files import dumps
from runtime.training.worker.cores import leaving_one_free
from runtime.training.worker.messages import Begin, Command, Do, Lines, Message, Ready, Shown
from runtime.training.worker.slots import Layout, Slots, Snapshot, nameless

if TYPE_CHECKING:
    from graph.model import Graph

ROOT = Path(__file__).parents[3]  # the folder that holds the packages
SAID = 2000  # characters of what a dead worker wrote last
_log = logging.getLogger("gradwire")


@dataclass(frozen=True)
class Order:
    """What a worker is to train: a frozen copy of a graph, and the rest as in `Begin`."""

    graph: Graph
    ring: Path
    folder: Path | None = None
    device: str = "cpu"
    overrides: Mapping[str, str] = field(default_factory=dict)
    moment: Path | None = None
    budget: int = 1 << 28

    def begin(self) -> Begin:
        """The first line for the worker."""
        folder, moment = self.folder, self.moment
        return Begin(
            dumps(self.graph).decode(),
            str(self.ring),
            None if folder is None else str(folder),
            self.device,
            dict(self.overrides),
            None if moment is None else str(moment),
            self.budget,
        )


@dataclass(frozen=True, slots=True)
class Gone(Message):
    """The process has ended: with this status, a signal's name, and what it wrote last."""

    status: int
    by: str = ""
    said: str = ""


Tell = Callable[[Message | Snapshot], None]


class Link:
    """One worker. Commands may be given at once; they are sent when the process is there."""

    def __init__(self, order: Order, tell: Tell) -> None:
        self._order, self._tell = order, tell
        self._numbers = itertools.count(1)
        self._turn = threading.Lock()
        self._waiting: list[Command] = []  # commands for a process that is not there yet
        self._lines: Lines | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="gradwire-training")
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The worker's process id; None before it is there."""
        return None if self._process is None else self._process.pid

    def send(self, do: Do, where: str = "") -> int:
        """Give a command; its number comes back in `Acknowledged` and `Done`."""
        command = Command(next(self._numbers), do, where)
        with self._turn:
            if self._lines is None:
                self._waiting.append(command)
            else:
                _send(self._lines, command)
        return command.number

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        with self._turn:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()

    def forget(self) -> None:
        """End the process at once; nothing more is told."""
        self._tell = _tell_nobody
        self.kill()

    def join(self) -> None:
        """Wait until nothing of an ended process is left."""
        self._thread.join()

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left."""
        return not self._thread.is_alive()

    # --- its thread -----------------------------------------------------------------------

    def _run(self) -> None:
        handles = nameless()
        with tempfile.TemporaryFile(prefix="gradwire-") as said:
            try:
                begin = self._order.begin()
                process = self._start(handles, said)
                if process is not None:
                    self._serve(process, begin, handles)
                    self._tell(_gone(process.wait(), said))
            except Exception as error:  # nothing else would tell of it
                _log.exception("the link to a training process failed")
                self.kill()
                self._tell(Gone(-1, said=f"{type(error).__name__}: {error}"))
            finally:
                for handle in handles:
                    os.close(handle)

    def _start(self, handles: list[int], said: IO[bytes]) -> subprocess.Popen[bytes] | None:
        with self._turn:
            if not self._is_closed:
                self._process = _spawn(handles, said)
            return self._process

    def _serve(self, process: subprocess.Popen[bytes], begin: Begin, handles: list[int]) -> None:
        """Say what is to be done, and hand on everything until the process has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        lines = Lines(process.stdout, process.stdin)
        _send(lines, begin)
        with self._turn:
            self._lines = lines
            for command in self._waiting:
                _send(lines, command)
        try:
            self._hear(lines, handles)
        finally:
            process.stdout.close()
            with self._turn, contextlib.suppress(OSError):  # what it did not read is lost
                process.stdin.close()

    def _hear(self, lines: Lines, handles: list[int]) -> None:
        slots: Slots | None = None
        for message in lines.received():
            if isinstance(message, Ready):
                layout = Layout(message.parameters, message.state)
                slots = Slots(handles[message.file], layout)
            if isinstance(message, Shown) and slots is not None:
                self._tell(slots.take(message.number))
            else:
                self._tell(message)


def _spawn(handles: list[int], said: IO[bytes]) -> subprocess.Popen[bytes]:
    """A fresh interpreter, which leaves one core to the window.

    `-P` keeps the folder in which one happens to stand out of the places that are imported from.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "runtime.training.worker", *map(str, handles)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        pass_fds=handles,
        env=os.environ | leaving_one_free() | {"PYTHONPATH": os.pathsep.join(paths)},
    )


def _send(lines: Lines, message: Message) -> None:
    with contextlib.suppress(OSError, ValueError):  # it has ended, and `Gone` tells
        lines.send(message)


def _gone(status: int, said: IO[bytes]) -> Gone:
    said.seek(0)
    text = said.read().decode(errors="replace")[-SAID:]
    name = signal.Signals(-status).name if status < 0 else ""
    return Gone(status, name, text)


def _tell_nobody(message: Message | Snapshot) -> None:
    """Where nobody hears any more."""
