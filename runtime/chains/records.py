"""What is known of the paths between two ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.port import PortRef
from runtime.feeds import Host
from runtime.maps import LinearMap

Found = Literal["exact", "proven", "best found"]
"""How sure it is that no path is stronger than those listed.

`exact`: every value on the way is one number (or all paths are listed), so that the strongest are
known by dynamic programming. `proven`: an upper bound of all other paths shows it, up to
rounding. `best found`: the budget ended before.
"""

DrawnEdge = tuple[PortRef | None, PortRef]
"""Source and target of an edge as it is drawn; source None where the port owns its tensor."""


@dataclass(frozen=True, slots=True, eq=False)
class PathHop:
    """The way of a path through one step, from an input port to an output port.

    `port` and `output` are addresses as drawn (`one/lin.x`), `t` is the time step, None outside
    time. `port` itself is at an earlier or later step where the node leads out of time: then
    `read_t` is that step, else it is `t`. `edges` are the drawn edges over which the value
    arrives, outermost first: more than one where it enters an instance. `map` is the local
    Jacobian.
    """

    port: PortRef
    output: PortRef
    t: int | None
    read_t: int | None
    edges: tuple[DrawnEdge, ...]
    map: LinearMap

    @property
    def node(self) -> str:
        """The address of the node that is gone through."""
        return self.output.node


@dataclass(frozen=True, slots=True, eq=False)
class ChainPath:
    """One path with its part of the gradient.

    `contribution` is the cotangent times the Jacobians along the path, read-only, float64, of
    the source's shape; `norm` its Euclidean norm; `number` the signed number where it has one
    entry, else None. `share` is <path, total> / |total|^2; all paths' shares add up to 1. It is
    None where the total vanishes or is not finite. `cancels_with` is the place in the list of
    the path with which it cancels, see `runtime.chains.cancelling`.
    """

    hops: tuple[PathHop, ...]
    contribution: Host
    norm: float
    number: float | None
    share: float | None
    cancels_with: int | None = None

    @property
    def opposes(self) -> bool:
        """Whether the path pulls against the sum of all."""
        return self.share is not None and self.share < 0


@dataclass(frozen=True, slots=True, eq=False)
class ChainPaths:
    """The strongest paths from one port to another, and what is known of all.

    `count` is the number of all paths, exact. `paths` descend by norm. `cotangent` is that of
    the target: the seed gradient at the trace's own, ones elsewhere. `total` is the sum over all
    paths, the gradient, of the source's shape. `cancels` says that it vanishes, to rounding,
    although single paths do not. `rest_share` is the share of all paths that are not listed,
    None as `share` is; `rest_norm` a number that the norm of none of them exceeds, 0 where all
    are listed. `found` tells how sure the choice is, `why` says it in a sentence.
    """

    source: PortRef
    target: PortRef
    count: int
    paths: tuple[ChainPath, ...]
    cotangent: Host
    total: Host
    cancels: bool
    rest_share: float | None
    rest_norm: float
    found: Found
    why: str

    @property
    def rest(self) -> int:
        """How many paths are not listed."""
        return self.count - len(self.paths)
