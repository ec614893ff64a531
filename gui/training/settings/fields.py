"""Fields that only the settings of a training need, and which field a setting takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from graph.rules import Declared
from gui.borders import paint_frame
from gui.icons import paint_icon
from gui.inspector.fields import ChoiceField, Field, FloatField, LineField, TruthField, WholeField
from gui.numbers import plain
from gui.theme import Theme
from gui.training.settings.words import kind_title, tr
from runtime.values import BadValue, parse_value


class NumbersField(LineField):
    """A few numbers with commas between them: `0.9, 0.999`."""

    def write(self, value: Any) -> str:
        """The numbers in full."""
        return ", ".join(plain(number).removesuffix(".0") for number in value)

    def read(self) -> Any:
        """The numbers; raises `BadValue` for anything else."""
        text = self.text().strip(" ()[]")
        try:
            found = parse_value(f"[{text}]")
        except BadValue as error:
            raise BadValue(*error.facts, where=self.accessibleName()) from None
        if len(found.shape) != 1:
            raise BadValue(f'"{text}"', "numbers", "Put commas between.", self.accessibleName())
        return tuple(float(number) for number in found.array())


class SeveralField(QPushButton):
    """Any of a few words, ticked in a menu; the value is a tuple in the order of the words."""

    committed = Signal()

    def __init__(self, theme: Theme, choices: Mapping[str, str], parent: QWidget | None = None):
        """`choices` has a sentence for each word, shown as its tip."""
        super().__init__(parent)
        self._theme = theme
        self.setFont(theme.font(13))
        self.menu_ = QMenu(self)
        self.menu_.setToolTipsVisible(True)
        for word, tip in choices.items():
            action = self.menu_.addAction(kind_title(word))
            action.setObjectName(word)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.triggered.connect(self._tell)
        self.setMenu(self.menu_)
        theme.changed.connect(self.update)

    def show_value(self, value: Any) -> None:
        """Tick these."""
        for action in self.menu_.actions():
            action.setChecked(action.objectName() in value)
        names = [a.text() for a in self.menu_.actions() if a.isChecked()]
        self.setText(", ".join(names) or tr("none"))
        self.setToolTip(self.text())

    def read(self) -> Any:
        """What is ticked."""
        return tuple(a.objectName() for a in self.menu_.actions() if a.isChecked())

    def sizeHint(self) -> QSize:
        """As high as a choice."""
        return QSize(96, self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        """It may be cut."""
        return QSize(48, self.sizeHint().height())

    def paintEvent(self, event) -> None:
        """As a choice looks, for it is one."""
        painter = QPainter(self)
        paint_frame(painter, self, self._theme)
        ink = self._theme.color("text")
        arrow = QRectF(self.width() - 20, (self.height() - 12) / 2, 12, 12)
        paint_icon(painter, "chevron_down", arrow, ink)
        room = self.rect().adjusted(8, 0, -24, 0)
        side = Qt.TextElideMode.ElideRight
        painter.setFont(self.font())
        painter.setPen(ink)
        text = self.fontMetrics().elidedText(self.text(), side, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    def _tell(self) -> None:
        self.committed.emit()


def field_of(theme: Theme, default: Any, told: Declared, parent: QWidget) -> Field:
    """The field that a setting takes, by its default and what is declared of it."""
    if isinstance(default, bool):
        return TruthField(theme, parent)
    if isinstance(default, str):
        return ChoiceField(theme, [], parent)
    if isinstance(default, tuple):
        return NumbersField(theme, parent=parent)
    if told.is_whole:
        return WholeField(theme, told.least, default is None, parent)
    field = FloatField(theme, parent=parent)
    if default is None:
        field.setPlaceholderText(tr("none"))
    return field
