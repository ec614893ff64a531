"""Two runs compared: where values and gradients of the same edges differ, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph.marks import Of
from graph.port import PortRef
from runtime.chains.lengths import length
from runtime.feeds import Host
from runtime.maps.stacking import Progress
from runtime.stops import Position, arrivals_of
from runtime.stops.finding import read

if TYPE_CHECKING:
    from runtime.trace import Trace

Kind = Literal["changed", "shape", "came", "went"]


@dataclass(frozen=True, slots=True)
class Change:
    """How one tensor differs between two runs.

    `before` and `after` are a scalar's numbers, or norms; None where there was none, or is none.
    `by` is the number by which a scalar changed, or the norm of the difference: None but where
    both have the same shape. `error` is max|a-b| / max(1, max|b|), and infinite where it cannot be
    told.
    """

    kind: Kind
    before: float | None
    after: float | None
    by: float | None
    error: float
    is_scalar: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """An edge at which two runs differ: the drawn port where it ends, and what feeds it now.

    `value_from` and `gradient_from` are the positions of the newer run from which each stands.
    """

    target: PortRef
    source: PortRef | None
    value: Change | None
    gradient: Change | None
    value_from: Position
    gradient_from: Position

    @property
    def error(self) -> float:
        """The greater error of both."""
        return max(change.error for change in (self.value, self.gradient) if change is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All edges at which an older and a newer run differ, and how many both have."""

    differences: Mapping[PortRef, Difference]
    edges: int


def compare(before: Trace, after: Trace, progress: Progress | None = None) -> Comparison:
    """Compare edge by edge; `progress` is called now and then and may raise.

    Edges that one run alone has are compared with nothing. Runs share the arrays that an edit
    cannot have changed, and those are not read.
    """
    targets = tuple(dict.fromkeys((*after.plan.edges, *before.plan.edges)))
    times, end = arrivals_of(after), (len(after.steps), 0)
    found = {}
    for number, target in enumerate(targets):
        if progress is not None and not number % 16:
            progress(number / len(targets))
        value = _change(before, after, target, "value")
        gradient = _change(before, after, target, "gradient")
        if value is not None or gradient is not None:
            source = after.plan.edges.get(target, before.plan.edges.get(target))
            came = max((x.position for x in times.values(target)), default=(0, 0))
            back = max((x.position for x in times.gradients(target)), default=end)
            found[target] = Difference(target, source, value, gradient, came, back)
    common = sum(target in before.plan.edges for target in after.plan.edges)
    return Comparison(found, common)


def _change(before: Trace, after: Trace, target: PortRef, of: Of) -> Change | None:
    old, new = _read(before, target, of), _read(after, target, of)
    if old is new:
        return None
    if old is None or new is None:
        return _alone(old, new)
    if old.shape != new.shape:
        return Change("shape", _figure(old), _figure(new), None, np.inf, False)
    if np.array_equal(old, new, equal_nan=old.dtype.kind == new.dtype.kind == "f"):
        return None
    return _difference(old, new)


def _alone(old: Host | None, new: Host | None) -> Change | None:
    """What one of two runs has alone."""
    if new is not None:
        return Change("came", None, _figure(new), None, np.inf, new.size == 1)
    if old is not None:
        return Change("went", _figure(old), None, None, np.inf, old.size == 1)
    return None


def _difference(old: Host, new: Host) -> Change:
    first, second = old.astype(np.float64), new.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = second - first
    is_told = bool(np.isfinite(apart).all())
    is_scalar = apart.size == 1
    by = float(apart.reshape(())) if is_scalar else length(apart)
    largest = float(np.abs(second).max(initial=0.0))
    error = float(np.abs(apart).max(initial=0.0)) / max(1.0, largest) if is_told else np.inf
    return Change("changed", _figure(old), _figure(new), by, error, is_scalar)


def _figure(array: Host) -> float:
    return float(array.reshape(())) if array.size == 1 else length(array)


def _read(trace: Trace, target: PortRef, of: Of) -> Host | None:
    """What an edge carries or brings back, over all time steps; None where there is none."""
    return read(trace, target, of) if target in trace.plan.edges else None
