"""Which sample of a batch is looked at, or all of them; or why there is no such choice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from gui.borders import frame
from gui.inspector.buttons import Button
from gui.inspector.labels import Label, Sentence
from gui.numbers import format_count
from gui.theme import Theme

ALL = -1


class SampleChooser(QWidget):
    """`Sample [3] of 32`, where one below the first means all."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._name = Label(theme, self.tr("Sample"), size=12, ink="muted", parent=self)
        self.spin = QSpinBox(self)
        self.spin.setSpecialValueText(self.tr("all"))
        self.spin.setAccessibleName(self.tr("Sample"))
        self.spin.setFont(theme.font(13))
        self.spin.setMinimumHeight(24)
        self.spin.setKeyboardTracking(False)
        frame(self.spin, theme)
        self._of = Label(theme, size=12, ink="muted", parent=self)
        self.all = Button(
            theme,
            self.tr("All"),
            self.tr("All samples together"),
            lambda: self.spin.setValue(ALL),
            parent=self,
        )
        self.all.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.why = Sentence(theme, parent=self)
        self.spin.valueChanged.connect(self._follow)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for part in (self._name, self.spin, self._of, self.all):
            row.addWidget(part)
        row.addWidget(self.why, 1)
        row.addStretch(0)
        self.offer(0)

    @property
    def sample(self) -> int | None:
        """The chosen sample; None for all."""
        return None if self.spin.value() == ALL else self.spin.value()

    @property
    def count(self) -> int | None:
        """How many samples there are; None where axis 0 is no independent batch."""
        return self._count or None

    def offer(self, count: int, why: str = "") -> None:
        """So many samples to choose from; or none, and the reason. The choice is kept if it can."""
        self._count = count
        self.spin.blockSignals(True)
        self.spin.setRange(ALL, max(count - 1, ALL))
        self.spin.blockSignals(False)
        self._of.say(self.tr("of {0}").format(format_count(count)))
        for part in (self._name, self.spin, self._of, self.all):
            part.setVisible(count > 1)
        self.why.say(why, "hint" if why else "")
        self.setVisible(count > 1 or bool(why))
        self.all.setEnabled(self.sample is not None)

    def _follow(self) -> None:
        self.all.setEnabled(self.sample is not None)
        self.changed.emit()
