"""The page of choices: a row each, made from a table."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSpinBox, QWidget

from gui.borders import frame
from gui.inspector.fields import ChoiceField, TruthField
from gui.settings import AUTOSAVE, Settings
from gui.theme import Theme

G = "GeneralPage"  # the context of the texts
WIDE = 200
HEIGHT = 26
CHOICES = (
    ("theme", N(G, "&Colours"),
     (("system", N(G, "As the system")), ("light", N(G, "Light")), ("dark", N(G, "Dark")))),
    ("wheel", N(G, "Mouse &wheel"), (("zooms", N(G, "Zooms")), ("pans", N(G, "Pans")))),
    ("touchpad", N(G, "&Two fingers on a touchpad"),
     (("pans", N(G, "Pan")), ("zooms", N(G, "Zoom")))),
)  # fmt: skip
FLAGS = (
    ("snaps", N(G, "&Nodes stop on the grid")),
    ("has_dots", N(G, "Show the &dots of the grid")),
    ("has_motion", N(G, "&Motion: flights of the camera, pulses of a step")),
)


class GeneralPage(QWidget):
    """Fields that show the settings, and change them as soon as they are touched."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._theme = settings, theme
        self.choices: dict[str, ChoiceField] = {}
        self.flags: dict[str, TruthField] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        for name, title, words in CHOICES:
            self._add_choice(name, title, words)
        for name, title in FLAGS:
            self._add_flag(name, title)
        self._add_autosave()
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self._grid.setColumnStretch(1, 1)
        settings.changed.connect(self.show_settings)
        self.show_settings()

    def show_settings(self) -> None:
        """Show what is chosen, here or elsewhere."""
        for name, field in self.choices.items():
            field.show_value(getattr(self._settings, name))
        for name, box in self.flags.items():
            box.setChecked(getattr(self._settings, name))
        self.autosave.setValue(self._settings.autosave_seconds)

    def _add_choice(self, name: str, title: str, words: tuple[tuple[str, str], ...]) -> None:
        offered = [(self.tr(text), value) for value, text in words]
        field = ChoiceField(self._theme, offered, self)
        field.committed.connect(partial(self._take_choice, name))
        self.choices[name] = field
        self._add_row(self.tr(title), field)

    def _add_flag(self, name: str, title: str) -> None:
        box = TruthField(self._theme, self)
        box.setText(self.tr(title))
        box.committed.connect(partial(self._take_flag, name))
        self.flags[name] = box
        self._grid.addWidget(box, self._grid.rowCount(), 0, 1, 2)

    def _add_autosave(self) -> None:
        self.autosave = QSpinBox(self)
        self.autosave.setRange(*AUTOSAVE)
        self.autosave.setSuffix(self.tr(" s"))
        self.autosave.setFixedHeight(HEIGHT)
        self.autosave.setKeyboardTracking(False)
        frame(self.autosave, self._theme)
        self.autosave.valueChanged.connect(self._take_autosave)
        self._add_row(self.tr("&Keep a copy for a crash after"), self.autosave)

    def _add_row(self, title: str, field: QWidget) -> None:
        label = QLabel(title, self)
        label.setBuddy(field)
        field.setAccessibleName(title.replace("&", ""))
        field.setFixedWidth(WIDE)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)

    def _take_choice(self, name: str) -> None:
        setattr(self._settings, name, self.choices[name].read())

    def _take_flag(self, name: str) -> None:
        setattr(self._settings, name, self.flags[name].isChecked())

    def _take_autosave(self, seconds: int) -> None:
        self._settings.autosave_seconds = seconds
