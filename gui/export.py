"""The canvas as a picture: SVG, PDF (texts stay texts) or PNG."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from graph import FileError
from gui.canvas.view import CanvasView

FORMATS = ("svg", "png", "pdf")
PNG_SCALE = 2.0
MAX_SIDE = 16_000  # pixels of a PNG
POINTS = 72 / 96  # a canvas unit is a pixel of 1/96 inch


def export_picture(view: CanvasView, path: str | Path) -> None:
    """Write the graph as it is shown; the suffix chooses the format. Raises `FileError`."""
    path = Path(path)
    write = {".svg": _svg, ".png": _png, ".pdf": _pdf}.get(path.suffix.lower())
    if write is None:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise FileError(str(path), "", f"found {path.suffix or 'no suffix'}, expected {known}.")
    if not path.parent.is_dir():
        raise FileError(str(path), "", "the folder does not exist.")
    if not write(view, path):
        raise FileError(str(path), "", "cannot be written.")


def _svg(view: CanvasView, path: Path) -> bool:
    rect = view.graph_rect()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setFileName(str(path))
    generator.setSize(rect.size().toSize())
    generator.setViewBox(QRectF(0, 0, rect.width(), rect.height()))
    generator.setResolution(96)
    generator.setTitle(view.document.name)
    return _paint(view, generator, QRectF(0, 0, rect.width(), rect.height()))


def _png(view: CanvasView, path: Path) -> bool:
    size = view.graph_rect().size()
    scale = min(PNG_SCALE, MAX_SIDE / max(size.width(), size.height()))
    pixels = QSize(round(size.width() * scale), round(size.height() * scale))
    image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painted = _paint(view, image, QRectF(0, 0, pixels.width(), pixels.height()))
    return painted and image.save(str(path))


def _pdf(view: CanvasView, path: Path) -> bool:
    size = view.graph_rect().size()
    page = QPageSize(QSizeF(size.width() * POINTS, size.height() * POINTS), QPageSize.Unit.Point)
    writer = QPdfWriter(str(path))
    writer.setResolution(96)
    layout = QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    layout.setMode(QPageLayout.Mode.FullPageMode)
    writer.setPageLayout(layout)
    writer.setTitle(view.document.name)
    return _paint(view, writer, QRectF(0, 0, writer.width(), writer.height()))


def _paint(view: CanvasView, device, rect: QRectF) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    view.paint_graph(painter, rect)
    return painter.end()
