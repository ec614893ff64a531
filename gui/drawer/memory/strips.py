"""Two strips of time, one under the other: what eager and lazy evaluation do when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.numbers import format_duration
from gui.theme import Theme
from runtime.evaluation import Evaluation, Span, Work

LEFT, RIGHT = 48.0, 60.0
STRIP, GAP, LEGEND = 14.0, 8.0, 18.0
TEXT = 11
INKS: dict[Work, str] = {"shapes": "line", "plan": "line", "forward": "forward"}
VLINE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Strip:
    """One evaluation under a name."""

    name: str
    found: Evaluation


class Strips(QWidget):
    """Spans on a common scale of time. A tip tells what is under the pointer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.strips: tuple[Strip, ...] = ()
        self._longest = 1.0
        self.setAccessibleName(self.tr("What is computed when"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_strips(self, strips: Sequence[Strip]) -> None:
        """Show these evaluations."""
        self.strips = tuple(strips)
        self._longest = max((strip.found.seconds() for strip in self.strips), default=0.0) or 1.0
        self.setAccessibleDescription("; ".join(self._told(strip) for strip in self.strips))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(320, round(2 * (STRIP + GAP) + LEGEND))

    def words(self, strip: Strip, span: Span) -> str:
        """What a span is, and how long it took."""
        what = {
            "shapes": self.tr("Shapes of {0}"),
            "plan": self.tr("Check of the whole graph, plan and schedule"),
            "forward": self.tr("Forward: {0}"),
            "recompute": self.tr("Computed again: {0}"),
            "reverse": self.tr("Reverse: {0}"),
        }[span.work].format(span.node)
        return f"{strip.name}: {what}, {format_duration(span.seconds)}"

    def _told(self, strip: Strip) -> str:
        works = ((work, strip.found.seconds(work)) for work in ("shapes", "plan"))
        parts = [(work, seconds) for work, seconds in works if seconds]
        parts += [(work, strip.found.seconds(work)) for work in ("forward", "reverse")]
        names = {
            "shapes": self.tr("shapes"),
            "plan": self.tr("plan"),
            "forward": self.tr("forward"),
            "reverse": self.tr("reverse"),
        }
        told = ", ".join(f"{names[work]} {format_duration(seconds)}" for work, seconds in parts)
        return f"{strip.name}: {told}"

    def span_at(self, x: float, y: float) -> tuple[Strip, Span] | None:
        """What lies under a point of the widget."""
        row = int(y // (STRIP + GAP))
        if not 0 <= row < len(self.strips) or y - row * (STRIP + GAP) > STRIP:
            return None
        found = (s for s in self.strips[row].found.spans if self._x(s.start) <= x < self._x(s.end))
        span = next(found, None)
        return None if span is None else (self.strips[row], span)

    def event(self, event) -> bool:
        """A tip tells of the span under the pointer."""
        if event.type() == QEvent.Type.ToolTip:
            found = self.span_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), self.words(*found) if found else "", self)
            return True
        return super().event(event)

    def _x(self, seconds: float) -> float:
        return LEFT + (self.width() - LEFT - RIGHT) * seconds / self._longest

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """A row for each: its name, what it did when, and how long all of it took."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(TEXT))
        for row, strip in enumerate(self.strips):
            self._paint_strip(painter, row * (STRIP + GAP), strip)
        if self.strips:
            self._paint_legend(painter, 2 * (STRIP + GAP) - 4)
        painter.end()

    def _pieces(self, strip: Strip) -> Iterator[tuple[str, float, float]]:
        """(ink, left, right) of pieces a pixel wide or more; what takes most of one dyes it."""
        left, shares = LEFT, dict[str, float]()
        for span in strip.found.spans:
            ink = _ink(span.work)
            shares[ink] = shares.get(ink, 0.0) + span.seconds
            right = self._x(span.end)
            if right - left >= 1:
                yield max(shares, key=shares.__getitem__), left, right
                left, shares = right, {}
        if shares:
            yield max(shares, key=shares.__getitem__), left, self._x(strip.found.seconds())

    def _paint_legend(self, painter: QPainter, top: float) -> None:
        left = LEFT
        for work, name in (
            ("plan", self.tr("shapes and plan")),
            ("forward", self.tr("forward")),
            ("reverse", self.tr("reverse")),
        ):
            painter.fillRect(QRectF(left, top + 4, 10, 10), self._theme.color(_ink(work)))
            painter.setPen(self._theme.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(left + 14, top, width + 4, LEGEND), VLINE, name)
            left += width + 14 + 16

    def _paint_strip(self, painter: QPainter, top: float, strip: Strip) -> None:
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRectF(0, top, LEFT - 8, STRIP), VLINE, strip.name)
        painter.setPen(Qt.PenStyle.NoPen)
        for ink, run in groupby(self._pieces(strip), key=lambda piece: piece[0]):
            (_, left, right), *more = run
            right = more[-1][2] if more else right
            painter.setBrush(self._theme.color(ink))
            painter.drawRect(QRectF(left, top, right - left, STRIP))
        end = self._x(strip.found.seconds())
        painter.setPen(QPen(self._theme.color("muted"), 1))
        whole = format_duration(strip.found.seconds())
        painter.drawText(QPointF(end + 6, top + STRIP - 3), whole)


def _ink(work: Work) -> str:
    return INKS.get(work, "reverse" if work == "reverse" else "forward")
