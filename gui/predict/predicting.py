"""Predict mode of a window: questions one after another, tries, hints and the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph import PortRef
from gui.canvas.levels import OVERVIEW
from gui.places import seen_from
from gui.predict.marks import AskedMarks
from gui.predict.stops import Stop, next_stop
from runtime.moments import apart
from runtime.practice.score import Mark, Score

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.practice import Hint, Judgement, Question
    from runtime.trace import Step, Trace

TAB = OVERLAY = "predict"
NOWHERE = Stop((), None, (0, 0), (0, 0))


class Predicting(QObject):
    """Asks for what the next step would show, at the place that is shown.

    While it is on, the playhead cannot go beyond what is asked: there everything that shows
    numbers ends, so that the answer stands nowhere. It can go back and look again.
    """

    changed = Signal()  # on or off, another question, a try, a hint
    wanted = Signal()  # the person wants to go on: the answer is wanted

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self.is_on = False
        self.score = Score()
        self.said: Judgement | None = None  # of the last try
        self._stop, self._at, self._is_over = NOWHERE, 0, False
        self._steps: tuple[Step, ...] = ()
        self._forget_try()
        document = self._document
        document.playhead.held.connect(self._want)
        document.traced.connect(self._follow_trace)
        document.replaced.connect(self._look_on)
        document.opened.connect(self._end)

    # --- reading --------------------------------------------------------------------------

    @property
    def question(self) -> Question | None:
        """What is asked; None where all is."""
        return self._stop.questions[self._at] if self._stop.questions else None

    @property
    def step(self) -> Step | None:
        """The step that is asked about, as the place that is shown has it."""
        return self._stop.step

    @property
    def node(self) -> str:
        """The node that is asked about: the step's, or a source where a sum is completed."""
        drawn = apart(PortRef(self.question.node, ""))[0]
        seen = seen_from(self._document.place, drawn)
        return self.step.node if seen is None else seen.node

    @property
    def is_done(self) -> bool:
        """Whether the whole run was predicted, to its end."""
        return self.is_on and self._is_over

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The hints that were asked for."""
        return self._hints[: self._mark.hints]

    @property
    def has_more_hints(self) -> bool:
        """Whether a hint is left."""
        return self.question is not None and self._mark.hints < 3

    # --- what the person does -------------------------------------------------------------

    def toggle(self) -> None:
        """Begin, from where the playhead stands or from the start; or end."""
        if self.is_on:
            self._end()
        else:
            self.begin()

    def begin(self) -> None:
        """Ask from where the playhead stands; from the start where all is shown."""
        window, head = self._window, self._document.playhead
        window.stepping.player.stop()
        self._document.seeding.clear()  # the target's tangent tells the gradient along the seed
        if head.is_at_end:
            head.first()
        self.is_on, self.score, self.said = True, Score(), None
        if not window.presenting.is_on:
            window.workspaces.step()
        overlays = window.canvas.canvas.overlays
        overlays.leave_alone(OVERLAY)
        self._ask_from(head.whole)
        self._show_panel()

    def again(self) -> None:
        """Once more from the start."""
        self._document.playhead.set_limit(None)
        self._document.playhead.first()
        self.begin()

    def answer(self, text: str) -> None:
        """Judge what was typed; raises `Unreadable` where it is no number."""
        from runtime.practice import judge  # late, as all that practising takes: few do

        if self.question is not None:
            self._take(judge(self.question, text))

    def pick(self, shape: Sequence[int]) -> None:
        """Judge a shape that was chosen."""
        from runtime.practice import judge_shape

        if self.question is not None:
            self._take(judge_shape(self.question, shape))

    def hint(self) -> None:
        """One more hint, up to the third."""
        from runtime.practice import hints_to

        if self.has_more_hints:
            if not self._hints:
                self._hints = hints_to(self._trace, self.question)
            self._mark = replace(self._mark, hints=self._mark.hints + 1)
            self.changed.emit()

    def show_answer(self) -> None:
        """Give the answer and go on."""
        if self.question is not None:
            self._mark = replace(self._mark, is_shown=True)
            self.said = None
            self._go_on()

    # --- inside ---------------------------------------------------------------------------

    @property
    def _trace(self) -> Trace:
        return self._document.whole_trace

    def _take(self, judgement: Judgement) -> None:
        self.said = judgement
        if judgement.is_right:
            self._go_on()
        else:
            self._mark = replace(self._mark, tries=self._mark.tries + 1)
            self.changed.emit()

    def _go_on(self) -> None:
        """Note how it went, and ask the next question; the step is shown when all were asked."""
        self.score = self.score.with_mark(self._mark)
        if self._at + 1 < len(self._stop.questions):
            self._at += 1
            self._begin_try()
            self.changed.emit()
        else:
            self._ask_from(self._stop.after)

    def _ask_from(self, stand: tuple[int, int]) -> None:
        """Ask what comes after a stand of the run, and let the playhead come so far."""
        head = self._document.playhead
        self._stop, self._at = next_stop(self._document, stand), 0
        self._steps = () if self._trace is None else self._trace.steps
        is_at_end = self.question is None and bool(head.steps)
        self._is_over = is_at_end and not self._document.place
        head.set_limit(None if self.is_done else self._stop.before)
        head.go(*head.level.position(*self._stop.before))
        self._begin_try()
        self._show_step()
        self.changed.emit()

    def _begin_try(self) -> None:
        self._forget_try()
        overlays = self._window.canvas.canvas.overlays
        if self.question is None:
            overlays.take_away(OVERLAY)
            return
        self._mark = Mark(self.question.text)
        overlays.put(OVERLAY, AskedMarks(self.question, self.node))

    def _forget_try(self) -> None:
        self._mark = Mark("")
        self._hints: tuple[Hint, ...] = ()

    def _show_step(self) -> None:
        """Bring the node that is asked about into sight; an overview stays one."""
        canvas = self._window.canvas
        if self.step is not None and canvas.zoom >= OVERVIEW:
            canvas.reveal(self.step.node)

    def _want(self) -> None:
        """The next step is asked for: before an audience, which has answered aloud, show it."""
        if self.is_on and self._window.presenting.is_on:
            self.show_answer()
        elif self.is_on:
            self._show_panel()

    def _show_panel(self) -> None:
        if not self._window.presenting.is_on:
            self._window.drawer.show_tab(TAB)
            self.wanted.emit()

    def _follow_trace(self) -> None:
        """Another run: ask on where the last one stood, if it has the same steps."""
        if not self.is_on or self.is_done:
            return
        head = self._document.playhead
        is_same = self._trace is not None and self._trace.steps == self._steps
        self._ask_from(head.limit if is_same and head.limit is not None else head.whole)

    def _look_on(self) -> None:
        """Another place: ask in its steps from where the run stands."""
        if self.is_on and self._document.playhead.limit is not None:
            self._ask_from(self._document.playhead.limit)

    def _end(self) -> None:
        if not self.is_on:
            return
        self.is_on, self._stop, self.said = False, NOWHERE, None
        self._forget_try()
        self._document.playhead.set_limit(None)
        overlays = self._window.canvas.canvas.overlays
        overlays.take_away(OVERLAY)
        overlays.leave_alone(None)
        self.changed.emit()
