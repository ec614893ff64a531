"""How much a state at the end still depends on itself at each time step before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import PortRef
from gui.background import Background, Progress
from gui.inspector.buttons import Button
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import TruthField
from gui.inspector.labels import Label
from gui.inspector.section import Section
from gui.inspector.time_chart import Series, TimeChart
from gui.numbers import format_number
from gui.places import address_of
from gui.theme import Theme
from runtime.products_over_time import ProductsOverTime, products_over_time

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace

AT_ONCE = 200_000  # entries of all matrices together that are worked out without being asked


class StateOverTime(QWidget):
    """Norm and largest singular value of the product of Jacobians, for a delay edge's source."""

    is_log = True  # the next page opens as the last one was left

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self._target = document, target
        name = self.tr("Product of Jacobians from each time step to the last")
        self.chart = TimeChart(theme, name, self)
        self.words = Label(theme, size=12, wrap=True, parent=self)
        self.log = FieldRow(
            theme, self.tr("Log scale"), TruthField(theme), lambda: self.is_log, self._scale, self
        )
        self.button = Button(theme, self.tr("Work it out"), name, self._press, parent=self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        title = self.tr("Product of Jacobians over time")
        parts = (self.chart, self.words, self.log, self.button)
        self._column.addWidget(Section(theme, title, *parts, parent=self))
        self.found: ProductsOverTime | None = None
        self._trace: Trace | None = None
        self._share = 0.0
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._fail)
        self._work.progressed.connect(self._go_on)
        self.chart.chosen.connect(document.playhead.show_time)
        self.chart.set_log(self.is_log)
        self.hide()

    def follow(self) -> None:
        """Show what is known once the forward pass is done."""
        head, trace = self.document.playhead, self.document.whole_trace
        ref = self._source
        is_ready = trace is not None and ref is not None and (trace.time_steps or 0) > 1
        self.setVisible(is_ready and head.position >= head.forward_end)
        if not is_ready or self.isHidden():
            return
        if trace is not self._trace:
            self._work.drop()
            self._trace, self.found = trace, None
            self._say()
            type_ = trace.types.get(ref)
            numbers = 1
            for size in type_.shape if type_ is not None else ():
                numbers *= int(size)
            if numbers * numbers * trace.time_steps <= AT_ONCE:
                self._start()
        self._show()

    @property
    def _source(self) -> PortRef | None:
        """The port whose value the delay edge carries, if it is inside time."""
        graph, trace = self.document.graph, self.document.whole_trace
        edge = graph.incoming(self._target) if self._target.node in graph else None
        if edge is None or not edge.delay or trace is None:
            return None
        ref = address_of(self.document.place, edge.source)
        return ref if trace.plan.times(ref) is not None else None

    def _press(self) -> None:
        if self._work.is_busy:
            self._work.drop()
            self._show()
        else:
            self._start()

    def _start(self) -> None:
        trace, ref = self._trace, self._source
        if trace is None or ref is None:
            return
        self._share = 0.0

        def work(progress: Progress) -> ProductsOverTime:
            return products_over_time(trace, ref, progress)

        self._work.ask_long(work)
        self._show()

    def _take(self, found: ProductsOverTime) -> None:
        self.found = found
        self._show()

    def _fail(self, error: Exception) -> None:
        self._show()
        self.words.say(str(error))
        self.words.show()

    def _go_on(self, share: float) -> None:
        self._share = share
        self._say()

    def _show(self) -> None:
        found, t = self.found, self.document.playhead.t
        self.chart.setVisible(found is not None)
        self.log.setVisible(found is not None)
        self.button.setVisible(found is None)
        busy = self._work.is_busy
        self.button.setText(self.tr("Stop") if busy else self.tr("Work it out"))
        if found is not None and self._trace is not None:
            norm = Series(self.tr("norm"), found.times, found.norms, "text")
            largest = Series(
                self.tr("largest singular value"), found.times, found.largest, "text", dashed=True
            )
            self.chart.show_series((norm, largest), self._trace.time_steps or 1, t or 0)
        self._say()

    def _say(self) -> None:
        if self.found is None:
            share = self.tr("Working: {0}%").format(round(100 * self._share))
            self.words.say(share if self._work.is_busy else "")
        else:
            self.words.say(self._sentence(self.found))
        self.words.setVisible(bool(self.words.said))

    def _sentence(self, found: ProductsOverTime) -> str:
        known = found.norms[0], found.largest[0]
        first, largest = (self.tr("unknown") if x is None else format_number(x) for x in known)
        text = self.tr(
            "How much the last state changes with the state at t. Solid: the norm, at t = 0 {0}. "
            "Dashed: the largest singular value, at t = 0 {1}."
        )
        return text.format(first, largest)

    def _scale(self, is_log: bool) -> str:
        StateOverTime.is_log = is_log
        self.chart.set_log(is_log)
        return ""
