"""The three modes side by side: a column each, with what the whole derivative takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.forward_mode.words import times_more
from gui.inspector.labels import Label
from gui.numbers import format_bytes, format_count, format_duration
from gui.theme import Theme

if TYPE_CHECKING:
    from runtime.tangents.comparing import Comparison, Takes

INKS = ("reverse", "tangent", "text")
BAR = 4  # pixels that a bar is high
NAMES, COLUMN = 148, 92  # pixels of the columns


class Share(QWidget):
    """A bar as long as its share of the greatest, on a scale by powers of ten."""

    def __init__(self, theme: Theme, ink: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._ink, self.share = theme, ink, 0.0
        self.setFixedHeight(BAR)
        theme.changed.connect(self.update)

    def show_share(self, share: float) -> None:
        """Be so long, from 0 to 1."""
        self.share = share
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("grid"))
        done = QRectF(0, 0, self.width() * self.share, self.height())
        painter.fillRect(done, self._theme.color(self._ink))
        painter.end()


class ModesTable(QWidget):
    """Passes, operations, bytes and time of each mode."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cells: dict[tuple[str, int], Label] = {}
        self.bars: list[Share] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self._more = self.tr("beside the least")
        self._heads = (self.tr("Reverse"), self.tr("Forward"), self.tr("Differences"))
        for column, (name, ink) in enumerate(zip(self._heads, INKS, strict=True), 1):
            head = Label(theme, name, size=12, weight=600, ink=ink, parent=self)
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnMinimumWidth(column, COLUMN)
        self._rows = (
            ("passes", self.tr("Passes")),
            ("operations", self.tr("Operations")),
            ("more", ""),
            ("bytes", self.tr("Held at most")),
            ("pass", self.tr("One pass, measured")),
            ("whole", self.tr("All passes, at that")),
        )
        self._tips = {
            "passes": self.tr("Besides one run forward; for differences whole runs"),
            "operations": self.tr("Multiply-adds and other operations on a number, all together"),
            "bytes": self.tr("Values, tangents and gradients that have to be there at a time"),
            "pass": self.tr("The median of three"),
            "whole": self.tr("The time of one pass, as often as it is needed, and of the run"),
        }
        for row, (key, name) in enumerate(self._rows, 1):
            self._add_row(grid, row, key, name)
        grid.setColumnMinimumWidth(0, NAMES)
        grid.setRowStretch(len(self._rows) + 1, 1)
        self.setFixedWidth(NAMES + 3 * (COLUMN + 12))

    def show_comparison(self, found: Comparison) -> None:
        """Write all figures."""
        all_ = (found.reverse, found.forward, found.differences)
        least = min(takes.operations for takes in all_)
        most = max(takes.operations for takes in all_)
        for column, takes in enumerate(all_, 1):
            self._say("passes", column, self._passes(takes))
            self._say("operations", column, format_count(takes.operations))
            self._say("more", column, times_more(takes, least))
            self._say("bytes", column, format_bytes(takes.nbytes))
            self._say("pass", column, format_duration(takes.seconds))
            self._say("whole", column, format_duration(takes.whole))
            self.bars[column - 1].show_share(_share(takes.operations, most))

    def _passes(self, takes: Takes) -> str:
        if takes.mode == "differences":
            return self.tr("{0} runs").format(format_count(takes.passes))
        return format_count(takes.passes)

    def _say(self, key: str, column: int, text: str) -> None:
        cell, row = self.cells[key, column], dict(self._rows)[key]
        cell.say(text)
        cell.setAccessibleName(f"{self._heads[column - 1]}, {row or self._more}: {text}")

    def _add_row(self, grid: QGridLayout, row: int, key: str, name: str) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if name:
            label = Label(self._theme, name, size=12, ink="muted", parent=self)
            label.setToolTip(self._tips[key])
            grid.addWidget(label, row, 0)
        for column, ink in enumerate(INKS, 1):
            size, own = (11, "muted") if key == "more" else (13, "text")
            cell = Label(self._theme, size=size, ink=own, parent=self)
            self.cells[key, column] = cell
            if key != "more":
                grid.addWidget(cell, row, column, right)
                continue
            box = QWidget(self)
            inner = QGridLayout(box)
            inner.setContentsMargins(0, 0, 0, 4)
            inner.setVerticalSpacing(2)
            bar = Share(self._theme, ink, box)
            self.bars.append(bar)
            inner.addWidget(bar, 0, 0)
            inner.addWidget(cell, 1, 0, right)
            grid.addWidget(box, row, column)


def _share(count: int, most: int) -> float:
    """How long a bar is: proportional, and never so short that it cannot be seen."""
    return max(count / most, 0.01) if most and count else 0.0
