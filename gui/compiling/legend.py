"""The legend of compiled mode: what became of how many steps, their calls and memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.compiling.words import ICONS, fate_text, fate_tip, is_trained, summary, tr
from gui.dress import dress
from gui.icons import paint_icon
from gui.inspector.labels import Label
from gui.numbers import format_bytes, format_count
from runtime.compiled.fates import FATES

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from runtime.compiled.report import Report

MARGIN, PAD, ICON, GAP = 12, 12, 14, 8
WIDTH = 248
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Legend(QWidget):
    """A panel at the upper right of a canvas; its two keys choose what the canvas shows."""

    turned = Signal(bool)  # to what it is after compiling, or before

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._theme = view, view.theme
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD, 8, PAD, 8)
        column.setSpacing(6)
        column.addLayout(self._make_head())
        self.told = Label(self._theme, size=12, ink="muted", wrap=True, parent=self)
        column.addWidget(self.told)
        self._table = QGridLayout()
        self._table.setColumnStretch(0, 1)
        self._table.setHorizontalSpacing(12)
        self._table.setVerticalSpacing(2)
        column.addLayout(self._table)
        self._icons: list[tuple[Label, str]] = []
        self.rows: dict[str, tuple[Label, Label, Label]] = {}
        for fate in FATES:
            row = self._add(fate, fate_text(fate), fate_tip(fate))
            if ICONS[fate]:
                self._icons.append((row[0], ICONS[fate]))
        self._table.setRowMinimumHeight(self._table.rowCount(), GAP)
        self._add("forward", tr("Forward"), tr("Steps of the plan, and calls that they became."))
        self._add("reverse", tr("Reverse"), tr("Steps of the plan, and calls that they became."))
        text = tr("Memory of all results and gradients: each by itself, and as they share it.")
        self._add("memory", tr("Buffers"), text)
        self.setAccessibleName(tr("Compiled step"))
        self.setFixedWidth(WIDTH)
        self._theme.changed.connect(self.update)
        view.installEventFilter(self)
        self.hide()

    def show_report(self, report: Report) -> None:
        """Show counts, calls and bytes, before and after."""
        for fate in FATES:  # before, all are as they are drawn
            was = format_count(len(report.steps)) if fate == "kept" else ""
            self._say(fate, was, format_count(report.counts[fate]))
        both = zip(("forward", "reverse"), report.was_calls, report.calls, strict=True)
        for row, steps, calls in both:
            was = tr("{0} steps").format(format_count(steps))
            self._say(row, was, tr("{0} calls").format(format_count(calls)))
        before, after = format_bytes(report.nbytes_alone), format_bytes(report.nbytes)
        self._say("memory", before, after)
        trained = is_trained(report)
        self._tell("" if trained else tr("Nothing is trained here: every step computes the same."))
        self.setAccessibleDescription(summary(report))
        self._show_rows(are_there=True)

    def show_refusal(self, sentence: str) -> None:
        """Say why nothing is compiled."""
        self._tell(sentence)
        self.setAccessibleDescription(sentence)
        self._show_rows(are_there=False)

    def place(self) -> None:
        """Stand in the corner."""
        self.resize(self.sizeHint())
        self.move(self._view.width() - self.width() - MARGIN, MARGIN)

    def showEvent(self, event) -> None:
        """Take the room that its rows need."""
        super().showEvent(event)
        self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the canvas when it is resized."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self.place)
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """As high as its rows are."""
        rows = self.layout()
        rows.invalidate()
        high = rows.hasHeightForWidth()
        return QSize(WIDTH, rows.heightForWidth(WIDTH) if high else rows.sizeHint().height())

    def paintEvent(self, event) -> None:
        """A panel, and the drawings before the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("node"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        for label, name in (icon for icon in self._icons if icon[0].isVisible()):
            box = label.geometry()
            square = QRectF(PAD, box.center().y() - ICON / 2 + 0.5, ICON, ICON)
            paint_icon(painter, name, square, self._theme.color("text"))
        painter.end()

    # --- inside ---------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(Label(self._theme, tr("Compiled step"), weight=600, parent=self), 1)
        group = QButtonGroup(self)
        texts = (
            (tr("Before"), tr("Show the graph as it is drawn.")),
            (tr("After"), tr("Show what became of every node.")),
        )
        self.keys: list[QToolButton] = []
        for is_after, (text, tip) in enumerate(texts):
            key = dress(QToolButton(self, text=text, checkable=True), self._theme, "key")
            key.setFont(self._theme.font(12))
            key.setToolTip(tip)
            key.setAccessibleName(text)
            key.setAccessibleDescription(tip)
            key.setMinimumHeight(24)
            key.setChecked(bool(is_after))
            key.clicked.connect(partial(self.turned.emit, bool(is_after)))
            group.addButton(key)
            head.addWidget(key)
            self.keys.append(key)
        return head

    def _add(self, name: str, text: str, tip: str) -> tuple[Label, Label, Label]:
        at = self._table.rowCount()
        labels = tuple(
            Label(self._theme, size=12, ink=ink, parent=self) for ink in ("text", "muted", "text")
        )
        labels[0].say(text)
        labels[0].setIndent(ICON + 6)
        for place, label in enumerate(labels):
            label.setToolTip(tip)
            self._table.addWidget(label, at, place)
            if place:
                label.setAlignment(RIGHT)
        self.rows[name] = labels
        return labels

    def _say(self, row: str, before: str, after: str) -> None:
        _, first, second = self.rows[row]
        first.say(before)
        second.say(after)

    def _tell(self, sentence: str) -> None:
        self.told.say(sentence)
        self.told.setVisible(bool(sentence))

    def _show_rows(self, *, are_there: bool) -> None:
        """Show the rows that count something; what is not on the canvas needs no legend."""
        for labels in self.rows.values():
            counts = bool(labels[1].said) or labels[2].said != "0"
            for label in labels:
                label.setVisible(are_there and counts)
        for key in self.keys:
            key.setVisible(are_there)
        self.place()
        self.update()
