"""How the numbers of a training lie: histograms of weights, gradients and activations.

A `Survey` measures one moment of a run after the other; `strip` lays the histograms of a run side
by side over one range of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.engine import Engine
from runtime.feeds import Host

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.trace import Trace
    from runtime.training.figures import Feeding
    from runtime.training.moment import Moment

Kind = Literal["weights", "gradients", "activations"]
BINS = 48
ROWS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of numbers in equal bins from `low` to `high`; others were not finite."""

    low: float
    high: float
    counts: Host
    others: int = 0

    @property
    def total(self) -> int:
        """The finite numbers."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Distributions:
    """The histograms of one moment, by the parameters' addresses.

    Those of a parameter's activations are of the outputs of its node, over the batch that comes
    next at the moment; its gradients are those of that batch.
    """

    update: int
    weights: Mapping[str, Histogram]
    gradients: Mapping[str, Histogram]
    activations: Mapping[str, Histogram]


def histogram(numbers: Host, bins: int = BINS) -> Histogram:
    """Where numbers lie; equal numbers are one bin of a range around them."""
    flat = np.asarray(numbers, dtype=np.float64).reshape(-1)
    good = flat[np.isfinite(flat)]
    if not len(good):
        return Histogram(0.0, 0.0, np.zeros(bins, np.int64), len(flat))
    low, high = float(good.min()), float(good.max())
    if not high - low > abs(high) * 1e-12:
        room = max(abs(high), 1.0) * 1e-6
        low, high = low - room, high + room
    counts, _ = np.histogram(good, bins, (low, high))
    return Histogram(low, high, counts.astype(np.int64), len(flat) - len(good))


class Survey:
    """Measures moments of one run: `graph` as it is trained, on the batches of `feeder`."""

    def __init__(self, graph: Graph, feeder: Feeding) -> None:
        self._graph, self._feeder = graph.copy(), feeder
        self._engine = Engine(self._graph, mode="train")

    @classmethod
    def of(cls, graph: Graph, folder: Path | None = None) -> Survey:
        """Of a graph with Data nodes; raises `DataError` where their samples cannot be had."""
        from runtime.data.feeding import Feeder

        return cls(graph, Feeder.of(graph, folder))

    def at(self, moment: Moment) -> Distributions:
        """The histograms of a moment; raises as `Engine.run`."""
        kept = {**moment.parameters, **moment.state}
        edits = (e.SetTensor(PortRef.parse(at), Tensor.of(x)) for at, x in kept.items())
        self._graph.apply(e.Batch(tuple(edits)))
        epoch, batch, update = moment.position
        trace = self._engine.run(self._feeder.batch(epoch, batch))
        addresses = list(moment.parameters)
        gradients = {at: trace.gradient(at) for at in addresses}
        nodes = {at: PortRef.parse(at).node for at in addresses}
        outputs = {node: _output(trace, node) for node in dict.fromkeys(nodes.values())}
        activations = {node: histogram(x) for node, x in outputs.items() if x is not None}
        return Distributions(
            update,
            {at: histogram(x) for at, x in moment.parameters.items()},
            {at: histogram(x) for at, x in gradients.items() if x is not None},
            {at: activations[node] for at, node in nodes.items() if node in activations},
        )


def _output(trace: Trace, node: str) -> Host | None:
    """What a node gives out; None of a parameter node, which gives out its weights."""
    graph = trace.plan.flat.graph
    module = graph.module(node) if node in graph else None
    if module is None or not module.input_ports or not module.output_ports:
        return None
    return trace.value(PortRef(node, module.output_ports[0].name))


def strip(histograms: Sequence[Histogram], rows: int = ROWS) -> tuple[float, float, Host]:
    """Histograms side by side: the common range, and shares [rows, columns], least values first.

    Each column is the share of its numbers in each row; it sums to 1 where it has any.
    """
    real = [found for found in histograms if found.total]
    shares = np.zeros((rows, len(histograms)))
    if not real:
        return 0.0, 1.0, shares
    low, high = min(found.low for found in real), max(found.high for found in real)
    edges = np.linspace(low, high, rows + 1)
    for column, found in enumerate(histograms):
        if found.total:
            shares[:, column] = np.diff(_below(found, edges))
    return low, high, shares


def _below(found: Histogram, values: Host) -> Host:
    """The share of the numbers below each value, linear inside of a bin."""
    edges = np.linspace(found.low, found.high, len(found.counts) + 1)
    sums = np.concatenate(([0.0], np.cumsum(found.counts) / found.total))
    below: Host = np.interp(values, edges, sums, left=0.0, right=1.0)
    return below
