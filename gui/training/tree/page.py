"""The page Runs: a tree of the runs, and one figure of those that are ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from graph.edits import SetGraph
from gui.dress import dress
from gui.inspector.buttons import Button
from gui.inspector.editing import attempt
from gui.inspector.labels import Label
from gui.training.curves.chart import Chart
from gui.training.curves.records import figures_of, record_of
from gui.training.pacing import Paced
from gui.training.pages import tr
from gui.training.tree.model import LOSS, RUN, UPDATES, RunsModel
from gui.training.words import run_name

if TYPE_CHECKING:
    from gui.training.runs import Run
    from gui.window import Window

WIDTHS = {RUN: 208, UPDATES: 64, LOSS: 72}


class RunsPage(QWidget):
    """Follows the runs while it can be seen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._running, theme = window, window.running, window.theme
        self.model = RunsModel(window.compared, self)
        self.tree = dress(QTreeView(self), theme, "rows")
        self.tree.setModel(self.model)
        self.tree.setAccessibleName(tr("Runs"))
        self.tree.setFont(theme.font(12))
        self.tree.setUniformRowHeights(True)
        self.tree.header().setFont(theme.font(11))
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.header().setStretchLastSection(True)
        for column, width in WIDTHS.items():
            self.tree.setColumnWidth(column, width)
        self.model.grew.connect(self.tree.expandAll)
        self.use = Button(
            theme, tr("Use its settings"),
            tr("Train the graph by the settings of the chosen run, as one edit"),
            self._use, parent=self,
        )  # fmt: skip
        self.use.setEnabled(False)
        self.tree.selectionModel().currentChanged.connect(
            lambda *_: self.use.setEnabled(self.chosen is not None)
        )
        self.chart = Chart(theme, "loss", self)
        self.empty = Label(
            theme, tr("Nothing has been trained yet."), ink="muted", wrap=True, parent=self
        )
        self._lay_out()
        self._pace = Paced(self.follow, self)
        for signal in (self._running.changed, self._running.state_changed, window.compared.changed):
            signal.connect(self._pace.ask)
        self.chart.chosen.connect(self.follow)
        self.setFocusProxy(self.tree)

    @property
    def chosen(self) -> Run | None:
        """The run whose row is the current one."""
        index = self.tree.currentIndex()
        return self.model.run_of(self.model.itemFromIndex(index.siblingAtColumn(RUN)))

    def showEvent(self, event) -> None:
        """Catch up with what came while nobody looked."""
        super().showEvent(event)
        self.follow()

    def follow(self) -> None:
        """Show the runs as they are now."""
        if not self.isVisible():
            return
        runs = self._running.runs
        self.empty.setVisible(not runs)
        self._body.setVisible(bool(runs))
        self.model.follow(runs)
        per_epoch = max(self._running.updates_per_epoch, 1)
        records = [record_of(run, per_epoch) for run in self._window.compared.runs]
        self.chart.offer(figures_of(records))
        self.chart.show_records(records, "update", 0)

    # --- inside ----------------------------------------------------------------------------

    def _use(self) -> None:
        run, document = self.chosen, self._window.document
        if run is None:
            return
        text = tr("Use the settings of {0}").format(run_name(run.id))
        refusal = attempt(document, lambda: SetGraph({"training": run.settings}), text)
        self._window.say(
            refusal or tr("The graph has the settings of {0}.").format(run_name(run.id))
        )

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.tree, 1)
        left.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)
        self._body = QWidget(self)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(12)
        row.addLayout(left, 3)
        row.addWidget(self.chart, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.empty.setMargin(16)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)
