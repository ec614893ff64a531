"""What is measured of a run's health, and what is found in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph.port import PortRef

Trouble = Literal[
    "not finite",
    "exploding",
    "vanishing",
    "exploding over time",
    "vanishing over time",
    "dead",
    "saturated",
    "no path",
    "zero",
]


@dataclass(frozen=True, slots=True)
class Layer:
    """A node that owns trainable tensors, by its address.

    `norm` is that of all their gradients together, None where no path leads to the target. `last`
    is the layer that comes last on the ways from here to the target, which may be itself;
    `ratio` compares with it. `over_time` are the norms of what each time step adds; empty outside
    time. `step` is the index of the step of the run that brings the last part of its gradient,
    the first of the reverse pass where none does.
    """

    node: str
    ports: tuple[PortRef, ...]
    numbers: int
    norm: float | None
    last: str = ""
    ratio: float | None = None
    over_time: tuple[float, ...] = ()
    step: int = 0


@dataclass(frozen=True, slots=True)
class Activation:
    """Units that rest at a node, over all samples and time steps.

    `kind` says what resting is: a `dead` unit has the derivative 0 at every sample; a `saturated`
    entry has less than a twentieth of the steepest derivative. `resting` of `count` do. `step` is
    the index of the last step of the run that computes it.
    """

    node: str
    port: PortRef
    kind: Literal["dead", "saturated"]
    resting: int
    count: int
    step: int = 0

    @property
    def share(self) -> float:
        """How much of it rests, from 0 to 1."""
        return self.resting / self.count if self.count else 0.0


@dataclass(frozen=True)
class Health:
    """The figures of one run, all by address.

    `edges` has for every edge on which a gradient came back its norm, by the port where the edge
    ends: one number, or inside time one per step (None where none came). `layers` are in the order
    of the forward pass.
    """

    revision: int
    edges: Mapping[PortRef, tuple[float | None, ...]]
    layers: tuple[Layer, ...]
    activations: Mapping[str, Activation]
    has_reverse: bool

    def edge(self, target: PortRef, t: int | None = None) -> float | None:
        """The norm of the gradient over one edge, by default at the last time step.

        None where none came back; NaN where one did that is not finite.
        """
        norms = self.edges.get(target)
        if norms is None:
            return None
        last = len(norms) - 1
        return norms[last if t is None else min(t, last)]

    def layer(self, node: str) -> Layer | None:
        """The layer at an address."""
        return self._by_node.get(node)

    @functools.cached_property
    def _by_node(self) -> Mapping[str, Layer]:
        return {layer.node: layer for layer in self.layers}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which trouble, at which node, and its figure.

    `figure` is a ratio, a share or a norm, as the trouble has it; None for "no path".
    """

    trouble: Trouble
    node: str
    figure: float | None
