"""What a graph learns: which ports are its data, its prediction and the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.initialise import trained
from graph.port import PortRef
from runtime.errors import NoTarget
from runtime.training.figures import losses_before

if TYPE_CHECKING:
    from graph.checking import Check
    from graph.model import Graph

FIXED = "Constant"  # the source that no set is fed to


@dataclass(frozen=True)
class Subject:
    """`prediction` and `truth` are the ports that the loss at `loss` compares.

    `inputs` are the data ports that the prediction is made of, `data` those that either needs.
    `predicts` says what the loss takes the prediction for: "numbers", "scores", "probabilities",
    "logits", "class logits" or "logarithms". `losses` are all that the target depends on, the
    nearest first. Ports stand under their addresses.
    """

    loss: str
    prediction: PortRef
    truth: PortRef | None
    inputs: tuple[PortRef, ...]
    data: tuple[PortRef, ...]
    predicts: str
    losses: tuple[str, ...]

    @property
    def given(self) -> PortRef | None:
        """The only data port that the prediction is made of; None where there are more, or none."""
        return self.inputs[0] if len(self.inputs) == 1 else None


def subject_of(checked: Check, loss: str = "") -> Subject:
    """What the target of a checked graph compares.

    That is what the loss of that address compares where the target depends on it, else the
    nearest one. Raises `NoTarget` where there is none.
    """
    graph = checked.flat.graph
    if checked.target is None:
        problem = next(iter(checked.errors), checked.target_problem)
        raise NoTarget(problem.message if problem else "found no target, expected one.")
    losses = tuple(losses_before(graph, checked.flat.inner(checked.target).node))
    if not losses:
        raise NoTarget(
            f"{checked.target}: found no loss, expected a target that a loss leads to, for pictures"
            " show what it compares.",
            node=checked.target.node,
        )
    node = loss if loss in losses else losses[0]
    module = graph.module(node)
    assert module is not None
    prediction, truth = (_feeder(graph, PortRef(node, port.name)) for port in module.wired_ports)
    if prediction is None:
        raise NoTarget(f"{node}: found no prediction, expected an edge to it.", node=node)
    inputs = tuple(_data(graph, [prediction]))
    data = tuple(_data(graph, [prediction] if truth is None else [prediction, truth]))
    predicts = getattr(module, "predicts", "numbers")
    return Subject(node, prediction, truth, inputs, data, predicts, losses)


def is_data(graph: Graph, id_: str) -> bool:
    """Whether a node gives what a set is fed to: a source that is neither trained nor constant."""
    module = graph.module(id_)
    if module is None or module.outline() != "source" or trained(module):
        return False
    return graph.nodes[id_].module != FIXED


def _feeder(graph: Graph, port: PortRef) -> PortRef | None:
    edge = graph.incoming(port)
    return None if edge is None else edge.source


def needed_by(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """These nodes and all that they depend on, also by what a delay brings from earlier steps."""
    found = graph.upstream(ids)
    while True:
        delayed = {
            edge.source.node
            for id_ in found
            for edge in graph.arriving(id_).values()
            if edge.delay and edge.source.node not in found
        }
        if not delayed:
            return found
        found |= graph.upstream(delayed)


def _data(graph: Graph, ends: Sequence[PortRef]) -> Iterator[PortRef]:
    """The data ports that are read on the way to some ports, in the document's order."""
    needed = needed_by(graph, {ref.node for ref in ends})
    read = set(ends) | {edge.source for id_ in needed for edge in graph.arriving(id_).values()}
    for id_ in graph.nodes:
        if id_ in needed and is_data(graph, id_):
            module = graph.module(id_)
            assert module is not None
            ports = (PortRef(id_, port.name) for port in module.output_ports)
            yield from (port for port in ports if port in read)
