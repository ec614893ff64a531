"""The diagnosis of a window: figures of the newest run, thresholds, and what lies on the canvas."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.background import Background
from gui.health.legend import Legend
from gui.health.origin_overlay import OriginOverlay
from gui.health.overlay import HealthOverlay, UnrolledHealthOverlay
from gui.health.scale import Scale
from gui.health.verdict_overlay import VerdictOverlay
from gui.health.words import RESTING, tr
from gui.origins import origin_of
from runtime import health as healths

if TYPE_CHECKING:
    from gui.canvas.overlay import Overlay
    from gui.window import Window
    from runtime.health import Activation, Finding, Health, Layer, Thresholds

HEALTH, VERDICTS, ORIGIN = "health", "verdicts", "origin"  # keys of the overlays
_log = logging.getLogger("gradwire")


class Diagnosis(QObject):
    """Measures a run in the background while somebody wants to see its health.

    The overlay of widths is there in the workspace Diagnose; a command turns it on and off
    anywhere. Badges of the gradient check are laid on by a command of their own.
    """

    changed = Signal()  # other figures, thresholds, or another playhead
    layers_changed = Signal()  # an overlay was turned on or off

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._document, self._settings = window.document, window.settings
        self._live = window.live
        self._overlays = window.canvas.canvas.overlays
        self._workspaces, self._unrolling = window.workspaces, window.unrolling
        self.health: Health | None = None
        self.findings: tuple[Finding, ...] = ()
        self.scale = Scale(-1, 0)
        self.legend = Legend(window.canvas)
        self.shows_widths = self.shows_badges = self._has_panel = False
        self._asked: object = None
        self._on: set[str] = set()  # the overlays that lie on the canvas
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._note_fault)
        self._found: dict[str, list[Finding]] | None = None  # by address, as the playhead is
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._follow)
        for signal in (self._document.traced, self._document.replaced):
            signal.connect(self._soon.start)
        self._document.playhead_moved.connect(self._move)
        self._document.reported.connect(self._renew)
        self._document.opened.connect(self._forget)
        self._settings.changed.connect(self._follow_setting)
        window.workspaces.changed.connect(self._follow_workspace)
        window.unrolling.changed.connect(self._lay)
        self._workspace = ""
        self._follow_workspace()

    @property
    def thresholds(self) -> Thresholds:
        """What counts as sick, as the person has set it."""
        return self._settings.health_thresholds

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Judge by other thresholds from now on, in all windows."""
        self._settings.health_thresholds = thresholds

    def toggle_widths(self) -> None:
        """Draw edges as wide as their gradients, or as they were."""
        self.shows_widths = not self.shows_widths
        self._follow()
        self.layers_changed.emit()

    def toggle_badges(self) -> None:
        """Show what finite differences say on every edge, or hide it."""
        self.show_badges(not self.shows_badges)

    def show_badges(self, is_on: bool) -> None:
        """Lay the badges on, or take them away."""
        self.shows_badges = is_on
        self._lay()
        self.layers_changed.emit()

    def check_gradients(self) -> None:
        """Hold every edge against finite differences, whatever the graph's size, with badges."""
        self.show_badges(True)
        if not self._live.is_verifying:  # a check that began by itself is the same
            self._live.verify()

    def follow_panel(self, is_shown: bool) -> None:
        """The panel was shown or hidden: while it is, figures are wanted."""
        self._has_panel = is_shown
        if is_shown:
            self._follow()

    # --- what the playhead lets one see ----------------------------------------------------

    def has_come(self, figures: Layer | Activation) -> bool:
        """Whether the playhead has passed the step that brings these figures."""
        return figures.step < self._document.playhead.whole[0]

    def seen_findings(self) -> dict[str, list[Finding]]:
        """What was found of nodes whose numbers are shown, by their addresses."""
        if self._found is None:
            self._found = {}
            for finding in filter(self._is_seen, self.findings):
                self._found.setdefault(finding.node, []).append(finding)
        return self._found

    def _is_seen(self, finding: Finding) -> bool:
        health = self.health
        if finding.trouble in RESTING:
            return self.has_come(health.activations[finding.node])
        return self.has_come(health.layer(finding.node))

    # --- inside ----------------------------------------------------------------------------

    @property
    def _is_wanted(self) -> bool:
        return self.shows_widths or self._has_panel

    def _follow(self) -> None:
        """Measure a run that is new, if somebody wants it."""
        trace = self._document.whole_trace
        if trace is not None and self._is_wanted and trace is not self._asked:
            self._asked = trace
            self._work.ask_long(partial(_measured, trace))
        self._lay()

    def _take(self, found: tuple[object, Health]) -> None:
        trace, health = found
        if trace is not self._document.whole_trace:
            self._asked = None
            self._follow()
            return
        self.health = health
        self.scale = Scale.over(_all_norms(health))
        self._judge()

    def _note_fault(self, error: Exception) -> None:
        """A fault of ours: the person is told, and what was measured before is gone."""
        _log.error("measuring the health of a run failed", exc_info=error)
        self.health, self.findings = None, ()
        self._lay()
        self._document.failed.emit(tr("The health of this run could not be measured."))

    def _judge(self) -> None:
        if self.health is not None:
            self.findings = healths.judge(self.health, self.thresholds)
        self._lay()

    def _lay(self) -> None:
        """Put the overlays that are wanted on the canvas, and take the others away."""
        self._found = None
        has_health = self.shows_widths and self.health is not None
        self._put(HEALTH, HealthOverlay(self._document, self) if has_health else None)
        self._put(VERDICTS, VerdictOverlay(self._document) if self.shows_badges else None)
        self._lay_unrolled(has_health)
        self._mark_origin()
        self.legend.show_scale(self.scale)
        self.legend.setVisible(has_health)
        self._renew()

    def _put(self, key: str, overlay: Overlay | None) -> None:
        """An overlay keeps its place among others while it is on."""
        if overlay is None:
            self._on.discard(key)
            self._overlays.take_away(key)
        elif key not in self._on:
            self._on.add(key)
            self._overlays.put(key, overlay)

    def _lay_unrolled(self, has_health: bool) -> None:
        """The same widths in the unrolled view, where one sees a gradient vanish over time."""
        view = self._unrolling.view
        if view is not None and has_health:
            view.canvas.overlays.put(HEALTH, UnrolledHealthOverlay(view.document, self))
        elif view is not None:
            view.canvas.overlays.take_away(HEALTH)

    def _mark_origin(self) -> None:
        """Mark the node at which NaN begins once the playhead has come there."""
        origin = origin_of(self._document)
        if origin is not None:
            self._on.discard(ORIGIN)  # another one, or another place
        self._put(ORIGIN, OriginOverlay(self._document, origin) if origin is not None else None)

    def _move(self) -> None:
        """The playhead moved: the same figures, but others of them are seen."""
        self._found = None
        trace = self._document.whole_trace
        if trace is not None and trace.origin is not None:
            self._mark_origin()
        self._renew()

    def _renew(self) -> None:
        """What the overlays answer is another now."""
        if self._on:
            self._overlays.refresh()
        if self._unrolling.is_on:
            self._unrolling.view.canvas.overlays.refresh()
        self.changed.emit()

    def _forget(self) -> None:
        self._work.drop()
        self._asked, self.health, self.findings = None, None, ()
        self._lay()

    def _follow_setting(self, name: str) -> None:
        if name == "health_thresholds":
            self._judge()

    def _follow_workspace(self) -> None:
        """The overlay comes and goes with the workspace Diagnose."""
        before, self._workspace = self._workspace, self._workspaces.current
        is_there = self._workspace == "diagnose"
        if before != self._workspace and is_there != (before == "diagnose"):
            self.shows_widths = is_there
            self._soon.start()
            self.layers_changed.emit()


def _measured(trace, progress) -> tuple[object, Health]:
    return trace, healths.measure(trace, progress)


def _all_norms(health: Health) -> Iterable[float]:
    for norms in health.edges.values():
        yield from (norm for norm in norms if norm is not None)
    yield from (layer.norm for layer in health.layers if layer.norm is not None)
    yield from (part for layer in health.layers for part in layer.over_time)
