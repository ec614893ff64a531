"""One number moved a little both ways: both losses, beside what the gradient foretells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from graph import GradwireError, PortRef
from graph.naming import output_name
from gui.background import SMALL, Background
from gui.forward_mode.words import nudged
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField, FloatField, ListField
from gui.inspector.labels import Label, Sentence
from gui.numbers import format_number, format_shape
from gui.theme import Theme
from runtime.tangents.nudging import Nudge, nudge
from runtime.values import BadValue

if TYPE_CHECKING:
    from graph import Graph
    from runtime.trace import Trace

STEP = 0.05
SIDE, COLUMN = 216, 64  # pixels of the form, and of a column of numbers


class NudgeForm(QWidget):
    """Chooses a number of a leaf and a step; a button runs the graph twice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._trace: Trace | None = None
        self._is_ahead = False
        self._sizes: dict[PortRef, tuple[int, ...]] = {}
        self._count = 0
        self.leaf = ChoiceField(theme, [], self)
        self.leaf.setAccessibleName(self.tr("Parameter or input to nudge"))
        self.index = ListField(theme, names=False, parent=self)
        self.index.setAccessibleName(self.tr("Index of the number to nudge"))
        self.step = FloatField(theme, parent=self)
        self.step.setAccessibleName(self.tr("By how much to nudge"))
        self.step.show_value(STEP)
        self.button = Button(
            theme,
            self.tr("Nudge"),
            self.tr("Run the graph with this number a little larger and a little smaller"),
            self.nudge,
            parent=self,
        )
        self.error = Sentence(theme, "error", self)
        self.table = _LossTable(theme, self)
        self.told = Label(theme, size=12, wrap=True, parent=self)
        self._work = Background(self)
        self._work.answered.connect(self._show)
        self._work.refused.connect(self._refuse)
        self.leaf.committed.connect(self._choose)
        self._lay_out()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._work.is_busy

    def offer(
        self, graph: Graph, trace: Trace, leaves: dict[PortRef, tuple[int, ...]], count: int
    ) -> None:
        """Put up the leaves of a run; what was chosen stays while it is there.

        `count` is how many numbers the graph trains, or all that it starts from.
        """
        kept = self.leaf.read()
        self._trace, self._sizes, self._count = trace, leaves, count
        self.leaf.offer([(output_name(graph, ref), ref) for ref in leaves])
        self.setEnabled(bool(leaves))
        self.show_ahead(self._is_ahead)
        if kept in leaves:
            self.leaf.show_value(kept)
        else:
            self._choose()
        if not self._is_ahead:
            self._clear()

    def show_ahead(self, is_ahead: bool) -> None:
        """Keep quiet while loss and gradient lie ahead of the playhead."""
        self._is_ahead = is_ahead
        self.button.setEnabled(not is_ahead and bool(self._sizes))
        if is_ahead:
            self._clear()
            self.told.say(self.tr("Loss and gradient lie ahead of the playhead: run to the end."))
        elif not self.table.isVisibleTo(self):
            self.told.say("")

    def nudge(self) -> None:
        """Run both."""
        ref, trace = self.leaf.read(), self._trace
        if ref is None or trace is None:
            return
        try:
            index, step = tuple(self.index.read() or ()), self.step.read()
            if not step:
                raise BadValue("0", "a step that is not 0", where=self.tr("step"))
        except BadValue as error:
            self._refuse(error)
            return
        if len(index) != len(self._sizes[ref]):
            expected = format_shape(tuple(n - 1 for n in self._sizes[ref]))
            self._refuse(BadValue(format_shape(index), f"up to {expected}", where=self.tr("index")))
            return
        self._work.ask(lambda: nudge(trace, ref, index, (step, -step)), SMALL + 1)

    def _choose(self) -> None:
        ref = self.leaf.read()
        shape = self._sizes.get(ref, ()) if ref is not None else ()
        self.index.setVisible(bool(shape))
        self.index.show_value((0,) * len(shape))
        if not self._is_ahead:
            self._clear()

    def _clear(self) -> None:
        self._work.drop()
        self.error.say("")
        self.table.hide()
        self.told.say("")

    def _show(self, found: Nudge) -> None:
        self.error.say("")
        self.table.show_nudge(found)
        self.table.show()
        self.told.say(nudged(found, self._count))

    def _refuse(self, error: Exception) -> None:
        self._clear()
        self.error.say(str(error), "error")
        if not isinstance(error, GradwireError):
            raise error

    def _lay_out(self) -> None:
        self.index.setFixedWidth(80)
        self.step.setFixedWidth(64)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(8)
        first.addWidget(self.leaf, 1)
        first.addWidget(self.index)
        second.addWidget(Label(self._theme, self.tr("by ±"), size=12, ink="muted", parent=self))
        second.addWidget(self.step)
        second.addWidget(self.button, 1)
        side = QVBoxLayout()
        side.setSpacing(8)
        title = self.tr("Nudge one number")
        side.addWidget(Label(self._theme, title, size=12, weight=600, parent=self))
        for line in (first, second):
            side.addLayout(line)
        side.addWidget(self.error)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        left = QWidget(self)
        left.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        left.setFixedWidth(SIDE)
        row.addWidget(left)
        row.addWidget(self.table, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.told, 1, alignment=Qt.AlignmentFlag.AlignTop)
        self.table.hide()


class _LossTable(QWidget):
    """Three lines: the number as it is, larger, and smaller."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.cells: list[list[Label]] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        right = Qt.AlignmentFlag.AlignRight
        self._heads = (self.tr("Number"), self.tr("Loss"), self.tr("Foretold"), self.tr("Off by"))
        for column, name in enumerate(self._heads):
            head = Label(theme, name, size=11, ink="muted", parent=self)
            grid.addWidget(head, 0, column, right)
            grid.setColumnMinimumWidth(column, COLUMN)
        for row in range(1, 4):
            inks = ("text", "forward", "reverse", "muted")
            labels = [Label(theme, size=13, ink=ink, parent=self) for ink in inks]
            for column, label in enumerate(labels):
                grid.addWidget(label, row, column, right)
            self.cells.append(labels)

    def show_nudge(self, found: Nudge) -> None:
        """Write the numbers."""
        above, below = found.moved
        lines = [
            (found.number, found.target, None, None),
            *((x.number, x.target, x.foretold, x.error) for x in (above, below)),
        ]
        for labels, numbers in zip(self.cells, lines, strict=True):
            for label, number, name in zip(labels, numbers, self._heads, strict=True):
                text = "" if number is None else format_number(number, 5)
                label.say(text)
                label.setAccessibleName(f"{name}: {text}")
