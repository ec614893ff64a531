"""The page Sweep: fields, a button, and the well-known curve of final loss against rate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from graph import GradwireError
from graph import edits as e
from gui.announcing import announce
from gui.background import Background
from gui.inspector.buttons import Button
from gui.inspector.fields import FloatField, WholeField
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Label, Sentence
from gui.numbers import format_number
from gui.told import told_error
from gui.training.sweep.picture import NOBODY, SweepPicture
from gui.training.sweep.words import swept, swept_best, tr
from runtime.training.landscape.sweeping import COUNT, HIGHEST, LOWEST, rates_between, sweep

if TYPE_CHECKING:
    from gui.window import Window
    from runtime.training.landscape.sweeping import Sweep

SIDE = 232
UPDATES = 100


class SweepPage(QWidget):
    """Trains copies of the document, one for each rate, when it is asked to.

    What is drawn stays until the next sweep; where the document has changed since, that is said.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._document, self._theme = window.document, window.theme
        self._of: object = None  # the document as it was swept
        theme = window.theme
        self.low, self.high = FloatField(theme, parent=self), FloatField(theme, parent=self)
        self.count = WholeField(theme, 2, False, self)
        self.updates = WholeField(theme, 1, False, self)
        self.go = Button(
            theme, tr("Sweep"), tr("Train once for each learning rate, from the same start"),
            self.begin, icon_name="play", parent=self,
        )  # fmt: skip
        self.take = Button(
            theme, tr("Use this rate"), tr("Train with the rate that is read from now on"),
            self._use, parent=self,
        )  # fmt: skip
        self.problem = Sentence(theme, parent=self)
        self.progress = ProgressLine(theme, self)
        self.picture = SweepPicture(theme, self)
        self.reading = Label(theme, size=12, wrap=True, parent=self)
        self.about = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self._work = Background(self)
        self._fill()
        self._listen()
        self._lay_out()

    @property
    def is_busy(self) -> bool:
        """Whether a sweep goes on."""
        return self._work.is_busy

    @property
    def sweep(self) -> Sweep | None:
        """What is drawn."""
        return self.picture.sweep

    def begin(self) -> None:
        """Train once for each rate."""
        try:
            rates = rates_between(*(field.read() or 0.0 for field in (self.low, self.high)),
                                  self.count.read() or 0)  # fmt: skip
            updates = self.updates.read() or 0
        except GradwireError as error:
            self._refuse(error)
            return
        self.problem.say("")
        graph, path = self._document.root.copy(), self._document.path
        folder = path.parent if path is not None else None
        self._of = self._now
        self.progress.begin(tr("Training {0} times").format(len(rates)))
        self._work.ask_long(
            lambda progress: sweep(graph, rates, updates, folder, progress=progress)
        )

    # --- inside ----------------------------------------------------------------------------

    @property
    def _now(self) -> object:
        return ref(self._document.root), self._document.run_revision

    def _take(self, found: Sweep) -> None:
        self.progress.end()
        self.picture.show_sweep(found)
        self._read(NOBODY)
        announce(self.picture, self.reading.said)

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self.progress.end()
        self.problem.say(told_error(self._document.root, error), "warning")

    def _cancel(self) -> None:
        self._work.drop()
        self.progress.end()

    def _read(self, at: int) -> None:
        """Say what the rate has come to; without one, which is the best."""
        found = self.sweep
        self.take.setEnabled(found is not None and self._chosen is not None)
        if found is None:
            self.reading.say("")
            return
        text = swept_best(found) if at == NOBODY else swept(found, at)
        if self._of != self._now:
            text += " " + tr("The graph has changed since.")
        self.reading.say(text)
        self.picture.setAccessibleDescription(text)

    @property
    def _chosen(self) -> float | None:
        """The rate that is read, else the best."""
        found = self.sweep
        at = self.picture.at if self.picture.at != NOBODY else found.best if found else None
        return None if found is None or at is None else float(found.rates[at])

    def _use(self) -> None:
        """Make the rate the document's: one edit."""
        rate = self._chosen
        if rate is None:
            return
        rate = float(np.format_float_positional(rate, 3, fractional=False))
        training = self._document.root.training
        changed = replace(training, optimizer=replace(training.optimizer, lr=rate))
        edit = e.SetGraph({"training": changed})
        text = tr("Set the learning rate to {0}").format(format_number(rate))
        self._document.do_at("", edit, text)

    def _changed(self) -> None:
        if self.isVisible():
            self._read(self.picture.at)

    def _fill(self) -> None:
        rows = (
            (self.low, LOWEST, tr("Lowest learning rate")),
            (self.high, HIGHEST, tr("Highest learning rate")),
            (self.count, COUNT, tr("Number of rates")),
            (self.updates, UPDATES, tr("Updates of each training")),
        )
        for field, value, name in rows:
            field.show_value(value)
            field.setAccessibleName(name)
        text = tr("The dashed line is the loss at the start. A cross marks what ended above it.")
        self.about.say(text)

    def _listen(self) -> None:
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._work.progressed.connect(self.progress.advance)
        self.progress.cancelled.connect(self._cancel)
        self.picture.pointed.connect(self._read)
        self._document.changed.connect(self._changed)
        self._document.opened.connect(self._forget)

    def _forget(self) -> None:
        """Another document."""
        self._cancel()
        self.problem.say("")
        self.picture.show_sweep(None)
        self._read(NOBODY)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        rows = (
            (tr("Rates from"), self.low), (tr("to"), self.high),
            (tr("Rates"), self.count), (tr("Updates"), self.updates),
        )  # fmt: skip
        for row, (text, field) in enumerate(rows):
            label = Label(self._theme, text, size=12, ink="muted", parent=self)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)
        keys = QHBoxLayout()
        keys.setSpacing(8)
        for button in (self.go, self.take):
            keys.addWidget(button)
        side = QWidget(self)
        side.setFixedWidth(SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addLayout(keys)
        for part in (self.progress, self.problem, self.reading, self.about):
            column.addWidget(part)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(12)
        row.addWidget(side)
        row.addWidget(self.picture, 1)
        self.setFocusProxy(self.low)
        self._read(NOBODY)
