"""Training's fast path: a plan as one flat list of calls over arrays that are made once."""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.compiled.program import Program
    from runtime.compiled.report import Report
    from runtime.compiled.step import Compiled, Trained

_HOMES = {
    "program": ("Program",),
    "report": ("Report",),
    "step": (
        "Compiled",
        "Trained",
    ),
}

__all__ = ["Compiled", "Program", "Report", "Trained"]

__getattr__ = late(__name__, _HOMES)
