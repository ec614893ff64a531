"""The derivative at the end of an edge, of whatever size: in words, as a picture, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import GradwireError, Graph, PortRef
from gui.background import Background
from gui.inspector.axes import Plane
from gui.inspector.buttons import Button
from gui.inspector.jacobian import words
from gui.inspector.jacobian.behind import Behind
from gui.inspector.jacobian.figures import FiguresView
from gui.inspector.jacobian.map_view import MapView
from gui.inspector.jacobian.names import Axis, Names
from gui.inspector.jacobian.outputs import OutputChooser
from gui.inspector.jacobian.places import PlaceFields
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.jacobian.question import Found, Question
from gui.inspector.jacobian.samples import SampleChooser
from gui.inspector.jacobian.sight import COSTLY, Sight, multiply_adds, sight_of
from gui.inspector.jacobian.zoom import Zoom
from gui.inspector.labels import Label, Sentence
from gui.inspector.number_line import NumberLine
from gui.inspector.number_table import NumberTable
from gui.inspector.readings import state_sentence
from gui.theme import Theme
from gui.told import told_error

if TYPE_CHECKING:
    from gui.shown import Reading, Shown
    from runtime.maps import LinearMap

TABLE = 176
AT_ONCE = 64 * 64  # entries up to which a window is computed where it is shown


class JacobianPanel(QWidget):
    """Rows are outputs, columns inputs, flattened in C order. Large maps are seen by windows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question: Question | None = None
        self._linear: LinearMap | None = None
        self._drawn: LinearMap | None = None  # whose entries are in sight
        self._graph: Graph | None = None
        self.zoom = Zoom(self)
        self.output = OutputChooser(theme, self)
        self.samples = SampleChooser(theme, self)
        self.structure = Label(theme, size=13, wrap=True, parent=self)
        self.caption = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.cost = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.problem = Sentence(theme, parent=self)
        self.progress = ProgressLine(theme, self)
        self.number = NumberLine(theme, self)
        self.view = MapView(theme, self.zoom, self)
        self.places = PlaceFields(theme, self.zoom, self)
        self.table = NumberTable(theme, parent=self)
        self.copy = Button(
            theme,
            self.tr("Copy"),
            self.tr("Copy the chosen entries, or all shown, in full precision"),
            self.table.copy,
            icon_name="copy",
            parent=self,
        )
        self.note = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.figures = FiguresView(theme, self)
        self._finding, self._looking = Background(self), Background(self)
        self._listen()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (
            self.output, self.structure, self.caption, self.cost, self.samples, self.problem,
            self.progress, self.number, self.view, self.places, self.table, self.copy, self.note,
            self.figures,
        ):  # fmt: skip
            column.addWidget(part)
        self._show_parts(is_number=False, is_drawn=False)

    def _listen(self) -> None:
        self._finding.answered.connect(self._take)
        self._finding.refused.connect(self._refuse)
        self._looking.answered.connect(self._draw)
        self._looking.refused.connect(self._refuse)
        self._looking.progressed.connect(self.progress.advance)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(self._go_on)
        self.progress.appeared.connect(self._hide_old)
        self.output.changed.connect(self._choose)
        self.samples.changed.connect(self._choose)
        self.zoom.changed.connect(self._look)
        self.table.said.connect(self._note)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited: the map, what is in sight of it, or its figures."""
        return self._finding.is_busy or self._looking.is_busy or self.figures.is_busy

    @property
    def heat_map(self):
        """The picture with its legend and the line that reads it."""
        return self.view.heat_map

    # --- what is asked for ---------------------------------------------------------------

    def show_edge(self, graph: Graph, shown: Shown, target: PortRef, reading: Reading) -> None:
        """Show derivatives by the node's input at the edge's end, once the playhead is there."""
        self._graph = graph
        if not reading.is_value:
            self._forget(state_sentence(reading.state, self.tr("local derivative")))
            return
        self.output.offer(Behind(graph, shown, target))
        if self.output.chosen is None:
            self._forget(state_sentence("not differentiable", self.tr("local derivative")))
            return
        self._ask(Question(shown.trace, target, self.output.chosen, self.samples.sample))

    def _choose(self) -> None:
        """Another port or sample was chosen."""
        before = self._question
        if before is not None:
            chosen = self.output.chosen
            self._ask(Question(before.trace, before.by, chosen, self.samples.sample))

    def _ask(self, question: Question) -> None:
        if question == self._question:
            return
        self._question, self._linear = question, None
        self._looking.drop()
        self.figures.forget()
        self._note("")
        self._say_problem(None)
        if question.is_quick:
            self._finding.ask(question.find, 0)
            return
        self._begin()
        self._finding.ask_long(lambda progress: question.find())

    def _begin(self) -> None:
        self.progress.begin(self.tr("Working out the derivative"))

    def _cancel(self) -> None:
        self._finding.drop()
        self._looking.drop()
        if self._drawn is self._linear is not None:  # a part of what is in sight was asked for
            self.progress.end()
            self.zoom.stay(self.view.region)
            self._follow_zoom()
            return
        self.progress.offer(self.tr("The derivative was cancelled."))
        self._show_parts(is_number=False, is_drawn=False)

    def _go_on(self) -> None:
        """Begin again what was cancelled."""
        question, self._question = self._question, None
        if question is not None:
            self._ask(question)

    def _forget(self, sentence: str) -> None:
        self._question, self._linear = None, None
        self._finding.drop()
        self._looking.drop()
        self.figures.forget()
        self.progress.end()
        self._say_problem(None)
        self.caption.say(sentence)
        for part in (self.output, self.samples, self.structure, self.cost):
            part.setVisible(False)
        self._show_parts(is_number=False, is_drawn=False)

    # --- what was found ------------------------------------------------------------------

    def _take(self, found: Found) -> None:
        linear = found.map
        if linear is None:  # an end is not floating
            self._forget(state_sentence("not differentiable", self.tr("derivative")))
            return
        self._linear = linear
        self.output.setVisible(self.output.has_choice)
        why = self.tr("No single samples. {0}").format(self._told(found.why)) if found.why else ""
        self.samples.offer(found.samples, why)
        self._describe(linear, found)
        self.zoom.set_size((linear.rows, linear.columns))
        self._names = self._entry_names(linear, found.sample)
        if linear.rows * linear.columns == 0:
            self.progress.end()
            self._show_parts(is_number=False, is_drawn=False)
            return
        self.figures.show_map(linear)
        self._look()

    def _describe(self, linear: LinearMap, found: Found) -> None:
        samples = found.samples if found.sample is None else None
        self.structure.say(words.structure(linear, samples))
        self.structure.setVisible(True)
        parts = (words.size(linear), words.storage(linear))
        self.caption.say("\n".join(filter(None, parts)))
        cost = getattr(linear, "cost", None)
        self.cost.say(cost.why if cost is not None else "")
        self.cost.setVisible(cost is not None)

    def _entry_names(self, linear: LinearMap, sample: int | None) -> Names:
        question, first = self._question, () if sample is None else (sample,)
        above = question.of.port if question.is_local else str(question.of)
        return Names(
            Axis(above, linear.out_shape, first), Axis(question.by.port, linear.in_shape, first)
        )

    def _look(self) -> None:
        """Work out what is in sight now."""
        linear, region = self._linear, self.zoom.region
        if linear is None:
            return
        self._follow_zoom()
        work = multiply_adds(linear, region)
        if region.entries <= AT_ONCE and linear.stored <= COSTLY and work <= COSTLY:
            self._looking.ask(lambda: (linear, sight_of(linear, region)), 0)
            return
        self._begin()
        self._looking.ask_long(lambda progress: (linear, sight_of(linear, region, progress)))

    def _follow_zoom(self) -> None:
        self.places.follow()
        self.view.follow()

    def _draw(self, found: tuple[LinearMap, Sight]) -> None:
        linear, sight = found
        if linear is not self._linear:
            return
        self._drawn = linear
        self.progress.end()
        is_number = linear.rows == linear.columns == 1
        self._show_parts(is_number=is_number, is_drawn=not is_number, sight=sight)
        if is_number:
            self.number.show_number(sight.entries[0, 0])
            return
        self.view.show_sight(sight, self._names)
        if sight.entries is not None:
            plane = Plane.of(sight.entries.shape)
            self.table.show_array(sight.entries, plane, (sight.region.top, sight.region.left))
            self.table.fit_height(TABLE)

    def _show_parts(self, *, is_number: bool, is_drawn: bool, sight: Sight | None = None) -> None:
        has_entries = is_drawn and sight is not None and sight.entries is not None
        self.number.setVisible(is_number)
        self.view.setVisible(is_drawn)
        self.places.setVisible(is_drawn and self.places.is_needed)
        self.figures.setVisible(is_drawn)
        for part in (self.table, self.copy):
            part.setVisible(has_entries)

    def _hide_old(self) -> None:
        """What is asked for takes long: the numbers of another question go."""
        if self._linear is None:
            self._say_nothing()
        if self._drawn is not self._linear or self._linear is None:
            self._show_parts(is_number=False, is_drawn=False)

    def _refuse(self, error: Exception) -> None:
        """There is no such derivative, or no room for it."""
        self.progress.end()
        self._show_parts(is_number=False, is_drawn=False)
        self._say_nothing()
        self._say_problem(error)
        if not isinstance(error, GradwireError | MemoryError):
            raise error

    def _note(self, sentence: str) -> None:
        self.note.say(sentence)
        self.note.setVisible(bool(sentence))

    def _say_nothing(self) -> None:
        self.caption.say("")
        for part in (self.structure, self.cost):
            part.setVisible(False)

    def _say_problem(self, error: Exception | None) -> None:
        text = self._told(error)
        self.problem.say(text, "warning" if text else "")

    def _told(self, error: Exception | None) -> str:
        if error is None:
            return ""
        if isinstance(error, GradwireError):
            return told_error(self._graph, error)
        return str(error) or self.tr("There is not enough memory for this derivative.")
