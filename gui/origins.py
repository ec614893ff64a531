"""The first NaN or infinity of a run, as the playhead lets one see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from gui.places import address_of
from runtime import origin as origins

if TYPE_CHECKING:
    from graph import Problem
    from gui.document import Document
    from runtime.origin import Origin


def origin_of(document: Document) -> Origin | None:
    """The first NaN or infinity of the newest run, once the playhead has passed its step."""
    origin = _any(document)
    return origin if origin is not None and _has_come(document, origin) else None


def origin_problem(document: Document) -> Problem | None:
    """It as a problem of the graph as it is now; without its numbers while they are ahead.

    Nothing at all while they are to be predicted.
    """
    origin = _any(document) if document.is_fresh else None
    if origin is None:
        return None
    has_come = _has_come(document, origin)
    is_secret = not has_come and document.playhead.limit is not None
    return None if is_secret else origins.problem_of(origin, has_come=has_come)


def origin_at(document: Document, id_: str) -> Problem | None:
    """The same where it is at a node of the place that is shown, or inside a composite there."""
    problem = origin_problem(document)
    address = address_of(document.place, PortRef(id_, "")).node
    is_there = problem is not None and f"{problem.node}/".startswith(f"{address}/")
    return problem if is_there else None


def go_on_to_origin(document: Document) -> None:
    """Take the playhead on to where NaN or infinity begins, if it is before that."""
    origin = _any(document)
    if origin is not None and not _has_come(document, origin):
        count = len(document.whole_trace.steps)
        document.playhead.go_whole(count if origin.step is None else origin.step + 1)


def _any(document: Document) -> Origin | None:
    trace = document.whole_trace
    return trace.origin if trace is not None else None


def _has_come(document: Document, origin: Origin) -> bool:
    done, steps = document.playhead.whole[0], document.whole_trace.steps
    if origin.phase == "given":
        return True
    return done > origin.step if origin.step is not None else done >= len(steps)
