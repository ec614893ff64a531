"""The local Jacobian to look at: its structure in words, and a window of its entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSpinBox, QVBoxLayout, QWidget

from graph import PortRef
from gui.borders import frame
from gui.inspector.axes import Array, Plane
from gui.inspector.background import Background
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField
from gui.inspector.heat_map import MOST, HeatMap
from gui.inspector.labels import Label
from gui.inspector.number_line import NumberLine
from gui.inspector.number_table import NumberTable
from gui.inspector.readings import state_sentence
from gui.numbers import format_count, format_percent
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.shown import Reading, Shown
    from runtime.maps import LinearMap

TABLE = 176
AT_ONCE = 64 * 64  # entries up to which a window is computed where it is shown
COSTLY = 10**6


@dataclass(frozen=True)
class Window:
    """A rectangle of a Jacobian: its first row and column, and its entries."""

    top: int
    left: int
    entries: Array


def window_of(linear: LinearMap, top: int, left: int) -> Window:
    """At most `MOST` by `MOST` entries from a place on; the rest is not built."""
    top = min(top, max(linear.rows - 1, 0))
    left = min(left, max(linear.columns - 1, 0))
    entries = linear.window(slice(top, top + MOST), slice(left, left + MOST))
    return Window(top, left, np.asarray(entries))


def words(linear: LinearMap) -> str:
    """The structure: `dense`, `block-diagonal: 3 blocks of 5×5`."""
    description = linear.describe()
    if description == linear.structure:
        return _unbroken(description)
    return _unbroken(f"{linear.structure}: {description}")


def _unbroken(text: str) -> str:
    """The same in one line: spaces and hyphens at which no line is broken."""
    return text.replace(" ", "\u00a0").replace("-", "\u2011")


class JacobianPanel(QWidget):
    """Rows are outputs, columns inputs, flattened in C order. Large maps are seen by windows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps: dict[str, LinearMap] = {}
        self._port = ""
        self._linear: LinearMap | None = None
        self.output = ChoiceField(theme, [], self)
        self.output.setAccessibleName(self.tr("Output"))
        self.caption = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.number = NumberLine(theme, self)
        self.places = WindowChooser(theme, self)
        self.heat_map = HeatMap(theme, self)
        self.table = NumberTable(theme, parent=self)
        self.copy = Button(
            theme,
            self.tr("Copy"),
            self.tr("Copy the chosen entries, or all shown, in full precision"),
            self.table.copy,
            icon_name="copy",
            parent=self,
        )
        self.note = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self._work = Background(self)
        self._work.answered.connect(self._draw)
        self.output.committed.connect(self._choose)
        self.places.changed.connect(self._look)
        self.table.said.connect(self.note.say)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (
            self.output, self.caption, self.number, self.places, self.heat_map,
            self.table, self.copy, self.note,
        ):  # fmt: skip
            column.addWidget(part)

    def show_edge(self, shown: Shown, target: PortRef, reading: Reading) -> None:
        """Show d(outputs)/d(input) of the node at the edge's end, once the playhead is there."""
        maps = shown.trace.jacobians(target) if reading.is_value else {}
        self._port = target.port
        if not maps:
            self._forget(state_sentence(reading.state, self.tr("local derivative")))
            return
        if list(maps) != list(self._maps):
            self.output.offer([(self.tr("output {0}").format(name), name) for name in maps])
        self._maps = maps
        self.output.setVisible(len(maps) > 1)
        self._choose()

    def _forget(self, sentence: str) -> None:
        self._maps, self._linear = {}, None
        self._work.drop()
        self.caption.say(sentence)
        for part in (self.output, self.number, self.places, *self._matrix_parts()):
            part.setVisible(False)

    def _matrix_parts(self) -> tuple[QWidget, ...]:
        return self.heat_map, self.table, self.copy, self.note

    def _choose(self) -> None:
        linear = self._maps[self.output.read()]
        if linear is self._linear:
            return
        self._linear = linear
        self.note.say("")
        self.caption.say(self._describe(linear))
        is_number = linear.rows == 1 and linear.columns == 1
        self.number.setVisible(is_number)
        for part in self._matrix_parts():
            part.setVisible(not is_number and linear.rows * linear.columns > 0)
        self.places.set_size(linear.rows, linear.columns)
        if is_number:
            self.number.show_number(window_of(linear, 0, 0).entries[0, 0])
        elif linear.rows and linear.columns:
            self._look()

    def _describe(self, linear: LinearMap) -> str:
        rows = self.tr("1 output") if linear.rows == 1 else self.tr("{0} outputs")
        columns = self.tr("1 input") if linear.columns == 1 else self.tr("{0} inputs")
        text = self.tr("rows: {0}; columns: {1}; {2}").format(
            rows.format(format_count(linear.rows)),
            columns.format(format_count(linear.columns)),
            words(linear),
        )
        entries = linear.rows * linear.columns
        if linear.structure == "dense" or entries <= 1:
            return text
        more = self.tr("{0} numbers stored, {1} of the entries are not zero")
        return f"{text}\n{more.format(format_count(linear.stored), format_percent(linear.density))}"

    def _look(self) -> None:
        linear = self._linear
        if linear is None:
            return
        top, left = self.places.place
        size = min(linear.rows, MOST) * min(linear.columns, MOST)
        big = size > AT_ONCE or linear.stored > COSTLY
        self._work.ask(lambda: (linear, window_of(linear, top, left)), COSTLY if big else size)

    def _draw(self, found: tuple[LinearMap, Window]) -> None:
        linear, window = found
        if linear is not self._linear:
            return
        output = self.output.read()

        def name(row: int, column: int) -> str:
            above = _index(output, window.top + row, linear.out_shape)
            below = _index(self._port, window.left + column, linear.in_shape)
            return f"∂{above}/∂{below}"

        self.heat_map.show_matrix(window.entries, name)
        plane = Plane.of(window.entries.shape)
        self.table.show_array(window.entries, plane, (window.top, window.left))
        self.table.fit_height(TABLE)


