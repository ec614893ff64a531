"""Which coordinates of a large input and output are drawn: one or two of each."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QSpinBox, QWidget

from gui.borders import frame
from gui.inspector.axes import Array
from gui.inspector.labels import Label
from gui.theme import Theme

NONE = -1
LARGEST = 2**31 - 1  # what a spin box can hold
SEARCHED = 4096  # outputs among which those are found that feel the inputs most
Indices = tuple[int, ...]


class IndexField(QSpinBox):
    """An entry of a tensor by its index, `0, 3`; arrows go through them in C order."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Indices = ()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFont(theme.font(12))
        self.setMinimumHeight(24)
        self.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        frame(self, theme)

    def set_shape(self, shape: Indices, *, may_be_none: bool) -> None:
        """Offer the entries of a tensor, and none of them where that is a choice."""
        self._shape = shape
        most = min(math.prod(shape) - 1, LARGEST)
        self.setRange(NONE if may_be_none else 0, max(most, 0 if not may_be_none else NONE))
        self.setSpecialValueText(self.tr("none") if may_be_none else "")

    def textFromValue(self, value: int) -> str:
        """`0, 3`."""
        if value < 0 or not self._shape:
            return str(value)
        return ", ".join(str(int(at)) for at in np.unravel_index(value, self._shape))

    def valueFromText(self, text: str) -> int:
        """The entry of a typed index; a single number counts in C order."""
        numbers = _indices(text)
        if numbers is None:
            return self.minimum() if text == self.specialValueText() else self.value()
        if len(numbers) != len(self._shape):
            return numbers[-1]
        within = zip(numbers, self._shape, strict=True)
        held = tuple(min(at, size - 1) for at, size in within)
        return int(np.ravel_multi_index(held, self._shape))

    def validate(self, text: str, place: int):
        """Anything may be typed that could become an index."""
        state = QValidator.State
        word = self.specialValueText()
        if _indices(text) is not None or (word and text == word):
            return state.Acceptable, text, place
        is_start = all(sign.isdigit() or sign in ", []" for sign in text) or word.startswith(text)
        return (state.Intermediate if is_start else state.Invalid), text, place


class Coordinates(QWidget):
    """One or two inputs, one or two outputs. Hidden where both ends are single numbers."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes: tuple[Indices, Indices] | None = None
        self._is_filling = False
        names = (
            (self.tr("First input"), self.tr("Second input")),
            (self.tr("First output"), self.tr("Second output")),
        )
        self.fields = tuple(tuple(IndexField(theme, n, self) for n in pair) for pair in names)
        titles = (self.tr("Inputs"), self.tr("Outputs"))
        self._titles = [Label(theme, title, size=12, ink="muted", parent=self) for title in titles]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for row, (title, fields) in enumerate(zip(self._titles, self.fields, strict=True)):
            grid.addWidget(title, row, 0)
            for column, field in enumerate(fields, 1):
                field.valueChanged.connect(self._tell)
                grid.addWidget(field, row, column)
                grid.setColumnStretch(column, 1)

    @property
    def inputs(self) -> Indices:
        """The chosen entries of the input, flat."""
        return self._chosen(0)

    @property
    def outputs(self) -> Indices:
        """The chosen entries of the output."""
        return self._chosen(1)

    def fits(self, shapes: tuple[Indices, Indices]) -> bool:
        """Whether the choice is among tensors of these shapes."""
        return shapes == self._shapes

    def offer(self, shapes: tuple[Indices, Indices], inputs: Indices, outputs: Indices) -> None:
        """Offer the entries of an input and an output; the first choice is given."""
        self._shapes = shapes
        self._is_filling = True
        for row, (shape, chosen) in enumerate(zip(shapes, (inputs, outputs), strict=True)):
            is_many = math.prod(shape) > 1
            for place, field in enumerate(self.fields[row]):
                field.set_shape(shape, may_be_none=place > 0)
                field.setValue(chosen[place] if place < len(chosen) else NONE)
                field.setVisible(is_many)
            self._titles[row].setVisible(is_many)
        self._is_filling = False
        self.setVisible(any(math.prod(shape) > 1 for shape in shapes))

    def _chosen(self, row: int) -> Indices:
        first, second = (field.value() for field in self.fields[row])
        return (first,) if second in (NONE, first) else (first, second)

    def _tell(self) -> None:
        if not self._is_filling:
            self.changed.emit()


def first_inputs(columns: int) -> Indices:
    """What is drawn first of an input: its first two coordinates."""
    return tuple(range(min(columns, 2)))


def liveliest(matrix: Array) -> Indices:
    """The two outputs, or the one, that feel the inputs most: rows of a matrix [outputs, inputs].

    Among equals the first, so that an elementwise module shows the entries that it was given.
    """
    sizes = np.nan_to_num(np.linalg.norm(matrix[:SEARCHED], axis=1))
    best = np.argsort(-sizes, kind="stable")[:2]
    return tuple(sorted(int(row) for row in best))


def _indices(text: str) -> Indices | None:
    """The numbers of `[0, 3]` or `0, 3`; None of anything else."""
    parts = text.strip().strip("[]").split(",")
    if not all(part.strip().isdigit() for part in parts):
        return None
    return tuple(int(part) for part in parts)
