"""The drawer's tab: forward mode, reverse mode and differences compared for one derivative."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from graph import GradwireError
from graph.naming import output_name
from gui.background import Background
from gui.forward_mode.modes_table import ModesTable
from gui.forward_mode.nudge_form import NudgeForm
from gui.forward_mode.question import Question
from gui.forward_mode.words import price, verdict
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Label, Rule, Sentence
from gui.port_field import PortField
from gui.port_field.candidates import candidates_of
from gui.theme import Theme
from gui.told import told_error
from runtime.tangents.comparing import Comparison, leaves_of

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace

FIELD = 168  # pixels of a field at the top
SOON_MS = 300  # a run that is followed by another so soon is not measured
AT_ONCE = 2_000  # steps of a run up to which it is measured without being asked


class ModesPanel(QScrollArea):
    """Follows the run while it is in sight; what is measured is chosen at the top."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self._trace: Trace | None = None
        self._work = Background(self)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._make(theme)
        self._lay_out()
        self._listen()

    @property
    def is_busy(self) -> bool:
        """Whether something is being measured, or about to be."""
        return self._work.is_busy or self._soon.isActive()

    def showEvent(self, event) -> None:
        """Catch up with what happened out of sight."""
        super().showEvent(event)
        self.follow()

    def hideEvent(self, event) -> None:
        """Nobody waits for an answer."""
        super().hideEvent(event)
        self._soon.stop()
        self._work.drop()
        self._trace = None

    def follow(self) -> None:
        """Take up the newest run."""
        trace = self._document.whole_trace
        if not self.isVisible() or trace is self._trace:
            return
        self._trace = trace
        self._offer(trace)
        if trace is None:
            self._say(self.tr("The graph has not run yet."))
        elif len(trace.plan.forward) <= AT_ONCE:
            self._soon.start()
        else:
            self.progress.offer(self.tr("This run is long: measuring it takes a while."))

    def measure(self) -> None:
        """Count and measure what is chosen."""
        trace, document = self._document.whole_trace, self._document
        if trace is None or self.of.port is None:
            self._say(self.tr("Choose the port that is differentiated."))
            return
        question = Question(document.root.copy(), trace, self.of.port, self.by.read())
        self.problem.say("")
        self.progress.begin(self.tr("Measuring"))
        self._work.ask_long(question.answer)

    # --- answers --------------------------------------------------------------------------

    def _show(self, found: Comparison) -> None:
        self.progress.end()
        self.table.show_comparison(found)
        self.why.say(verdict(found))
        self.kept.say(price(found))
        self._set_shown(True)

    def _refuse(self, error: Exception) -> None:
        self.progress.end()
        if not isinstance(error, GradwireError | MemoryError):
            raise error
        self._say(told_error(self._document.root, error))

    def _say(self, sentence: str) -> None:
        self.problem.say(sentence)
        self._set_shown(False)

    def _set_shown(self, is_there: bool) -> None:
        for part in (self.table, self.why, self.kept):
            part.setVisible(is_there)

    def _cancel(self) -> None:
        self._work.drop()
        self.progress.offer(self.tr("Measuring was cancelled."))

    def _offer(self, trace: Trace | None) -> None:
        """Put up the ports and leaves of a run; what was chosen stays while it is there."""
        candidates = candidates_of(self._document, is_source=False)
        of = self.of.port
        self.of.offer(candidates, of if of is not None and candidates.holds(of) else None)
        if self.of.port is None and trace is not None and trace.target is not None:
            self.of.offer(candidates, trace.plan.flat.outer(trace.target))
        self._offer_leaves(trace)

    def _offer_leaves(self, trace: Trace | None) -> None:
        graph, kept = self._document.root, self.by.read()
        leaves = {} if trace is None else leaves_of(trace)
        leaves = dict(sorted(leaves.items(), key=lambda leaf: leaf[1] != "parameter"))
        kinds = set(leaves.values())
        groups = [
            (self.tr("all parameters"), "parameter"),
            (self.tr("all inputs"), "input"),
            (self.tr("parameters and inputs"), "all"),
        ]
        offered = [(text, kind) for text, kind in groups if kind in kinds]
        offered += groups[2:] if len(kinds) > 1 else []
        offered += [(output_name(graph, ref), ref) for ref in leaves]
        self.by.offer(offered)
        if any(value == kept for _, value in offered):
            self.by.show_value(kept)
        if trace is not None:
            sizes = {ref: trace.value(ref).shape for ref in leaves}
            trained = [ref for ref, kind in leaves.items() if kind == "parameter"] or sizes
            count = sum(math.prod(sizes[ref]) for ref in trained)
            self.nudge.offer(graph, trace, sizes, count)
            self._follow_playhead()

    def _follow_playhead(self) -> None:
        trace = self._trace
        if self.isVisible() and trace is not None:
            self.nudge.show_ahead(self._document.playhead.whole[0] < len(trace.steps))

    # --- making ---------------------------------------------------------------------------

    def _make(self, theme: Theme) -> None:
        self.of = PortField(theme, self.tr("Derivative of"), self)
        self.by = ChoiceField(theme, [], self)
        self.by.setAccessibleName(self.tr("By"))
        self.again = Button(
            theme,
            self.tr("Measure"),
            self.tr("Measure it once more"),
            self.measure,
            parent=self,
        )
        self.progress = ProgressLine(theme, self)
        self.problem = Sentence(theme, parent=self)
        self.table = ModesTable(theme, self)
        self.why = Label(theme, size=13, wrap=True, parent=self)
        self.kept = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self.nudge = NudgeForm(theme, self)
        self._set_shown(False)

    def _listen(self) -> None:
        document = self._document
        document.traced.connect(self.follow)
        document.replaced.connect(self.follow)
        document.playhead_moved.connect(self._follow_playhead)
        self._soon.timeout.connect(self.measure)
        self._work.answered.connect(self._show)
        self._work.refused.connect(self._refuse)
        self._work.progressed.connect(self.progress.advance)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(self.measure)
        self.of.committed.connect(self.measure)
        self.by.committed.connect(self.measure)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addWidget(self.progress)
        column.addWidget(self.problem)
        told = QVBoxLayout()
        told.setSpacing(8)
        told.addWidget(self.why)
        told.addWidget(self.kept)
        told.addStretch(1)
        found = QHBoxLayout()
        found.setSpacing(32)
        found.addWidget(self.table, alignment=Qt.AlignmentFlag.AlignTop)
        found.addLayout(told, 1)
        column.addLayout(found)
        column.addWidget(Rule(self))
        column.addWidget(self.nudge)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusProxy(self.of)

    def _head(self) -> QHBoxLayout:
        """`Derivative of [loss] by [all parameters] [Measure]`."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, field in ((self.tr("Derivative of"), self.of), (self.tr("by"), self.by)):
            row.addWidget(Label(self._theme, name, size=12, ink="muted", parent=self))
            field.setFixedWidth(FIELD)
            row.addWidget(field)
        self.again.setFixedWidth(96)
        row.addWidget(self.again)
        row.addStretch(1)
        return row
