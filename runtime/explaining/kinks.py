"""What the derivative is where it jumps, said where an entry is at such a place or near it."""

from __future__ import annotations

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
        scale = 1.0
        if record.ins[0].shape == gaps.shape:
            scale = np.maximum(1.0, np.abs(to_numpy(record.ins[0])))
        near = np.flatnonzero(gaps <= 2 * STEP * scale)
    if not near.size:
        return ""
    lead = "At a kink" if not gaps.reshape(-1)[near].any() else "At a kink, or within 2h of one"
    return f"{lead}{_places(near, gaps.shape)}: {convention}."


def _places(near: np.ndarray, shape: tuple[int, ...]) -> str:
    """` at [0, 1] and 2 more`; nothing for a scalar."""
    if not shape:
        return ""
    indices = (np.unravel_index(place, shape) for place in near[:NAMED])
    named = ", ".join(str([int(i) for i in index]) for index in indices)
    more = f" and {near.size - NAMED} more" if near.size > NAMED else ""
    return f" at {named}{more}"
