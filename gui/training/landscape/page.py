"""The page Landscape: the loss over a few directions, and what moves on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from graph import GradwireError
from gui.announcing import announce
from gui.background import Background
from gui.inspector.axes import Array
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Label, Sentence
from gui.told import told_error
from gui.training.landscape.controls import Controls
from gui.training.landscape.following import Following, longer
from gui.training.landscape.picture import LandscapePicture, Raced
from gui.training.landscape.question import Scene, Seen, answer, finer, scene_of
from gui.training.landscape.race import Race
from gui.training.landscape.words import at_point, facts, tr
from runtime.geometry.window import Window as Frame

if TYPE_CHECKING:
    from gui.window import Window

LEFT, RIGHT = 232, 220
SETTLED = 150  # milliseconds without an edit before the landscape is worked out anew


class LandscapePage(QWidget):
    """Follows the document, and the run if there is one, while it can be seen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        theme = window.theme
        self._scene: Scene | None = None
        self._frame: Frame | None = None  # what was zoomed to; None: what holds all marks
        self._start: Array | None = None
        self._is_stale = True
        self.seen: Seen | None = None
        self.controls = Controls(theme, self)
        self.picture = LandscapePicture(theme, self)
        self.picture.setAccessibleName(tr("The loss over the parameters"))
        self.race = Race(theme, self)
        self.problem = Sentence(theme, parent=self)
        self.progress = ProgressLine(theme, self)
        self.reading = Label(theme, size=12, wrap=True, parent=self)
        self.facts = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self._following = Following(window)
        self._preparing, self._looking = Background(self), Background(self)
        self._soon = QTimer(self, singleShot=True, interval=SETTLED)
        self._listen()
        self._lay_out()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        works = (self._preparing, self._looking, self.race)
        return self._soon.isActive() or any(work.is_busy for work in works)

    def showEvent(self, event) -> None:
        """Now it is wanted."""
        super().showEvent(event)
        if self._is_stale:
            self._prepare()

    def hideEvent(self, event) -> None:
        """Nothing is worked out for nobody."""
        super().hideEvent(event)
        self.race.halt()
        if self._preparing.is_busy or self._looking.is_busy:
            self._drop()
            self._is_stale = True

    # --- what is asked ---------------------------------------------------------------------

    def _expire(self) -> None:
        """The graph or its numbers are others."""
        self._is_stale = True
        if self.isVisible():
            self._soon.start()

    def _prepare(self) -> None:
        """Make the loss of the present graph ready, then look."""
        self._soon.stop()
        self._drop()
        self._is_stale = False
        given = self._following.given()
        self.progress.begin(tr("Making the loss ready"))
        self._preparing.ask_long(lambda progress: scene_of(given, progress))

    def _take_scene(self, scene: Scene) -> None:
        self._scene, self._start = scene, None
        self.picture.show_trail(None)
        self.problem.say("")
        self.controls.offer(scene, self._document.root)
        self.race.prefer(self._document.root.training.optimizer.lr)
        self._look_anew()

    def _look_anew(self) -> None:
        """Other directions: what was zoomed to and where the ball was put is gone."""
        self._frame = self._start = None
        self.picture.show_trail(None)
        self._look()

    def _look(self) -> None:
        if self._scene is None:
            return
        asked, scene = replace(self.controls.asked, window=self._frame), self._scene
        self.progress.begin(tr("Working out the loss"))
        self._looking.ask_long(lambda progress: answer(asked, scene, progress))

    def _take(self, seen: Seen) -> None:
        if seen.scene is not self._scene:
            return
        self.progress.end()
        self.seen = seen
        if self._start is None:
            self._start = seen.here
        self._show_parts(is_drawn=True)
        self._draw()
        if not seen.is_finest:
            self.progress.begin(tr("Working out the loss more finely"))
            self._looking.ask_long(partial(finer, seen))

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError | MemoryError):
            raise error
        text = told_error(self._document.root, error)
        self.progress.end()
        self.seen = None
        self._show_parts(is_drawn=False)
        self.problem.say(text or tr("There is not enough memory for this picture."), "warning")

    def _begin_race(self) -> None:
        self.problem.say("")
        self.progress.begin(tr("Racing"))

    def _refuse_race(self, error: Exception) -> None:
        """The landscape stays."""
        if not isinstance(error, GradwireError):
            raise error
        self.progress.end()
        self.problem.say(told_error(self._document.root, error), "warning")

    def _cancel(self) -> None:
        """What is drawn already stays."""
        self._preparing.drop()
        self._looking.drop()
        self.race.forget()
        self.progress.offer(tr("It was cancelled."))

    def _drop(self) -> None:
        self._preparing.drop()
        self._looking.drop()
        self.progress.end()

    def _go_on(self) -> None:
        """After a cancel."""
        if self._scene is None:
            self._prepare()
        else:
            self._look()

    # --- the ball and the frame ------------------------------------------------------------

    def _move(self, start: Array) -> None:
        self._start = start
        self._draw()
        if self.picture.hasFocus():
            announce(self.picture, self.reading.said)

    def _zoom(self, factor: float) -> None:
        """Look from nearer at the ball, or from farther away."""
        if self.seen is None or self.seen.asked.kind == "gradient":
            return
        now = self.seen.picture.window if self._is_plane else self.picture.scale.window
        count = len(self._start)
        spans = np.array(now.spans[:count]) / factor / 2
        self._frame = Frame(tuple(self._start - spans), tuple(self._start + spans))
        self._look()

    def _return(self) -> None:
        """The ball goes back to where the parameters stand, the frame to what holds all marks."""
        self._look_anew()

    @property
    def _is_plane(self) -> bool:
        return self.seen is not None and len(self.seen.here) == 2

    # --- what is shown ---------------------------------------------------------------------

    def _draw(self) -> None:
        seen = self.seen
        if seen is None:
            return
        self.race.follow(seen, self._start)
        self.picture.show_seen(seen, self._start)
        self.facts.say(" ".join(facts(seen)))
        self._read(None)

    def _follow_run(self) -> None:
        """Draw where the run is by now."""
        if self.seen is None or not self.isVisible():
            return
        place = self._following.place_on(self.seen)
        if place is not None:
            self.picture.show_trail(longer(self.picture.trail, place))

    def _draw_race(self) -> None:
        self.picture.show_race(Raced(self.race.courses, self.race.update_shown))

    def _read(self, at: Array | None) -> None:
        if self.seen is not None:
            text = at_point(self.seen, self._start if at is None else at)
            self.reading.say(text)
            self.picture.setAccessibleDescription(text)

    def _show_parts(self, *, is_drawn: bool) -> None:
        for part in (self.picture, self.reading, self.facts):
            part.setVisible(is_drawn)
        self.race.setVisible(is_drawn and self.seen is not None and self.seen.can_race)

    # --- how it is put together --------------------------------------------------------------

    def _listen(self) -> None:
        self._following.outdated.connect(self._expire)
        self._following.moved.connect(self._follow_run)
        self._soon.timeout.connect(self._prepare)
        self._preparing.answered.connect(self._take_scene)
        self._looking.answered.connect(self._take)
        for work in (self._preparing, self._looking):
            work.refused.connect(self._refuse)
        self.race.began.connect(self._begin_race)
        self.race.progressed.connect(self.progress.advance)
        self.race.ended.connect(self.progress.end)
        self.race.refused.connect(self._refuse_race)
        self._looking.progressed.connect(self.progress.advance)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(self._go_on)
        self.controls.changed.connect(self._look_anew)
        self.race.changed.connect(self._draw_race)
        self.picture.moved.connect(self._move)
        self.picture.pointed.connect(self._read)
        self.picture.zoomed.connect(self._zoom)
        self.picture.returned.connect(self._return)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        for part in (self.controls, self.problem, self.progress, self.reading, self.facts):
            left.addWidget(part)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(12)
        row.addWidget(_scrolled(left, LEFT, self))
        row.addWidget(self.picture, 1)
        right = QVBoxLayout()
        right.addWidget(self.race)
        right.addStretch(1)
        row.addWidget(_scrolled(right, RIGHT, self))
        self.setFocusProxy(self.controls.kind)
        self._show_parts(is_drawn=False)


def _scrolled(column: QVBoxLayout, width: int, parent: QWidget) -> QScrollArea:
    """A column of a width that scrolls where the drawer is low."""
    inside = QWidget()
    column.setContentsMargins(2, 0, 2, 0)
    inside.setLayout(column)
    inside.setAutoFillBackground(False)
    area = QScrollArea(parent, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(inside)
    inside.setAutoFillBackground(False)
    area.setFixedWidth(width)
    return area
