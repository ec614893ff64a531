"""Which two axes of a tensor are seen, and where the others stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSpinBox, QWidget

from gui.borders import frame
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.numbers import format_count
from gui.theme import Theme

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Plane:
    """A plane through a tensor: the axes that run down and across, and the place on the others.

    `rows` or `columns` is None where the tensor has too few axes; a vector runs down.
    """

    rows: int | None
    columns: int | None
    place: tuple[int, ...]

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> Plane:
        """The last two axes, the others at 0."""
        rank = len(shape)
        columns = rank - 1 if rank >= 2 else None
        rows = rank - 2 if rank >= 2 else 0 if rank else None
        return cls(rows, columns, (0,) * rank)

    def cut(self, array: Array) -> Array:
        """The matrix `[rows, columns]` that lies in the plane, as a view."""
        seen = (self.rows, self.columns)
        index = tuple(slice(None) if axis in seen else at for axis, at in enumerate(self.place))
        matrix = array[index]
        if self.rows is not None and self.columns is not None and self.rows > self.columns:
            matrix = matrix.T
        return matrix.reshape(matrix.shape + (1,) * (2 - matrix.ndim))

    def index(self, row: int, column: int) -> tuple[int, ...]:
        """The tensor's index of a cell."""
        at = {self.rows: row, self.columns: column}
        return tuple(at.get(axis, here) for axis, here in enumerate(self.place))


class AxesChooser(QWidget):
    """Chooses rows, columns and the place on every other axis; hidden up to rank 2."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shape: tuple[int, ...] | None = None
        self.plane = Plane.of(())
        self.rows = ChoiceField(theme, [], self)
        self.columns = ChoiceField(theme, [], self)
        self.rows.setAccessibleName(self.tr("Axis of the rows"))
        self.columns.setAccessibleName(self.tr("Axis of the columns"))
        self.steps: dict[int, QSpinBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        for row, (text, field) in enumerate(
            ((self.tr("Rows"), self.rows), (self.tr("Columns"), self.columns))
        ):
            self._grid.addWidget(Label(theme, text, size=12, ink="muted"), row, 0)
            self._grid.addWidget(field, row, 1, 1, 2)
        self._grid.setColumnStretch(2, 1)
        self.rows.committed.connect(lambda: self._choose(self.rows, self.columns))
        self.columns.committed.connect(lambda: self._choose(self.columns, self.rows))
        self.setVisible(False)

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Offer the axes of this shape; the choice is kept where the shape is as before."""
        if shape == self._shape:
            return
        self._shape, self.plane = shape, Plane.of(shape)
        self.setVisible(len(shape) > 2 and 0 not in shape)
        axes = [
            (self.tr("axis {0}, {1} long").format(axis, format_count(size)), axis)
            for axis, size in enumerate(shape)
        ]
        for field, axis in ((self.rows, self.plane.rows), (self.columns, self.plane.columns)):
            field.offer(axes)
            if axis is not None:
                field.show_value(axis)
        self._build_steps()

    def _choose(self, changed: ChoiceField, other: ChoiceField) -> None:
        if changed.read() == other.read():  # the other one takes what this one had
            had = self.plane.rows if changed is self.rows else self.plane.columns
            other.show_value(had)
        self.plane = Plane(self.rows.read(), self.columns.read(), self.plane.place)
        self._build_steps()
        self.changed.emit()

    def _build_steps(self) -> None:
        for row in range(2, self._grid.rowCount()):
            for column in range(3):
                item = self._grid.itemAtPosition(row, column)
                if item is not None and item.widget() is not None:
                    item.widget().deleteLater()
                    self._grid.removeItem(item)
        self.steps = {}
        shape = self._shape or ()
        others = [a for a in range(len(shape)) if a not in (self.plane.rows, self.plane.columns)]
        for row, axis in enumerate(others if self.isVisibleTo(self.parentWidget()) else (), 2):
            step = self._step(axis, shape[axis])
            name = self.tr("Axis {0}").format(axis)
            self._grid.addWidget(Label(self._theme, name, size=12, ink="muted"), row, 0)
            self._grid.addWidget(step, row, 1)
            of = self.tr("of {0}").format(format_count(shape[axis]))
            self._grid.addWidget(Label(self._theme, of, size=12, ink="muted"), row, 2)

    def _step(self, axis: int, size: int) -> QSpinBox:
        step = QSpinBox(self)
        step.setRange(0, size - 1)
        step.setValue(self.plane.place[axis])
        step.setAccessibleName(self.tr("Place on axis {0}").format(axis))
        step.setFont(self._theme.font(13))
        step.setMinimumHeight(24)
        step.setKeyboardTracking(False)
        frame(step, self._theme)
        step.valueChanged.connect(lambda at: self._move(axis, at))
        self.steps[axis] = step
        return step

    def _move(self, axis: int, at: int) -> None:
        place = list(self.plane.place)
        place[axis] = at
        self.plane = Plane(self.plane.rows, self.plane.columns, tuple(place))
        self.changed.emit()
