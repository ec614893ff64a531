"""Colours, fonts and the palette, light and dark. Hue means direction of flow, or error."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle

Choice = Literal["system", "light", "dark"]

# token: (light, dark)
TOKENS: dict[str, tuple[str, str]] = {
    "canvas": ("#F4F6F8", "#15181D"),
    "panel": ("#FFFFFF", "#1D2127"),
    "node": ("#FFFFFF", "#262B33"),
    "grid": ("#DDE2E8", "#2A3039"),
    "selected": ("#DCE3EC", "#3A4350"),
    "line": ("#6B7684", "#8B96A5"),
    "text": ("#1A1F26", "#E9ECF0"),
    "muted": ("#55606D", "#A9B2BE"),
    "forward": ("#2463CE", "#5F97F4"),
    "reverse": ("#B24B04", "#F3743F"),
    "tangent": ("#6E1260", "#F1B6D6"),
    "update": ("#1A1F26", "#E9ECF0"),  # text ink: it flows in no direction
    "error": ("#8C0A1A", "#FB9890"),
    "negative": ("#8E29B3", "#D574FD"),
    "zero": ("#F7F7F7", "#1D2127"),
    "positive": ("#0A6B1D", "#46B250"),
}
SIZES = (11, 12, 13, 15, 18, 24)
SPACES = (4, 8, 12, 16, 24, 32)
MOTION = {"state": 120, "camera": 200, "pulse": 300}  # milliseconds, ease-out

# Which token fills which role of Qt's palette; a second row holds what is greyed out.
ROLES: dict[str, str] = {
    "Window": "panel",
    "WindowText": "text",
    "Base": "node",
    "AlternateBase": "canvas",
    "Text": "text",
    "PlaceholderText": "muted",
    "Button": "node",
    "ButtonText": "text",
    "BrightText": "error",
    "Highlight": "selected",
    "HighlightedText": "text",
    "Accent": "text",
    "Link": "text",
    "LinkVisited": "muted",
    "ToolTipBase": "node",
    "ToolTipText": "text",
    "Light": "node",
    "Midlight": "canvas",
    "Mid": "grid",
    "Dark": "line",
    "Shadow": "line",
}
GREYED = ("WindowText", "Text", "ButtonText", "HighlightedText")


def contrast(one: QColor | str, other: QColor | str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted((_luminance(QColor(one)), _luminance(QColor(other))))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Theme(QObject):
    """The colours and fonts in use. `changed` tells everyone to paint again.

    Follows the system's colour scheme until `choose` sets one.
    """

    changed = Signal()

    def __init__(self, choice: Choice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: Choice = choice
        self._dark = self._wanted()
        self._colors = self._made()
        self._fonts: dict[tuple[int, int, bool], QFont] = {}
        self._drawn: dict[tuple[int, int, bool, bool], QFont] = {}
        self._of_fields: QPalette | None = None
        self.motion = not _is_headless()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def is_dark(self) -> bool:
        """Whether the dark row of tokens is in use."""
        return self._dark

    @property
    def choice(self) -> Choice:
        """What the user chose: `system`, `light` or `dark`."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Set the scheme, or follow the system's."""
        self._choice = choice
        self._follow()

    def allow_motion(self, is_allowed: bool) -> None:
        """Let things move by themselves, or not.

        Nothing does without a screen, or where the desktop's style has animations turned off.
        """
        length = QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
        self.motion = is_allowed and length > 0 and not _is_headless()

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """The colour of a token; `KeyError` for a name that look.md's table does not have."""
        color = self._colors[token]
        if alpha < 1.0:
            color = QColor(color)
            color.setAlphaF(alpha)
        return color

    def font(self, size: int = 13, weight: int = 400, mono: bool = False) -> QFont:
        """A font of `size` pixels with figures of one width. Treat it as read-only."""
        key = (size, weight, mono)
        if key not in self._fonts:
            self._fonts[key] = _font(*key)
        return self._fonts[key]

    def drawn_font(
        self, size: int = 13, weight: int = 400, mono: bool = False, narrow: bool = False
    ) -> QFont:
        """A font for what is painted to scale: exactly `size` pixels, and never hinted."""
        key = (size, weight, mono, narrow)
        if key not in self._drawn:
            font = QFont(self.font(size, weight, mono))
            font.setPixelSize(size)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            if narrow:
                font.setStretch(QFont.Stretch.SemiCondensed)
            self._drawn[key] = font
        return self._drawn[key]

    def duration(self, kind: str) -> int:
        """Milliseconds of an animation (`state`, `camera`, `pulse`); 0 with motion off."""
        return MOTION[kind] if self.motion else 0

    def palette(self) -> QPalette:
        """A palette for the Fusion style, which takes every colour from it."""
        palette = QPalette()
        for role, token in ROLES.items():
            palette.setColor(getattr(QPalette.ColorRole, role), self.color(token))
        for role in GREYED:
            palette.setColor(
                QPalette.ColorGroup.Disabled,
                getattr(QPalette.ColorRole, role),
                self.color("muted", 0.6),
            )
        return palette

    def field_palette(self) -> QPalette:
        """A palette for fields with a border that can be seen. Treat it as read-only.

        Fusion draws the border as a darker `Window` and the focus as a darker `Highlight`, so those
        two roles are chosen backwards from the inks wanted.
        """
        if self._of_fields is None:
            palette = self.palette()
            line = QColor(self.color("line"))  # a copy: all share the theme's own
            hue, saturation, value, _ = line.getHsv()
            line.setHsv(hue, saturation, min(round(value * 1.4), 255))
            palette.setColor(QPalette.ColorRole.Window, line)
            palette.setColor(QPalette.ColorRole.Highlight, self.color("text"))
            palette.setColor(QPalette.ColorRole.HighlightedText, self.color("panel"))
            self._of_fields = palette
        return self._of_fields

    def apply(self, app: QApplication) -> None:
        """Dress the whole program: Fusion, this palette, the system font; again on each change.

        `setColorScheme` would do nothing on some platforms, hence the own palette.
        """
        app.setStyle("Fusion")
        app.setFont(self.font(13))
        app.setPalette(self.palette())
        self.changed.connect(lambda: app.setPalette(self.palette()))

    def _wanted(self) -> bool:
        if self._choice == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"

    def _made(self) -> dict[str, QColor]:
        return {token: QColor(pair[self._dark]) for token, pair in TOKENS.items()}

    def _follow(self) -> None:
        if self._wanted() != self._dark:
            self._dark = not self._dark
            self._colors, self._of_fields = self._made(), None
            self.changed.emit()


def _font(size: int, weight: int, mono: bool) -> QFont:
    kind = QFontDatabase.SystemFont.FixedFont if mono else QFontDatabase.SystemFont.GeneralFont
    system = QFontDatabase.systemFont(kind)
    font = QFont(system)
    font.setPixelSize(round(size * _scale()))
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _scale() -> float:
    """How much larger than 13 pixels the system's font is; never smaller than drawn here."""
    if _is_headless():
        return 1.0  # these report a font that nobody chose
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return min(max(QFontInfo(system).pixelSize() / 13, 1.0), 2.0)


def _is_headless() -> bool:
    return QGuiApplication.platformName() in ("offscreen", "minimal")
