"""A convolution: what comes in, its filters, and what each makes of a sample."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.numbers import format_number
from gui.pictures import image_of, limit_of, signed_colors
from gui.training.pages import tr
from gui.training.pictures.view import View
from runtime.training.pictures.filters import Filters
from runtime.training.pictures.studio import Drawn, Studio

MOST_OUT, MOST_IN = 16, 8  # channels that are shown
MAP, GAP = 44, 6  # pixels of a map, and between two
HEAD, EDGE = 16, 1  # above the pictures, and left of them for the border
STRIP = 12  # how high the picture of one row is


class FilterView(View):
    """A table: a row for each channel that comes in, a column for each that goes out.

    At the left the maps that come in, in the middle the filters, below the maps that go out.
    """

    def __init__(self, theme, parent=None) -> None:
        super().__init__(theme, parent)
        self.filters: Filters | None = None

    def show_drawn(self, studio: Studio, drawn: Drawn) -> None:
        """Take the newest filters."""
        super().show_drawn(studio, drawn)
        self.filters = drawn.filters
        if self.filters is not None:
            self.fit()
            rows = self._shown()[1]
            self.setMinimumHeight(
                round(2 * HEAD + self._high() + GAP + rows * (self._row() + GAP)) + 4
            )

    def wide(self, height: int) -> int:
        """A column for each filter."""
        if self.filters is None:
            return height
        return round(self._left() + self._shown()[0] * (MAP + GAP)) + 4

    @property
    def cut(self) -> str:
        """What is not shown, in words; "" where all is."""
        if self.filters is None:
            return ""
        out, into = self.filters.weight.shape[:2]
        if out <= MOST_OUT and into <= MOST_IN:
            return ""
        shown = self._shown()
        return tr("The first {0} of {1} filters, {2} of {3} channels.").format(
            shown[0], out, shown[1], into
        )

    def value_at(self, place: QPointF) -> str:
        """The number under a pixel, in words; "" beside the pictures."""
        for room, array, name in self._tiles():
            if room.contains(place):
                rows, columns = array.shape
                row = min(int((place.y() - room.top()) / room.height() * rows), rows - 1)
                column = min(int((place.x() - room.left()) / room.width() * columns), columns - 1)
                at = f"{row}, {column}" if rows > 1 else str(column)
                return f"{name}[{at}] = {format_number(float(array[row, column]))}"
        return ""

    def mouseMoveEvent(self, event) -> None:
        """A tip tells the number under the pointer."""
        self.setToolTip(self.value_at(event.position()))

    # --- painting ---------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """All tiles; those of one kind share a scale, symmetric around 0."""
        if self.filters is None:
            return
        theme, filters = self.theme, self.filters
        limits = {
            "weight": limit_of(filters.weight),
            "x": limit_of(filters.given),
            "y": limit_of(filters.made),
        }
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for room, array, name in self._tiles():
            limit = limits[name.partition("[")[0]]
            painter.drawImage(room, image_of(signed_colors(array.astype(np.float64), limit, theme)))
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRect(room.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        left = self._left()
        head = QRectF(left, 0, self.width() - left, HEAD)
        painter.drawText(head, side, tr("filters ±{0}").format(format_number(limits["weight"], 3)))
        if filters.groups == 1:
            painter.drawText(QRectF(EDGE, 0, left, HEAD), side, tr("in"))
        below = QRectF(left, self._below() - HEAD, self.width() - left, HEAD)
        painter.drawText(below, side, tr("out ±{0}").format(format_number(limits["y"], 3)))

    # --- inside -----------------------------------------------------------------------------

    def _shown(self) -> tuple[int, int]:
        out, into = self.filters.weight.shape[:2]
        return min(out, MOST_OUT), min(into, MOST_IN)

    def _left(self) -> float:
        has_given = self.filters is not None and self.filters.groups == 1
        return MAP + 2 * GAP + EDGE if has_given else EDGE

    def _row(self) -> float:
        """How high a row of filters is."""
        if self._is_flat():
            return STRIP
        return MAP if self._shown()[1] <= 2 else 28.0

    def _high(self) -> float:
        """How high the maps that go out are."""
        return STRIP if self._is_flat() else MAP

    def _is_flat(self) -> bool:
        """Whether all slides along one axis."""
        filters = self.filters
        return filters is not None and filters.given.shape[1] == filters.made.shape[1] == 1

    def _below(self) -> float:
        """Where the maps that go out begin."""
        return HEAD + self._shown()[1] * (self._row() + GAP) + HEAD

    def _tiles(self):
        """Every small picture: where it is, its numbers [rows, columns], what it is of."""
        filters = self.filters
        if filters is None:
            return
        out, into = self._shown()
        left, row = self._left(), self._row()
        for k in range(into):
            top = HEAD + k * (row + GAP)
            if filters.groups == 1:
                yield (
                    _within(QRectF(EDGE, top, MAP, row), filters.given[k]),
                    filters.given[k],
                    f"x[{k}]",
                )
            for o in range(out):
                array = filters.weight[o, k]
                room = QRectF(left + o * (MAP + GAP), top, MAP, row)
                yield _within(room, array), array, f"weight[{filters.index(o, k)}]"
        for o in range(out):
            room = QRectF(left + o * (MAP + GAP), self._below(), MAP, self._high())
            yield _within(room, filters.made[o]), filters.made[o], f"y[{o}]"


def _within(room: QRectF, array: np.ndarray) -> QRectF:
    """The largest part of a room that has an array's proportions, at its left and top.

    What has one row is a strip of the room's width.
    """
    rows, columns = array.shape
    if rows == 1 and columns > 1:
        return QRectF(room.left(), room.top(), room.width(), STRIP)
    pixel = min(room.width() / columns, room.height() / rows)
    return QRectF(room.left(), room.top(), round(pixel * columns), round(pixel * rows))
