"""The commands without a window. Importing this file imports click alone."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graph.errors import FileError, GradwireError, GraphError
from runtime import logfile
from runtime.errors import BackendError, CheckFailed, FeedError, NoTarget, NoValue

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.engine import Engine
    from runtime.trace import Trace

GOOD, FAILED, BAD_INPUT = 0, 1, 2
MOST_PATHS = 1000
_BAD_INPUT = (FileError, GraphError, CheckFailed, NoTarget, NoValue, FeedError, BackendError)
_log = logging.getLogger("gradwire")
Command = TypeVar("Command", bound=Callable[..., Any])


class CommandError(GradwireError):
    """Ends a command with a sentence and an exit status."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Gradwire: see how a neural network learns."""


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
        return complain(str(error), BAD_INPUT if isinstance(error, _BAD_INPUT) else FAILED)
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
def _in_file(path: str) -> Iterator[None]:
    """Name the file in what goes wrong with it."""
    try:
        yield
    except FileError:
        raise
    except GradwireError as error:
        status = BAD_INPUT if isinstance(error, _BAD_INPUT) else FAILED
        raise CommandError(f"{path}: {error}", status) from error


def _load(path: str) -> Graph:
    from graph.files import load

    return load(path)


def _warn(path: str, trace: Trace) -> None:
    """Say what was assumed, such as the sum over a target, and where NaN begins."""
    from runtime.origin import problem_of

    warnings = list(trace.warnings)
    if trace.origin is not None:
        warnings.append(problem_of(trace.origin).message)
    for warning in warnings:
        click.echo(f"gradwire: warning: {path}: {warning}", err=True)


def _option_feed(command: Command) -> Command:
    return click.option(
        "--feed",
        "feeds",
        multiple=True,
        metavar="ID=JSON or ID=@FILE.npy",
        help="The value of an Input, as JSON or from a NumPy file. Can be given several times.",
    )(command)


