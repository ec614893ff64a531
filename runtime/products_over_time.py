"""How a state depends on itself earlier: the product of Jacobians over time, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.maps.stacking import Progress
from runtime.maps.summary import summarise

if TYPE_CHECKING:
    from runtime.trace import Trace

MOST = 48  # time steps that are worked out; between them one reads on


@dataclass(frozen=True, slots=True)
class ProductsOverTime:
    """d(port at the last step) / d(port at step t), for the steps `times` in rising order.

    `norms` are Frobenius's, `largest` the largest singular values; None where one is unknown.
    """

    times: tuple[int, ...]
    norms: tuple[float | None, ...]
    largest: tuple[float | None, ...]


def products_over_time(
    trace: Trace, port: str | PortRef, progress: Progress | None = None
) -> ProductsOverTime:
    """The size of a port's Jacobian over the rest of time, from each step on.

    All paths between the two steps count. Of more than `MOST` steps an even choice is taken, first
    and last among them. Raises `NoValue` for a port outside time, `TooLarge` as `Trace.jacobian`.
    """
    ref = PortRef.parse(port)
    steps = trace.plan.times(ref)
    if steps is None:
        raise NoValue(f"{ref}: found a port outside time, expected one inside.")
    last = len(steps) - 1
    chosen = np.unique(np.linspace(0, last, min(MOST, last + 1)).round().astype(int)).tolist()
    norms: list[float | None] = []
    largest: list[float | None] = []
    for done, t in enumerate(reversed(chosen)):
        if progress is not None:
            progress(done / len(chosen))
        found = summarise(trace.total(ref, ref, t=(t, last)))
        values = found.singular_values
        norms.append(found.norm)
        largest.append(float(values[0]) if values is not None and len(values) else None)
    return ProductsOverTime(tuple(chosen), tuple(norms[::-1]), tuple(largest[::-1]))
