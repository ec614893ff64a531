"""The timeline: all steps as a bar to slide on, and the keys of a player beside it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.document import Document
from gui.dress import dress
from gui.numbers import format_number
from gui.player import SPEEDS, Player
from gui.slide_bar import KNOB, SlideBar
from gui.theme import Theme
from gui.time_bar import HEIGHT as TIME_HEIGHT
from gui.time_bar import TimeBar
from gui.training.run_bar import RunBar
from gui.training.running import Running
from gui.updating.bar import HEIGHT as BATCH_HEIGHT
from gui.updating.bar import BatchBar

HEIGHT = 60
BUTTON, GAP = 36, 4
BAR_TOP, BAR = 20.0, 8.0
LEAST_SEGMENT = 5.0  # narrower ones are drawn without gaps
PHASES = ("forward", "tangent", "reverse", "update")
BUTTONS = ("first", "previous", "next", "last", "play")


class StepBar(SlideBar):
    """A slider over all steps, each pass in its own colour.

    What is still ahead of the playhead is paler.
    """

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, HEIGHT, parent)
        self._document = document
        self.setAccessibleName(self.tr("Steps"))
        self._names = {
            "forward": self.tr("forward"),
            "tangent": self.tr("tangent"),
            "reverse": self.tr("reverse"),
            "update": self.tr("update"),
        }
        self.valueChanged.connect(lambda value: document.playhead.go(value))
        document.traced.connect(self.follow)
        document.playhead_moved.connect(self.follow)
        document.replaced.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Stand where the playhead stands, which may be inside a step."""
        head = self._document.playhead
        self.stand_at(head.position, len(head.steps))
        self.setEnabled(bool(head.steps))

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The passes, their names, the knob, and a frame while it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = self._document.playhead
        if not head.steps:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("grid"))
            painter.drawRoundedRect(self._bar(0, self.maximum() or 1), 4, 4)
            return
        start = 0
        for phase in PHASES:
            end = head.phase_end(phase) or start
            self._paint_pass(painter, phase, start, end)
            start = end
        self._paint_part(painter)
        self._paint_knob(painter)

    def _paint_pass(self, painter: QPainter, phase: str, start: int, end: int) -> None:
        if start == end:
            return
        color = self._theme.color(phase)
        done = min(max(self.value(), start), end)
        painter.setPen(Qt.PenStyle.NoPen)
        for left, right, alpha in ((start, done, 1.0), (done, end, 0.35)):
            if right > left:
                painter.setBrush(self._theme.color(phase, alpha))
                painter.drawRoundedRect(self._bar(left, right), 3, 3)
        if self.x_of(1) - self.x_of(0) >= LEAST_SEGMENT:
            painter.setPen(QPen(self._theme.color("panel"), 2))
            for index in range(start if start else 1, end):
                x = self.x_of(index)
                painter.drawLine(QPointF(x, BAR_TOP - 1), QPointF(x, BAR_TOP + BAR + 1))
        self._paint_name(painter, phase, self.x_of(start), self.x_of(end), color)

    def _paint_name(self, painter: QPainter, phase: str, x: float, end: float, color) -> None:
        name = self._names[phase]
        painter.setFont(self._theme.font(11))
        width = painter.fontMetrics().horizontalAdvance(name)
        if end - x < width + 20:
            return
        y, tip = BAR_TOP + BAR + 16, -5.0 if phase == "reverse" else 5.0
        painter.setPen(QPen(color, 2))
        middle = x + 5
        back = middle - tip / 2
        painter.drawPolyline([QPointF(back, y - 5), QPointF(back + tip, y), QPointF(back, y + 5)])
        painter.setPen(color)
        box = QRectF(x + 16, y - 9, width + 4, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)

    def _paint_part(self, painter: QPainter) -> None:
        """Inside a step the part that is done is filled too."""
        head = self._document.playhead
        if not head.part:
            return
        share = head.part / max(len(head.parts), 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(head.steps[head.position].phase, 0.7))
        painter.drawRect(self._bar(head.position, head.position + share))

    def _paint_knob(self, painter: QPainter) -> None:
        head = self._document.playhead
        share = head.part / max(len(head.parts), 1) if head.part else 0
        self.paint_knob(painter, self.value() + share, BAR_TOP + BAR / 2, KNOB.height())

    def _bar(self, left: float, right: float) -> QRectF:
        x = self.x_of(left)
        return QRectF(x, BAR_TOP, self.x_of(right) - x, BAR)


