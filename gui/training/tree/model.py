"""The runs of a document as a tree: a branch stands below the run that it left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from gui.numbers import format_count, format_number
from gui.training.pages import tr
from gui.training.tree.differences import differences
from gui.training.words import run_name

if TYPE_CHECKING:
    from gui.training.compared import Compared
    from gui.training.runs import Run
    from runtime.training.worker.series import Series

RUN, UPDATES, LOSS, BY = range(4)
ROW = 24
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Role = Qt.ItemDataRole


class RunsModel(QStandardItemModel):
    """A row for each run; its tick says whether it is drawn."""

    grew = Signal()

    def __init__(self, compared: Compared, parent: QWidget) -> None:
        super().__init__(0, 4, parent)
        self._compared = compared
        self._runs: tuple[Run, ...] = ()
        self._rows: dict[int, list[QStandardItem]] = {}
        self.setHorizontalHeaderLabels(
            [tr("Run"), tr("Updates"), tr("Loss"), tr("What is different")]
        )
        for column in (UPDATES, LOSS):
            self.horizontalHeaderItem(column).setTextAlignment(RIGHT)
        self._is_reading = False
        self.itemChanged.connect(self._tick)

    def follow(self, runs: Sequence[Run]) -> None:
        """Show these runs as they are now."""
        has_new = self._runs != tuple(runs[: len(self._runs)])
        if has_new:  # another document
            self.removeRows(0, self.rowCount())
            self._rows.clear()
        self._runs = tuple(runs)
        for run in runs:
            if run.id not in self._rows:
                self._add(run)
                has_new = True
        self._is_reading = True
        for run in runs:
            self._refresh(run)
        self._is_reading = False
        if has_new:
            self.grew.emit()

    def run_of(self, item: QStandardItem | None) -> Run | None:
        """The run of a row."""
        id_ = item.data(Role.UserRole) if item is not None else None
        return next((run for run in self._runs if run.id == id_), None)

    # --- inside ----------------------------------------------------------------------------

    def _add(self, run: Run) -> None:
        row = [QStandardItem() for _ in range(4)]
        row[RUN].setCheckable(True)
        for item in row:
            item.setEditable(False)
            item.setSizeHint(QSize(0, ROW))
            item.setData(run.id, Role.UserRole)
        for item in row[UPDATES : LOSS + 1]:
            item.setTextAlignment(RIGHT)
        above = (
            self._rows[run.parent.id][RUN] if run.parent is not None else self.invisibleRootItem()
        )
        self._rows[run.id] = row
        _write(row[BY], self._by(run))
        above.appendRow(row)

    def _refresh(self, run: Run) -> None:
        row, series = self._rows[run.id], run.series
        name = run_name(run.id)
        if run.parent is not None:
            name = tr("{0}, from update {1}").format(name, format_count(run.start))
        for item, text in zip(row, (name, format_count(len(series)), _loss(series)), strict=False):
            _write(item, text)
        tick = Qt.CheckState.Checked if self._compared.has(run) else Qt.CheckState.Unchecked
        if row[RUN].checkState() != tick:
            row[RUN].setCheckState(tick)

    def _by(self, run: Run) -> str:
        """In what it differs from the run that it left, or from the one before it."""
        index = self._runs.index(run)
        before = run.parent or (self._runs[index - 1] if index else None)
        if before is None:
            return ""
        return "; ".join(differences(before.graph, run.graph)) or tr("nothing")

    def _tick(self, item: QStandardItem) -> None:
        run = self.run_of(item)
        if run is not None and item.column() == RUN and not self._is_reading:
            self._compared.choose(run, item.checkState() == Qt.CheckState.Checked)


def _write(item: QStandardItem, text: str) -> None:
    if item.text() != text:
        item.setText(text)
        item.setToolTip(text)


def _loss(series: Series) -> str:
    """The last epoch's loss, of the validation where there is one."""
    epochs = series.epochs
    if not epochs:
        return ""
    figures = epochs[-1].figures
    return format_number(figures.get("validation", figures["train"])["loss"])
