"""One figure of the runs: its plot, and what one chooses above it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField, TruthField
from gui.numbers import format_number
from gui.theme import Theme
from gui.training.curves.lines import Axis, Line, lines_of
from gui.training.curves.reading import Entry
from gui.training.curves.records import Record
from gui.training.curves.strokes import strokes_of
from gui.training.curves.words import KINDS, figure_name, tr
from gui.training.plots.plot import Plot


class Chart(QWidget):
    """A choice of the figure, whether its axis is logarithmic, and its curves."""

    chosen = Signal()  # another figure

    def __init__(self, theme: Theme, figure: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.figure = figure
        self.lines: list[Line] = []
        self.choice = ChoiceField(theme, [], self)
        self.choice.setAccessibleName(tr("Figure"))
        self.choice.committed.connect(self._choose)
        self.log = TruthField(theme, self)
        self.log.setText(tr("Log"))
        self.log.setAccessibleName(tr("Logarithmic scale"))
        self.log.setToolTip(tr("Logarithmic scale: equal factors are equally high."))
        self.log.committed.connect(lambda: self.plot.set_log(self.log.read()))
        self.plot = Plot(theme, tr("Curves"), self)
        self.whole = Button(
            theme, tr("Whole"), tr("Show the whole curves again"), self._show_all, parent=self
        )
        self.whole.hide()
        self.plot.zoomed.connect(self.whole.show)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.choice, 1)
        head.addWidget(self.whole)
        head.addWidget(self.log)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self.offer((figure,))

    def offer(self, figures: Sequence[str]) -> None:
        """Put these figures up for choice; the chosen one stays."""
        offered = list(dict.fromkeys((*figures, self.figure)))
        if [self.choice.itemData(i) for i in range(self.choice.count())] != offered:
            self.choice.offer([(figure_name(figure), figure) for figure in offered])
        self.choice.show_value(self.figure)

    def show_records(self, records: Sequence[Record], axis: Axis, mean_of: int) -> None:
        """Draw the runs, the last one being the current."""
        self.lines = lines_of(records, self.figure, axis, mean_of)
        self.plot.show_strokes(strokes_of(self.lines, records[-1].name if records else ""))
        self.plot.call(tr("Curves of {0}").format(figure_name(self.figure)))

    def entries(self, x: float | None) -> list[Entry]:
        """The legend: the number of each curve at an x, or its last."""
        found = [Entry(figure_name(self.figure))]
        strokes = {stroke.key: stroke for stroke in self.plot.strokes}
        drawn = [line for line in self.lines if line.key in strokes]
        runs = list(dict.fromkeys(line.run for line in drawn))
        drawn.sort(key=lambda line: (-runs.index(line.run), list(KINDS).index(line.kind)))
        for line in drawn:
            number = line.at(x) if x is not None else float(line.y[-1]) if len(line.y) else None
            name = tr(KINDS[line.kind])
            text = name if len(runs) < 2 else f"{line.run}, {name}"
            found.append(
                Entry(text, "" if number is None else format_number(number), strokes[line.key])
            )
        return found

    def _choose(self) -> None:
        self.figure = self.choice.read()
        self._show_all()
        self.chosen.emit()

    def _show_all(self) -> None:
        self.plot.show_all()
        self.whole.hide()
