"""A node as its rule sees it: what its ports are called, and what the rule writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.module import Module
from graph.port import PortType


@dataclass(frozen=True)
class Written:
    """What a rule writes of one node.

    `forward` are statements, `reverse` the expression of each input port's gradient, `shared`
    statements before them whose names several of them read. An expression that has not the shape
    of its port stands in `copied`: a broadcast has to be undone there.
    """

    forward: tuple[str, ...]
    reverse: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    copied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """One node: `names` are the expressions of its ports' values, `gradients` those of its
    outputs' gradients. `kept` is what the way forward keeps for the way back, `temp` what one of
    them needs for itself.

    `types` may have named sizes; those of the ports in `exact` hold for every size of a batch.
    `address` is an expression too: inside time it has the step.
    """

    id: str
    module: Module
    names: Mapping[str, str]
    gradients: Mapping[str, str]
    types: Mapping[str, PortType]
    exact: frozenset[str]
    need: frozenset[str]
    address: str
    kept: str
    temp: str

    def __getitem__(self, port: str) -> str:
        return self.names[port]

    @property
    def y(self) -> str:
        """The first output."""
        return self.names[self.module.output_names[0]]

    @property
    def g(self) -> str:
        """The gradient of the first output."""
        return self.gradients[self.module.output_names[0]]

    @property
    def settings(self) -> Mapping[str, Any]:
        """The module's attributes."""
        return self.module.settings

    def rank(self, port: str) -> int:
        """How many axes a port has."""
        return len(self.types[port].shape)

    def has(self, port: str) -> bool:
        """Whether the node has this port."""
        return port in self.module.ports

    def is_like(self, port: str, other: str) -> bool:
        """Whether two ports have one shape, whatever its named sizes are."""
        both = {port, other} <= self.exact
        return both and self.types[port].shape == self.types[other].shape


def number(value: Any) -> str:
    """A setting as Python writes it."""
    if isinstance(value, float):
        if value != value:
            return "np.nan"
        if value in (float("inf"), float("-inf")):
            return "np.inf" if value > 0 else "-np.inf"
    if isinstance(value, tuple):
        inner = ", ".join(number(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
