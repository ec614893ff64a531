"""Where values fan out, cotangents add up: the parts that come back to a port, and their sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.canvas.notes import FEW, Forms, norm_of, sum_forms
from gui.numbers import format_number
from gui.places import SeenTrace, address_of, nodes_inside_time
from gui.shown import Reading, Shown

if TYPE_CHECKING:
    from graph import Edge, PortRef
    from gui.document import Document
MOST_TERMS = 6  # that are written out
WAITS = "…"  # a part that has not come yet


def tr(text: str) -> str:
    """A text of the reverse graph in the user's language."""
    return QCoreApplication.translate("ReverseGraph", text)


@dataclass(frozen=True, slots=True)
class Sum:
    """What comes back to a port: a part per edge, None for one to come, and the sum once it is."""

    parts: tuple[np.ndarray | None, ...]
    total: np.ndarray | None

    @property
    def is_due(self) -> bool:
        """Whether there is anything to be seen of it yet."""
        return self.total is not None or any(part is not None for part in self.parts)

    @property
    def holds(self) -> bool:
        """Whether the parts make the sum, so that one may write an equals sign between them."""
        if self.total is None or any(part is None for part in self.parts):
            return True  # nothing is claimed yet
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.sum([np.broadcast_to(x, self.total.shape) for x in self.parts], axis=0)
        close = 1e-4 if self.total.dtype.itemsize < 8 else 1e-9
        return bool(np.allclose(found, self.total, rtol=close, atol=close, equal_nan=True))


class Sums:
    """The sums of a document as its playhead stands; made anew for each look."""

    def __init__(self, document: Document) -> None:
        self._document = document
        in_time = document.shown.t is not None
        self._inside = nodes_inside_time(document) if in_time else frozenset()

    def at(self, port: PortRef) -> Sum | None:
        """The sum at an output port of the place shown; None where fewer than two parts meet."""
        coming = [r for r in self._brought(port) if r.state == "blank" or r.array is not None]
        if len(coming) < 2:
            return None
        total = self._document.shown.port_gradient(port).array
        return Sum(tuple(reading.array for reading in coming), total)

    def _brought(self, port: PortRef) -> Iterator[Reading]:
        """What comes back over each edge that leaves a port, at the time step that is shown."""
        graph, shown = self._document.graph, self._document.shown
        for edge in graph.outgoing(port) if port.node in graph else ():
            for time in self._times(edge):
                yield (shown if time is None else self._shown_at(time)).gradient(edge.target)
        yield from self._from_starts(port)
        yield from self._from_elsewhere(port)

    def _times(self, edge: Edge) -> Iterable[int | None]:
        """The time steps from which an edge brings something; None outside time.

        Over a delay it comes from a later one; from nodes in time to one outside, from each.
        """
        t, steps = self._document.shown.t, self._document.playhead.time_steps or 0
        if t is None:
            return (None,)
        if edge.source.node not in self._inside and edge.target.node in self._inside:
            return range(steps)
        return (t + edge.delay,) if t + edge.delay < steps else ()

    def _from_starts(self, port: PortRef) -> Iterator[Reading]:
        """Over each delay edge that the port starts: from the time steps before it has a value."""
        graph, steps = self._document.graph, self._document.playhead.time_steps or 0
        if self._document.shown.t is None or port.node not in graph:
            return
        for edge in graph.store.starting_at(port.node):
            if edge.initial == port:
                for time in range(min(edge.delay, steps)):
                    yield self._shown_at(time).gradient(edge.target)

    def _shown_at(self, t: int) -> Shown:
        """What the playhead lets one see at another time step."""
        document = self._document
        if t == document.shown.t:
            return document.shown
        seen = SeenTrace(document.whole_trace, document.place, document.playhead.steps, t)
        return Shown(seen, *document.playhead.whole, document.graph)

    def _from_elsewhere(self, port: PortRef) -> Iterator[Reading]:
        """What comes to a port over edges that are not drawn here.

        From around the composite whose inside is shown, and of a composite's port from within it.
        """
        trace, place = self._document.whole_trace, self._document.place
        if trace is None or not trace.plan.flat.instances:
            return
        flat, whole = trace.plan.flat, self._document.whole_shown
        address = address_of(place, port)
        inner, around, within = flat.inner(address), f"{place}/", f"{address.node}/"
        for edge in flat.graph.outgoing(inner) if inner.node in flat.graph else ():
            target = edge.target.node
            if (place and not target.startswith(around)) or target.startswith(within):
                yield whole.gradient(edge.target)


def spelled(found: Sum) -> Forms:
    """`1.5 + 0.2 − 0.7 = 1`; short vectors written out; of larger tensors the norms.

    From rich to poor; the poorest is the sum alone, as the forward graph writes it.
    """
    short = sum_forms(Reading("value", found.total)) if found.total is not None else ()
    if not found.is_due or not found.holds:
        return short
    shown = found.parts if len(found.parts) <= MOST_TERMS else found.parts[: MOST_TERMS - 1]
    more = len(found.parts) - len(shown)
    known = next(a for a in (found.total, *found.parts) if a is not None)
    if known.ndim == 0 or _is_short(known):
        text = _equation(shown, more, found.total)
    else:
        text = _norms(shown, more, found.total)
    return (text, *short)


def _equation(parts: tuple[np.ndarray | None, ...], more: int, total: np.ndarray | None) -> str:
    text = ""
    for part in parts:
        word = WAITS if part is None else _written(part)
        if not text:
            text = word
        elif word.startswith("−"):
            text += f" − {word[1:]}"
        else:
            text += f" + {word}"
    return f"{text}{_more(more, ' + ')} = {WAITS if total is None else _written(total)}"


def _norms(parts: tuple[np.ndarray | None, ...], more: int, total: np.ndarray | None) -> str:
    """Norms do not add up as the tensors do, so no plus stands between them."""
    words = ", ".join(WAITS if part is None else _norm(part) for part in parts)
    return f"Σ({words}{_more(more, ', ')}) = {WAITS if total is None else _norm(total)}"


def _more(count: int, before: str) -> str:
    return before + tr("{0} more").format(count) if count else ""


def _written(array: np.ndarray) -> str:
    if array.ndim == 0:
        return format_number(array.item())
    return f"[{', '.join(format_number(number, 3) for number in array.tolist())}]"


def _norm(array: np.ndarray) -> str:
    return f"‖{format_number(norm_of(array), 3)}‖"


def _is_short(array: np.ndarray) -> bool:
    return array.ndim == 1 and array.size <= FEW
