"""The gradient at every time step: how it vanishes or explodes on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import PortRef
from gui.background import Background
from gui.in_words import bracketed
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import TruthField
from gui.inspector.labels import Label
from gui.inspector.section import Section
from gui.inspector.time_chart import Series, TimeChart
from gui.numbers import format_number
from gui.places import address_of
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace

MOST_TERMS = 8  # of a sum that is spelled


@dataclass(frozen=True, slots=True)
class Parts:
    """What each time step gives: its norm, and the number itself where it is one.

    `total` is the norm of the sum, or the sum itself.
    """

    norms: tuple[float, ...]
    numbers: tuple[float, ...] | None
    total: float

    @classmethod
    def of(cls, trace: Trace, ref: PortRef) -> Parts | None:
        """Read from a trace; None where no gradient comes back."""
        found = trace.gradient_over_time(ref)
        if found is None:
            return None
        rows = np.asarray(found, np.float64).reshape(len(found), -1)
        norms = tuple(np.linalg.norm(rows, axis=1).tolist())
        if rows.shape[1] != 1:
            return cls(norms, None, float(np.linalg.norm(rows.sum(0))))
        return cls(norms, tuple(rows[:, 0].tolist()), float(rows.sum()))


class GradientOverTime(QWidget):
    """A bar for each time step of the edge or parameter at `target`; hidden outside time.

    `target` can also be the output of a source that all time steps read.
    """

    shown = Signal()  # it was shown or hidden

    is_log = False  # the next page opens as the last one was left

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self._target = document, target
        self.chart = TimeChart(theme, self.tr("Norm of the gradient at each time step"), self)
        self.words = Label(theme, size=12, wrap=True, parent=self)
        self.log = FieldRow(
            theme, self.tr("Log scale"), TruthField(theme), lambda: self.is_log, self._scale, self
        )
        section = Section(
            theme,
            self.tr("Gradient at each time step"),
            self.chart,
            self.words,
            self.log,
            parent=self,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section)
        self.parts: Parts | None = None
        self._trace: Trace | None = None
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(lambda _: self._take(None))
        self.chart.chosen.connect(document.playhead.show_time)
        self.chart.set_log(self.is_log)
        self.hide()

    def follow(self) -> None:
        """Show the parts as far as the playhead has come."""
        trace, ref = self.document.whole_trace, address_of(self.document.place, self._target)
        if trace is None or (trace.time_steps or 0) < 2 or not self._is_inside(trace):
            self._trace = None
            self.hide()
            return
        if trace is not self._trace:
            self._trace, self.parts = trace, None
            entries = len(trace.plan.feeders) + _size(trace, ref) * (trace.time_steps or 1)
            self._work.ask(lambda: Parts.of(trace, ref), entries)
        self._show()

    def _take(self, parts: Parts | None) -> None:
        self.parts = parts
        self._show()

    def _show(self) -> None:
        parts, t = self.parts, self.document.playhead.t
        self.setVisible(parts is not None and t is not None)
        self.shown.emit()
        if parts is None or t is None:
            return
        backs = [self.document.shown.times_back(end) for end in self._ends]
        done = tuple(map(all, zip(*backs, strict=True)))
        pairs = zip(parts.norms, done, strict=False)  # an older trace may have other steps
        norms = tuple(norm if is_done else None for norm, is_done in pairs)
        times = tuple(range(len(norms)))
        series = Series(self.tr("norm"), times, norms, bars=True)
        self.chart.show_series((series,), len(norms), t)
        self.words.say(self._sentence(parts, all(done)))

    def _sentence(self, parts: Parts, is_done: bool) -> str:
        """The sum of a shared gradient; of any other how it changes on its way back."""
        if not is_done:
            return self.tr("The reverse pass has not come to all time steps yet.")
        last = max((t for t, norm in enumerate(parts.norms) if norm), default=0)
        change = self.tr("Norm {0} at t = {1}, {2} at t = 0.").format(
            format_number(parts.norms[last]), last, format_number(parts.norms[0])
        )
        if not self._is_shared:
            return change
        return f"{self._sum(parts)}\n{change}"

    def _sum(self, parts: Parts) -> str:
        steps = len(parts.norms)
        if parts.numbers is None:
            text = self.tr("The gradient is the sum of {0} parts: ‖{1}‖.")
            return text.format(steps, format_number(parts.total))
        if steps > MOST_TERMS:
            text = self.tr("The gradient is the sum of {0} parts: {1}.")
            return text.format(steps, format_number(parts.total))
        terms = " + ".join(bracketed(format_number(number)) for number in parts.numbers)
        return self.tr("Gradient = {0} = {1}").format(terms, format_number(parts.total))

    @property
    def _ends(self) -> list[PortRef]:
        """The inputs over which the gradient comes back."""
        graph = self.document.graph
        known = self._target.node in graph
        edges = graph.outgoing(self._target) if known else ()
        return [edge.target for edge in edges] or [self._target]

    def _is_inside(self, trace: Trace) -> bool:
        place = self.document.place
        return any(trace.plan.times(address_of(place, end)) is not None for end in self._ends)

    @property
    def _is_shared(self) -> bool:
        """Whether all time steps read the same tensor there."""
        trace = self._trace
        if trace is None:
            return False
        ref = address_of(self.document.place, self._target)
        feeder = trace.plan.edges.get(ref)
        source = ref if feeder is None else feeder
        return source in trace.plan.slot_of

    def _scale(self, is_log: bool) -> str:
        GradientOverTime.is_log = is_log
        self.chart.set_log(is_log)
        return ""


def _size(trace: Trace, ref: PortRef) -> int:
    type_ = trace.types.get(ref)
    return int(np.prod([int(size) for size in type_.shape])) if type_ is not None else 1
