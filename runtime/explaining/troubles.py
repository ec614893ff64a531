"""Sentences on what is wrong or missing: no gradient, no derivative, no number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.feeds import Host
from runtime.moments import apart

if TYPE_CHECKING:
    from runtime.trace import Trace


def why_no_gradient(trace: Trace, ref: PortRef, name: str) -> str:
    """Why nothing comes back to a port that is called `name`."""
    type_ = trace.types[apart(ref)[0]]
    if not type_.is_floating:
        return f"{name} holds {type_.dtype}: it has no derivative."
    if trace.why_forward_only is not None:
        return f"There is no reverse pass. {trace.why_forward_only}"
    try:
        why = trace.why_no_gradient(ref)
    except (LookupError, NoValue):
        why = "no path"
    if why == "no path":
        return f"No path leads from {name} to {trace.target}, so it has no gradient."
    if why == "not differentiable":
        return f"{name} is not differentiated."
    return f"The run ended before a gradient came back to {name}."


def not_finite(array: Host | None, what: str) -> str:
    """What is said of an array with NaN or infinity; empty where all is finite."""
    if array is None or array.dtype.kind != "f":
        return ""
    finite = np.isfinite(array)
    if finite.all():
        return ""
    bad = np.flatnonzero(~finite)
    found = array.reshape(-1)[bad[0]]
    word = "NaN" if np.isnan(found) else "infinite"
    if array.ndim == 0:
        return f"{what} is {word}."
    place = [int(i) for i in np.unravel_index(bad[0], array.shape)]
    count = f"{bad.size} of {array.size} entries are not finite"
    return f"{what} is {word} at {place}: {count}."


def origin_note(trace: Trace) -> str:
    """Where NaN or infinity first appears in the run."""
    origin = trace.origin
    return "" if origin is None else f"NaN or infinity first appears at {origin.port}."
