"""A tensor to look at: heat map, table of numbers, statistics."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.background import Background
from gui.inspector.axes import Array, AxesChooser
from gui.inspector.buttons import Button
from gui.inspector.heat_map import Drawing, HeatMap
from gui.inspector.labels import Label
from gui.inspector.number_line import NumberLine
from gui.inspector.number_table import NumberTable
from gui.inspector.readings import state_sentence
from gui.inspector.statistics import StatisticsView
from gui.numbers import format_bytes, format_shape
from gui.shown import Reading
from gui.theme import Theme

TABLE = 176


class TensorPanel(QWidget):
    """Shows a reading: what there is to see of it, or why there is nothing."""

    def __init__(self, theme: Theme, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self._array: Array | None = None
        self.caption = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.number = NumberLine(theme, self)
        self.axes = AxesChooser(theme, self)
        self.heat_map = HeatMap(theme, self)
        self.table = NumberTable(theme, parent=self)
        self.copy = Button(
            theme,
            self.tr("Copy"),
            self.tr("Copy the chosen numbers, or all, in full precision"),
            self.table.copy,
            icon_name="copy",
            parent=self,
        )
        self.note = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.statistics = StatisticsView(theme, self)
        self._work = Background(self)
        self._work.answered.connect(self._draw)
        self.axes.changed.connect(self._cut)
        self.table.said.connect(self.note.say)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in self._parts():
            column.addWidget(part)

    def _parts(self) -> tuple[QWidget, ...]:
        return (
            self.caption, self.number, self.axes, self.heat_map,
            self.table, self.copy, self.note, self.statistics,
        )  # fmt: skip

    def show_reading(self, reading: Reading) -> None:
        """Show what the playhead lets one see."""
        array = reading.array if reading.is_value else None
        is_tensor = array is not None and array.ndim > 0 and array.size > 0
        self.number.setVisible(array is not None and array.ndim == 0)
        for part in (self.heat_map, self.table, self.copy, self.note, self.statistics):
            part.setVisible(is_tensor)
        if array is None:
            self._forget(state_sentence(reading.state, self._what))
            return
        shape = f"{format_shape(array.shape)} {array.dtype.name}"
        self.caption.say(f"{shape}, {format_bytes(array.nbytes)}")
        if array.ndim == 0:
            self.number.show_number(array[()])
        if not is_tensor:
            self._work.drop()
            self.axes.set_shape(())
            self._array = array
        elif array is not self._array:
            self._array = array
            self.note.say("")
            self.axes.set_shape(array.shape)
            self.statistics.show_array(array)
            self._cut()

    def _forget(self, sentence: str) -> None:
        self._array = None
        self._work.drop()
        self.axes.set_shape(())
        self.caption.say(sentence)

    def _cut(self) -> None:
        if self._array is None:
            return
        plane = self.axes.plane
        matrix = plane.cut(self._array)
        self.table.show_array(self._array, plane)
        self.table.fit_height(TABLE)
        self._work.ask(lambda: (matrix, Drawing.of(matrix)), matrix.size)

    def _draw(self, found: tuple[Array, Drawing]) -> None:
        matrix, drawing = found
        plane = self.axes.plane

        def name(row: int, column: int) -> str:
            return "[" + ", ".join(map(str, plane.index(row, column))) + "]"

        self.heat_map.show_matrix(matrix, name, drawing)
