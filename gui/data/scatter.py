"""Samples by two of their features, each with the mark of its class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.data.asking import tr
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.numbers import format_number
from gui.theme import Theme
from gui.training.pictures.class_marks import ROOM, mark, radius_for
from runtime.data.preview import Preview

HEIGHT, LEFT, BOTTOM, PAD = 200, 44, 18, 8


class Scatter(QWidget):
    """Two choices, and the picture of what is chosen. Hidden where a set has no columns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.across, self.up = ChoiceField(theme, [], self), ChoiceField(theme, [], self)
        self.picture = ScatterPicture(theme, self)
        line = QHBoxLayout()
        line.setSpacing(8)
        for field, name in ((self.across, tr("Across")), (self.up, tr("Up"))):
            field.setAccessibleName(name)
            field.committed.connect(self._draw)
            line.addWidget(Label(theme, name, size=12, ink="muted", parent=self))
            line.addWidget(field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self.picture)
        self._columns: tuple[str, ...] = ()

    def show_preview(self, found: Preview) -> None:
        """Show a set; what is chosen stays where the columns are the same."""
        self.setVisible(len(found.columns) > 1)
        if found.columns != self._columns:
            self._columns = found.columns
            pairs = [(name, at) for at, name in enumerate(found.columns)]
            self.across.offer(pairs)
            self.up.offer(pairs)
            if len(pairs) > 1:
                self.across.show_value(0)
                self.up.show_value(1)
        self.picture.take(found)
        self._draw()

    def _draw(self) -> None:
        if len(self._columns) > 1:
            self.picture.choose(self.across.read(), self.up.read())


class ScatterPicture(QWidget):
    """The picture: ranges at both axes, a mark for each sample."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preview: Preview | None = None
        self._pair = (0, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def take(self, found: Preview) -> None:
        """Draw these samples from now on."""
        self._preview = found

    def choose(self, across: int, up: int) -> None:
        """Draw these two columns."""
        self._pair = (across, up)
        assert self._preview is not None
        names = self._preview.columns
        text = tr("Samples by {0} and {1}").format(names[across], names[up])
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event) -> None:
        found = self._preview
        if found is None or found.points is None or max(self._pair) >= len(found.columns):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(LEFT, 1, self.width() - LEFT - 1, self.height() - BOTTOM - 1)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("node"))
        painter.drawRect(area)
        x, y = (found.points[:, at] for at in self._pair)
        self._paint_ranges(painter, area, _range(x), _range(y))
        labels = found.labels if found.labels is not None else np.zeros(len(x), np.int64)
        radius = radius_for(len(x))
        inner = area.adjusted(PAD, PAD, -PAD, -PAD)
        across, up = _shares(x), 1 - _shares(y)
        for left, top, class_ in zip(across, up, labels.tolist(), strict=True):
            image = mark(class_, self._theme, self.devicePixelRatioF(), radius)
            place = QPointF(inner.left() + left * inner.width(), inner.top() + top * inner.height())
            painter.drawImage(place - QPointF(ROOM / 2, ROOM / 2), image)
        painter.end()

    def _paint_ranges(
        self, painter: QPainter, area: QRectF, x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        """The least and the greatest number at both axes."""
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        flags = Qt.AlignmentFlag
        below = QRectF(area.left(), area.bottom() + 2, area.width(), BOTTOM - 2)
        painter.drawText(below, flags.AlignLeft, format_number(x[0]))
        painter.drawText(below, flags.AlignRight, format_number(x[1]))
        beside = QRectF(0, area.top(), LEFT - 4, area.height())
        painter.drawText(beside, flags.AlignRight | flags.AlignTop, format_number(y[1]))
        painter.drawText(beside, flags.AlignRight | flags.AlignBottom, format_number(y[0]))


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _shares(values: np.ndarray) -> np.ndarray:
    """Where numbers lie between the least and the greatest; in the middle where all are equal."""
    low, high = _range(values)
    return (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
