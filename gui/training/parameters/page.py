"""The page Parameters: a table, curves of one figure, and how the chosen one's numbers lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.breakpoints.words import place_name
from gui.inspector.fields import ChoiceField, TruthField
from gui.inspector.labels import Label
from gui.training.moments import go_near
from gui.training.pacing import Paced
from gui.training.pages import tr
from gui.training.parameters.figures import figures_at, strokes_of
from gui.training.parameters.strips import StripPicture
from gui.training.parameters.survey import Surveying
from gui.training.parameters.table import ParameterTable
from gui.training.plots.plot import Plot

if TYPE_CHECKING:
    from gui.window import Window


class ParametersPage(QWidget):
    """Follows the newest run while it can be seen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._running, theme = window, window.running, window.theme
        self.survey = Surveying(window.document, window.running, self)
        self.table = ParameterTable(theme, self)
        curves = [(tr("Gradient norm"), "gradient_norms"), (tr("Update over weight"), "ratios")]
        self.of = ChoiceField(theme, curves, self)
        self.of.setAccessibleName(tr("Figure of the parameters"))
        self.log = TruthField(theme, self)
        self.log.setText(tr("Log"))
        self.log.setAccessibleName(tr("Logarithmic scale"))
        self.log.show_value(True)
        self.plot = Plot(theme, tr("Parameters over the updates"), self)
        self.plot.set_log(True)
        kinds = [
            (tr("Weights"), "weights"),
            (tr("Gradients"), "gradients"),
            (tr("Activations"), "activations"),
        ]
        self.kind = ChoiceField(theme, kinds, self)
        self.kind.setAccessibleName(tr("Histograms of"))
        self.strips = StripPicture(theme, self)
        self.strips.setAccessibleName(tr("Histograms over the moments of the run"))
        self.chosen = Label(theme, size=12, weight=600, parent=self)
        self.chosen.cut = Qt.TextElideMode.ElideMiddle
        self.hint = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.empty = Label(
            theme, tr("Nothing has been trained yet."), ink="muted", wrap=True, parent=self
        )
        self._lay_out()
        self._pace = Paced(self.follow, self)
        self._listen()
        self.setFocusProxy(self.table)

    def showEvent(self, event) -> None:
        """Catch up with what came while nobody looked."""
        super().showEvent(event)
        self.follow()
        self.survey.want(True)

    def hideEvent(self, event) -> None:
        """Nobody waits for histograms."""
        super().hideEvent(event)
        self.survey.want(False)

    def follow(self) -> None:
        """Show the run as it is now."""
        if not self.isVisible():
            return
        series, run = self._running.series, self._running.run
        is_there = series is not None and run is not None and bool(series.names)
        self.empty.setVisible(not is_there)
        self._body.setVisible(is_there)
        if is_there:
            self._tell()
            self._draw()
            self.plot.set_mark(self._running.travelled)
        self.survey.go_on()

    # --- inside ----------------------------------------------------------------------------

    def set_cursor(self, update: float | None) -> None:
        """Have the figures of the parameters at an update in the table; None for the newest."""
        series = self._running.series
        if update is not None and series is not None and len(series.watched):
            update = min(max(update, float(series.watched[0])), float(series.watched[-1]))
        self.plot.set_cursor(update)
        self._tell()

    def _tell(self) -> None:
        series, run = self._running.series, self._running.run
        if series is None or run is None:
            return
        at = self.plot.cursor_x
        at = self._running.travelled if at is None else at
        self.table.show_rows(figures_at(series, at), run.graph)

    def _step(self, by: int) -> None:
        """The cursor at the next time that figures were taken, or the one before."""
        watched = self._running.series.watched
        if len(watched):
            at = self.plot.cursor_x
            here = len(watched) if at is None else int(np.searchsorted(watched, at))
            self.set_cursor(float(watched[min(max(here + by, 0), len(watched) - 1)]))

    def _draw(self) -> None:
        series, run = self._running.series, self._running.run
        if series is None or run is None:
            return
        address = self.table.current
        self.plot.show_strokes(strokes_of(series, self.of.read(), address))
        self.chosen.say(place_name(run.graph, address) if address else "")
        self._draw_strips()

    def _draw_strips(self) -> None:
        address, kind = self.table.current, self.kind.read()
        found = [
            (one.update, getattr(one, kind)[address])
            for one in self.survey.found()
            if address in getattr(one, kind)
        ]
        updates, histograms = [update for update, _ in found], [one for _, one in found]
        self.strips.show_histograms(updates, histograms, self._running.travelled)
        self.hint.say(self._hint(bool(found)))
        self.hint.setVisible(bool(self.hint.said))

    def _hint(self, is_there: bool) -> str:
        if is_there:
            return ""
        if self.survey.refusal:
            return self.survey.refusal
        if self.survey.is_busy or not self.survey.found():
            return tr("The kept moments of the run are being measured.")
        return tr("This parameter's node has no activations of its own.")

    def _travel(self, update: float) -> None:
        go_near(self._running, update)

    def _listen(self) -> None:
        running = self._running
        running.changed.connect(self._pace.ask)
        running.state_changed.connect(self._pace.ask)
        self.survey.changed.connect(self._pace.ask)
        self.table.chosen.connect(lambda _: self._draw())
        self.table.followed.connect(self._window.leading.go_to_place)
        self.of.committed.connect(self._turn)
        self.log.committed.connect(lambda: self.plot.set_log(self.log.read()))
        self.kind.committed.connect(self._draw_strips)
        self.strips.chosen.connect(self._travel)
        self.plot.pointed.connect(self.set_cursor)
        self.plot.stepped.connect(self._step)
        self.plot.pressed.connect(self._travel)

    def _turn(self) -> None:
        self._draw()
        self.plot.show_all()

    def _lay_out(self) -> None:
        self._body = QWidget(self)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(12)
        row.addWidget(self.table, 4)
        row.addWidget(_titled((self.of, 1), (self.log, 0), below=(self.plot,)), 5)
        right = _titled((self.kind, 1), (self.chosen, 1), below=(self.strips, self.hint))
        row.addWidget(right, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.empty.setMargin(16)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)


def _titled(*head: tuple[QWidget, int], below: tuple[QWidget, ...]) -> QWidget:
    """Choices in a row, and what they are about below them."""
    holder = QWidget()
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget, stretch in head:
        row.addWidget(widget, stretch)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addLayout(row)
    for index, widget in enumerate(below):
        column.addWidget(widget, 0 if index else 1)
    return holder
