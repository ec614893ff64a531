"""From which row and column a large Jacobian is seen, as numbers that can be typed."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QSpinBox, QWidget

from gui.borders import frame
from gui.inspector.heat_map import MOST
from gui.inspector.jacobian.region import Region
from gui.inspector.jacobian.zoom import Zoom
from gui.inspector.labels import Label
from gui.numbers import format_count
from gui.theme import Theme

LARGEST = 2**31 - 1  # what a spin box can hold


class PlaceFields(QWidget):
    """The first row and column in sight. A place typed while all is in sight zooms in there."""

    def __init__(self, theme: Theme, zoom: Zoom, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = zoom
        self.row, self.column = QSpinBox(self), QSpinBox(self)
        self._notes = [Label(theme, size=12, ink="muted", parent=self) for _ in range(2)]
        self._titles: list[Label] = []
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
            step.valueChanged.connect(self._go)
            title = Label(theme, name, size=12, ink="muted", parent=self)
            self._titles.append(title)
            grid.addWidget(title, line, 0)
            grid.addWidget(step, line, 1)
            grid.addWidget(self._notes[line], line, 2)
        grid.setColumnStretch(2, 1)

    @property
    def is_needed(self) -> bool:
        """Whether the matrix is too large to be found one's way in by the picture alone."""
        return max(self._zoom.size) > MOST

    def follow(self) -> None:
        """Say what is in sight."""
        starts = (self._zoom.region.top, self._zoom.region.left)
        parts = (self._titles, (self.row, self.column), self._notes)
        for title, step, note, start, length in zip(*parts, starts, self._zoom.size, strict=True):
            step.blockSignals(True)
            step.setRange(0, min(max(length - 1, 0), LARGEST))
            step.setValue(start)
            step.blockSignals(False)
            note.say(self.tr("of {0}").format(format_count(length)))
            for part in (title, step, note):
                part.setVisible(length > 1)

    def _go(self) -> None:
        """Look at the typed place, through a window in which entries are numbers."""
        zoom = self._zoom
        height, width = (min(seen, MOST) for seen in zoom.region.size)
        window = Region(0, height, 0, width)
        zoom.go(window.placed(self.row.value(), self.column.value(), zoom.size))
