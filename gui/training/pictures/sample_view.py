"""Samples that are images, side by side: what each is, and what it is taken for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from gui.icons import paint_icon
from gui.numbers import format_number
from gui.pictures import grey_colors, image_of
from gui.theme import Theme
from gui.training.pages import tr
from gui.training.pictures.view import View
from runtime.training.pictures.studio import Drawn, Studio

SIDE, GAP = 48, 8  # pixels of an image, and around it
CELL = 64  # pixels of a sample's place across
TEXT = 34  # pixels of its two lines
MOST = 240  # samples that are shown
MOST_CHANNELS = 3


def is_image(samples: np.ndarray | None) -> bool:
    """Whether samples are images: [N, 1 or 3, height, width], 5 pixels a side at least."""
    if samples is None or samples.ndim != 4 or samples.shape[1] not in (1, MOST_CHANNELS):
        return False
    return min(samples.shape[2:]) >= 5


def tile(image: np.ndarray, theme: Theme) -> QImage:
    """An image [channels, height, width] as pixels; grey from its least to its greatest."""
    if len(image) == 1:
        return image_of(grey_colors(image[0].astype(np.float64), theme))
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    share = np.nan_to_num((image.astype(np.float64) - low) / ((high - low) or 1.0))
    colors = np.full((*image.shape[1:], 4), 255, np.uint8)
    colors[..., :3] = (
        np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8).transpose(1, 2, 0)[..., ::-1]
    )
    return image_of(np.ascontiguousarray(colors))


class SampleView(View):
    """Tiles in the order that was chosen. An image that is drawn again stands below its sample."""

    def __init__(self, theme: Theme, parent=None) -> None:
        super().__init__(theme, parent)
        self.order: Sequence[int] = ()
        self._tiles: dict[int, QImage] = {}
        self._source: np.ndarray | None = None
        self.setMinimumWidth(3 * CELL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._tiles.clear)

    def show_drawn(self, studio: Studio, drawn: Drawn) -> None:
        """Take the newest predictions; the images stay."""
        if studio.inputs is not self._source:
            self._tiles.clear()
            self._source = studio.inputs
        super().show_drawn(studio, drawn)
        self._fit()

    def show_order(self, order: Sequence[int]) -> None:
        """Show these samples, in this order."""
        self.order = [int(sample) for sample in order[:MOST]]
        self._fit()
        self.update()

    @property
    def is_redrawn(self) -> bool:
        """Whether what is predicted is an image as large as the sample's."""
        verdicts, images = self.drawn.verdicts, self.studio.inputs
        return not verdicts.reading.classes and verdicts.scores[0].size == images[0].size

    def place_of(self, sample: int) -> QPointF:
        """The middle of a sample's place."""
        return self._cell(list(self.order).index(sample)).center()

    def sample_at(self, place: QPointF) -> int | None:
        """The sample whose place a pixel is in."""
        column, row = int(place.x() // CELL), int(place.y() // self._height())
        index = row * self._columns() + column
        is_place = 0 <= column < self._columns() and 0 <= index < len(self.order)
        return self.order[index] if is_place else None

    def neighbour(self, by: int) -> int:
        """The next sample in the order that is shown."""
        if self.sample not in self.order:
            return self.order[0] if self.order else 0
        index = self.order.index(self.sample) + by
        return self.order[min(max(index, 0), len(self.order) - 1)]

    # --- events -----------------------------------------------------------------------------

    def keyPressEvent(self, event) -> None:
        """Arrows go through the samples, up and down by rows."""
        rows = {Qt.Key.Key_Up: -self._columns(), Qt.Key.Key_Down: self._columns()}
        if self.drawn is not None and event.key() in rows:
            self.chosen.emit(self.neighbour(rows[event.key()]))
        else:
            super().keyPressEvent(event)

    def fit(self) -> None:
        """The height follows the width."""
        self._fit()

    def paintEvent(self, event) -> None:
        self._seen = QRectF(event.rect())
        super().paintEvent(event)

    # --- painting ---------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """The tiles in sight."""
        for place, sample in enumerate(self.order):
            cell = self._cell(place)
            if sample < len(self.drawn.verdicts) and cell.intersects(self._seen):
                self._paint_tile(painter, cell, sample)

    def _paint_tile(self, painter: QPainter, cell: QRectF, sample: int) -> None:
        theme, verdicts = self.theme, self.drawn.verdicts
        room = QRectF(cell.left() + (CELL - SIDE) / 2, cell.top() + 4, SIDE, SIDE)
        if sample not in self._tiles:
            self._tiles[sample] = tile(self.studio.inputs[sample], theme)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(room, self._tiles[sample])
        if self.is_redrawn:
            room.translate(QPointF(0, SIDE + 4))
            shape = self.studio.inputs[sample].shape
            painter.drawImage(room, tile(verdicts.scores[sample].reshape(shape), theme))
        self._paint_words(painter, QRectF(cell.left(), room.bottom() + 2, CELL, TEXT), sample)
        if sample == self.sample:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRoundedRect(cell.adjusted(2, 1, -2, -1), 4, 4)

    def _paint_words(self, painter: QPainter, room: QRectF, sample: int) -> None:
        theme, verdicts = self.theme, self.drawn.verdicts
        upper = QRectF(room.left(), room.top(), room.width(), 16)
        lower = upper.translated(0, 14)
        if not verdicts.reading.classes:
            painter.setFont(theme.font(11))
            painter.setPen(theme.color("muted"))
            text = format_number(float(verdicts.badness[sample]), 3)
            painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)
            return
        true, found = int(verdicts.true[sample]), int(verdicts.found[sample])
        text = verdicts.name(found)
        if true != found:
            text = tr("{0} for {1}").format(verdicts.name(found), verdicts.name(true))
        painter.setFont(theme.font(12, 400 if true == found else 600))
        painter.setPen(theme.color("muted" if true == found else "text"))
        metrics = painter.fontMetrics()
        icon = 12 if true != found else 0
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, CELL - icon - 4)
        wide = metrics.horizontalAdvance(text) + (icon + 2 if icon else 0)
        left = upper.center().x() - wide / 2
        if icon:
            place = QRectF(left, upper.center().y() - 6, icon, icon)
            paint_icon(painter, "failed", place, theme.color("text"))
            left += icon + 2
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, upper.top(), CELL, 16), side, text)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        share = format_number(float(verdicts.shares[sample, found]), 2)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, share)

    # --- inside -----------------------------------------------------------------------------

    def _columns(self) -> int:
        return max(self.width() // CELL, 1)

    def _height(self) -> int:
        images = 2 if self.drawn is not None and self.is_redrawn else 1
        lines = TEXT if images == 1 else 20
        return images * (SIDE + 4) + lines + 4

    def _cell(self, place: int) -> QRectF:
        row, column = divmod(place, self._columns())
        return QRectF(column * CELL, row * self._height(), CELL, self._height())

    def _fit(self) -> None:
        rows = -(-len(self.order) // self._columns())
        height = rows * self._height()
        if height != self.minimumHeight():
            self.setMinimumHeight(height)
