"""The line below the pages' names: how the run stands, how far it is, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from gui.inspector.buttons import Button
from gui.inspector.jacobian.progress_line import Bar
from gui.inspector.labels import Label
from gui.training.pages import tr
from gui.training.tree.differences import differences
from gui.training.words import standing

if TYPE_CHECKING:
    from gui.window import Window


PAUSE = 200  # milliseconds after an edit


class RunLine(QWidget):
    """A sentence, a thin bar, and the buttons that fit the state."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._running = window, window.running
        theme, transport = window.theme, window.transport
        self.words = Label(theme, size=12, parent=self)
        self.bar = Bar(theme, self)
        self.bar.setAccessibleName(tr("How far the run is"))
        self.show_node = Button(
            theme, tr("Show the node"), tr("Select the node that the run failed at"),
            self._go_to_node, parent=self,
        )  # fmt: skip
        self.newest = Button(
            theme, tr("To the newest"), tr("Show the newest state of the run again"),
            transport.newest, parent=self,
        )  # fmt: skip
        self.branch = Button(
            theme, tr("Branch from here"),
            tr("Train on from the moment that is shown, as a new run"),
            transport.branch, parent=self,
        )  # fmt: skip
        self.take_over = Button(
            theme, tr("Take over"), tr("Write the parameters that are shown into the graph"),
            transport.take_over, parent=self,
        )  # fmt: skip
        self._lay_out()
        self._running.changed.connect(self.follow)
        self._running.state_changed.connect(self.follow)
        window.counting.changed.connect(self.follow)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._compare)
        self._running.state_changed.connect(self._soon.start)
        window.document.edited.connect(self._soon.start)
        self._is_changed = False

    def showEvent(self, event) -> None:
        """Catch up."""
        super().showEvent(event)
        self._window.counting.want(True)
        self.follow()

    def hideEvent(self, event) -> None:
        """Nobody reads what is counted."""
        super().hideEvent(event)
        self._window.counting.want(False)

    def follow(self) -> None:
        """Say how the run stands."""
        if not self.isVisible():
            return
        running, counting = self._running, self._window.counting
        said = standing(running)
        is_bad = running.problem is not None or (not said and bool(counting.refusal))
        self.words.dye("error" if is_bad else "text")
        if said and self._is_changed:
            said = tr("{0} The graph was changed since.").format(said)
        self.words.say(said or counting.refusal or counting.sentence)
        at = running.travelled
        if at is None:
            at = running.position.update if running.position is not None else 0
        self.bar.setValue(round(100 * at / running.total) if running.total else 0)
        problem, is_away = running.problem, running.travelled is not None
        has_result = running.state in ("paused", "ended", "failed") and running.position
        self.show_node.setVisible(problem is not None and problem.node is not None)
        self.newest.setVisible(is_away)
        self.branch.setVisible(is_away)
        self.take_over.setVisible(is_away or bool(has_result))

    def _compare(self) -> None:
        """Whether the newest run trains another graph than the document has now."""
        run = self._running.run
        root = self._window.document.root
        self._is_changed = run is not None and bool(differences(run.graph, root))
        self.follow()

    def _go_to_node(self) -> None:
        problem = self._running.problem
        if problem is not None and problem.node is not None:
            self._window.leading.go_to_place(problem.node)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.show_node, self.newest, self.branch, self.take_over):
            button.hide()
            buttons.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 0, 12, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.words, 0, 0)
        grid.addLayout(buttons, 0, 1)
        grid.addWidget(self.bar, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setRowMinimumHeight(0, 26)
