"""The drawer's tab: from where to where, the strongest paths, and light for the one meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph import GradwireError
from gui.background import SMALL, Background
from gui.chain_rule.seen import Sight
from gui.chain_rule.subject import PathSubject
from gui.chains.light import Lit, PathLight
from gui.chains.question import Answer, PathQuestion
from gui.chains.table import PathTable
from gui.chains.words import rest_words, summary
from gui.inspector.buttons import Button
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Label
from gui.port_field import EndFields
from gui.told import told_error
from runtime.moments import moment

if TYPE_CHECKING:
    from gui.chains.rows import PathRow
    from gui.window import Window

MOST = 1280  # paths that are listed
SIDE = 184  # pixels of the left column


class PathsPanel(QWidget):
    """Searches anew when another run comes while it is in sight; out of sight it does nothing."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._question: PathQuestion | None = None
        self._answered: PathQuestion | None = None  # what the answer in sight answers
        self._answer: Answer | None = None
        self._is_known = False
        self._row: PathRow | None = None
        self._work, self._naming = Background(self), Background(self)
        self._light = PathLight(window)
        self._make()
        self._lay_out()
        self._listen()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._work.is_busy or self._naming.is_busy

    def showEvent(self, event) -> None:
        """Catch up with what happened out of sight."""
        super().showEvent(event)
        self._follow_run()
        self._follow_playhead()  # which may have gone back

    def hideEvent(self, event) -> None:
        """Nobody waits for an answer, and no path is pointed at."""
        super().hideEvent(event)
        self._work.drop()
        self._naming.drop()
        self.progress.end()
        if self._is_old:
            self._question = None
        self._point(None)

    # --- making ---------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._window.theme
        self.ends = EndFields(self._document, theme, self)
        self.more = Button(
            theme,
            self.tr("More paths"),
            self.tr("List twice as many paths"),
            lambda: self._again(PathQuestion.more),
            parent=self,
        )
        self.longer = Button(
            theme,
            self.tr("Search longer"),
            self.tr("Search four times as long, for a proof or for stronger paths"),
            lambda: self._again(PathQuestion.longer),
            parent=self,
        )
        self.write = Button(
            theme,
            self.tr("Write it out"),
            self.tr("Write it out: the chosen path, in the tab of the chain rule"),
            self._write_out,
            parent=self,
        )
        self.summary = Label(theme, size=13, wrap=True, parent=self)
        self.rest = Label(theme, size=12, ink="muted", parent=self)
        self.progress = ProgressLine(theme, self)
        self.table = PathTable(theme, self)

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setContentsMargins(12, 8, 4, 8)
        side.setSpacing(8)
        for part in (self.ends, self.write, self.more, self.longer):
            part.setFixedWidth(SIDE)
            side.addWidget(part)
        side.addStretch(1)
        right = QVBoxLayout()
        right.setContentsMargins(12, 10, 12, 8)
        right.setSpacing(6)
        for part in (self.summary, self.progress):
            right.addWidget(part)
        right.addWidget(self.table, 1)
        right.addWidget(self.rest)
        right.addStretch(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(side)
        row.addLayout(right, 1)
        self.setFocusProxy(self.table)
        for part in (self.more, self.longer):
            part.hide()

    def _listen(self) -> None:
        document = self._document
        document.traced.connect(self._follow_run)
        document.replaced.connect(self._follow_run)
        document.playhead_moved.connect(self._follow_playhead)
        document.selection_changed.connect(self._follow_selection)
        self.ends.changed.connect(self._follow)
        document.edited.connect(self._follow_names)
        self._work.answered.connect(self._take)
        self._naming.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._work.progressed.connect(self.progress.advance)
        self.progress.appeared.connect(self._hide_old)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(self._go_on)
        self.table.pointed.connect(self._point)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._follow_choice())
        self.table.paths.modelReset.connect(self._follow_choice)
        self.table.activated.connect(lambda _: self._write_out())
        self._follow_choice()
        self._window.unrolling.changed.connect(self._light_again)

    # --- following ------------------------------------------------------------------------

    def _follow_run(self) -> None:
        if self.isVisible():
            self.ends.follow()
            self._follow()

    def _follow_names(self) -> None:
        """An edit may have given something another name; one that changes numbers runs besides."""
        answer = self._answer
        if answer is not None and self.isVisible() and not self._work.is_busy:
            graph, asked = self._document.root.copy(), self._answered
            self._naming.ask(lambda: (asked, answer.named(graph)), SMALL + 1)

    def _follow_selection(self) -> None:
        if self.isVisible():
            self.ends.follow_selection()

    def _follow_playhead(self) -> None:
        """Other time steps have other paths; what comes into sight is shown."""
        if not self.isVisible():
            return
        self._follow()
        if self._answer is not None:
            if self._knows() != self._is_known:
                self._show()
            self._light_again()

    def _follow(self) -> None:
        ends, trace = self.ends.moments, self._document.whole_trace
        if ends is None or trace is None:
            self._forget(self.tr("The graph has not run yet, or has no floating ports."))
            return
        before = self._question
        if before is None or before.ends != ends:
            self.table.clearSelection()
            self._ask(PathQuestion(trace, *ends))
        elif before.trace is not trace:
            self._ask(before.of(trace))

    def _again(self, other) -> None:
        if self._question is not None:
            self._ask(other(self._question))

    def _go_on(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            self._ask(question)

    def _ask(self, question: PathQuestion) -> None:
        """Search; what was found before stays in sight for a moment, so that edits do not blink."""
        self._naming.drop()
        self._question = question
        for part in (self.more, self.longer):
            part.setEnabled(False)
        self.progress.begin(self.tr("Searching the strongest paths"))
        graph = self._document.root.copy()
        self._work.ask_long(lambda progress: (question, question.find(graph, progress)))

    @property
    def _is_old(self) -> bool:
        """Whether what is in sight answers what was asked of another run, or of other ports."""
        asked, answered = self._question, self._answered
        if asked is None or answered is None:
            return True
        return asked.trace is not answered.trace or asked.ends != answered.ends

    def _hide_old(self) -> None:
        if self._is_old:
            self._show_none("")

    def _cancel(self) -> None:
        self._work.drop()
        if self._is_old:
            self._show_none("")
            self.progress.offer(self.tr("The search was cancelled."))
        else:
            self.progress.end()
            self._show()

    def _show_none(self, sentence: str) -> None:
        self._answer = self._answered = None
        self.table.paths.show(None, is_known=False)
        self.summary.say(sentence)
        self.rest.say("")
        for part in (self.more, self.longer):
            part.hide()

    def _forget(self, sentence: str) -> None:
        self._work.drop()
        self._naming.drop()
        self._question = None
        self.progress.end()
        self._show_none(sentence)

    # --- showing --------------------------------------------------------------------------

    def _take(self, found: tuple[PathQuestion, Answer]) -> None:
        self.progress.end()
        self._answered, self._answer = found
        self._show()

    def _knows(self) -> bool:
        question = self._question
        sight = Sight(self._document)
        return question is not None and sight.derives(question.source, question.target)

    def _show(self) -> None:
        answer = self._answer
        if answer is None:
            return
        self._is_known = self._knows()
        chosen = self.table.chosen
        self.table.paths.show(answer, is_known=self._is_known)
        time = self._answered.trace.plan.check.time
        is_cut = time.truncate is not None
        self.summary.say(summary(answer, is_known=self._is_known, is_truncated=is_cut))
        self.rest.say(rest_words(answer.found) if self._is_known else "")
        self.more.setVisible(answer.found.rest > 0 and self._answered.top < MOST)
        self.longer.setVisible(answer.found.found == "best found")
        for part in (self.more, self.longer):
            part.setEnabled(True)
        row = self.table.row_of(chosen.key) if chosen is not None else None
        if row is not None:
            self.table.selectRow(row)

    def _refuse(self, error: Exception) -> None:
        """There is no answer; where more was asked for, what there was stays."""
        if not isinstance(error, GradwireError | MemoryError):
            self._forget("")
            raise error
        text = told_error(self._document.root, error)
        if self._is_old:
            self._forget(text)
            return
        self.progress.end()
        self._question = self._answered
        self._show()
        self.rest.say(text)

    def _follow_choice(self) -> None:
        """A path of one step or more can be written out."""
        row = self.table.chosen
        self.write.setEnabled(row is not None and bool(row.path.hops))

    def _write_out(self) -> None:
        row, answer = self.table.chosen, self._answer
        if row is None or answer is None or not row.path.hops:
            return
        ways = tuple(
            (moment(hop.port, hop.read_t), moment(hop.output, hop.t)) for hop in row.path.hops
        )
        drawer = self._window.drawer
        drawer.show_tab("chain_rule")
        drawer.panel("chain_rule").write_path(PathSubject(answer.found.source, ways))

    # --- light ----------------------------------------------------------------------------

    def _point(self, row: PathRow | None) -> None:
        """Light the path of a row; none takes the light away."""
        self._row = row
        answer = self._answer
        if row is None or answer is None:
            self._light.go_out()
            return
        along = answer.along[row.place] if self._is_known else None
        self._light.shine(Lit.of(answer.found.source, row.path, along))

    def _light_again(self) -> None:
        if self._row is not None:
            self._point(self._row)
