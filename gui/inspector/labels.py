"""Texts of the inspector: plain text in the theme's inks, never wider than their room."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.hairlines import LINE
from gui.icons import icon
from gui.numbers import THIN_SPACE
from gui.theme import Theme

_LONG = re.compile(r"\S{24,}")
_BREAK = "\u200b"  # a place where a long word may be broken
NARROW_SPACE = "\u202f"  # a thin space at which no line is broken
Role = QPalette.ColorRole
ROLES = {"text": Role.WindowText, "muted": Role.PlaceholderText, "error": Role.BrightText}
"""Inks that the program's palette holds: what is written in them follows the theme by itself."""
OWN = Role.Link  # holds any other ink, in a palette of the label's own


class Label(QLabel):
    """Plain text in one ink; one line is elided at `cut`, `wrap` breaks even long words."""

    cut = Qt.TextElideMode.ElideRight

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        size: int = 13,
        weight: int = 400,
        ink: str = "text",
        mono: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._full = theme, ""
        self._dye: Dye | None = None  # made for the first ink that no palette holds
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight, mono))
        self.setWordWrap(wrap)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.dye(ink)
        self.say(text)

    def say(self, text: str) -> None:
        """Show another text."""
        if text == self._full:
            return
        self._full = text
        self.setText(_wrapped(text) if self.wordWrap() else text)
        self.setAccessibleName(text)

    @property
    def said(self) -> str:
        """The whole text, however much of it there is room for."""
        return self._full

    def dye(self, ink: str) -> None:
        """Write in another ink, a token of the theme."""
        role = ROLES.get(ink)
        if role is None:
            role = OWN
            if self._dye is None:
                self._dye = Dye(self, self._theme, role)
            self._dye.choose(ink)
        self.setForegroundRole(role)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 24), hint.height())

    def paintEvent(self, event) -> None:
        metrics = QFontMetrics(self.font())
        if self.wordWrap() or metrics.horizontalAdvance(self._full) <= self.width():
            self.setToolTip("" if self.toolTip() == self._full else self.toolTip())
            super().paintEvent(event)
            return
        if not self.toolTip():
            self.setToolTip(self._full)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        short = metrics.elidedText(self._full, self.cut, self.width())
        painter.drawText(self.rect(), int(self.alignment()), short)
        painter.end()


class Dye(QObject):
    """Keeps a role of a widget's palette in an ink of the theme for as long as the widget lives."""

    def __init__(self, widget: QWidget, theme: Theme, role: Role) -> None:
        super().__init__(widget)
        self._theme, self._role, self._ink = theme, role, "text"
        theme.changed.connect(self._fill)

    def choose(self, ink: str) -> None:
        """Another ink, a token of the theme."""
        if ink != self._ink:
            self._ink = ink
            self._fill()

    def _fill(self) -> None:
        palette = self.parent().palette()
        palette.setColor(self._role, self._theme.color(self._ink))
        self.parent().setPalette(palette)


def _wrapped(text: str) -> str:
    """Long words can be broken, and grouped numbers cannot."""
    return _LONG.sub(_breakable, text).replace(THIN_SPACE, NARROW_SPACE)


def _breakable(match: re.Match[str]) -> str:
    word = match[0]
    return _BREAK.join(word[i : i + 12] for i in range(0, len(word), 12))


class Sentence(QWidget):
    """An icon and a wrapped sentence: a verdict, an error, a hint. Hidden while it is empty.

    Its parts are made when it has something to say, which most never have.
    """

    def __init__(self, theme: Theme, ink: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._ink, self._icon = theme, ink, ""
        self._parts: tuple[QLabel, Label] | None = None
        self.hide()

    def say(self, text: str, icon_name: str = "", ink: str = "") -> None:
        """Show a sentence with an icon of that name; the empty text hides both."""
        self._icon, self._ink = icon_name, ink or self._ink
        if text or self._parts is not None:
            self.label.dye(self._ink)
            self.label.say(text)
            self._draw()
        self.setVisible(bool(text))

    @property
    def said(self) -> str:
        """The sentence."""
        return "" if self._parts is None else self.label.said

    @property
    def label(self) -> Label:
        """The label of the words."""
        return self._made()[1]

    def _made(self) -> tuple[QLabel, Label]:
        if self._parts is None:
            mark = QLabel(self)
            mark.setFixedWidth(16)
            mark.setAlignment(Qt.AlignmentFlag.AlignTop)
            label = Label(self._theme, size=12, ink=self._ink, wrap=True, parent=self)
            row = QHBoxLayout(self)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
            row.addWidget(mark)
            row.addWidget(label, 1)
            self._theme.changed.connect(self._draw)
            self._parts = mark, label
        return self._parts

    def _draw(self) -> None:
        mark, _ = self._made()
        mark.setVisible(bool(self._icon))
        if self._icon:
            mark.setPixmap(icon(self._icon, self._theme.color(self._ink)).pixmap(16, 16))


class Rule(QFrame):
    """A hairline between sections."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(LINE)
