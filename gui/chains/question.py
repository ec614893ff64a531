"""Which paths are searched, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gui.chains.words import Route, product_text, routes
from runtime.chains import Budget, find_paths, gradients_along, signed_norms
from runtime.chains.lengths import length

if TYPE_CHECKING:
    from graph import Graph, PortRef
    from gui.background import Progress
    from runtime.chains import ChainPath, ChainPaths
    from runtime.trace import Trace

TOP = 10
MORE = 2  # times as many paths
LONGER = 4  # times as much search


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found; `signed` are the norms of paths by their side, `along` of each path what
    comes back over its hops by it alone: numbers, or norms of tensors. `products` write
    short ones of numbers out. `routes` name the paths.
    """

    found: ChainPaths
    signed: tuple[float, ...]
    along: tuple[tuple[float, ...], ...]
    products: tuple[str, ...]
    routes: tuple[Route, ...] = ()

    def named(self, graph: Graph) -> Answer:
        """The same with the names that a graph has for everything. Fit for any thread."""
        return replace(self, routes=tuple(routes(graph, self.found.source, self.found.paths)))

    @property
    def is_number(self) -> bool:
        """Whether the gradient is a single number."""
        return self.found.total.size == 1


@dataclass(frozen=True)
class PathQuestion:
    """The `top` strongest paths between two ports, by their addresses in the run."""

    trace: Trace
    source: PortRef
    target: PortRef
    top: int = TOP
    effort: int = 1

    @property
    def ends(self) -> tuple[PortRef, PortRef]:
        """From where to where."""
        return self.source, self.target

    def of(self, trace: Trace) -> PathQuestion:
        """The same of another run."""
        return replace(self, trace=trace)

    def more(self) -> PathQuestion:
        """The same for more paths."""
        return replace(self, top=self.top * MORE)

    def longer(self) -> PathQuestion:
        """The same with a larger budget."""
        return replace(self, effort=self.effort * LONGER)

    def find(self, graph: Graph, progress: Progress) -> Answer:
        """Search, and name what is found as a frozen graph does; `progress` may raise to end it.

        Raises what `find_paths` raises.
        """
        usual = Budget()
        budget = Budget(usual.pulls * self.effort, usual.multiply_adds * self.effort)
        found = find_paths(
            self.trace, self.source, self.target, top=self.top, budget=budget, progress=progress
        )
        along = []
        for path in found.paths:
            progress(1.0)
            along.append(_along(found, path))
        products = tuple(product_text(found, path) for path in found.paths)
        return Answer(found, signed_norms(found.paths), tuple(along), products).named(graph)


def _along(found: ChainPaths, path: ChainPath) -> tuple[float, ...]:
    arrays = gradients_along(found, path)
    return tuple(float(a.reshape(())) if a.size == 1 else length(a) for a in arrays)
