"""The section of a node's page that draws its units: sample, picture, and what it says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from gui.announcing import announce
from gui.borders import frame
from gui.inspector.axes import Array
from gui.inspector.labels import Label
from gui.inspector.units.picture import UnitPicture
from gui.inspector.units.reading import Units, read_units
from gui.numbers import format_count, format_number
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class UnitView(QWidget):
    """Units of a linear layer and of the activation behind it, live. Its section hides without."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme, self._id = document, theme, id_
        self._units: Units | None = None
        self.sample = QSpinBox(self)
        self.sample.setAccessibleName(self.tr("Sample"))
        self.sample.setMinimumHeight(24)
        self.sample.setFont(theme.font(13))
        frame(self.sample, theme)
        self.of = Label(theme, size=12, ink="muted", parent=self)
        self._samples = QWidget(self)
        self.picture = UnitPicture(theme, self)
        self.readout = Label(theme, size=12, wrap=True, parent=self)
        self.legend = Label(theme, self._legend(), size=11, ink="muted", wrap=True, parent=self)
        self._lay_out()
        self.sample.valueChanged.connect(self.follow)
        self.picture.pointed.connect(self._read)
        self.picture.left.connect(self._rest)

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        if self._id not in self._document.graph:
            return
        self._units = read_units(self._document, self._id, self.sample.value())
        parent = self.parentWidget()
        if parent is not None:
            parent.setVisible(self._units is not None)
        if self._units is None:
            return
        samples = self._units.samples
        self.sample.setMaximum(max(samples - 1, 0))
        self.of.say(self.tr("of {0}").format(format_count(samples)))
        self._samples.setVisible(samples > 1)
        self.picture.show_units(self._units)
        sizes = [column.size for column in self._units.columns]
        words = self.tr("Units: {0} inputs, {1} outputs; arrow keys read them")
        self.picture.setAccessibleName(self.tr("Units"))
        self.picture.setAccessibleDescription(words.format(*sizes[:2]))
        if self.picture.at is not None:
            self.readout.say(self.words(*self.picture.at))

    def words(self, number: int, unit: int) -> str:
        """A unit in words: its value, its gradient, and the weights that lead to it."""
        units = self._units
        column = units.columns[number]
        parts = [f"{column.title}[{unit}]"]
        parts.append(_told(self.tr("value {0}"), column.values, unit))
        parts.append(_told(self.tr("gradient {0}"), column.gradients, unit))
        if number == 1 and units.weight is not None:
            numbers = ", ".join(format_number(w, 3) for w in units.weight[unit])
            parts.append(self.tr("weights {0}").format(numbers))
            if units.weight_gradient is not None:
                numbers = ", ".join(format_number(w, 3) for w in units.weight_gradient[unit])
                parts.append(self.tr("their gradients {0}").format(numbers))
            parts.append(_told(self.tr("bias {0}"), units.bias, unit))
        return "; ".join(part for part in parts if part)

    # --- inside ---------------------------------------------------------------------------

    def _read(self, column: int, unit: int) -> None:
        text = self.words(column, unit)
        self.readout.say(text)
        if self.picture.hasFocus():
            announce(self.picture, text)

    def _rest(self) -> None:
        self.readout.say(self.tr("Point at a unit to read it."))

    def _legend(self) -> str:
        return self.tr(
            "A line is a weight: its width the size, dashed when negative, none when zero. The "
            "fill of a unit is its value, the ring its gradient."
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._samples)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(self._theme, self.tr("Sample"), size=12, ink="muted", parent=self))
        row.addWidget(self.sample)
        row.addWidget(self.of)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._samples, self.picture, self.readout, self.legend):
            column.addWidget(part)
        self._rest()


def _told(text: str, numbers: Array | None, unit: int) -> str:
    return text.format(format_number(numbers[unit])) if numbers is not None else ""
