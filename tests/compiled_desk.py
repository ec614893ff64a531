"""Both passes of a graph, compiled and by the tape, on the same parameters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from graph import Graph
from graph.port import PortRef
from runtime import Engine
from runtime.backend import CPU
from runtime.compiled import Compiled, Trained
from runtime.feeds import load
from runtime.moments import apart
from runtime.training.by_tape import ByTape
from runtime.training.parameters import states


@dataclass(frozen=True)
class Passed:
    """What a step came to, by port: gradients of what is trained, and states after it."""

    target: np.ndarray
    gradients: dict[PortRef, np.ndarray]
    states: dict[PortRef, np.ndarray]


class Desk:
    """One graph's step with numbers of its own; all that the graph keeps is trained but `fixed`."""

    def __init__(
        self,
        kind: type[Compiled] | type[ByTape],
        graph: Graph,
        feeds=None,
        dtype=None,
        fixed: Collection[str] = (),
    ):
        engine = Engine(graph, dtype=dtype)
        self.fed = engine.feeds(feeds)
        plan = self.plan = engine.plan_for(self.fed)
        sources = {source.ref: source for source in plan.sources}

        def own(refs):
            return {ref: np.array(load(sources[ref], None, None, CPU).array) for ref in refs}

        floating = (x for x in plan.sources if x.type.is_floating and x.origin is not None)
        kept = [x.ref for x in floating if apart(x.ref)[0].node not in fixed]
        values = own(ref for ref in kept if ref not in states(plan))
        gradients = {ref: np.full_like(array, np.nan) for ref, array in values.items()}
        self.trained = Trained(values, gradients, own(states(plan)))
        self.passes = kind(plan, CPU, self.trained, self.fed)

    def step(self, number: int = 0) -> Passed:
        """Both passes and what states become; then every parameter moves a little."""
        with np.errstate(all="ignore"):
            self.passes.feed(self.fed)
            target = self.passes.run(number)
            self.passes.commit()
        found = Passed(target, _copies(self.trained.gradients), _copies(self.trained.states))
        for ref, array in self.trained.values.items():
            array -= 1e-3 * np.nan_to_num(self.trained.gradients[ref])
        return found


def both(graph: Graph, feeds=None, dtype=None, fixed: Collection[str] = ()) -> tuple[Desk, Desk]:
    """The compiled step and the tape's."""
    return Desk(Compiled, graph, feeds, dtype, fixed), Desk(ByTape, graph, feeds, dtype, fixed)


def _copies(arrays: dict[PortRef, np.ndarray]) -> dict[PortRef, np.ndarray]:
    return {ref: array.copy() for ref, array in arrays.items()}
