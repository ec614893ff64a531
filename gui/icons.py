"""The project's own drawings: SVG on a 16 grid, stroke 1.5, painted in the current ink."""

from __future__ import annotations

from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPaintEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from graph import Module

FALLBACK = "module"
LETTER = "letter:"  # and the letter that stands in a composite's double frame
FRAMED = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<g fill="none" stroke="currentColor"><rect x="0.75" y="0.75" width="14.5" height="14.5" rx="3"
stroke-width="1.5"/></g><text x="8" y="11.8" font-size="10.5" font-weight="600"
font-family="sans-serif" text-anchor="middle" fill="currentColor">{}</text></svg>"""


@cache
def names() -> tuple[str, ...]:
    """All drawings, sorted by name."""
    folder = files("assets") / "icons"
    return tuple(sorted(f.name[:-4] for f in folder.iterdir() if f.name.endswith(".svg")))


@cache
def _drawings() -> dict[str, str]:
    return {_key(name): name for name in names()}


def _key(name: str) -> str:
    """`MSELoss` and `mse_loss` name the same drawing: modules give their class name."""
    return name.replace("_", "").lower()


def has_icon(name: str) -> bool:
    """Whether there is a drawing of that name, or of that module."""
    return _key(name) in _drawings()


def icon_of(kind: type[Module]) -> str:
    """The name of a module's drawing; that of a composite is the letter of its definition."""
    if kind.outline() != "composite":
        return kind.icon
    letter = next((x for x in (*kind.icon[:1], *kind.name) if x.isprintable() and x != " "), "?")
    return LETTER + letter


@lru_cache(maxsize=512)
def _source(name: str) -> str:
    if name.startswith(LETTER):
        return FRAMED.format(escape(name.removeprefix(LETTER)))
    name = _drawings().get(_key(name), FALLBACK)
    return (files("assets") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, ink: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", ink).encode()))


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paint the drawing `name` into `rect` as vectors; an unknown name gets the plain box.

    The ink's alpha is the drawing's opacity (SVG paints know no alpha of their own).
    """
    before = painter.opacity()
    painter.setOpacity(before * color.alphaF())
    _renderer(name, color.name()).render(painter, rect)
    painter.setOpacity(before)


def stamp_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """The same for what many nodes show in every frame: an image, made once for each size."""
    if painter.paintEngine().type() == QPaintEngine.Type.SVG:
        paint_icon(painter, name, rect, color)
        return
    pixels = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
    painter.drawImage(rect, icon_image(name, color.name(), max(round(rect.width() * pixels), 1)))


@lru_cache(maxsize=512)
def icon_image(name: str, ink: str, pixels: int) -> QImage:
    """The drawing as a square image of `pixels` device pixels; for what is painted very often."""
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, ink).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return image


class _Engine(QIconEngine):
    """Paints at whatever size and scale is asked, so that icons are sharp on every screen."""

    def __init__(self, name: str, color: QColor) -> None:
        super().__init__()
        self._name, self._color = name, color

    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:
        color = QColor(self._color)
        if mode == QIcon.Mode.Disabled:
            color.setAlphaF(0.4)
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, self._name, square, color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color)


def icon(name: str, color: QColor | str) -> QIcon:
    """A `QIcon` of the drawing `name` in one ink."""
    return QIcon(_Engine(name, QColor(color)))
