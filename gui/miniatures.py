"""Small pictures of the examples: drawn by the program, kept as SVG, painted in any theme.

Drawing one needs a run of its graph, so they lie beside the examples (`docs/make_pictures.py`
makes them) and a test fails when one is stale.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer

if TYPE_CHECKING:
    from gui.theme import Theme

SIZE = QSize(160, 84)
INKS = ("line", "text", "muted", "forward", "reverse", "node", "selected")  # what is drawn with
KEPT = 64  # pictures, in all themes


def picture_of(example: Path) -> Path:
    """Where the small picture of an example lies."""
    return example.with_suffix(".svg")


def paint_miniature(painter: QPainter, example: Path, rect: QRectF, theme: Theme) -> None:
    """Paint the small picture of an example into `rect`; nothing where there is none."""
    inks = tuple(theme.color(token).name() for token in INKS)
    renderer = _renderer(picture_of(example), inks)
    size = renderer.defaultSize().toSizeF()
    if size.isEmpty():
        return
    size.scale(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(0, 0, size.width(), size.height())
    place.moveCenter(rect.center())
    renderer.render(painter, place)


def draw_miniature(example: Path) -> bytes:
    """The small picture of an example as SVG, after a whole run, in the light theme's colours."""
    from gui.answers import run_now
    from gui.canvas.printing import paint_from_afar
    from gui.canvas.scene import CanvasScene
    from gui.document import Document
    from gui.theme import Theme

    document = Document()
    document.open(example)
    run_now(document)
    document.playhead.go(len(document.playhead.steps))
    scene = CanvasScene(document, Theme("light"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    rect = QRectF(0, 0, SIZE.width(), SIZE.height())
    generator.setSize(SIZE)
    generator.setViewBox(rect)
    generator.setResolution(96)
    painter = QPainter(generator)
    paint_from_afar(scene, painter, rect)
    painter.end()
    return bytes(buffer.data().data())


@lru_cache(maxsize=KEPT)
def _renderer(picture: Path, inks: tuple[str, ...]) -> QSvgRenderer:
    """A picture in the inks of a theme, which stand for those it was drawn with."""
    from gui.theme import TOKENS

    try:
        text = picture.read_text(encoding="utf-8")
    except OSError:
        return QSvgRenderer()
    for token, ink in zip(INKS, inks, strict=True):
        text = text.replace(TOKENS[token][0].lower(), f"#{ink[1:].upper()}")
    return QSvgRenderer(QByteArray(text.encode()))
