"""What the window's process and the worker tell each other: frozen records, a JSON line each.

Both ends are the same program, so the lines are trusted; arrays never stand in them (`slots`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Literal

Do = Literal["run", "pause", "batch", "epoch", "stop", "keep"]
Standing = Literal["running", "paused", "ended", "failed"]
Shape = tuple[str, str, tuple[int, ...]]  # address, dtype and shape of a tensor


@dataclass(frozen=True, slots=True)
class Message:
    """The parent of all messages."""


# --- to the worker ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin(Message):
    """The first line: what is trained, from where, and where moments of it are kept.

    `graph` is the text of a file, `folder` where its data lie, `overrides` data nodes' other
    sources. `moment` is the folder of a kept moment to go on from. `ring` is the folder for this
    run's moments, which take `budget` bytes at most.
    """

    graph: str
    ring: str
    folder: str | None = None
    device: str = "cpu"
    overrides: Mapping[str, str] = field(default_factory=dict)
    moment: str | None = None
    budget: int = 1 << 28


@dataclass(frozen=True, slots=True)
class Command(Message):
    """Something to do at the end of the step under way. `number` comes back in the answers.

    `run` goes on to the end, `batch` and `epoch` as far as these say and then pauses, `keep`
    writes the moment down, also into the folder `where`.
    """

    number: int
    do: Do
    where: str = ""


# --- from the worker --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready(Message):
    """The session is made and the slots are there, in the file of number `file`.

    `total` updates are ahead from the very start, `per_epoch` in each epoch. `threads` are those
    that BLAS may use.
    """

    file: int
    parameters: tuple[Shape, ...]
    state: tuple[Shape, ...]
    total: int
    per_epoch: int
    update: int
    threads: int

    def __post_init__(self) -> None:
        for name in ("parameters", "state"):
            shapes = tuple((str(a), str(d), tuple(s)) for a, d, s in getattr(self, name))
            object.__setattr__(self, name, shapes)


@dataclass(frozen=True, slots=True)
class Acknowledged(Message):
    """A command has arrived."""

    number: int


@dataclass(frozen=True, slots=True)
class Done(Message):
    """A command has been done, at the end of a step; `update` is where the run stands."""

    number: int
    update: int


@dataclass(frozen=True, slots=True)
class Stood(Message):
    """How the run stands from now on; `why` is a sentence where it ended by itself."""

    state: Standing
    update: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Failed(Message):
    """The run cannot go on from here: the error's type, its sentence, and the node to blame."""

    kind: str
    message: str
    node: str | None
    update: int


@dataclass(frozen=True, slots=True)
class Refused(Message):
    """Something did not happen, as the sentence says; the run goes on all the same."""

    message: str


@dataclass(frozen=True, slots=True)
class Shown(Message):
    """The slot of this number is filled; it is the reader's until he gives it back."""

    number: int


@dataclass(frozen=True, slots=True)
class EpochsOver(Message):
    """Epochs that have ended: the fields of each `Epoch`. A small set has very many a second."""

    epochs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Kept(Message):
    """A moment stands in the ring; those at `gone` were given up for it."""

    update: int
    gone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat(Message):
    """The worker lives."""

    update: int


_KINDS: Mapping[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        Begin, Command, Ready, Acknowledged, Done, Stood, Failed, Refused, Shown, EpochsOver,
        Kept, Beat,
    )
}  # fmt: skip


def to_line(message: Message) -> bytes:
    """A message as a line."""
    return json.dumps([type(message).__name__, asdict(message)]).encode() + b"\n"


def of_line(line: bytes) -> Message:
    """The message that a line holds."""
    name, fields = json.loads(line)
    return _KINDS[name](**fields)


class Lines:
    """Both directions of a pair of pipes. `send` is for any thread."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._turn = threading.Lock()

    def send(self, message: Message) -> None:
        """Write a message; raises `OSError` where nobody reads any more."""
        line = to_line(message)
        with self._turn:
            self._outgoing.write(line)
            self._outgoing.flush()

    def received(self) -> Iterator[Message]:
        """All messages until the other end goes; half a line of a killed process is dropped."""
        for line in self._incoming:
            if line.endswith(b"\n"):
                yield of_line(line)
