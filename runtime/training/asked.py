"""What the command line asks for instead of what a file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph import edits as e
from runtime.data.facts import Facts, known_facts
from runtime.data.feeding import Feeder
from runtime.data.nodes import data_nodes
from runtime.errors import BadSetting, DataError
from runtime.training import keeping
from runtime.training.kept_place import folder_of
from runtime.training.optimizers import optimizer
from runtime.training.session import taking_over

if TYPE_CHECKING:
    from graph.model import Graph

ALL = "all"
NAMED = ("builtin:", "system:")  # sources that are no paths


def overridden(graph: Graph, asked: Mapping[str, Any]) -> None:
    """Change a graph to what is asked: `epochs`, `batch`, `lr`, `optimizer`, `seed`; None is not.

    Raises `BadSetting`.
    """
    training = graph.training
    if asked["optimizer"] is not None:
        training = replace(training, optimizer=optimizer(asked["optimizer"]))
    if asked["lr"] is not None:
        training = replace(training, optimizer=replace(training.optimizer, lr=asked["lr"]))
    if asked["epochs"] is not None:
        training = replace(training, epochs=asked["epochs"])
    if training != graph.training:
        graph.configure(training=training)
    if asked["seed"] is not None:
        graph.configure(seed=asked["seed"])
    if asked["batch"] is not None:
        _set_batch(graph, asked["batch"])


def _set_batch(graph: Graph, text: str) -> None:
    if text != ALL and not (text.isdecimal() and int(text) > 0):
        raise BadSetting(f'--batch: found "{text}", expected a number above 0, or {ALL}.')
    nodes = data_nodes(graph)
    if not nodes:
        raise BadSetting("--batch: found no Data node, expected one whose batches are meant.")
    for address in nodes:
        _set(graph, address, {"batch": None if text == ALL else int(text)})


def _set(graph: Graph, address: str, values: Mapping[str, Any]) -> None:
    """Set attributes of a node at an address; of one inside, in its definition."""
    *around, id_ = address.split("/")
    edit: e.Edit = e.SetAttributes(id_, values)
    graph.apply(e.Within(_definition(graph, around), edit) if around else edit)


def _definition(graph: Graph, around: list[str]) -> str:
    """The definition of the innermost of the instances around a node."""
    body, name = graph, ""
    for id_ in around:
        name = body.nodes[id_].module
        body = graph.definitions[name].body
    return name


def sources_of(texts: Iterable[str]) -> dict[str, str]:
    """Sources by Data node, from `ID=PATH`, a path from the working folder; raises `BadSetting`."""
    found: dict[str, str] = {}
    for text in texts:
        id_, equals, path = text.partition("=")
        if not (id_ and equals and path):
            raise BadSetting(f'--data: found "{text}", expected ID=PATH.')
        if id_ in found:
            raise BadSetting(f"--data: found {id_} twice, expected one source.")
        found[id_] = path if path.startswith(NAMED) else str(Path(path).absolute())
    return found


def with_samples(
    graph: Graph, folder: Path, sources: Mapping[str, str] | None = None
) -> tuple[Graph, Feeder]:
    """The graph with the samples of these sources instead of its own, and what gives them.

    A file in `folder` whose shapes nobody has told yet is read for them: the graph keeps these.
    Other sources are known to the graph that is given back alone. Raises as `Feeder.of`.
    """
    other = dict(sources or {})
    while True:
        try:
            feeder = Feeder.of(graph, folder, other)
            break
        except DataError as error:
            module = data_nodes(graph).get(error.node or "")
            if module is None or not error.settings or known_facts(module.settings) is not None:
                raise
            _set(graph, str(error.node), error.settings)
    changed = graph.copy() if other else graph
    for id_, source in other.items():
        facts = Facts.of(feeder.sets[id_].data)
        told = {"gives": facts.texts(), "samples": facts.count, "hash": ""}
        _set(changed, id_, {"source": source, **told})
    return changed, feeder


def with_learned(graph: Graph, path: Path) -> None:
    """Give a graph the parameters of the training that is kept beside its file."""
    graph.apply(taking_over(keeping.read(folder_of(path)).learned))