class Timeline(QWidget):
    """Keys, step bar and speed in one row of 60 pixels; above it the moments of a training and
    below it the time steps, if any."""

    def __init__(
        self,
        document: Document,
        player: Player,
        theme: Theme,
        actions: Mapping[str, QAction],
        running: Running,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.run = RunBar(running, theme, self)
        self.bar = StepBar(document, theme, self)
        self.time = TimeBar(document, theme, actions, self)
        self.batch = BatchBar(document, theme, actions, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 12, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        # As wide as what stands right of the steps, so that all bars end together.
        self._beside = [QWidget(self), QWidget(self)]
        column.addLayout(self._level(self.run, self._beside[0]))
        column.addWidget(self.batch)
        column.addLayout(row)
        column.addLayout(self._level(self.time, self._beside[1]))
        for name in BUTTONS:
            row.addWidget(self._button(actions[name]), alignment=Qt.AlignmentFlag.AlignTop)
        row.addSpacing(12)
        row.addWidget(self.bar, 1)
        row.addSpacing(8 - GAP)
        row.addWidget(self._button(actions["predict"]), alignment=Qt.AlignmentFlag.AlignTop)
        self.speed = self._make_speed(player)
        self._show_speed(player)
        row.addWidget(self.speed, alignment=Qt.AlignmentFlag.AlignTop)
        running.changed.connect(self._fit)
        running.state_changed.connect(self._fit)
        document.traced.connect(self._fit)
        document.playhead_moved.connect(self._fit)
        document.replaced.connect(self._fit)
        document.updating.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the levels need that have more than one entry."""
        for widget in self._beside:
            widget.setFixedWidth(BUTTON + GAP + self.speed.sizeHint().width())
        levels = (
            (self.run, TIME_HEIGHT),
            (self.batch, BATCH_HEIGHT),
            (self.time, TIME_HEIGHT),
        )
        self.setFixedHeight(HEIGHT + sum(high for level, high in levels if not level.isHidden()))

    def _level(self, bar: QWidget, beside: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(bar)
        row.addWidget(beside)
        return row

    def _button(self, action: QAction) -> QToolButton:
        button = dress(QToolButton(self), self._theme, "key")
        button.setDefaultAction(action)
        button.setFixedSize(BUTTON, BUTTON)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

        def name() -> None:
            button.setAccessibleName(action.text().replace("&", ""))

        action.changed.connect(name)  # Play becomes Pause
        name()
        return button

    def _make_speed(self, player: Player) -> QToolButton:
        button = dress(QToolButton(self), self._theme, "flat")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFixedHeight(BUTTON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(self.tr("Speed: how many steps a second Play takes."))
        menu = QMenu(button)
        menu.setAccessibleName(self.tr("Speed"))
        for speed in SPEEDS:
            action = menu.addAction(self._speed_text(speed))
            action.triggered.connect(lambda _=False, speed=speed: player.set_speed(speed))
        button.setMenu(menu)
        player.changed.connect(lambda: self._show_speed(player))
        return button

    def _show_speed(self, player: Player) -> None:
        self.speed.setText(self._speed_text(player.speed))
        self.speed.setAccessibleName(self.tr("Speed: {0}").format(self.speed.text()))

    def _speed_text(self, speed: float) -> str:
        return self.tr("{0} steps/s").format(format_number(speed))
