"""The figures of a Jacobian: norm, zeros, rank, condition, determinant, singular values."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph import GradwireError
from gui.background import Background, Progress
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.jacobian.region import Region
from gui.inspector.jacobian.sight import COSTLY, multiply_adds
from gui.inspector.jacobian.spectrum import SpectrumView
from gui.inspector.labels import Label, Rule
from gui.numbers import format_count, format_number, format_percent
from gui.theme import Theme
from runtime.maps.summary import Summary, known_at_once, summarise

if TYPE_CHECKING:
    from runtime.maps import LinearMap

AT_ONCE = 32 * 32  # entries up to which the figures are worked out where they are shown
UNASKED = 4.0  # seconds that figures may take which nobody has asked for by a button
WAITING = "…"
F = "JacobianFigures"


def tr(text: str) -> str:
    """Translate a text of the table."""
    return QCoreApplication.translate(F, text)


def _norm(found: Summary) -> str | None:
    return None if found.norm is None else format_number(found.norm)


def _zeros(found: Summary) -> str | None:
    return None if found.sparsity is None else format_percent(found.sparsity)


def _rank(found: Summary) -> str | None:
    return None if found.rank is None else format_count(found.rank)


def _condition(found: Summary) -> str | None:
    return None if found.condition is None else format_number(found.condition)


def _determinant(found: Summary) -> str | None:
    """`−0.25`; of one that is too small or large for a number its logarithm: `e^−812.3`."""
    if found.determinant is None:
        return None
    sign, logarithm = found.determinant
    if not sign:
        return "0"
    if math.isfinite(logarithm) and abs(logarithm) < 600:
        return format_number(sign * math.exp(logarithm))
    return f"{'−' if sign < 0 else ''}e^{format_number(logarithm)}"


@dataclass(frozen=True)
class Row:
    """One figure: its name, what it means, and how it is written; None where it is unknown."""

    name: str
    tip: str
    write: Callable[[Summary], str | None]
    square_only: bool = False


ROWS = (
    Row(
        N(F, "Norm"),
        N(F, "Frobenius norm: the root of the sum of all squared entries"),
        _norm,
    ),
    Row(N(F, "Zeros"), N(F, "Share of the entries that are zero"), _zeros),
    Row(
        N(F, "Rank"),
        N(F, "How many directions of the input reach the output: singular values above rounding"),
        _rank,
    ),
    Row(
        N(F, "Condition"),
        N(F, "Largest singular value over the smallest; ∞ where some direction is lost"),
        _condition,
    ),
    Row(
        N(F, "Determinant"),
        N(F, "Factor by which volumes grow; 0 where some direction is lost"),
        _determinant,
        square_only=True,
    ),
)


@dataclass(frozen=True)
class Worked:
    """The figures of a map; `is_all` is false where the rest would have taken too long."""

    map: LinearMap
    summary: Summary
    is_all: bool = True


class _TooLong(Exception):
    """The time is up."""


def _work_out(linear: LinearMap, progress: Progress, seconds: float) -> Worked:
    """All figures, or those that are known at once if the others take longer."""
    end = time.monotonic() + seconds

    def report(share: float) -> None:
        progress(share)
        if time.monotonic() > end:
            raise _TooLong

    try:
        return Worked(linear, summarise(linear, report))
    except _TooLong:
        how = tr("The singular values take long, and all that follows from them.")
        return Worked(linear, known_at_once(linear, how), is_all=False)


class FiguresView(QWidget):
    """Works out the figures of a map, or some, off the window's thread where it takes long."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, rows: tuple[Row, ...] = ROWS
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._linear: LinearMap | None = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.cells: dict[str, tuple[Label, Label]] = {}
        for line, row in enumerate(rows):
            self._add(theme, line, row)
        self.spectrum_name = Label(theme, size=12, ink="muted", parent=self)
        self.spectrum = SpectrumView(theme, self)
        self.how = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.progress = ProgressLine(theme, self)
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._work.progressed.connect(self.progress.advance)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(self._begin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Rule(self))
        column.addLayout(self._grid)
        for part in (self.spectrum_name, self.spectrum, self.how, self.progress):
            column.addWidget(part)

    @property
    def said(self) -> dict[str, str]:
        """Name and figure of what is shown."""
        shown = [cells for cells in self.cells.values() if cells[1].isVisibleTo(self)]
        return {name.said: figure.said for name, figure in shown}

    @property
    def is_busy(self) -> bool:
        """Whether they are being worked out."""
        return self._work.is_busy

    def show_map(self, linear: LinearMap) -> None:
        """Work out and show; what was under way for another map is dropped."""
        if linear is self._linear:
            return
        self._linear = linear
        self._clear()
        whole = Region.whole((linear.rows, linear.columns))
        is_small = whole.entries <= AT_ONCE and linear.stored <= AT_ONCE
        if is_small and multiply_adds(linear, whole) <= COSTLY:
            self._work.ask(lambda: Worked(linear, summarise(linear)), 0)
        else:
            self._begin(UNASKED)

    def forget(self) -> None:
        """There is nothing to work out."""
        self._linear = None
        self._work.drop()
        self.progress.end()

    def _begin(self, seconds: float = math.inf) -> None:
        linear = self._linear
        self.progress.begin(tr("Working out the figures"))
        self._work.ask_long(lambda progress: _work_out(linear, progress, seconds))

    def _cancel(self) -> None:
        self._work.drop()
        for _, figure in self.cells.values():
            if figure.said == WAITING:
                figure.say(tr("not yet"))
        self.progress.offer(tr("The figures were cancelled."))

    def _take(self, found: Worked) -> None:
        if found.map is not self._linear:
            return
        self.progress.end()
        self._say(found)
        if not found.is_all:
            self.progress.offer(found.summary.how)

    def _refuse(self, error: Exception) -> None:
        self.progress.end()
        self.how.say(str(error) or tr("There is not enough memory for the figures."))
        self.how.show()
        if not isinstance(error, GradwireError | MemoryError):
            raise error

    def _say(self, found: Worked) -> None:
        summary, is_square = found.summary, found.map.rows == found.map.columns
        missing = tr("unknown") if found.is_all else tr("not yet")
        for row in self._rows:
            text = row.write(summary)
            is_asked = is_square or not row.square_only
            name, figure = self.cells[row.name]
            figure.say(missing if text is None else text)
            figure.dye("muted" if text is None else "text")
            tip = tr(row.tip) if text is not None else f"{tr(row.tip)}\n{summary.how}"
            for part in (name, figure):
                part.setVisible(is_asked)
                part.setToolTip(tip)
                part.setAccessibleDescription(tip)
        self._say_values(summary)
        self.how.say(summary.how)
        self.how.setVisible(bool(summary.how) and found.is_all)

    def _say_values(self, summary: Summary) -> None:
        values = summary.singular_values
        has_some = values is not None and len(values) > 1
        self.spectrum.setVisible(has_some)
        self.spectrum_name.setVisible(has_some)
        if has_some:
            text = tr("Singular values") if summary.complete else tr("The largest singular values")
            self.spectrum_name.say(f"{text} ({format_count(len(values))})")
            self.spectrum.show_values(values)

    def _clear(self) -> None:
        is_square = self._linear.rows == self._linear.columns
        for row in self._rows:
            for part in self.cells[row.name]:
                part.setVisible(is_square or not row.square_only)
            self.cells[row.name][1].say(WAITING)
            self.cells[row.name][1].dye("muted")
        for part in (self.spectrum_name, self.spectrum, self.how):
            part.setVisible(False)

    def _add(self, theme: Theme, line: int, row: Row) -> None:
        cells = (
            Label(theme, tr(row.name), size=12, ink="muted", parent=self),
            Label(theme, size=12, parent=self),
        )
        for column, cell in enumerate(cells):
            cell.setToolTip(tr(row.tip))
            self._grid.addWidget(cell, line, column)
        self.cells[row.name] = cells
