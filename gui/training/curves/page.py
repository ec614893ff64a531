"""The page Curves: two figures beside each other over the same axis, and one cursor in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.numbers import format_count
from gui.training.curves.chart import Chart
from gui.training.curves.reading import Entry, Reading
from gui.training.curves.records import Record, figures_of, record_of
from gui.training.curves.words import place_text, tr
from gui.training.moments import go_near
from gui.training.pacing import Paced

if TYPE_CHECKING:
    from gui.window import Window

SIDE = 216  # pixels of the legend
MEANS = (0, 10, 100, 1_000)


class CurvesPage(QWidget):
    """Draws what runs have left; `show_records` gives it, the current run last."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._theme = window.theme
        self.records: tuple[Record, ...] = ()
        self.charts = (Chart(self._theme, "loss", self), Chart(self._theme, "rate", self))
        self._was_chosen = False
        self._make_choices()
        self.place = Label(self._theme, size=12, ink="muted", parent=self)
        self.reading = Reading(self._theme, tr("Numbers at the cursor"), self)
        self.empty = Label(
            self._theme, tr("Nothing has been trained yet."), ink="muted", wrap=True, parent=self
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        for chart in self.charts:
            chart.chosen.connect(self._choose)
            chart.plot.pointed.connect(self.set_cursor)
            chart.plot.stepped.connect(self._step)
            chart.plot.pressed.connect(self._travel)
        left, right = (chart.plot.box for chart in self.charts)
        right.setXLink(left)
        self.setFocusProxy(self.charts[0].plot)
        self._running, self._compared = window.running, window.compared
        self._pace = Paced(self._follow, self)
        for signal in (self._running.changed, self._running.state_changed, self._compared.changed):
            signal.connect(self._pace.ask)
        self._follow()

    def showEvent(self, event) -> None:
        """Catch up with what came while nobody looked."""
        super().showEvent(event)
        self._follow()

    def show_records(self, records: Sequence[Record]) -> None:
        """Draw these runs."""
        self.records = tuple(record for record in records if not record.is_empty)
        self.empty.setVisible(not self.records)
        self._body.setVisible(bool(self.records))
        figures = figures_of(self.records)
        if not self._was_chosen and len(figures) > 3:
            self.charts[1].figure = figures[1]  # the first metric says more than the rate
        for chart in self.charts:
            chart.offer(figures)
        self._draw()

    def set_cursor(self, x: float | None) -> None:
        """Read all curves at an x of the axis; at their ends without one."""
        if x is not None:
            last = max((float(line.x[-1]) for line in self._lines() if len(line.x)), default=0.0)
            x = min(max(x, 0.0), last)
        for chart in self.charts:
            chart.plot.set_cursor(x)
        self._read(x)

    # --- inside ----------------------------------------------------------------------------

    def _follow(self) -> None:
        """Draw the runs as they are now."""
        if not self.isVisible():
            return
        per_epoch = max(self._running.updates_per_epoch, 1)
        self.show_records([record_of(run, per_epoch) for run in self._compared.runs])
        at = self._running.travelled
        if at is not None and self.axis.read() == "epoch":
            at = at / self.records[-1].per_epoch
        for chart in self.charts:
            chart.plot.set_mark(at)

    def _lines(self):
        return [line for chart in self.charts for line in chart.lines]

    def _draw(self) -> None:
        for chart in self.charts:
            chart.show_records(self.records, self.axis.read(), self.mean_of.read())
        self._read(self.charts[0].plot.cursor_x)

    def _read(self, x: float | None) -> None:
        self.place.say(tr("Newest") if x is None else place_text(x, self.axis.read()))
        entries: list[Entry] = []
        for chart in self.charts:
            entries += chart.entries(x)
        self.reading.show_entries(entries)

    def _step(self, by: int) -> None:
        """To the next point that a mean or an epoch has, or to the next update."""
        lines = [line for line in self._lines() if line.kind != "batches"] or self._lines()
        places = np.unique(np.concatenate([line.x for line in lines])) if lines else np.zeros(0)
        if not len(places):
            return
        x = self.charts[0].plot.cursor_x
        if x is None:
            x = np.inf
        side = "left" if by < 0 else "right"
        index = int(np.searchsorted(places, x, side=side)) + (-1 if by < 0 else 0)
        self.set_cursor(float(places[min(max(index, 0), len(places) - 1)]))

    def _travel(self, x: float) -> None:
        """Show the run at the kept moment nearest to an x of the axis."""
        if self.records:
            is_epoch = self.axis.read() == "epoch"
            go_near(self._running, x * self.records[-1].per_epoch if is_epoch else x)

    def _choose(self) -> None:
        self._was_chosen = True
        self._draw()

    def _turn_axis(self) -> None:
        self.set_cursor(None)
        self._draw()
        self.charts[0].plot.show_all()

    def _make_choices(self) -> None:
        axes = [(tr("updates"), "update"), (tr("epochs"), "epoch")]
        self.axis = ChoiceField(self._theme, axes, self)
        self.axis.setAccessibleName(tr("Over updates or epochs"))
        self.axis.committed.connect(self._turn_axis)
        words = {0: tr("epoch mean")}
        means = [(words.get(n) or tr("mean of {0}").format(format_count(n)), n) for n in MEANS]
        self.mean_of = ChoiceField(self._theme, means, self)
        self.mean_of.setAccessibleName(tr("Smoothing of the training"))
        self.mean_of.setToolTip(
            tr("Smoothing: the solid curve is the mean of an epoch, or of the last updates.")
        )
        self.mean_of.committed.connect(self._draw)

    def _lay_out(self) -> None:
        self._body = QWidget(self)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(12)
        for chart in self.charts:
            row.addWidget(chart, 1)
        row.addWidget(self._side())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.empty.setMargin(16)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)

    def _side(self) -> QWidget:
        side = QWidget(self)
        side.setFixedWidth(SIDE)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for index, (title, field) in enumerate(
            ((tr("Over"), self.axis), (tr("Smooth"), self.mean_of))
        ):
            label = Label(self._theme, title, size=12, ink="muted", parent=side)
            label.setBuddy(field)
            grid.addWidget(label, index, 0)
            grid.addWidget(field, index, 1)
        area = QScrollArea(side, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(self.reading)
        self.reading.setAutoFillBackground(False)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addSpacing(4)
        column.addWidget(self.place)
        column.addWidget(area, 1)
        return side
