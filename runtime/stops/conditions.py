"""Conditions: what a test finds in one tensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.marks import Condition
from runtime.chains.lengths import length
from runtime.feeds import Host


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test that held has found: its figure, and where it can say so the entry."""

    figure: float | None = None
    index: tuple[int, ...] | None = None


def examine(when: Condition, array: Host, before: Host | None = None) -> Finding | None:
    """What a condition finds in a tensor; None where it does not hold.

    `before` is the same tensor at the time step before, or in the run before, if there is one.
    """
    if when.test == "not finite":
        return _first(~np.isfinite(array), array)
    if when.test == "sign changes":
        return _turned(array, before)
    figure = dead_share(array) if when.test == "dead share above" else length(array)
    bound = 0.0 if when.bound is None else when.bound
    holds = figure < bound if when.test == "norm below" else figure > bound
    return Finding(figure) if holds else None


def dead_share(array: Host) -> float:
    """The share of units that are 0 for all samples, which axis 0 counts where there is another."""
    if array.size == 0:
        return 0.0
    zero = array == 0
    return float(zero.all(axis=0).mean() if array.ndim > 1 else zero.mean())


def _turned(array: Host, before: Host | None) -> Finding | None:
    if before is None or before.shape != array.shape:
        return None
    with np.errstate(invalid="ignore"):
        turned = np.sign(array) * np.sign(before) < 0
    return _first(turned, array)


def _first(holds: Host, array: Host) -> Finding | None:
    """The first entry, in C order, at which something holds."""
    if not holds.any():
        return None
    index = tuple(int(i) for i in np.unravel_index(int(holds.argmax()), holds.shape))
    return Finding(float(array[index]), index)
