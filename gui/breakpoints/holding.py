"""Continuing: the playhead goes on or back to the next breakpoint that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.announcing import announce
from gui.background import Background
from gui.breakpoints.words import stop_text
from gui.places import node_of
from runtime import stops

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.stops import Position, Stop
    from runtime.trace import Trace


class Holding(QObject):
    """Runs to the next breakpoint, in either direction. `stop` is where the playhead holds.

    The search runs in the background; who moves the playhead meanwhile ends it. A change of sign
    is held against the run before, which is kept while a breakpoint asks for it.
    """

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self.stop: Stop | None = None
        self._said = ""  # true only where the playhead stands
        self._is_back = False
        self._trace: Trace | None = None
        self._before: Trace | None = None
        self._search = Background(self)
        self._search.answered.connect(self._arrive)
        self._search.refused.connect(self._fail)
        document = window.document
        document.traced.connect(self._take_trace)
        document.opened.connect(self._forget)
        document.playhead_moved.connect(self._leave)
        window.stepping.player.stepped.connect(self._pass)
        window.breakpoints.changed.connect(self._after_change)

    @property
    def is_busy(self) -> bool:
        """Whether a search is under way."""
        return self._search.is_busy

    def go_on(self) -> None:
        """On to the next breakpoint that holds, else to the end."""
        self._seek(back=False)

    def go_back(self) -> None:
        """Back to the breakpoint that held last, else to the start."""
        self._seek(back=True)

    # --- inside ---------------------------------------------------------------------------

    def _seek(self, *, back: bool) -> None:
        self._window.stepping.player.stop()
        trace, marks = self._document.whole_trace, self._window.breakpoints.all
        if trace is None:
            return
        if not any(not mark.off for mark in marks):
            text = self.tr("There is no breakpoint that is on. {0} sets one at what is selected.")
            self._document.refuse(text.format(self._window.how_to("breakpoint")))
            return
        start, before, self._is_back = self._document.playhead.whole, self._before, back
        self._search.ask_long(
            lambda progress: stops.find_stop(
                trace, marks, start, back=back, before=before, progress=progress
            )
        )

    def _arrive(self, stop: Stop | None) -> None:
        head = self._document.playhead
        last = 0 if self._is_back else len(self._document.whole_trace.steps)
        position = (last, 0) if stop is None else stop.position
        head.go_whole(*position)
        if head.whole != position:  # what is to be predicted lies in between
            return
        if stop is None:
            start, end = self.tr("the start"), self.tr("the end")
            text = self.tr("No breakpoint holds up to {0}.")
            self._say(text.format(start if self._is_back else end))
            return
        self._hold(stop)

    def _pass(self, start: Position, end: Position) -> None:
        """What plays by itself holds too, at the first breakpoint between two positions."""
        trace, marks = self._document.whole_trace, self._window.breakpoints.all
        if trace is None or not marks:
            return
        stop = stops.find_stop(trace, marks, start, until=end, before=self._before)
        if stop is not None:
            self._window.stepping.player.stop()
            self._document.playhead.go_whole(*stop.position)
            self._hold(stop)

    def _hold(self, stop: Stop) -> None:
        self.stop = stop
        self.changed.emit()
        self._reveal(stop)
        self._say(stop_text(self._document.root, stop))

    def _reveal(self, stop: Stop) -> None:
        """Bring what it is at into sight, if the place that is shown has it."""
        node = node_of(self._document.place, stop.mark.node)
        if node is not None:
            self._window.canvas.reveal(node)

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self._window.say(sentence)
        announce(self._window, sentence)

    def _fail(self, error: Exception) -> None:
        self._document.failed.emit(f"{type(error).__name__}: {error}")

    def _leave(self) -> None:
        """The playhead went elsewhere, or the breakpoints are others."""
        self._search.drop()
        self._window.status.unsay(self._said)
        if self.stop is not None:
            self.stop = None
            self.changed.emit()

    def _after_change(self) -> None:
        self._leave()
        if not self._asks_before:
            self._trace = self._before = None
        elif self._trace is None:
            self._trace = self._document.whole_trace

    @property
    def _asks_before(self) -> bool:
        marks = self._window.breakpoints.all
        return any(x.when is not None and x.when.test == "sign changes" for x in marks)

    def _take_trace(self) -> None:
        self._leave()
        if self._asks_before and self._document.whole_trace is not self._trace:
            self._before, self._trace = self._trace, self._document.whole_trace

    def _forget(self) -> None:
        self._trace = self._before = None
        self._leave()
