"""The way in: at which place of the document one is, how to get back, and what edits there change.

It lies over the canvas's upper left corner while the inside of a composite is shown. Where one line
is too long for the canvas, what edits change stands in a second one, and long names are shortened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.naming import name_of
from gui.dress import dress, mute

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MARGIN, APART, SIDES = 12, 12, 14  # around it, between its parts, within its border
LEAST, MOST = 48, 160  # pixels of one step's name
LAST = 3  # steps at the end that are shown of a long way


class Breadcrumb(QFrame):
    """A button for each place on the way, the last one in bold; then how many an edit changes.

    `moved` tells in a sentence that another place is shown.
    """

    moved = Signal(str)

    def __init__(self, view: CanvasView, unique: QAction) -> None:
        super().__init__(view)
        dress(self, view.theme, "box")
        self._view, self._document = view, view.document
        self.setAccessibleName(self.tr("Place in the document"))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(4, 2, 8, 2)
        lines.setSpacing(0)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._way, self._rest = QHBoxLayout(), QHBoxLayout()
        for line in (self._way, self._rest):
            line.setSpacing(0)
            lines.addLayout(line)
        self.move(MARGIN, MARGIN)
        self.steps: list[QToolButton] = []
        self._between: list[QLabel] = []
        self.told = mute(QLabel(self, textFormat=Qt.TextFormat.PlainText))
        self.told.setFont(view.theme.font(12))
        self.unique = dress(QToolButton(self), view.theme, "flat")
        self.unique.setFont(view.theme.font(12))
        self.unique.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.unique.setDefaultAction(unique)
        self.unique.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._seen: tuple[object, ...] = ()
        self._place = ""
        self._document.replaced.connect(self.follow)
        self._document.changed.connect(self.follow)
        self._document.saved_changed.connect(self.follow)
        view.installEventFilter(self)
        self.follow()

    def follow(self) -> None:
        """Show the way to the place that is shown, if it is inside a composite."""
        names = self._names()
        if self._document.place != self._place:
            self._place = self._document.place
            self.moved.emit(self._said(names))
        seen = (*names, self._told(), self._room())
        self.setVisible(bool(self._document.place))
        if seen != self._seen:
            self._seen = seen
            self._build(names)
        covered = self.y() + self.sizeHint().height() if self._document.place else 0
        self._view.camera.keep_clear(covered)

    def _said(self, names: list[str]) -> str:
        """Where one is now, to be read aloud."""
        if len(names) == 1:
            return self.tr("The whole document")
        return ". ".join((self.tr("Inside {0}").format(names[-1]), self._told()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas has another width."""
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return super().eventFilter(watched, event)

    def _room(self) -> int:
        return self._view.width() - 2 * MARGIN

    def _names(self) -> list[str]:
        """What each place on the way is called, the document first."""
        document = self._document
        names, graph = [document.name or self.tr("Untitled")], document.root
        for id_ in document.place.split("/") if document.place else ():
            if id_ not in graph:
                break
            names.append(name_of(graph, id_))
            definition = graph.definitions.get(graph.nodes[id_].module)
            if definition is None:
                break
            graph = definition.body
        return names

    def _told(self) -> str:
        definition, count = self._document.definition, self._document.instances
        if definition is None:
            return ""
        if count < 2:
            return definition.name
        text = self.tr("{0}. An edit changes {1} instances.")
        return text.format(definition.name, count)

    def _build(self, names: list[str]) -> None:
        had_focus = any(step.hasFocus() for step in self.steps)
        self._clear()
        shown = [0, *range(max(1, len(names) - LAST), len(names))]
        self.told.setText(self._told())
        self.unique.setVisible(self._document.instances > 1)
        for index in shown:
            if index:
                between = "›" if index == 1 or index - 1 in shown else "› … ›"
                self._between.append(mute(QLabel(between, self)))
                self._way.addWidget(self._between[-1])
            self.steps.append(self._step(index, names[index], index + 1 == len(names)))
            self._way.addWidget(self.steps[-1])
        self._fit([names[index] for index in shown])
        if had_focus:
            self.steps[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        for line in (self._way, self._rest):
            while (item := line.takeAt(0)) is not None:
                widget = item.widget()
                if widget not in (None, self.told, self.unique):
                    widget.hide()
                    widget.deleteLater()
        self.steps, self._between = [], []

    def _fit(self, names: list[str]) -> None:
        """Put what edits change behind the way, or under it; shorten names that are too long."""
        room, rest = self._room() - SIDES, self._wide(self.told)
        rest += self._wide(self.unique) if self._document.instances > 1 else 0
        is_one_line = self._way_wide() + APART + rest <= room
        line = self._way if is_one_line else self._rest
        if not is_one_line:
            self._way.addStretch()
        line.addSpacing(APART)
        line.addWidget(self.told)
        line.addWidget(self.unique)
        line.addStretch()
        for each in range(MOST, LEAST, -16):
            if self._way_wide() <= room:
                break
            for name, step in zip(names, self.steps, strict=True):
                step.setText(_shortened(step, name, each))

    def _way_wide(self) -> int:
        return sum(self._wide(step) for step in (*self.steps, *self._between))

    @staticmethod
    def _wide(widget: QWidget) -> int:
        widget.ensurePolished()
        return widget.sizeHint().width()

    def _step(self, index: int, name: str, is_last: bool) -> QToolButton:
        step = dress(QToolButton(self), self._view.theme, "flat")
        step.setFont(self._view.theme.font(13, 600 if is_last else 400))
        step.setText(_shortened(step, name, MOST))
        step.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if is_last:
            step.setToolTip(self.tr("This is shown"))
            step.setAccessibleName(self.tr("{0}, shown now").format(name))
            step.clicked.connect(self._view.setFocus)
            return step
        step.setToolTip(self.tr("Go back to {0}").format(name))
        step.setAccessibleName(self.tr("Go back to {0}").format(name))
        step.clicked.connect(lambda: self._go(index))
        return step

    def _go(self, index: int) -> None:
        parts = self._document.place.split("/")
        self._view.entering.go("/".join(parts[:index]), (parts[index],))
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)


def _shortened(step: QToolButton, name: str, width: int) -> str:
    metrics = step.fontMetrics()
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width).replace("&", "&&")
