"""The worker's process: its pipes, its signs of life, and its end."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from graph.errors import GradwireError
from runtime import logfile
from runtime.training.worker.homes import sweep
from runtime.training.worker.messages import Acknowledged, Beat, Begin, Command, Lines, Message
from runtime.training.worker.work import Work, failure

BEAT = 0.5  # seconds between two signs of life
NICENESS = 5
_log = logging.getLogger("gradwire")


def main(handles: Sequence[int]) -> None:
    """Train as the first line on the standard input says, and end the process.

    `handles` are the files that the slots may be in.
    """
    logfile.install()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window, which ends this one
    os.nice(NICENESS)  # the window comes first
    lines = Lines(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a library prints is no message
    _serve(lines, handles)
    os._exit(0)  # a thread still waits for lines, which Python would wait for in its turn


def _serve(lines: Lines, handles: Sequence[int]) -> None:
    incoming = lines.received()
    begin = next(incoming, None)
    if not isinstance(begin, Begin):
        return
    commands: queue.Queue[Command] = queue.Queue()
    leave = functools.partial(_leave, Path(begin.ring))
    _start(_listen, incoming, commands, lines, leave)
    try:
        work = Work(begin, handles, commands, lines.send)
        _start(_beat, work, lines)
        _start(sweep, Path(tempfile.gettempdir()))
        work.play()
    except BrokenPipeError:
        leave()
    except Exception as error:
        if not isinstance(error, GradwireError):
            _log.exception("the training process failed")
        with contextlib.suppress(OSError):
            lines.send(failure(error, 0))


def _start(target: object, *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]


def _listen(
    incoming: Iterator[Message],
    commands: queue.Queue[Command],
    lines: Lines,
    leave: Callable[[], None],
) -> None:
    """Acknowledge each command as it comes; `leave` where nobody sends any more."""
    with contextlib.suppress(OSError):
        for message in incoming:
            if isinstance(message, Command):
                lines.send(Acknowledged(message.number))
                commands.put(message)
    leave()


def _leave(ring: Path) -> None:
    """The window's process has gone: end, and leave nothing that only it could read."""
    shutil.rmtree(ring, ignore_errors=True)
    os._exit(0)


def _beat(work: Work, lines: Lines) -> None:
    with contextlib.suppress(OSError):
        while True:
            lines.send(Beat(work.update))
            time.sleep(BEAT)
