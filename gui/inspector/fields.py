"""One field per attribute type: a widget that shows a value and says when another is committed.

Every field has `committed` (the person is done: Enter, leaving it, or a choice; with a changed
value or without), `show_value` and `read`, which raises `BadValue` for a text that is no value
at all; whether the value fits is the declaration's business.
"""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from graph import AttributeSpec
from graph.attributes import written
from gui.borders import frame, paint_frame
from gui.icons import paint_icon
from gui.numbers import MINUS, plain
from gui.theme import Theme
from runtime import values
from runtime.data.rows import read_row, write_row

_ENTRY = re.compile(r"[+-]?[0-9]+|[A-Za-z_]\w*")
_LIST = re.compile(r"\s*[\[(]?([^\[\]()]*)[\])]?\s*")


class LineField(QLineEdit):
    """A text, or whatever is written as one. Escape brings the last good value back."""

    committed = Signal()

    def __init__(self, theme: Theme, *, mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self.setFont(theme.font(12 if mono else 13, mono=mono))
        self.editingFinished.connect(self._finish)
        frame(self, theme)

    def show_value(self, value: Any) -> None:
        """Show a value as a text, but never over what is being typed."""
        self._kept = self.write(value)
        if self.hasFocus() and self.isModified():
            return
        if self.text() != self._kept:
            self.setText(self._kept)
        if not self.hasFocus():
            self.setCursorPosition(0)

    def write(self, value: Any) -> str:
        """The text for a value."""
        return "" if value is None else str(value)

    def read(self) -> Any:
        """The value that the text stands for."""
        return self.text()

    @property
    def is_edited(self) -> bool:
        """Whether the text is another than the value's."""
        return self.text() != self._kept

    def dragEnterEvent(self, event) -> None:
        """Texts may be dropped here; files are for the window."""
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_edited:
            self.setText(self._kept)
            self.committed.emit()
            return
        super().keyPressEvent(event)

    def _finish(self) -> None:
        self.setModified(False)
        self.committed.emit()


class FloatField(LineField):
    """A number that may be written as `1e-3`, or as `Infinity`."""

    def write(self, value: Any) -> str:
        if value is None:
            return ""
        word = written(value)
        return word if isinstance(word, str) else plain(value).removesuffix(".0")

    def read(self) -> Any:
        text = self.text().strip()
        if not text or text == self.placeholderText():
            return None
        try:
            value = values.parse_value(text)
        except values.BadValue as error:
            raise values.BadValue(*error.facts, where=self.accessibleName()) from None
        if value.shape:
            raise values.BadValue(f'"{text}"', "one number", where=self.accessibleName())
        return float(value.array())


class ListField(LineField):
    """Sizes and names, as `[2, B]`; brackets may be left out."""

    def __init__(self, theme: Theme, *, names: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, mono=True, parent=parent)
        self._names = names

    def write(self, value: Any) -> str:
        return "" if value is None else "[" + ", ".join(map(str, value)) + "]"

    def read(self) -> Any:
        text = self.text().replace(MINUS, "-")
        if text.strip() in ("", self.placeholderText()):
            return None
        inside = _LIST.fullmatch(text)
        words = inside[1].replace(",", " ").split() if inside else [text]
        for word in words:
            named = not word.lstrip("+-").isdigit()
            if not _ENTRY.fullmatch(word) or (named and not self._names):
                expected = (
                    "sizes or names, as [2, B]" if self._names else "whole numbers, as [0, 1]"
                )
                raise values.BadValue(f'"{word}"', expected, where=self.accessibleName())
        return tuple(word if word[0].isalpha() or word[0] == "_" else int(word) for word in words)


class TextsField(LineField):
    """Texts with commas between them; quotation marks around one that has a comma itself."""

    def write(self, value: Any) -> str:
        return "" if not value else write_row(value)

    def read(self) -> Any:
        return read_row(self.text())


class OptionsField(LineField):
    """Numbers by name, as `samples = 200, noise = 0.1`."""

    def write(self, value: Any) -> str:
        numbers = {name: plain(float(number)) for name, number in (value or {}).items()}
        return ", ".join(f"{name} = {text.removesuffix('.0')}" for name, text in numbers.items())

    def read(self) -> Any:
        found: dict[str, Any] = {}
        for part in filter(None, (part.strip() for part in self.text().split(","))):
            name, equals, text = (side.strip() for side in part.partition("="))
            if not equals or not name.isidentifier() or name in found:
                where = self.accessibleName()
                raise values.BadValue(f'"{part}"', "numbers by name, as samples = 200", where=where)
            number = float(values.parse_value(text).array())
            found[name] = int(number) if number.is_integer() else number
        return found


class WholeField(QAbstractSpinBox):
    """A whole number with arrows; `QSpinBox` stops at 32 bits. Empty is None where allowed.

    `is_stepping` is true while an arrow commits, so that a run of clicks can be one undo entry;
    `left` ends such a run.
    """

    committed = Signal()
    left = Signal()

    def __init__(
        self, theme: Theme, minimum: float | None, optional: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._minimum, self._optional, self._kept = minimum, optional, ""
        self.is_stepping = False
        self.setMinimumHeight(24)
        self.setFont(theme.font(13))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.editingFinished.connect(self._finish)
        if optional:
            self.lineEdit().setPlaceholderText(self.tr("none"))
        frame(self, theme)

    def show_value(self, value: Any) -> None:
        """Show a whole number, or nothing for None, but never over what is being typed."""
        self._kept = "" if value is None else str(value)
        if not (self.hasFocus() and self.lineEdit().isModified()):
            self.lineEdit().setText(self._kept)

    def read(self) -> Any:
        """The number; None for the empty text."""
        text = self.text().strip().replace(MINUS, "-")
        if not text:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise values.BadValue(f'"{text}"', "a whole number", where=self.accessibleName())
        return int(text)

    @property
    def is_edited(self) -> bool:
        """Whether the text is another than the value's."""
        return self.text() != self._kept

    def stepBy(self, steps: int) -> None:
        try:
            value = (self.read() or 0) + steps
        except values.BadValue:
            return
        if self._minimum is not None:
            value = max(value, int(self._minimum))
        self.lineEdit().setText(str(value))
        self.is_stepping = True
        self.committed.emit()
        self.is_stepping = False

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def _finish(self) -> None:
        self.lineEdit().setModified(False)
        self.committed.emit()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        both = QAbstractSpinBox.StepEnabledFlag
        try:
            value = self.read()
        except values.BadValue:
            return both.StepNone
        if self._minimum is not None and value is not None and value <= self._minimum:
            return both.StepUpEnabled
        return both.StepUpEnabled | both.StepDownEnabled

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, place  # a bad text stays until it is mended

    def wheelEvent(self, event) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # scrolling the inspector must not change numbers


class TruthField(QCheckBox):
    """True or false."""

    committed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.clicked.connect(lambda: self.committed.emit())
        frame(self, theme)

    def show_value(self, value: Any) -> None:
        """Tick or untick."""
        self.setChecked(bool(value))

    def read(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if self.hasFocus():  # Fusion marks the words beside a box, and there are none
            option = QStyleOptionButton()
            self.initStyleOption(option)
            box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 3, 3)
            painter.end()


class ChoiceField(QComboBox):
    """One of a few words; None has a word of its own."""

    committed = Signal()

    def __init__(
        self, theme: Theme, choices: list[tuple[str, Any]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFont(theme.font(13))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.offer(choices)
        self.activated.connect(lambda: self.committed.emit())
        self._theme = theme
        theme.changed.connect(self.update)

    def offer(self, choices: list[tuple[str, Any]]) -> None:
        """Put (text, value) pairs up for choice."""
        self.clear()
        for text, value in choices:
            self.addItem(text, value)

    def show_value(self, value: Any) -> None:
        """Show the choice that stands for a value; one that is not offered is added."""
        index = self.findData(value)
        if index < 0:
            self.addItem(str(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def read(self) -> Any:
        """The chosen value."""
        return self.currentData()

    def showPopup(self) -> None:
        """The list of choices has the field's name."""
        self.view().setAccessibleName(self.accessibleName())
        super().showPopup()

    def wheelEvent(self, event) -> None:
        event.ignore()  # scrolling the inspector must not change settings

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, self.sizeHint().height())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint_frame(painter, self, theme)
        ink = theme.color("text", 1.0 if self.isEnabled() else 0.5)
        arrow = QRectF(self.width() - 20, (self.height() - 12) / 2, 12, 12)
        paint_icon(painter, "chevron_down", arrow, ink)
        room = self.rect().adjusted(8, 0, -24, 0)
        side = Qt.TextElideMode.ElideRight
        text = self.fontMetrics().elidedText(self.currentText(), side, room.width())
        painter.setFont(self.font())
        painter.setPen(ink)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


Field = LineField | WholeField | TruthField | ChoiceField


def field_for(spec: AttributeSpec, theme: Theme, none: str, parent: QWidget | None) -> Field:
    """The right widget for an attribute; `none` is the word for None in a choice."""
    if spec.choices:
        offered = [(choice, choice) for choice in spec.choices]
        return ChoiceField(theme, [(none, None), *offered] if spec.optional else offered, parent)
    if spec.type == "int":
        return WholeField(theme, spec.minimum, spec.optional, parent)
    if spec.type == "float":
        return FloatField(theme, mono=False, parent=parent)
    if spec.type == "bool":
        return TruthField(theme, parent)
    if spec.type in ("ints", "shape"):
        return ListField(theme, names=spec.type == "shape", parent=parent)
    if spec.type == "texts":
        return TextsField(theme, parent=parent)
    if spec.type == "options":
        return OptionsField(theme, parent=parent)
    return LineField(theme, parent=parent)
