"""What a graph predicts for what is fed: its loss, and all that only the loss needs, stay out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graph import edits as e
from graph.flattening import flatten
from graph.port import PortRef
from runtime.data.feeding import Feeder
from runtime.data.nodes import data_nodes
from runtime.engine import Engine
from runtime.errors import NoTarget
from runtime.feeds import Host
from runtime.training.figures import nearest_loss
from runtime.training.pictures.subject import needed_by

if TYPE_CHECKING:
    from graph.flattening import Flat
    from graph.model import Graph


def predicted(
    graph: Graph,
    feeds: Mapping[str, Any],
    port: str | None = None,
    device: str | None = None,
    folder: Path | None = None,
) -> tuple[Host, str]:
    """The value of `port`, by default what the loss compares with the truth, and its address.

    In evaluation mode. A Data node can be fed by its port (`data.x`), or by the port's name alone
    where there is one such node; what it is fed is scaled as its set is, which lies in `folder`.
    Raises as `Engine.run` and the feeder, and `NoTarget` where no loss says what is predicted.
    """
    flat = flatten(graph)
    asked = prediction_port(graph, flat) if port is None else graph.resolve(port)
    inner = flat.inner(asked)
    heads = {id_.partition("/")[0] for id_ in needed_by(flat.graph, [inner.node])}
    part = graph.copy()
    part.apply(e.Batch(tuple(e.RemoveNode(id_) for id_ in graph.nodes if id_ not in heads)))
    trace = Engine(part, device, mode="eval").run(_fed(part, feeds, folder), phase="forward")
    return trace.value(asked), str(asked)


def prediction_port(graph: Graph, flat: Flat) -> PortRef:
    """What feeds the loss that the target depends on, or the only loss; raises `NoTarget`."""
    if graph.target is not None:
        node, _, port = graph.target.partition(".")
        start = flat.inner(PortRef(node, port or "y")).node
        losses = [nearest_loss(flat.graph, start)] if start in flat.graph else []
    else:
        modules = {id_: flat.graph.module(id_) for id_ in flat.graph.nodes}
        losses = [id_ for id_, x in modules.items() if x is not None and x.outline() == "loss"]
    if len(losses) != 1 or losses[0] is None:
        raise NoTarget(
            f"prediction: found {'several losses' if len(losses) > 1 else 'no loss'}, expected one"
            " that says what is predicted. Name the port."
        )
    edge = flat.graph.incoming(PortRef(losses[0], "prediction"))
    if edge is None:
        raise NoTarget(f"{losses[0]}.prediction: found no edge, expected one.", node=losses[0])
    return edge.source


def _fed(graph: Graph, feeds: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Feeds by node or port, those of Data nodes as their sets are given."""
    nodes, found = data_nodes(graph), dict(feeds)
    for id_, module in nodes.items():
        for port in module.output_names:
            if len(nodes) == 1 and port in found and port not in graph:
                found[f"{id_}.{port}"] = found.pop(port)
        if f"{id_}.x" in found and module.settings["scale"] != "none":
            given = np.asarray(found[f"{id_}.x"])
            scaling = Feeder.of(graph, folder).sets[id_].scaling
            if given.shape[-scaling.shift.ndim :] == scaling.shift.shape:  # else the run refuses it
                found[f"{id_}.x"] = scaling.apply(given)
    return found
