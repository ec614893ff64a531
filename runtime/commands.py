"""The commands without a window. Importing this file imports click alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runtime.command_line import (
    BAD_INPUT,
    FAILED,
    GOOD,
    CommandError,
    complain,
    in_file,
    invoke,
    load_graph,
    option_feed,
    option_json,
    option_run,
    warn,
)
from runtime.errors import CheckFailed
from runtime.training.commands import evaluate, predict, train

if TYPE_CHECKING:
    from runtime.engine import Engine

__all__ = ["BAD_INPUT", "commands", "complain", "invoke"]
MOST_PATHS = 1000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Gradwire: see how a neural network learns."""


@commands.command()
@click.argument("file")
@option_feed
@option_run
@click.option("--device", metavar="cpu or cuda:N", help="Where to compute.")
@click.option("--jacobians", is_flag=True, help="Write Jacobians out, up to 1,000,000 entries.")
@click.option(
    "--tangent",
    metavar="PORT or PORT=VALUE",
    help="Push a tangent from a port, as forward mode does: ones, or these numbers.",
)
@option_json
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
    graph = load_graph(file)
    with in_file(file):
        from runtime.engine import Engine
        from runtime.feed_text import parse_feeds

        trace = Engine(graph, device, dtype, mode, target).run(parse_feeds(feeds))
        if tangent is not None:
            from runtime.tangents import pushed
            from runtime.tangents.seeding import parse_seed

            trace = pushed(trace, parse_seed(trace, tangent))
    warn(file, trace)
    if as_json:
        from runtime import report

        click.echo(report.as_json(report.run_report(trace, dense=jacobians)))
    else:
        from runtime import tables

        tables.print_run(trace, dense=jacobians)
    return GOOD


@commands.command()
@click.argument("file")
@option_feed
@option_json
def check(file: str, feeds: tuple[str, ...], as_json: bool) -> int:
    """Validate FILE, then hold every edge against finite differences."""
    graph = load_graph(file)
    with in_file(file):
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
@option_feed
@option_json
def paths(
    file: str, source: str, end: str | None, top: int, feeds: tuple[str, ...], as_json: bool
) -> int:
    """Count the paths of the chain rule in FILE and list the strongest.

    PORT is NODE.PORT, inside time also NODE@STEP.PORT. The share of a path is its part of the
    gradient, which is the sum over all paths.
    """
    graph = load_graph(file)
    with in_file(file):
        from runtime.asked_port import asked_port
        from runtime.chains import find_paths
        from runtime.engine import Engine
        from runtime.feed_text import parse_feeds

        trace = Engine(graph).run(parse_feeds(feeds), phase="forward")
        last = None if end is None else asked_port(trace, end)
        found = find_paths(trace, asked_port(trace, source), last, top=top)
    if end is None:
        warn(file, trace)
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
@option_feed
@option_run
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
@click.option("--update", is_flag=True, help="Also the first update of the file's training.")
@option_json
def explain(
    file: str,
    feeds: tuple[str, ...],
    target: str | None,
    dtype: str | None,
    mode: str | None,
    form: str,
    update: bool,
    as_json: bool,
    **asked: str | None,
) -> int:
    """Explain FILE by the chain rule, in symbols and numbers: all steps, or what is asked for."""
    if (asked["source"] is None) != (asked["end"] is None):
        raise CommandError("--from and --to: found one of them, expected both.", BAD_INPUT)
    if sum(asked[name] is not None for name in ("node", "edge", "source")) > 1:
        text = "--node, --edge, --from with --to: found several of them, expected one."
        raise CommandError(text, BAD_INPUT)
    graph = load_graph(file)
    with in_file(file):
        from runtime.engine import Engine
        from runtime.explaining import writing
        from runtime.explaining.asking import Asked, explained
        from runtime.feed_text import parse_feeds

        trace = Engine(graph, "cpu", dtype, mode, target).run(parse_feeds(feeds))
        if update:
            from runtime.updates import Learning, updated

            trace = updated(trace, Learning.of(graph))
        found = explained(trace, Asked(**asked))
    warn(file, trace)
    click.echo(writing.as_json(found) if as_json else writing.FORMS[form](found), nl=as_json)
    return GOOD


@commands.command()
@click.argument("file")
@click.option("--as", "form", type=click.Choice(("numpy",)), default="numpy", help="What it uses.")
@click.option("--out", metavar="FILE", help="Where the program is written; else it is printed.")
@option_feed
def code(file: str, form: str, out: str | None, feeds: tuple[str, ...]) -> int:
    """Write FILE and its training step as a program that one can read and run."""
    graph = load_graph(file)
    with in_file(file):
        from runtime.as_numpy.command import program_of
        from runtime.feed_text import parse_feeds

        text = program_of(graph, parse_feeds(feeds))
    if out is None:
        click.echo(text, nl=False)
    else:
        from graph.files import disk

        disk.write(out, text.encode())
    return GOOD


@commands.command(name="compile")
@click.argument("file")
@option_feed
@option_json
def compile_(file: str, feeds: tuple[str, ...], as_json: bool) -> int:
    """Compile FILE's training step for the CPU, and say what was done with each node."""
    graph = load_graph(file)
    with in_file(file):
        from runtime.feed_text import parse_feeds
        from runtime.training.trainer import Trainer

        trainer = Trainer(graph, device="cpu", frozen=graph.training.frozen)
        found = trainer.report(parse_feeds(feeds))
    assert found is not None
    if as_json:
        from runtime import report
        from runtime.compiled.telling import as_data

        click.echo(report.as_json(as_data(found)))
    else:
        from runtime.compiled.telling import print_report

        print_report(found)
    return GOOD


@commands.command()
@click.argument("name", required=False)
@option_json
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


for _command in (train, evaluate, predict):
    commands.add_command(_command)
