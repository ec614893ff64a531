"""In which direction a tangent enters: one entry, all ones, or an own vector."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph import PortRef, Tensor
from gui.inspector.fields import ChoiceField, LineField, ListField
from gui.inspector.labels import Label
from gui.numbers import format_shape
from gui.theme import Theme
from runtime.feeds import tensor_array
from runtime.tangents import Seed
from runtime.values import BadValue, parse_value, write_value

ENTRY, ONES, OWN = "entry", "ones", "own"
MAX_WRITTEN = 64  # numbers up to which an own vector is written out


class DirectionField(QWidget):
    """A choice, and a line for the index or the numbers."""

    committed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = self.tr("Tangent")
        self._shape: tuple[int, ...] | None = None
        self.kind = ChoiceField(theme, [], self)
        self.kind.setAccessibleName(self.tr("Direction of the tangent"))
        self.index = ListField(theme, names=False, parent=self)
        self.index.setAccessibleName(self.tr("Index of the entry"))
        self.vector = LineField(theme, mono=True, parent=self)
        self.vector.setAccessibleName(self.tr("Numbers of the tangent"))
        self.vector.setToolTip(self.tr("A number, [1, 2; 3, 4], randn(4, 3), zeros(2) or ones(3)"))
        self.note = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.kind, 1)
        row.addWidget(self.index, 1)
        row.addWidget(self.vector, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.note)
        self.kind.committed.connect(self._choose)
        self.index.committed.connect(self.committed)
        self.vector.committed.connect(self.committed)

    def offer(self, shape: tuple[int, ...], seed: Seed | None, in_time: bool) -> None:
        """Put up the directions that a shape allows; `seed` is what enters already."""
        if shape != self._shape:
            self._shape = shape
            own = (self.tr("Own numbers"), OWN)
            entries = [(self.tr("One entry"), ENTRY), (self.tr("All ones"), ONES)]
            self.kind.offer([*entries, own] if shape else [(self.tr("One"), ONES), own])
            self.index.show_value((0,) * len(shape))
            self.vector.show_value("")
        if seed is not None:
            self._show(seed)
        size = self.tr("of {0}").format(format_shape(shape))
        self.note.say(self.tr("{0}, axis 0 is time").format(size) if in_time else size)
        self.note.setVisible(bool(shape))
        self._show_line()

    def seed(self, port: PortRef) -> Seed:
        """What is written, at a port; raises `BadValue` where it does not fit."""
        kind = self.kind.read()
        if kind == ONES:
            return Seed(port)
        if kind == ENTRY:
            return Seed(port, index=self._index())
        array = parse_value(self.vector.text()).array()
        if array.shape != self._shape and array.size == 1 and not self._shape:
            array = array.reshape(())
        if array.shape != self._shape:
            found, expected = format_shape(array.shape), format_shape(self._shape or ())
            raise BadValue(found, expected, where=self.title)
        return Seed(port, vector=Tensor.of(array))

    def _index(self) -> tuple[int, ...]:
        shape = self._shape or ()
        index = self.index.read() or ()
        fits = len(index) == len(shape) and all(
            0 <= i < n for i, n in zip(index, shape, strict=True)
        )
        if not fits:
            last = format_shape(tuple(n - 1 for n in shape))
            first = format_shape((0,) * len(shape))
            expected = self.tr("an index from {0} to {1}").format(first, last)
            raise BadValue(format_shape(index), expected, where=self.title)
        return tuple(index)

    def _show(self, seed: Seed) -> None:
        kind = ONES
        if seed.index is not None:
            kind = ENTRY
            self.index.show_value(seed.index)
        elif seed.vector is not None:
            kind = OWN
            array = tensor_array(seed.vector)
            if array.size <= MAX_WRITTEN:
                self.vector.show_value(write_value(array))
        self.kind.show_value(kind)

    def _choose(self) -> None:
        self._show_line()
        if self.kind.read() != OWN or self.vector.text():
            self.committed.emit()

    def _show_line(self) -> None:
        kind = self.kind.read()
        self.index.setVisible(kind == ENTRY)
        self.vector.setVisible(kind == OWN)
