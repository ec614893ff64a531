"""When numbers come: at which step of a run each value and gradient stands, and where a run holds.

`arrivals_of` is the timetable of a trace, `find_stop` what a run to the next breakpoint finds,
`history_of` a port's figures over the steps.
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.stops.arrivals import Arrival, Arrivals, Position, arrivals_of
    from runtime.stops.conditions import Finding, examine
    from runtime.stops.finding import Stop, find_stop
    from runtime.stops.history import History, Point, history_of

_HOMES = {
    "arrivals": (
        "Arrival",
        "Arrivals",
        "Position",
        "arrivals_of",
    ),
    "conditions": (
        "Finding",
        "examine",
    ),
    "finding": (
        "Stop",
        "find_stop",
    ),
    "history": (
        "History",
        "Point",
        "history_of",
    ),
}

__all__ = [
    "Arrival",
    "Arrivals",
    "Finding",
    "History",
    "Point",
    "Position",
    "Stop",
    "arrivals_of",
    "examine",
    "find_stop",
    "history_of",
]

__getattr__ = late(__name__, _HOMES)
