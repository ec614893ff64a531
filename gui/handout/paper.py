"""Paper: A4 in pixels of 1/96 inch, and a theme of black, white and two greys."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont

from gui.theme import TOKENS, Theme

MM = 96 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
SIDE, TOP, BOTTOM = 18 * MM, 16 * MM, 20 * MM
ROOM = QRectF(SIDE, TOP, WIDTH - 2 * SIDE, HEIGHT - TOP - BOTTOM)
FORMULA = 16.0  # pixels of a formula's letters

# Numbers of the two signs are told apart in a picture by how dark they are.
GREYS = {"grid": "#FFFFFF", "negative": "#BDBDBD", "zero": "#FFFFFF", "positive": "#4D4D4D"}
LIGHT = ("canvas", "panel", "node", "selected")


class PaperTheme(Theme):
    """Everything in black on white, in letters that a printer draws as they were measured."""

    def __init__(self) -> None:
        super().__init__("light")

    def font(self, size: int = 13, weight: int = 400, mono: bool = False) -> QFont:
        """A font that is never hinted."""
        drawn = QFont(super().font(size, weight, mono))
        drawn.setPixelSize(size)
        drawn.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return drawn

    def _made(self) -> dict[str, QColor]:
        white = dict.fromkeys(LIGHT, "#FFFFFF")
        inks = dict.fromkeys(TOKENS, "#000000") | white | GREYS
        return {token: QColor(ink) for token, ink in inks.items()}
