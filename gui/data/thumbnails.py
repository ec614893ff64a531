"""Samples that are images, with their classes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.data.asking import tr
from gui.theme import Theme
from gui.training.pictures.sample_view import tile
from runtime.data.preview import Preview

SIDE, GAP, TEXT = 56, 8, 16


class Thumbnails(QWidget):
    """Rows of images; hidden where samples are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preview: Preview | None = None
        self._tiles: list[QImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._draw)

    def show_preview(self, found: Preview) -> None:
        """Show the first samples of a set."""
        self._preview = found
        self.setVisible(found.images is not None)
        told = ", ".join(found.titles)
        self.setAccessibleName(tr("Samples: {0}").format(told or tr("images")))
        self._draw()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        count = len(self._tiles)
        across = self._across(width)
        return -(-count // across) * (SIDE + TEXT + GAP)

    def sizeHint(self) -> QSize:
        width = max(self.width(), SIDE)
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, event) -> None:
        if self._preview is None:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        across, titles = self._across(self.width()), self._preview.titles
        for at, image in enumerate(self._tiles):
            left, top = at % across * (SIDE + GAP), at // across * (SIDE + TEXT + GAP)
            place = QRectF(left, top, SIDE, SIDE)
            painter.drawImage(place, image)
            painter.setPen(QPen(self._theme.color("grid"), 1))
            painter.drawRect(place)
            if at < len(titles):
                painter.setPen(self._theme.color("muted"))
                side = Qt.TextElideMode.ElideRight
                words = painter.fontMetrics().elidedText(titles[at], side, SIDE)
                below = QRectF(left, top + SIDE, SIDE, TEXT)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def _across(self, width: int) -> int:
        return max((width + GAP) // (SIDE + GAP), 1)

    def _draw(self) -> None:
        images = self._preview.images if self._preview is not None else None
        self._tiles = [] if images is None else [tile(image, self._theme) for image in images]
        self.update()
