"""The legend of widths on the canvas: lines from the thinnest to the thickest, and their norms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gui.health.bars import power_text
from gui.health.scale import Scale

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

LINE, GAP, HEIGHT, PAD = 24, 6, 28, 8  # pixels
AWAY = 12  # from the zoom keys


class Legend(QWidget):
    """Up to four widths with the norms that they stand for, beside the keys that zoom."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._theme = view, view.theme
        self.scale = Scale(-1, 0)
        self._theme.changed.connect(self.update)
        self._caption = self.tr("Gradient norm")
        self._is_short = False
        view.installEventFilter(self)
        self.hide()
        self.setToolTip(self.tr("Edges are as wide as the norms of their gradients, in decades."))
        self.show_scale(self.scale)

    def show_scale(self, scale: Scale) -> None:
        """Explain another scale."""
        self.scale = scale
        ends = (power_text(scale.low), power_text(scale.high))
        self.setAccessibleName(self.tr("Widths of edges: norms from {0} to {1}").format(*ends))
        self.place()
        self.update()

    def place(self) -> None:
        """Stand between the keys that zoom and the minimap; with both ends alone where it is tight,
        above the keys where even that is too wide.
        """
        keys, plan = self._view.zoom_bar.geometry(), self._view.minimap.geometry()
        room = plan.left() - keys.right() - 2 * AWAY
        self._is_short = False
        self._is_short = self.sizeHint().width() > room
        self.resize(self.sizeHint())
        if self.width() <= room:
            self.move(keys.right() + AWAY, keys.center().y() - HEIGHT // 2)
        else:
            self.move(keys.left(), keys.top() - AWAY - HEIGHT)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the canvas when it is resized."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self.place)  # the keys have moved by then
        return super().eventFilter(watched, event)

    @property
    def powers(self) -> tuple[int, ...]:
        """The powers of ten that it names."""
        low, high = self.scale.low, self.scale.high
        if self._is_short:
            return (low, high)
        if high - low < 3:
            return tuple(range(low, high + 1))
        third = (high - low) / 3
        return tuple(dict.fromkeys(round(low + third * place) for place in range(4)))

    def sizeHint(self) -> QSize:
        """Room for all."""
        return QSize(self._caption_width + sum(self._widths()) + PAD, HEIGHT)

    def paintEvent(self, event) -> None:
        """A line and its norm, side by side."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("grid"), 1))
        painter.setBrush(self._theme.color("node"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        room = self.rect().adjusted(PAD, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._caption)
        left, middle = PAD + self._caption_width, self.height() / 2
        for power, width in zip(self.powers, self._widths(), strict=True):
            pen = QPen(self._theme.color("reverse"), self.scale.width(10.0**power))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(left, middle), QPointF(left + LINE, middle))
            painter.setPen(self._theme.color("muted"))
            words = self.rect().adjusted(left + LINE + GAP, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, power_text(power))
            left += width
        painter.end()

    @property
    def _caption_width(self) -> int:
        return QFontMetrics(self._theme.font(11)).horizontalAdvance(self._caption) + 12

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(self._theme.font(11))
        texts = (power_text(power) for power in self.powers)
        return [LINE + GAP + metrics.horizontalAdvance(text) + 12 for text in texts]
