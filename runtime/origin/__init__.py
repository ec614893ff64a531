"""Where NaN or infinity comes from: the first number of a run that is one, and what led to it."""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.origin.finding import find_origin
    from runtime.origin.records import Number, Origin
    from runtime.origin.wording import NOT_FINITE, problem_of

_HOMES = {
    "finding": ("find_origin",),
    "records": (
        "Number",
        "Origin",
    ),
    "wording": (
        "NOT_FINITE",
        "problem_of",
    ),
}

__all__ = ["NOT_FINITE", "Number", "Origin", "find_origin", "problem_of"]

__getattr__ = late(__name__, _HOMES)
