"""What the keys of the player do: moving the playhead, and asking for what is missing first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph.naming import name_of
from gui.actions.keys import how_to
from gui.canvas.levels import OVERVIEW
from gui.document import Document
from gui.live import Live
from gui.player import Player
from gui.told import told

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Stepping(QObject):
    """Steps, runs and plays a document's trace."""

    def __init__(
        self,
        document: Document,
        live: Live,
        canvas: CanvasView,
        parent: QObject | None = None,
        how: Callable[[str], str] = how_to,
    ) -> None:
        super().__init__(parent)
        self._how = how
        self.document, self.live, self.canvas = document, live, canvas
        self.player = Player(document.playhead, self)
        live.ran.connect(self._arrive)
        document.playhead_moved.connect(self._follow_play)
        document.opened.connect(self.player.stop)

    @property
    def may_ask(self) -> bool:
        """Whether the step after the last one would ask for a target."""
        trace = self.document.trace
        return trace is not None and bool(trace.steps) and trace.target is None

    def first(self) -> None:
        """Back to the start."""
        self._by_hand().first()

    def previous(self) -> None:
        """One step back."""
        self._by_hand().previous()
        self._show_step()

    def next(self) -> None:
        """One step on."""
        if not self._asks():
            self._by_hand().next()
            self._show_step()

    def next_part(self) -> None:
        """One part of a reverse step on."""
        if not self._asks():
            self._by_hand().next_part()
            self._show_step()

    def last(self) -> None:
        """To the end of what was run."""
        self._by_hand().last()
        self._asks()

    def previous_time(self) -> None:
        """Show the numbers of one time step before; the playhead stays."""
        self._show_time(-1)

    def next_time(self) -> None:
        """Show the numbers of one time step on; the playhead stays."""
        self._show_time(1)

    def _show_time(self, by: int) -> None:
        head = self._by_hand()
        head.show_time((head.t or 0) + by)

    def run(self) -> None:
        """Run anew where the trace is old, and go to its end."""
        self.player.stop()
        self.live.run()

    def forward(self) -> None:
        """The whole forward pass and nothing of the reverse one."""
        self._by_hand().end_forward()

    def to_node(self) -> None:
        """On to the next step of the selected node."""
        id_ = self.document.selection.node
        if id_ is not None and not self._by_hand().to_node(id_):
            text = self.tr("{0}: has no step of its own. Choose a node that computes something.")
            self.document.refuse(text.format(name_of(self.document.graph, id_)))
        self._show_step()

    def play(self) -> None:
        """Play, or pause."""
        if self.player.is_playing or not self._asks():
            self.player.toggle()

    def make_target(self) -> None:
        """Differentiate the selected node's output from now on."""
        from gui.canvas.menus import choose_target

        id_ = self.document.selection.node
        if id_ is not None:
            choose_target(self.canvas, id_)

    def forget_target(self) -> None:
        """Leave it to the graph what is differentiated."""
        from gui.canvas.menus import forget_target

        forget_target(self.canvas)

    def _by_hand(self):
        self.player.stop()
        return self.document.playhead

    def _show_step(self) -> None:
        """Bring the step's node into sight; an overview stays one."""
        step = self.document.playhead.step
        if step is not None and self.canvas.zoom >= OVERVIEW:
            self.canvas.reveal(step.node)

    def _follow_play(self) -> None:
        if self.player.is_playing:
            self._show_step()

    def _arrive(self) -> None:
        self.document.playhead.last()
        self._asks()

    def _asks(self) -> bool:
        """At the end of the forward pass, with no target: ask for one, or say why there is none.

        A playhead that is still on its way needs no answer.
        """
        trace, found = self.document.trace, self.document.check
        if trace is None:
            if self.document.graph.nodes and not self.live.is_on:
                text = self.tr("Live mode is off. {0} runs the graph.")
                self.document.refuse(text.format(self._how("run")))
            return False
        if not self.document.playhead.is_at_end or not self.document.playhead.steps:
            return False
        if trace.target is not None or found is None or trace.failure is not None:
            return False
        if len(found.candidates) > 1:
            self.canvas.ask_target(found.candidates)
        elif found.target_problem is not None:
            self.document.refuse(told(self.document.graph, found.target_problem))
        return True
