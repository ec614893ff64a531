"""The commands that learn and use what was learned. Importing this file imports click alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from runtime.command_line import (
    BAD_INPUT,
    GOOD,
    Command,
    CommandError,
    in_file,
    load_graph,
    option_feed,
    option_json,
)

if TYPE_CHECKING:
    from runtime.feeds import Host


def option_device(command: Command) -> Command:
    """Where it is computed."""
    return click.option("--device", metavar="cpu or cuda:N", help="Where to compute.")(command)


def option_data(command: Command) -> Command:
    """Other sources for the Data nodes."""
    return click.option(
        "--data",
        "sources",
        multiple=True,
        metavar="ID=PATH",
        help="Another source for a Data node. Can be given several times.",
    )(command)


def option_learned(command: Command) -> Command:
    """Whether parameters are those of the training that was kept."""
    return click.option(
        "--run", "of_run", is_flag=True, help="Take the parameters of NAME.run beside FILE."
    )(command)


@click.command()
@click.argument("file")
@click.option("--epochs", type=click.IntRange(0), metavar="N", help="Times all samples are seen.")
@click.option("--batch", metavar="N or all", help="Samples of one update.")
@click.option("--lr", type=float, metavar="X", help="The learning rate.")
@click.option("--optimizer", metavar="NAME", help="SGD, Adagrad, RMSProp, Adam or AdamW.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="The seed of all that is drawn.")
@option_device
@option_data
@click.option("--out", metavar="FILE", help="Where the trained graph is written.")
@click.option("--resume", is_flag=True, help="Go on where NAME.run beside FILE stands.")
@option_json
def train(
    file: str,
    device: str | None,
    sources: tuple[str, ...],
    out: str | None,
    resume: bool,
    as_json: bool,
    **asked: object,
) -> int:
    """Train FILE as its `training` says. What it needs to go on is kept in NAME.run beside it.

    Ctrl+C ends it after the step that is under way; --resume goes on, as if it had not ended.
    """
    graph = load_graph(file)
    with in_file(file):
        from runtime.training.asked import overridden, sources_of
        from runtime.training.course import Course

        overridden(graph, asked)
        course = Course(graph, Path(file), device, sources_of(sources), as_json=as_json)
        if resume:
            course.resume()
        course.run(None if out is None else Path(out))
    return GOOD


@click.command()
@click.argument("file")
@click.option("--part", metavar="PART", help="train, validation or test; else each.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Instead of the file's.")
@click.option("--confusion", is_flag=True, help="Count how often each class was taken for which.")
@option_device
@option_data
@option_learned
@option_json
def evaluate(
    file: str,
    part: str | None,
    metrics: tuple[str, ...],
    confusion: bool,
    device: str | None,
    sources: tuple[str, ...],
    of_run: bool,
    as_json: bool,
) -> int:
    """Print loss and metrics of FILE on its samples, in evaluation mode."""
    graph = load_graph(file)
    with in_file(file):
        from runtime.training.asked import sources_of, with_learned
        from runtime.training.judging import judge

        if of_run:
            with_learned(graph, Path(file))
        other = sources_of(sources)
        folder = Path(file).parent
        found = judge(graph, folder, device, other, part, metrics, confuses=confusion)
    if as_json:
        from runtime.report import as_json as written

        click.echo(written(found.report()))
    else:
        found.print()
    return GOOD


@click.command()
@click.argument("file")
@option_feed
@click.option("--port", metavar="PORT", help="What is predicted; by default what the loss judges.")
@click.option("--out", metavar="FILE.npy", help="Where it is written; else it is printed.")
@option_device
@option_learned
@option_json
def predict(
    file: str,
    feeds: tuple[str, ...],
    port: str | None,
    out: str | None,
    device: str | None,
    of_run: bool,
    as_json: bool,
) -> int:
    """Predict with FILE what its loss would judge, for what is fed; nothing else is run."""
    if out is not None and not out.endswith(".npy"):
        raise CommandError(f"--out: found {out}, expected a name that ends in .npy.", BAD_INPUT)
    graph = load_graph(file)
    with in_file(file):
        from runtime.feed_text import parse_feeds
        from runtime.training.asked import with_learned
        from runtime.training.predicting import predicted

        if of_run:
            with_learned(graph, Path(file))
        found, name = predicted(graph, parse_feeds(feeds), port, device, Path(file).parent)
    _give(found, name, out, as_json=as_json)
    return GOOD


def _give(found: Host, port: str, out: str | None, *, as_json: bool) -> None:
    """Write or print an array."""
    from runtime import report
    from runtime.tables import console, show

    if out is not None:
        import numpy as np

        from graph.files import disk

        disk.fill(out, lambda file: np.save(file, found))
    if as_json:
        own = {} if out else {"value": report.numbers(found)}
        shape = {"port": port, "shape": list(found.shape), "dtype": found.dtype.name}
        click.echo(report.as_json(shape | own))
    else:
        told = f"{port} {list(found.shape)}"
        console().print(f"{told} is in {out}" if out else f"{told} = {show(found)}")
