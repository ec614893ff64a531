"""Compiled mode of a window: asks what a step of its graph becomes, and lays it on the canvas."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from graph import GradwireError, Graph
from gui.background import Background, Progress
from gui.compiling.legend import Legend
from gui.compiling.outlines import Outlines
from gui.compiling.overlay import CompiledOverlay
from gui.compiling.words import tr
from gui.consequences import concerns_run

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.compiled.report import Report

KEY = "compiled"
_log = logging.getLogger("gradwire")


class Compiling(QObject):
    """On or off; while it is on, the newest state of the graph is compiled in the background."""

    changed = Signal()  # on, off, or another report

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._document, self._scene = window.document, window.canvas.canvas
        self.is_on, self.shows_after = False, True
        self.report: Report | None = None
        self.legend = Legend(window.canvas)
        self.legend.turned.connect(self._turn)
        self._frozen: tuple[str, ...] = ()
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)
        self._document.changed.connect(self._after_edit)
        self._document.opened.connect(self._start_anew)
        self._document.replaced.connect(self._lay)
        self._document.data_changed.connect(self._follow)

    def toggle(self) -> None:
        """Show what becomes of every node when a training step is compiled, or no longer."""
        self.is_on = not self.is_on
        if self.is_on:
            self._soon.start()
        else:
            self._work.drop()
        self._lay()
        self.changed.emit()

    # --- inside ---------------------------------------------------------------------------

    def _follow(self) -> None:
        if self.is_on:
            self._soon.start()

    def _after_edit(self, edit: object) -> None:
        """Moves and labels change no step; what is frozen does."""
        if concerns_run(edit) or self._document.root.training.frozen != self._frozen:
            self._follow()

    def _start_anew(self) -> None:
        self._work.drop()
        self.report = None
        self._follow()
        self._lay()

    def _ask(self) -> None:
        graph = self._document.root.copy()
        self._frozen = graph.training.frozen
        self._work.ask_long(partial(compiled, graph))

    def _take(self, report: Report) -> None:
        self.report = report
        self.legend.show_report(report)
        self._lay()
        self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, GradwireError):
            sentence = str(error)
        else:  # a fault of ours
            _log.error("compiling a step failed", exc_info=error)
            sentence = tr("This graph's step could not be compiled.")
        self.report = None
        self.legend.show_refusal(sentence)
        self._lay()
        self.changed.emit()

    def _turn(self, is_after: bool) -> None:
        self.shows_after = is_after
        self._lay()

    def _lay(self) -> None:
        """Put on the canvas what is wanted there, or take it away."""
        overlays, report = self._scene.overlays, self.report
        has_any = self.is_on and report is not None
        self.legend.setVisible(self.is_on and (has_any or bool(self.legend.told.said)))
        if has_any and self.shows_after:
            overlays.put(KEY, CompiledOverlay(self._document, report))
            overlays.lay_ground(KEY, Outlines(self._scene, report).paint)
        else:
            overlays.take_away(KEY)
            overlays.lay_ground(KEY, None)


def compiled(graph: Graph, progress: Progress) -> Report:
    """What is done with a step of a graph. Runs in any thread."""
    from runtime.training.trainer import Trainer

    progress(0.0)
    report = Trainer(graph, device="cpu", frozen=graph.training.frozen).report()
    assert report is not None  # as it is on the CPU
    _ = report.nodes  # worked out here, so that the window need not
    return report
