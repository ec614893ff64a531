"""What the command line asks for instead of what a file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph import edits as e
from runtime.data.nodes import data_nodes
from runtime.errors import BadSetting
from runtime.training import keeping
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
        *around, id_ = address.split("/")
        edit: e.Edit = e.SetAttributes(id_, {"batch": None if text == ALL else int(text)})
        if around:
            edit = e.Within(_definition(graph, around), edit)
        graph.apply(edit)


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


def with_learned(graph: Graph, path: Path) -> None:
    """Give a graph the parameters of the training that is kept beside its file."""
    graph.apply(taking_over(keeping.read(keeping.folder_of(path)).learned))
