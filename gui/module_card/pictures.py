"""A module's formula, and its curve with the derivative's, as the text of an SVG; no Qt.

Lines and letters have a class each, so that the inks are whoever's who shows them: a page's style
sheet gives two, for light and for dark, and `in_inks` writes a theme's into the picture.
"""

from __future__ import annotations

import html
import math
import re
import warnings
from collections.abc import Mapping
from functools import cache
from types import ModuleType

import numpy as np

import runtime
from graph import Graph
from graph.module import Module
from runtime.modules.door import Elementwise

# Pictures of the manual are shown on light and on dark pages.
STYLE = (
    "<style>.i{stroke:#1A1F26}.f{fill:#1A1F26}.m{stroke:#6B7684}.t{fill:#55606D}"
    "@media(prefers-color-scheme:dark){.i{stroke:#E9ECF0}.f{fill:#E9ECF0}.m{stroke:#8B96A5}"
    ".t{fill:#A9B2BE}}</style>"
)
INKS = {"i": ("stroke", "text"), "f": ("fill", "text"), "m": ("stroke", "line")}
INKS["t"] = ("fill", "muted")  # class -> what it inks, and the theme's token
FONT = 'font-family="sans-serif" font-size="11"'
SPAN, CURVE = 4.0, (240, 160)  # from -4 to 4; pixels
BETWEEN = re.compile(r",\s*\\(?:quad|;)\s*")  # where a long formula can be broken


def in_inks(picture: str, inks: Mapping[str, str]) -> str:
    """The picture in the colours of a theme, by token; Qt reads no style sheets for two schemes."""
    bare = picture.replace(STYLE, "")
    for name, (what, token) in INKS.items():
        bare = bare.replace(f'class="{name}"', f'{what}="{inks[token]}"')
    return bare


def formula_lines(latex: str) -> list[str]:
    """The parts of a formula that can stand below each other."""
    return [part for part in BETWEEN.split(latex) if part]


def formula_picture(latex: str) -> str:
    """The formula as outlines of letters, typeset by ziamath; its LaTeX is the description."""
    drawn = _typesetter().Latex(latex, size=20).svg()
    short = re.sub(r"-?\d+\.\d{2,}", lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), drawn)
    inked = short.replace('fill="black"', 'class="f"')
    return inked.replace("<path", f"{described(latex)}{STYLE}<path", 1) + "\n"


@cache
def _typesetter() -> ModuleType:
    """ziamath; it takes half a second to come, which only those wait for who need it."""
    with warnings.catch_warnings():  # it finds its fonts in a way that Python 3.11 warns of
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath

    ziamath.config.svg2 = False  # what Qt cannot read
    return ziamath


def described(latex: str) -> str:
    """What a formula's picture is made of, which tells whether it is stale."""
    return f"<desc>{html.escape(latex)}</desc>"


def is_curve(kind: type[Module]) -> bool:
    """Whether y is a function of one number."""
    return issubclass(kind, Elementwise) and len(kind.sig.inputs) == 1 and kind.name != "Dropout"


def curves(kind: type[Module]) -> str:
    """f and its derivative from -4 to 4, where they are defined."""
    x = np.linspace(-SPAN, SPAN, 161)
    graph = Graph()
    graph.add("Input", "x", shape=x.shape)
    graph.set_tensor("x.y", x)
    graph.add(kind.name, "it")
    graph.connect("x.y", "it.x")
    trace = runtime.Engine(graph).run(phase="forward")
    y = trace.value("it.y")
    slope = np.where(np.isfinite(y), trace.jacobian("it.x").jvp(np.ones(x.shape)), np.nan)
    width, height = CURVE
    top = 4.0
    lines = [
        f'<path class="m" d="M0 {height / 2:g}H{width}M{width / 2:g} 0V{height}"/>',
        f'<path class="i" stroke-width="1.5" d="{outline(x, y, top)}"/>',
        f'<path class="i" stroke-width="1.5" stroke-dasharray="4 3" d="{outline(x, slope, top)}"/>',
        f'<text class="t" {FONT} x="4" y="{height / 2 - 4:g}">−4</text>',
        f'<text class="t" {FONT} x="{width - 12}" y="{height / 2 - 4:g}">4</text>',
        f'<text class="t" {FONT} x="{width / 2 + 4:g}" y="11">4</text>',
    ]
    return svg(width, height, lines)


def outline(x: np.ndarray, y: np.ndarray, top: float) -> str:
    """A path through the points in sight; gaps where a number is missing."""
    width, height = CURVE
    parts, is_on, before = [], False, 0.0
    for a, b in zip(x, y, strict=True):
        jumps = is_on and abs(b - before) > top
        before = b
        if not math.isfinite(b) or abs(b) > top:
            is_on = False
            continue
        is_on = is_on and not jumps
        place = f"{(a + SPAN) / (2 * SPAN) * width:.1f} {(1 - b / top) * height / 2:.1f}"
        parts.append(("L" if is_on else "M") + place)
        is_on = True
    return "".join(parts)


def svg(width: int, height: int, lines: list[str]) -> str:
    """A picture of lines without fill."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    head += f'viewBox="0 0 {width} {height}" fill="none">'
    return "\n".join([head, STYLE, *lines, "</svg>", ""])
