"""One edge of a trace: what flows, what comes back, and the derivative at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.feeds import Host
from runtime.maps import LinearMap

if TYPE_CHECKING:
    from runtime.trace import Trace


@dataclass(frozen=True, eq=False)
class EdgeView:
    """One edge of a trace; `source` is None where the node owns the tensor."""

    trace: Trace
    source: PortRef | None
    target: PortRef

    @property
    def value(self) -> Host:
        """What flows."""
        return self.trace.value(self.target)

    @property
    def gradient(self) -> Host | None:
        """The part of dL/d(value) that comes back over this edge."""
        return self.trace.part(self.target)

    @property
    def jacobian(self) -> LinearMap | None:
        """That of the node's first floating output."""
        return self.trace.jacobian(self.target)

    @property
    def jacobians(self) -> dict[str, LinearMap]:
        """One per floating output of the node."""
        return self.trace.jacobians(self.target)