def _index(name: str, at: int, shape: tuple[int, ...]) -> str:
    if not shape:
        return name
    return f"{name}[" + ", ".join(str(int(i)) for i in np.unravel_index(at, shape)) + "]"


class WindowChooser(QWidget):
    """From which row and column a large Jacobian is seen; hidden where all of it is."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row, self.column = QSpinBox(self), QSpinBox(self)
        self._notes = [Label(theme, size=12, ink="muted", parent=self) for _ in range(2)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        names = (self.tr("Rows from"), self.tr("Columns from"))
        for line, (name, step) in enumerate(zip(names, (self.row, self.column), strict=True)):
            step.setAccessibleName(name)
            step.setFont(theme.font(13))
            step.setMinimumHeight(24)
            step.setSingleStep(MOST)
            step.setKeyboardTracking(False)
            frame(step, theme)
            step.valueChanged.connect(lambda: self.changed.emit())
            grid.addWidget(Label(theme, name, size=12, ink="muted", parent=self), line, 0)
            grid.addWidget(step, line, 1)
            grid.addWidget(self._notes[line], line, 2)
        grid.setColumnStretch(2, 1)

    def set_size(self, rows: int, columns: int) -> None:
        """Offer the places of a matrix of this size, and stand at its corner."""
        for step, note, size in zip(
            (self.row, self.column), self._notes, (rows, columns), strict=True
        ):
            step.blockSignals(True)
            step.setRange(0, min(max(size - MOST, 0), 2**31 - 1))
            step.setValue(0)
            step.blockSignals(False)
            note.say(self.tr("{0} of {1} shown").format(min(size, MOST), format_count(size)))
        self.setVisible(rows > MOST or columns > MOST)

    @property
    def place(self) -> tuple[int, int]:
        """First row and first column."""
        return self.row.value(), self.column.value()
