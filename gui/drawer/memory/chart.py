"""A chart of what runs hold in memory, action by action, over bands that tell what each does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.canvas.polygons import polygon
from gui.numbers import format_bytes
from gui.theme import Theme
from runtime.recompute.playing import Moment

HEIGHT = 112
LEFT, RIGHT, TOP = 76.0, 8.0, 24.0
BAND, GAP, UNDER = 7.0, 6.0, 10.0  # height of a band, between bands, and from axis to bands
LEGEND = 18.0
TEXT = 11
VALUES, GRADIENTS = 0.18, 0.25  # opacity of the shades
VLINE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Line:
    """One run: `name` stands before its band, `legend` above the chart."""

    name: str
    legend: str
    moments: tuple[Moment, ...]
    dashed: bool = False

    @property
    def peak(self) -> int:
        """The most that it holds."""
        return max((moment.nbytes for moment in self.moments), default=0)


class KeptChart(QWidget):
    """Bytes held over the actions of runs. A click or an arrow key chooses an action.

    The last line is the one that is read: its values and gradients are shaded below it, and
    `place` is the action of it that the playhead stands at, -1 where it stands at none.
    """

    chosen = Signal(int)  # an action of the last line

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines: tuple[Line, ...] = ()
        self.place = -1
        self._most = 1
        self._drawn: tuple[tuple[object, ...], QPixmap] | None = None
        self.setAccessibleName(self.tr("Memory held over the steps"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these runs."""
        self.lines, self.place, self._drawn = tuple(lines), -1, None
        self._most = max((line.peak for line in self.lines), default=0) or 1
        self._tell()

    def show_place(self, place: int) -> None:
        """Show where the playhead stands."""
        if place != self.place:
            self.place = place
            self._tell()

    def words(self, place: int) -> str:
        """What happens in an action of the last line, and what is held then."""
        line = self.lines[-1]
        moment = line.moments[place]
        does = {
            "forward": self.tr("Forward: {0}"),
            "recompute": self.tr("Computed again: {0}"),
            "reverse": self.tr("Reverse: {0}"),
        }[moment.kind].format(moment.node)
        at = "" if moment.t is None else self.tr(", t = {0}").format(moment.t)
        held = self.tr("{0} held: {1} of values, {2} of gradients.")
        sizes = (moment.nbytes, moment.values, moment.gradients)
        return f"{does}{at}\n{held.format(*map(format_bytes, sizes))}"

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(420, HEIGHT)

    # --- places ---------------------------------------------------------------------------

    def place_at(self, x: float) -> int:
        """The action of the last line under an x of the widget; -1 where there is none."""
        place = int((x - LEFT) / self._slot)
        is_there = bool(self.lines) and 0 <= place < len(self.lines[-1].moments)
        return place if x >= LEFT and is_there else -1

    def x_of(self, place: float) -> float:
        """Where an action begins."""
        return LEFT + self._slot * place

    @property
    def _count(self) -> int:
        return max((len(line.moments) for line in self.lines), default=1)

    @property
    def _slot(self) -> float:
        return max(self.width() - LEFT - RIGHT, 1) / max(self._count, 1)

    @property
    def _bottom(self) -> float:
        return self.height() - UNDER - len(self.lines) * (BAND + GAP)

    def _y(self, size: float) -> float:
        return self._bottom - (self._bottom - TOP) * size / self._most

    def _band(self, row: int, start: float, end: float) -> QRectF:
        top = self._bottom + UNDER + row * (BAND + GAP)
        return QRectF(self.x_of(start), top, self.x_of(end) - self.x_of(start), BAND)

    # --- events ---------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        """Choose the action under the pointer."""
        place = self.place_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(place)

    def keyPressEvent(self, event) -> None:
        """Left and Right choose the action beside."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is None or not self.lines or not self.lines[-1].moments:
            super().keyPressEvent(event)
            return
        last = len(self.lines[-1].moments) - 1
        self.chosen.emit(min(max(self.place + by, 0), last))

    def event(self, event) -> bool:
        """A tip has the figures of the action under the pointer."""
        if event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.words(place) if place >= 0 else "", self)
            return True
        return super().event(event)

    def _tell(self) -> None:
        legends = "; ".join(line.legend for line in self.lines)
        here = self.words(self.place).replace("\n", ". ") if self.place >= 0 else ""
        self.setAccessibleDescription(f"{legends}. {here}".strip())
        self.update()

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """What is drawn of the runs, and over it where the playhead stands."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.lines:
            painter.drawPixmap(0, 0, self._picture())
            self._paint_place(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _picture(self) -> QPixmap:
        """Axis, shades, lines and bands; drawn once, for the playhead moves often."""
        scale = self.devicePixelRatioF()
        state = self.width(), self.height(), scale, self._theme.is_dark
        if self._drawn is None or self._drawn[0] != state:
            picture = QPixmap(self.size() * scale)
            picture.setDevicePixelRatio(scale)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_runs(painter)
            painter.end()
            self._drawn = state, picture
        return self._drawn[1]

    def _paint_runs(self, painter: QPainter) -> None:
        self._paint_axis(painter)
        self._paint_shades(painter, self.lines[-1])
        for row, line in enumerate(self.lines):
            self._paint_line(painter, line)
            self._paint_band(painter, row, line)
        self._paint_legend(painter)

    def _paint_axis(self, painter: QPainter) -> None:
        end = self.width() - RIGHT
        painter.setFont(self._theme.font(TEXT))
        for size, ink in ((self._most, "grid"), (self._most / 2, "grid"), (0, "line")):
            y = self._y(size)
            painter.setPen(QPen(self._theme.color(ink), 1))
            painter.drawLine(QPointF(LEFT, y), QPointF(end, y))
            painter.setPen(self._theme.color("muted"))
            box = QRectF(0, y - 8, LEFT - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | VLINE, format_bytes(round(size)))

    def _paint_shades(self, painter: QPainter, line: Line) -> None:
        """Values below, gradients above them, in the inks of their passes."""
        painter.setPen(Qt.PenStyle.NoPen)
        values, whole = self._stairs(line, "values"), self._stairs(line, "nbytes")
        ground = np.array(((self.x_of(len(line.moments)), self._bottom), (LEFT, self._bottom)))
        painter.setBrush(self._theme.color("forward", VALUES))
        painter.drawPolygon(polygon(np.concatenate((values, ground))))
        painter.setBrush(self._theme.color("reverse", GRADIENTS))
        painter.drawPolygon(polygon(np.concatenate((whole, values[::-1]))))

    def _paint_line(self, painter: QPainter, line: Line) -> None:
        painter.setPen(self._pen(line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(self._stairs(line, "nbytes")))

    def _stairs(self, line: Line, what: str) -> np.ndarray:
        """The corners of a line, `[n, 2]`; where actions are narrower than a pixel, the largest
        of each pixel counts."""
        sizes = np.array([getattr(moment, what) for moment in line.moments], float)
        ends = LEFT + self._slot * np.arange(len(sizes) + 1)
        if self._slot < 1:
            starts = np.unique((ends[:-1] - LEFT).astype(int), return_index=True)[1]
            sizes = np.maximum.reduceat(sizes, starts)
            ends = np.append(ends[starts], ends[-1])
        heights = self._bottom - (self._bottom - TOP) * sizes / self._most
        return np.stack((np.repeat(ends, 2)[1:-1], np.repeat(heights, 2)), axis=1)

    def _pen(self, line: Line) -> QPen:
        pen = QPen(self._theme.color("muted" if line.dashed else "text"), 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if line.dashed:
            pen.setDashPattern([3, 2])
        return pen

    def _paint_band(self, painter: QPainter, row: int, line: Line) -> None:
        """What a run does when: forward, computed again (hatched), reverse."""
        place = 0
        painter.setPen(Qt.PenStyle.NoPen)
        for kind, moments in groupby(line.moments, key=lambda moment: moment.kind):
            start, place = place, place + len(list(moments))
            ink = self._theme.color("reverse" if kind == "reverse" else "forward")
            box = self._band(row, start, place)
            if kind == "recompute":
                painter.setBrush(self._theme.color("forward", 0.25))
                painter.drawRect(box)
                painter.setBrush(QBrush(ink, Qt.BrushStyle.BDiagPattern))
            else:
                painter.setBrush(ink)
            painter.drawRect(box)
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(TEXT))
        box = self._band(row, 0, 0)
        name = QRectF(0, box.center().y() - 8, LEFT - 8, 16)
        painter.drawText(name, Qt.AlignmentFlag.AlignRight | VLINE, line.name)

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(TEXT))
        left = LEFT
        for line in self.lines:
            painter.setPen(self._pen(line))
            middle = LEGEND / 2
            painter.drawLine(QPointF(left, middle), QPointF(left + 20, middle))
            painter.setPen(self._theme.color("text"))
            width = painter.fontMetrics().horizontalAdvance(line.legend)
            painter.drawText(QRectF(left + 26, 0, width + 4, LEGEND), VLINE, line.legend)
            left += width + 26 + 16
        self._paint_swatches(painter, left)

    def _paint_swatches(self, painter: QPainter, left: float) -> None:
        """What the shades are, where there is room to say so."""
        for ink, alpha, name in (
            ("forward", VALUES, self.tr("values")),
            ("reverse", GRADIENTS, self.tr("gradients")),
        ):
            width = painter.fontMetrics().horizontalAdvance(name)
            if left + 14 + width > self.width() - RIGHT:
                return
            painter.fillRect(QRectF(left, LEGEND / 2 - 5, 10, 10), self._theme.color(ink, alpha))
            painter.setPen(self._theme.color("text"))
            painter.drawText(QRectF(left + 14, 0, width + 4, LEGEND), VLINE, name)
            left += width + 14 + 16

    def _paint_place(self, painter: QPainter) -> None:
        """A line through the action that the playhead stands at."""
        if not 0 <= self.place < len(self.lines[-1].moments):
            return
        x = self.x_of(self.place + 0.5)
        bands = self._band(len(self.lines) - 1, 0, 0)
        painter.setPen(QPen(self._theme.color("text"), 1))
        painter.drawLine(QPointF(x, TOP), QPointF(x, bands.bottom() + 2))
