"""Histograms of one tensor at the moments of a run, side by side: the denser, the darker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.numbers import format_count, format_number, format_percent
from gui.theme import Theme
from gui.training.pages import tr
from runtime.training.distributions import Histogram, strip

LEFT, RIGHT, TOP, BOTTOM = 52, 8, 6, 22  # pixels around the picture
ROOT = 0.5  # shares are shown by their square roots, so that thin tails are seen


class StripPicture(QWidget):
    """A column for each moment, where its update lies; a click goes to that moment."""

    chosen = Signal(int)  # an update

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.updates: tuple[int, ...] = ()
        self.histograms: tuple[Histogram, ...] = ()
        self.at: int | None = None
        self.low, self.high = 0.0, 1.0
        self._shares = np.zeros((0, 0))
        self._image: QImage | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(120, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._paint_anew)

    def show_histograms(
        self, updates: Sequence[int], histograms: Sequence[Histogram], at: int | None
    ) -> None:
        """Show these, one at each update; `at` is the moment that one travelled to."""
        is_same = self.histograms == tuple(histograms) and self.updates == tuple(updates)
        self.at = at
        if not is_same:
            self.updates, self.histograms = tuple(updates), tuple(histograms)
            self.low, self.high, self._shares = strip(self.histograms)
            self._image = None
        self.setAccessibleDescription(self.words(len(self.updates) - 1))
        self.update()

    def words(self, index: int) -> str:
        """The histogram of a moment as a sentence."""
        if not 0 <= index < len(self.histograms):
            return tr("Nothing is known yet.")
        found, update = self.histograms[index], format_count(self.updates[index])
        if not found.total:
            return tr("Update {0}: no finite number").format(update)
        row = int(self._shares[:, index].argmax())
        size = (self.high - self.low) / len(self._shares)
        peak = self.low + (row + 0.5) * size
        words = tr("Update {0}: from {1} to {2}, most around {3} ({4})").format(
            update,
            *(format_number(x) for x in (found.low, found.high, peak)),
            format_percent(float(self._shares[row, index])),
        )
        if found.others:
            words += tr(", {0} not finite").format(format_count(found.others))
        return words

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(240, 140)

    # --- events ----------------------------------------------------------------------------

    def index_at(self, x: float) -> int:
        """The column at an x of the widget; -1 beside them."""
        for index in range(len(self.updates)):
            left, right = self._span(index)
            if left <= x < right:
                return index
        return -1

    def mousePressEvent(self, event) -> None:
        """Go to the moment under the pointer."""
        index = self.index_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.chosen.emit(self.updates[index])

    def mouseReleaseEvent(self, event) -> None:
        """The press has chosen."""
        event.accept()

    def keyPressEvent(self, event) -> None:
        """Left and Right go to the moment beside."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is None or not self.updates:
            super().keyPressEvent(event)
            return
        here = self.updates.index(self.at) if self.at in self.updates else len(self.updates)
        self.chosen.emit(self.updates[min(max(here + by, 0), len(self.updates) - 1)])

    def event(self, event) -> bool:
        """A tip tells of the moment under the pointer."""
        if event.type() == QEvent.Type.ToolTip:
            index = self.index_at(event.pos().x())
            text = self.words(index) if index >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # --- painting --------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The columns, the range, the first and the last update."""
        painter = QPainter(self)
        room = self._room()
        if self.updates:
            image = self._picture()
            for index in range(len(self.updates)):
                left, right = self._span(index)
                target = QRectF(left, room.top(), max(right - left, 1.0), room.height())
                painter.drawImage(target, image, QRectF(index, 0, 1, image.height()))
            self._paint_mark(painter, room)
        self._paint_axes(painter, room)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_anew(self) -> None:
        self._image = None
        self.update()

    def _room(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)

    def _span(self, index: int) -> tuple[float, float]:
        """Half the way to the neighbours at both sides."""
        room, updates = self._room(), self.updates
        first, last = updates[0], max(updates[-1], updates[0] + 1)
        before, here, after = (
            updates[min(max(index + by, 0), len(updates) - 1)] for by in (-1, 0, 1)
        )
        ends = ((before + here) / 2, (here + after) / 2 if len(updates) > 1 else last)
        left, right = ((x - first) / (last - first) * room.width() for x in ends)
        return room.left() + left, room.left() + right

    def _picture(self) -> QImage:
        """One pixel for each row and column, from the ground to the text's ink."""
        if self._image is None:
            most = self._shares.max(0, keepdims=True)
            share = np.divide(self._shares, most, out=np.zeros_like(self._shares), where=most > 0)
            ground, ink = (
                np.array(self._theme.color(token).getRgb()[:3], np.float64)
                for token in ("panel", "text")
            )
            mixed = ground + (ink - ground) * (share[::-1, :, None] ** ROOT) * 0.9
            pixels = np.full((*share.shape, 4), 255, np.uint8)
            pixels[..., :3] = mixed[..., ::-1].round()  # BGRA
            rows, columns = share.shape
            format_ = QImage.Format.Format_RGB32
            self._image = QImage(pixels.tobytes(), columns, rows, 4 * columns, format_).copy()
        return self._image

    def _paint_mark(self, painter: QPainter, room: QRectF) -> None:
        if self.at not in self.updates:
            return
        left, right = self._span(self.updates.index(self.at))
        painter.setPen(QPen(self._theme.color("text"), 2))
        painter.drawRect(QRectF(left, room.top(), right - left, room.height()))

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.drawLine(room.topLeft(), room.bottomLeft())
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        if not self.updates:
            return
        middle = Qt.AlignmentFlag.AlignVCenter
        right, left = middle | Qt.AlignmentFlag.AlignRight, middle | Qt.AlignmentFlag.AlignLeft
        for value in (self.low, self.high, *([0.0] if self.low < 0 < self.high else [])):
            y = room.bottom() - (value - self.low) / (self.high - self.low) * room.height()
            is_crowded = value == 0 and min(y - room.top(), room.bottom() - y) < 16
            if not is_crowded:
                box = QRectF(0, min(max(y, TOP + 6), room.bottom() - 4) - 8, LEFT - 6, 16)
                painter.drawText(box, right, format_number(value, 3))
                painter.drawLine(QPointF(LEFT - 4, y), QPointF(LEFT, y))
        below = QRectF(room.left(), room.bottom() + 4, room.width(), BOTTOM - 4)
        painter.drawText(below, left, format_count(self.updates[0]))
        painter.drawText(below, right, format_count(self.updates[-1]))
