"""Which numbers the playhead lets one see: the rule stands there before its numbers come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.chain_rule.typeset import Typeset, TypesetLine, without_numbers
from gui.places import SeenTrace
from gui.shown import Shown
from runtime.moments import apart

if TYPE_CHECKING:
    from graph import PortRef
    from gui.document import Document
    from gui.shown import Reading
    from runtime.explaining import Of

# What the numbers of a line tell, as the playhead's readings call it.
READ = {
    "value": "value",
    "jacobian": "factor",
    "gradient": "gradient",
    "sum": "port_gradient",
    "tangent": "tangent",
    "update": "update",
}


def tr(text: str) -> str:
    """A text of the chain rule in the user's language."""
    return QCoreApplication.translate("ChainRule", text)


class Sight:
    """What the playhead of a document lets one see, at every time step."""

    def __init__(self, document: Document) -> None:
        self._document = document
        whole = document.whole_shown
        self._at: dict[int | None, Shown] = {whole.t: whole}

    @property
    def predicts(self) -> bool:
        """Whether what is ahead is to be found by the person: then its rule is a hint as well."""
        return self._document.playhead.limit is not None

    def shows(self, of: Of | None) -> bool:
        """Whether what the numbers of a line tell can be seen; those of no port can."""
        return of is None or self.reading(READ[of.told], of.port).is_value

    def reading(self, what: str, port: PortRef) -> Reading:
        """What is to be seen of a port, by its address in the run."""
        drawn, t = apart(port)
        shown = self._shown_at(t) if t is not None else self._document.whole_shown
        return getattr(shown, what)(drawn)

    def derives(self, source: PortRef, target: PortRef) -> bool:
        """Whether d(target)/d(source) can be seen: once what comes back to the source can be.

        Derivatives come in reverse. A run without a reverse pass has them with the values.
        """
        trace = self._document.whole_trace
        if trace is None or not self.reading("value", target).is_value:
            return False
        if trace.why_forward_only is not None:
            return True
        is_input = apart(source)[0] in trace.plan.edges
        found = self.reading("gradient" if is_input else "port_gradient", source)
        return found.state not in ("blank", "failed")

    def _shown_at(self, t: int) -> Shown:
        if t not in self._at:
            document = self._document
            trace = document.whole_trace
            seen = None if trace is None else SeenTrace(trace, "", trace.steps, t)
            self._at[t] = Shown(seen, *document.playhead.whole, document.root)
        return self._at[t]


def seen(found: Iterable[Typeset], sight: Sight, *, is_known: bool = True) -> tuple[Typeset, ...]:
    """What can be seen now: lines that are ahead without their numbers, and without the notes.

    `is_known` says it of the lines that are of no single port.
    """
    return tuple(_seen(each, sight, is_known) for each in found)


def _seen(found: Typeset, sight: Sight, is_known: bool) -> Typeset:
    lines = [_line(line, sight, is_known) for line in found.lines]
    if all(line is before for line, before in zip(lines, found.lines, strict=True)):
        return found
    kept = tuple(line for line in lines if line.numbers or (line.symbols and not sight.predicts))
    shown = tuple(line.line for line in kept)
    note = tr("The numbers that are missing lie ahead of the playhead.")
    return Typeset(replace(found.explanation, lines=shown, notes=(note,)), kept)


def _line(found: TypesetLine, sight: Sight, is_known: bool) -> TypesetLine:
    of = found.line.of
    may = sight.shows(of) if of is not None else is_known
    return found if may or not found.numbers else without_numbers(found)
