"""The canvas as a picture, for a file or the clipboard: SVG, PDF (texts stay texts) or PNG.

Painting needs the GUI thread and pauses between pieces; packing and writing what was painted do
not need it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QMimeData, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from graph import FileError
from graph.files import disk
from gui.canvas.view import CanvasView

PNG_SCALE = 2.0
MAX_SIDE = 16_000  # pixels of a PNG
POINTS = 72 / 96  # a canvas unit is a pixel of 1/96 inch
Pack = Callable[[], bytes]
Pause = Callable[[], None] | None


def export_picture(view: CanvasView, path: str | Path) -> None:
    """Write the graph as it is shown; the suffix chooses the format. Raises `FileError`."""
    path = Path(path)
    write_picture(path, paint_picture(view, format_of(path)))


def format_of(path: Path) -> str:
    """The format that a file's suffix names. Raises `FileError`."""
    kind = path.suffix.lower()[1:]
    if kind not in PAINTED:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise FileError(str(path), "", f"found {path.suffix or 'no suffix'}, expected {known}.")
    return kind


def paint_picture(view: CanvasView, kind: str, pause: Pause = None) -> Pack:
    """Paint the graph as it is shown; what comes back makes a file of it, in any thread."""
    return PAINTED[kind](view, pause)


def write_picture(path: Path, pack: Pack) -> None:
    """Write what was painted, whole or not at all. Raises `FileError`."""
    disk.write(path, pack())


def picture_mime(view: CanvasView, pause: Pause = None) -> QMimeData:
    """The graph as it is shown, for the clipboard: as SVG and as pixels."""
    data = QMimeData()
    data.setData("image/svg+xml", _svg(view, pause)())
    data.setImageData(_image(view, pause))
    return data


def _svg(view: CanvasView, pause: Pause) -> Pack:
    rect = view.graph_rect()
    generator, buffer = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11), _buffer()
    generator.setOutputDevice(buffer)
    generator.setSize(rect.size().toSize())
    generator.setViewBox(QRectF(0, 0, rect.width(), rect.height()))
    generator.setResolution(96)
    generator.setTitle(view.document.name)
    _paint(view, generator, QRectF(0, 0, rect.width(), rect.height()), pause)
    return lambda: bytes(buffer.data().data())


def _png(view: CanvasView, pause: Pause) -> Pack:
    image = _image(view, pause)

    def pack() -> bytes:
        buffer = _buffer()
        image.save(buffer, "PNG")
        return bytes(buffer.data().data())

    return pack


def _pdf(view: CanvasView, pause: Pause) -> Pack:
    size, buffer = view.graph_rect().size(), _buffer()
    page = QPageSize(QSizeF(size.width() * POINTS, size.height() * POINTS), QPageSize.Unit.Point)
    writer = QPdfWriter(buffer)
    writer.setResolution(96)
    layout = QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    layout.setMode(QPageLayout.Mode.FullPageMode)
    writer.setPageLayout(layout)
    writer.setTitle(view.document.name)
    _paint(view, writer, QRectF(0, 0, writer.width(), writer.height()), pause)
    return lambda: bytes(buffer.data().data())


def _image(view: CanvasView, pause: Pause) -> QImage:
    size = view.graph_rect().size()
    scale = min(PNG_SCALE, MAX_SIDE / max(size.width(), size.height()))
    pixels = QSize(round(size.width() * scale), round(size.height() * scale))
    image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    _paint(view, image, QRectF(0, 0, pixels.width(), pixels.height()), pause)
    return image


def _paint(view: CanvasView, device, rect: QRectF, pause: Pause) -> None:
    painter = QPainter(device)
    view.paint_graph(painter, rect, pause)
    painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


PAINTED: dict[str, Callable[[CanvasView, Pause], Pack]] = {"svg": _svg, "png": _png, "pdf": _pdf}
FORMATS = tuple(PAINTED)
