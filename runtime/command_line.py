"""What all commands share: how one is run, refused and read. Importing it imports click alone."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graph.errors import FileError, GradwireError, GraphError
from runtime import logfile
from runtime.errors import (
    BackendError,
    BadSetting,
    CheckFailed,
    DataError,
    FeedError,
    NoTarget,
    NoValue,
)

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.trace import Trace

GOOD, FAILED, BAD_INPUT = 0, 1, 2
BAD_INPUTS = (
    FileError,
    GraphError,
    CheckFailed,
    NoTarget,
    NoValue,
    FeedError,
    BackendError,
    BadSetting,
    DataError,
)
_log = logging.getLogger("gradwire")
Command = TypeVar("Command", bound=Callable[..., Any])


class CommandError(GradwireError):
    """Ends a command with a sentence and an exit status."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


def invoke(group: click.Group, argv: Sequence[str]) -> int:
    """Run a command line and return its exit status; never raises, never shows a traceback.

    0 is good, 1 says that the computation disagrees or failed, 2 bad usage or bad input. The
    reason stands in one line on stderr.
    """
    logfile.install()
    _forgive_encoding()
    try:
        status = group.main(args=list(argv), prog_name="gradwire", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` for one, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return BAD_INPUT
    except click.ClickException as error:
        return complain(error.format_message(), BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return complain("interrupted", FAILED)
    except CommandError as error:
        return complain(str(error), error.status)
    except GradwireError as error:
        return complain(str(error), BAD_INPUT if isinstance(error, BAD_INPUTS) else FAILED)
    except MemoryError:
        return complain("found too little memory. Use smaller sizes.", FAILED)
    except Exception as error:
        _log.exception("gradwire %s", " ".join(argv))
        text = f"{type(error).__name__}: {error}. This is a fault of Gradwire, described in"
        return complain(f"{text} {logfile.path()}", FAILED)
    return status if isinstance(status, int) else GOOD


def complain(message: str, status: int) -> int:
    """Write the one line on stderr and give the status back."""
    click.echo(f"gradwire: error: {' '.join(message.split())}", err=True)
    return status


def _forgive_encoding() -> None:
    """A terminal that cannot show a sign shows a question mark, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def in_file(path: str) -> Iterator[None]:
    """Name the file in what goes wrong with it."""
    try:
        yield
    except FileError:
        raise
    except GradwireError as error:
        status = BAD_INPUT if isinstance(error, BAD_INPUTS) else FAILED
        raise CommandError(f"{path}: {error}", status) from error


def load_graph(path: str) -> Graph:
    """The graph of a file, which knows what its data files hold; raises `FileError`."""
    from graph.files import load
    from runtime.data.knowing import know_files
    from runtime.errors import DataError

    graph = load(path)
    with suppress(DataError):  # who needs the set says so, and may get it from elsewhere
        edit = know_files(graph)
        if edit is not None:
            graph.apply(edit)
    return graph


def warn(path: str, trace: Trace) -> None:
    """Say what was assumed, such as the sum over a target, and where NaN begins."""
    from runtime.origin import problem_of

    warnings = list(trace.warnings)
    if trace.origin is not None:
        warnings.append(problem_of(trace.origin).message)
    for warning in warnings:
        click.echo(f"gradwire: warning: {path}: {warning}", err=True)


def option_feed(command: Command) -> Command:
    """What is fed, by node or port."""
    return click.option(
        "--feed",
        "feeds",
        multiple=True,
        metavar="ID=JSON or ID=@FILE.npy",
        help="The value of an Input, as JSON or from a NumPy file. Can be given several times.",
    )(command)


def option_json(command: Command) -> Command:
    """Whether JSON is printed instead of tables."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def option_run(command: Command) -> Command:
    """What of the graph's own settings a run can replace: target, dtype, mode."""
    options = (
        click.option("--target", metavar="ID", help="What is differentiated: NODE or NODE.PORT."),
        click.option(
            "--dtype",
            type=click.Choice(("float16", "float32", "float64")),
            help="Numbers of the run.",
        ),
        click.option("--mode", type=click.Choice(("train", "eval")), help="Mode of the run."),
    )
    for option in reversed(options):
        command = option(command)
    return command
