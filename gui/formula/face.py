"""The face of formulas, and how far a text reaches in it. Fit for any thread."""

from __future__ import annotations

import importlib.util
import threading
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

FILE = "fonts/STIXTwoMath-Regular.ttf"  # of ziamath
FALLBACK = "serif"
_own = threading.local()  # a font that two threads measure at a time is not safe


@cache
def family() -> str:
    """The family's name; the file is read on the first call, the system's serif stands in."""
    package = importlib.util.find_spec("ziamath")
    for folder in (package.submodule_search_locations or ()) if package is not None else ():
        path = Path(folder) / FILE
        number = QFontDatabase.addApplicationFont(str(path)) if path.is_file() else -1
        if names := QFontDatabase.applicationFontFamilies(number):
            return names[0]
    return FALLBACK


def font(size: float) -> QFont:
    """The face at so many pixels, never hinted, so that what is measured is what is drawn."""
    fonts = _own.__dict__.setdefault("fonts", {})
    if size not in fonts:
        made = QFont(family())
        made.setPixelSize(max(round(size), 1))
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        fonts[size] = made
    return fonts[size]


@lru_cache(maxsize=8192)
def reach(text: str, size: float) -> tuple[float, float, float]:
    """(width, height above the baseline, depth below it) of a text."""
    metrics = _own.__dict__.setdefault("metrics", {})
    if size not in metrics:
        metrics[size] = QFontMetricsF(font(size))
    tight = metrics[size].tightBoundingRect(text)
    return metrics[size].horizontalAdvance(text), -tight.top(), tight.bottom()