def _option_json(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def _option_run(command: Command) -> Command:
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


@commands.command()
@click.argument("file")
@_option_feed
@_option_run
@click.option("--device", metavar="cpu or cuda:N", help="Where to compute.")
@click.option("--jacobians", is_flag=True, help="Write Jacobians out, up to 1,000,000 entries.")
@click.option(
    "--tangent",
    metavar="PORT or PORT=VALUE",
    help="Push a tangent from a port, as forward mode does: ones, or these numbers.",
)
@_option_json
def run(
    file: str,
    feeds: tuple[str, ...],
    target: str | None,
    dtype: str | None,
    mode: str | None,
    device: str | None,
    jacobians: bool,
    tangent: str | None,
    as_json: bool,
) -> int:
    """Run FILE forward and in reverse; print values, gradients and Jacobians."""
    graph = _load(file)
    with _in_file(file):
        from runtime.engine import Engine
        from runtime.feed_text import parse_feeds

        trace = Engine(graph, device, dtype, mode, target).run(parse_feeds(feeds))
        if tangent is not None:
            from runtime.tangents import pushed
            from runtime.tangents.seeding import parse_seed

            trace = pushed(trace, parse_seed(trace, tangent))
    _warn(file, trace)
    if as_json:
        from runtime import report

        click.echo(report.as_json(report.run_report(trace, dense=jacobians)))
    else:
        from runtime import tables

        tables.print_run(trace, dense=jacobians)
    return GOOD


@commands.command()
@click.argument("file")
@_option_feed
@_option_json
def check(file: str, feeds: tuple[str, ...], as_json: bool) -> int:
    """Validate FILE, then hold every edge against finite differences."""
    graph = _load(file)
    with _in_file(file):
        from runtime.engine import Engine
        from runtime.feed_text import parse_feeds
        from runtime.gradient_check import check_gradients

        fed = parse_feeds(feeds)
        engine = Engine(graph)
        checked = engine.check(fed)
        errors = tuple(p for p in checked.findings if p.severity == "error")
        if errors:
            if as_json:
                from runtime import report

                click.echo(report.as_json(report.check_report(checked, None, {})))
            raise CheckFailed(errors)
        found = check_gradients(engine, fed)
    sources = _sources(engine, fed)
    if as_json:
        from runtime import report

        click.echo(report.as_json(report.check_report(checked, found, sources)))
    else:
        from runtime import tables

        tables.print_check(checked.findings, found, sources)
    return GOOD if found.ok else FAILED


def _sources(engine: Engine, fed: dict[str, Any]) -> dict[str, str | None]:
    edges = engine.plan(fed).edges
    return {str(target): str(source) if source else None for target, source in edges.items()}


@commands.command()
@click.argument("file")
@click.option("--from", "source", required=True, metavar="PORT", help="Where the paths begin.")
@click.option("--to", "end", metavar="PORT", help="Where they end; by default the target.")
@click.option(
    "--top",
    default=10,
    show_default=True,
    metavar="K",
    type=click.IntRange(1, MOST_PATHS),
    help="How many of the strongest are listed.",
)
@_option_feed
@_option_json
def paths(
    file: str, source: str, end: str | None, top: int, feeds: tuple[str, ...], as_json: bool
) -> int:
    """Count the paths of the chain rule in FILE and list the strongest.

    PORT is NODE.PORT, inside time also NODE@STEP.PORT. The share of a path is its part of the
    gradient, which is the sum over all paths.
    """
    graph = _load(file)
    with _in_file(file):
        from runtime.asked_port import asked_port
        from runtime.chains import find_paths
        from runtime.engine import Engine
        from runtime.feed_text import parse_feeds

        trace = Engine(graph).run(parse_feeds(feeds), phase="forward")
        last = None if end is None else asked_port(trace, end)
        found = find_paths(trace, asked_port(trace, source), last, top=top)
    if end is None:
        _warn(file, trace)
    if as_json:
        from runtime import report
        from runtime.chains.report import paths_report

        click.echo(report.as_json(paths_report(found)))
    else:
        from runtime.chains.tables import print_paths

        print_paths(found)
    return GOOD


@commands.command()
@click.argument("file")
@_option_feed
@_option_run
@click.option("--node", metavar="ID", help="Explain one node, forward and in reverse.")
@click.option("--edge", metavar="u.y:v.x", help="Explain one edge; :v.x is a node's own tensor.")
@click.option("--from", "source", metavar="PORT", help="With --to: a derivative by this port.")
@click.option("--to", "end", metavar="PORT", help="With --from: the port that is derived.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "markdown", "latex")),
    default="text",
    help="How it is written.",
)
@_option_json
def explain(
    file: str,
    feeds: tuple[str, ...],
    target: str | None,
    dtype: str | None,
    mode: str | None,
    form: str,
    as_json: bool,
    **asked: str | None,
) -> int:
    """Explain FILE by the chain rule, in symbols and numbers: all steps, or what is asked for."""
    if (asked["source"] is None) != (asked["end"] is None):
        raise CommandError("--from and --to: found one of them, expected both.", BAD_INPUT)
    if sum(asked[name] is not None for name in ("node", "edge", "source")) > 1:
        text = "--node, --edge, --from with --to: found several of them, expected one."
        raise CommandError(text, BAD_INPUT)
    graph = _load(file)
    with _in_file(file):
        from runtime.engine import Engine
        from runtime.explaining import writing
        from runtime.explaining.asking import Asked, explained
        from runtime.feed_text import parse_feeds

        trace = Engine(graph, "cpu", dtype, mode, target).run(parse_feeds(feeds))
        found = explained(trace, Asked(**asked))
    _warn(file, trace)
    click.echo(writing.as_json(found) if as_json else writing.FORMS[form](found), nl=as_json)
    return GOOD


@commands.command()
@click.argument("file")
@click.option("--as", "form", type=click.Choice(("numpy",)), default="numpy", help="What it uses.")
@click.option("--out", metavar="FILE", help="Where the program is written; else it is printed.")
@_option_feed
def code(file: str, form: str, out: str | None, feeds: tuple[str, ...]) -> int:
    """Write FILE and its training step as a program that one can read and run."""
    graph = _load(file)
    with _in_file(file):
        from runtime.as_numpy.command import program_of
        from runtime.feed_text import parse_feeds

        text = program_of(graph, parse_feeds(feeds))
    if out is None:
        click.echo(text, nl=False)
    else:
        from graph.files import disk

        disk.write(out, text.encode())
    return GOOD


@commands.command()
@click.argument("name", required=False)
@_option_json
def modules(name: str | None, as_json: bool) -> int:
    """List the catalogue, or describe the module NAME."""
    from graph.catalogue import default_catalogue

    catalogue = default_catalogue()
    chosen = [catalogue.require(name)] if name else list(catalogue)
    if as_json:
        from runtime import report

        found = [report.module_report(module) for module in chosen]
        click.echo(report.as_json(found[0] if name else found))
        return GOOD
    from runtime import tables

    if name:
        tables.print_module(chosen[0])
    else:
        tables.print_catalogue(catalogue)
    return GOOD
