"""The panel of memory: what a run holds over its steps, and when eager and lazy compute what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from graph import PortRef
from gui.background import Background
from gui.drawer.memory import words
from gui.drawer.memory.chart import KeptChart
from gui.drawer.memory.evaluation import EvaluationView
from gui.drawer.memory.overlay import HeldMarks
from gui.drawer.memory.work import Comparison, choose, compare
from gui.inspector.buttons import Button
from gui.inspector.fields import WholeField
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Label, Sentence
from gui.numbers import format_bytes
from gui.places import address_of
from gui.tabs import Tabs
from runtime.values import BadValue

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.recompute.choosing import Choice
    from runtime.trace import Trace

SHARE = 60  # percent of what storing takes that a budget is at first
LEAST, MOST = 1, 100
LARGE = 20_000_000  # numbers in a run above which one is asked first
BESIDE = 360  # pixels of eager or lazy, where both parts are shown
WIDE = 880  # pixels from which they are
MAX_WIDTH = 16_777_215  # Qt's own: no bound


class MemoryPanel(QWidget):
    """Two parts side by side. It works in the background, and only while it can be seen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._checkpoints, self._theme = window.checkpoints, window.theme
        self.found: Comparison | None = None
        self._places: dict[tuple[str, str, int | None], int] = {}
        self._asked: tuple[Trace, tuple[str, ...]] | None = None
        self._choice: tuple[str, ...] | None = None  # what the last search has found
        self._work, self._search = Background(self), Background(self)
        self._marks = [HeldMarks(window.canvas.canvas, self._where)]
        self._lay_out()
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._fail)
        self._work.progressed.connect(self.progress.advance)
        self._search.answered.connect(self._choose)
        self._search.refused.connect(self._fail)
        self._search.progressed.connect(self.progress.advance)
        document = self._document
        for signal in (document.traced, document.replaced, self._checkpoints.changed):
            signal.connect(self._follow)
        document.opened.connect(self._forget)
        document.playhead_moved.connect(self._follow_playhead)
        window.unrolling.changed.connect(self._meet_copies)
        self._meet_copies()

    def showEvent(self, event) -> None:
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event) -> None:
        """Nobody waits for an answer any more."""
        super().hideEvent(event)
        self._drop()
        self._hide_marks()

    # --- making ---------------------------------------------------------------------------

    def resizeEvent(self, event) -> None:
        """Where both parts have no room beside each other, tabs show one of them."""
        super().resizeEvent(event)
        self._part()

    def _part(self) -> None:
        is_wide = self.width() >= WIDE
        self.tabs.setHidden(is_wide)
        self._title.setVisible(is_wide)
        self.evaluation.title.setVisible(is_wide)
        self._left.setVisible(is_wide or self.tabs.currentIndex() == 0)
        self._right.setVisible(is_wide or self.tabs.currentIndex() == 1)
        self._right.setMaximumWidth(BESIDE if is_wide else MAX_WIDTH)

    def _lay_out(self) -> None:
        theme = self._theme
        names = [self.tr("Store or recompute"), self.tr("Eager or lazy")]
        self.tabs = Tabs(theme, names, self, fills=False)
        self.tabs.setAccessibleName(self.tr("Parts of the memory panel"))
        self.tabs.currentChanged.connect(self._part)
        self._title = Label(theme, names[0], size=12, weight=600, parent=self)
        inside = QWidget(self)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(12, 4, 12, 8)
        columns.setSpacing(24)
        self._left, self._right = QWidget(inside), QWidget(inside)
        columns.addWidget(self._left, 1)
        columns.addWidget(self._right, 1)
        self._fill_left(QVBoxLayout(self._left))
        self.evaluation = EvaluationView(theme, names[1], self._right)
        beside = QVBoxLayout(self._right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.evaluation, 0, Qt.AlignmentFlag.AlignTop)
        area = QScrollArea(self, widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(area, 1)
        self.setFocusProxy(self.budget)

    def _fill_left(self, column: QVBoxLayout) -> None:
        theme, left = self._theme, self._left
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._make_controls(left))
        self.summary = Label(theme, size=12, ink="muted", wrap=True, parent=left)
        self.notice = Sentence(theme, "text", left)
        self.progress = ProgressLine(theme, left)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(lambda: self._ask(whatever_size=True))
        self.chart = KeptChart(theme, left)
        self.chart.chosen.connect(self._go_to)
        for part in (self.summary, self.notice, self.progress):
            column.addWidget(part)
        column.addWidget(self.chart, 1)
        column.addStretch(0)

    def _make_controls(self, parent: QWidget) -> QHBoxLayout:
        theme = self._theme
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addSpacing(8)
        row.addWidget(Label(theme, self.tr("Budget"), size=12, parent=parent))
        self.budget = WholeField(theme, LEAST, False, parent)
        self.budget.setFixedWidth(64)
        self.budget.setAccessibleName(self.tr("Budget in percent of what storing takes"))
        self.budget.setToolTip(self.budget.accessibleName())
        self.budget.show_value(SHARE)
        self.budget.committed.connect(self._show_budget)
        self.of_what = Label(theme, size=12, ink="muted", parent=parent)
        choose, clear = self.tr("Choose checkpoints"), self.tr("Clear")
        told = self.tr("Find the checkpoints for this budget that cost the least")
        self.choose_button = Button(theme, choose, told, self._choose_for_budget, parent=parent)
        told = self.tr("Remove all checkpoints")
        self.clear_button = Button(theme, clear, told, self._checkpoints.clear, parent=parent)
        for part in (self.budget, self.of_what):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.choose_button, self.clear_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        return row

    # --- following ------------------------------------------------------------------------

    def _forget(self) -> None:
        self.found = None
        self.notice.say("")

    def _follow(self) -> None:
        if not self.isVisible():
            return
        self.clear_button.setEnabled(bool(self._checkpoints.all))
        if self._checkpoints.all != self._choice and not (self.found and self.found.differing):
            self.notice.say("")  # others have been set since
        trace = self._usable_trace()
        if trace is None:
            self._drop()
            self._show(None)
            return
        now = trace, self._checkpoints.all
        if self.found is not None and (self.found.trace, self.found.checkpoints) == now:
            self._follow_playhead()
        elif self._asked != now:
            self._ask()

    def _usable_trace(self) -> Trace | None:
        """The run of the graph as it is now, if it went backward; else a sentence says why not."""
        trace = self._document.whole_trace
        if trace is None or not self._document.is_fresh:
            self.summary.say(self.tr("Run the graph to see what it holds."))
        elif trace.failure is not None:
            self.summary.say(trace.failure.message)
        elif trace.target is None:
            self.summary.say(trace.why_forward_only or "")
        else:
            return trace
        return None

    def _ask(self, *, whatever_size: bool = False) -> None:
        trace, checkpoints = self._usable_trace(), self._checkpoints.all
        if trace is None:
            return
        numbers = sum(array.size for array in trace.values.values())
        if numbers > LARGE and not whatever_size:
            self.progress.offer(self.tr("Comparing runs of this graph takes a while."))
            return
        self._asked, graph = (trace, checkpoints), self._document.root.copy()
        self.progress.begin(self.tr("Running the graph in each way."))
        self._work.ask_long(lambda progress: compare(trace, graph, checkpoints, progress))

    def _drop(self) -> None:
        self._asked = None
        self._work.drop()
        self._search.drop()
        self.progress.end()

    def _cancel(self) -> None:
        self._drop()
        self.progress.offer(self.tr("The comparison was cancelled."))

    def _take(self, found: Comparison) -> None:
        self._asked = None
        self.progress.end()
        self._show(found)

    def _fail(self, error: Exception) -> None:
        self._drop()
        self._show(None)
        self.summary.say(str(error) or type(error).__name__)

    def _show(self, found: Comparison | None) -> None:
        if self.found is not None and self.found.differing:
            self.notice.say("")
        self.found = found
        self.chart.setVisible(found is not None)
        self.evaluation.setVisible(found is not None)
        self._show_budget()
        if found is None:
            self.notice.say("")
            self._hide_marks()
            return
        run = found.sparing or found.storing
        self._places = {(x.kind, x.node, x.t): place for place, x in enumerate(run.moments)}
        self.summary.say(words.summary(found, self._window.how_to("checkpoint")))
        if found.differing:
            text = self.tr("Gradients differ, at {0} first. This is a fault of Gradwire.")
            self.notice.say(text.format(found.differing[0]), "error", "error")
        self.chart.show_lines(words.lines_of(found))
        self.evaluation.show_comparison(found)
        self._follow_playhead()

    # --- the budget -----------------------------------------------------------------------

    def _bytes(self) -> int | None:
        """The budget; None where there is none, or nothing that it is a part of."""
        try:
            share = self.budget.read()
        except BadValue:
            return None
        if self.found is None or share is None or not LEAST <= share <= MOST:
            return None
        return self.found.storing.peak * share // 100

    def _show_budget(self) -> None:
        budget = self._bytes()
        self.choose_button.setEnabled(budget is not None)
        self.of_what.say("%" if budget is None else f"% = {format_bytes(budget)}")

    def _choose_for_budget(self) -> None:
        trace, budget = self._usable_trace(), self._bytes()
        if trace is None or budget is None:
            return
        self.progress.begin(self.tr("Looking for checkpoints."))
        self._search.ask_long(lambda progress: (choose(trace, budget, progress), budget))

    def _choose(self, answer: tuple[Choice, int]) -> None:
        choice, budget = answer
        self._choice = choice.checkpoints
        self.progress.end()
        mark = "check" if choice.fits else "warning"
        self.notice.say(words.chosen(choice, budget), mark)
        self._checkpoints.choose(choice.checkpoints)

    # --- the playhead ---------------------------------------------------------------------

    def _follow_playhead(self) -> None:
        """Show the action of the step that the playhead stands on."""
        trace = self._document.whole_trace
        if not self.isVisible() or self.found is None or trace is None:
            return
        done, part = self._document.playhead.whole
        place = done if part else done - 1
        step = trace.steps[place] if 0 <= place < len(trace.steps) else None
        key = None if step is None else (step.phase, step.node, step.t)
        self._show_place(-1 if key is None else self._places.get(key, -1))

    def _show_place(self, place: int) -> None:
        """Show what is held in an action, in the chart and on the canvas."""
        assert self.found is not None
        self.chart.show_place(place)
        for marks in self._marks:
            marks.show(self.found.sparing or self.found.storing, place)

    # --- the canvases ---------------------------------------------------------------------

    def _where(self, id_: str) -> tuple[str, int | None]:
        """What a node of the canvas stands for: it is one of the place that is shown."""
        address = address_of(self._document.place, PortRef(id_, "")).node
        return address, self._document.playhead.t

    def _meet_copies(self) -> None:
        """The unrolled graph has a canvas of its own, made when it is first shown."""
        view = self._window.unrolling.view
        if view is not None and len(self._marks) == 1:
            document = view.document
            self._marks.append(HeldMarks(view.canvas, lambda id_: document.copies.moments[id_]))
        if self.isVisible():
            self._follow_playhead()

    def _hide_marks(self) -> None:
        for marks in self._marks:
            marks.hide()

    def _go_to(self, place: int) -> None:
        """Take the playhead to an action's step; one that is computed again is no step of it."""
        trace = self._document.whole_trace
        if self.found is None or trace is None:
            return
        moment = (self.found.sparing or self.found.storing).moments[place]
        phase = "forward" if moment.kind == "recompute" else moment.kind
        for number, step in enumerate(trace.steps):
            if (step.phase, step.node, step.t) == (phase, moment.node, moment.t):
                self._document.playhead.go_whole(number + 1)
        self._show_place(place)
