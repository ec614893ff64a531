"""What the derivative is where it jumps, said where an entry is at such a place or near it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from runtime.backend import to_numpy
from runtime.differences import STEP

if TYPE_CHECKING:
    from runtime.trace import Trace

NAMED = 3
"""So many places are named, the others counted."""


def kink_note(trace: Trace, key: str) -> str:
    """The convention of a step's module, and where it counts; empty where no kink is near.

    Near is within 2h, h being the step of the finite differences there.
    """
    record = trace.records.get(key)
    convention = type(record.step.module).at_kink if record is not None else ""
    if record is None or not convention:
        return ""
    ctx = replace(record.context, kept={}, updates={})
    with np.errstate(all="ignore"):
        gaps = record.step.module.kink_gaps(ctx, record.ins)
        if gaps is None:
            return ""
        gaps = to_numpy(gaps)
        x = to_numpy(record.ins[0])
        far = max(1.0, float(np.abs(x).max())) if x.shape == gaps.shape and x.size else 1.0
        near = np.flatnonzero(gaps <= 2 * STEP * far)
        if x.shape == gaps.shape:  # h grows with the entry itself
            near = near[gaps.flat[near] <= 2 * STEP * np.maximum(1.0, np.abs(x.flat[near]))]
    if not near.size:
        return ""
    lead = "At a kink" if not gaps.flat[near].any() else "At a kink, or within 2h of one"
    return f"{lead}{_places(near, gaps.shape)}: {convention}."


def _places(near: np.ndarray, shape: tuple[int, ...]) -> str:
    """` at [0, 1] and 2 more`; nothing where there is but one entry."""
    if math.prod(shape) == 1:
        return ""
    indices = (np.unravel_index(place, shape) for place in near[:NAMED])
    named = ", ".join(str([int(i) for i in index]) for index in indices)
    more = f" and {near.size - NAMED} more" if near.size > NAMED else ""
    return f" at {named}{more}"
