"""The derivative at the end of an edge as a picture whose point can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import GradwireError, Graph, PortRef
from graph.naming import output_name
from gui.announcing import announce
from gui.background import Background
from gui.inspector.axes import Array
from gui.inspector.geometry import words
from gui.inspector.geometry.coordinates import SEARCHED, Coordinates, first_inputs, liveliest
from gui.inspector.geometry.look import OUTLINE, Here, Look
from gui.inspector.geometry.picture import Picture
from gui.inspector.geometry.spectrum import Spectrum
from gui.inspector.geometry.subject import SourceChooser, Subject
from gui.inspector.geometry.tools import Tools
from gui.inspector.jacobian.behind import Behind
from gui.inspector.jacobian.outputs import OutputChooser
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label, Sentence
from gui.inspector.readings import state_sentence
from gui.newest import Newest
from gui.theme import Theme
from gui.told import told_error
from runtime.geometry.function import STEP_COST, PortFunction
from runtime.geometry.sampling import Sampled, sample, stages
from runtime.geometry.slicing import Slice
from runtime.geometry.window import Window

if TYPE_CHECKING:
    from gui.shown import Reading, Shown

LONG = 30_000_000  # numbers from which sampling shows its progress
PATIENCE = 8  # times: nothing waits for these pictures, so that little is worked out at once


class GeometryPanel(QWidget):
    """The function between the edge and a port behind it, sliced where it has many dimensions.

    `explored(moved)` tells what the function is at the point that was dragged; None where the
    point stands where the run does, or nobody sees it. With a `tensor`, what the edge starts at,
    the point can be written into the graph.
    """

    explored = Signal(object)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, tensor: KeptTensor | None = None
    ) -> None:
        super().__init__(parent)
        self._tensor = tensor
        self._graph: Graph | None = None
        self._subject: Subject | None = None
        self._function: PortFunction | None = None
        self._slice: Slice | None = None
        self._window: Window | None = None
        self._sampled: Sampled | None = None
        self._here: Here | None = None
        self.output = OutputChooser(theme, self)
        self.source = SourceChooser(theme, self)
        self.coordinates = Coordinates(theme, self)
        self.problem = Sentence(theme, parent=self)
        self.progress = ProgressLine(theme, self)
        self.picture = Picture(theme, self)
        self.reading = Label(theme, size=12, wrap=True, parent=self)
        self.derivative = Label(theme, size=12, wrap=True, parent=self)
        self.closeness = Label(theme, size=12, wrap=True, parent=self)
        self.kink = Label(theme, size=12, wrap=True, parent=self)
        self.legend = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.spectrum = Spectrum(theme, self)
        self.tools = Tools(theme, self)
        self._finding, self._sampling = Background(self), Background(self)
        self._moving = Newest(self)
        self._listen()
        self._lay_out()
        self._show_parts(False)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        parts = (self._finding, self._sampling, self._moving, self.spectrum)
        return any(part.is_busy for part in parts)

    # --- what is asked for ---------------------------------------------------------------

    def show_edge(self, graph: Graph, shown: Shown, target: PortRef, reading: Reading) -> None:
        """Show the function behind an edge, once the playhead has its derivative."""
        self._graph = graph
        if not reading.is_value:
            self._forget(state_sentence(reading.state, self.tr("local derivative")))
            return
        self.output.offer(Behind(graph, shown, target))
        if self.output.chosen is None:
            self._forget(state_sentence("not differentiable", self.tr("local derivative")))
            return
        self.source.offer(graph, shown, target)
        self._trace = shown.trace
        self._choose()

    def _choose(self) -> None:
        """Other ports, or the same in another run."""
        subject = Subject.of_ports(self._trace, self.source.chosen, self.output.chosen)
        if subject == self._subject:
            return
        self._drop()
        if not subject.is_like(self._subject):
            self._window = None
        self._subject, self._function = subject, None
        self.output.setVisible(self.output.has_choice)
        self._finding.ask(lambda: _found(subject), subject.steps * STEP_COST * PATIENCE)

    def _take(self, found: tuple[PortFunction, tuple[int, ...], tuple[int, ...]]) -> None:
        function, inputs, outputs = found
        self._function = function
        self.problem.say("")
        shapes = function.in_shape, function.out_shape
        if not function.columns or not function.rows:
            self._refuse_empty()
            return
        if not self.coordinates.fits(shapes) or self._window is None:
            self.coordinates.offer(shapes, inputs, outputs)
        self.spectrum.show_subject(self._subject.question, function)
        self._slice_anew()

    def _slice_anew(self) -> None:
        """Other coordinates of the same function, from where the run stands."""
        before = self._slice
        inputs, outputs = self.coordinates.inputs, self.coordinates.outputs
        self._slice = Slice(self._function, self._function.x, inputs, outputs)
        home = self._slice.point
        kept = before is not None and (before.inputs, before.outputs) == (inputs, outputs)
        if not kept or self._window is None or not self._window.holds(home):
            self._window = Window.around(home)
        self._here = None
        self._sample()
        self._move(home)

    # --- the point -----------------------------------------------------------------------

    def _move(self, point: Array) -> None:
        """Work out the function and its derivative at a point."""
        seen, window = self._slice, self._window
        if seen is None:
            return
        plays = 1 + len(seen.inputs) + (OUTLINE if len(seen.outputs) == 2 else 0)
        work = seen.function.work * plays
        self._moving.ask(lambda: Here.of(seen, point, window), work * PATIENCE)

    def _arrive(self, here: Here) -> None:
        if here.slice is not self._slice:
            return
        self._here = here
        self._draw()
        self.spectrum.follow(here.moved)
        self._tell()

    def _tell(self) -> None:
        """Whoever follows the point hears where it is, while it is seen."""
        here = self._here if self.isVisible() else None
        is_home = here is None or np.array_equal(here.moved.x, here.moved.function.x)
        self.explored.emit(None if is_home else here.moved)

    def _return(self) -> None:
        """Back to where the run stands; into the window, should it have left it."""
        if self._slice is None:
            return
        if not self._window.holds(self._slice.point):
            self._look_through(Window.around(self._slice.point, self._window.radius))
        self._move(self._slice.point)

    def _set(self) -> None:
        """Write the point into the graph; the run that follows brings the point home."""
        array = self._here.moved.x.reshape(self._function.in_shape)
        name = output_name(self._tensor.document.graph, self._tensor.ref)
        text = self.tr("Set {0}").format(name)
        refusal = self._tensor.set(array.astype(self._tensor.dtype), text)
        self.problem.say(refusal, "warning" if refusal else "")

    @property
    def _can_set(self) -> bool:
        """Whether the point is what the graph keeps: not one time step of it, or a computed one."""
        if self._tensor is None or not self._tensor.exists:
            return False
        kept = self._tensor.array()
        return kept is not None and kept.shape == self._function.in_shape

    # --- the window ----------------------------------------------------------------------

    def _zoom(self, factor: float) -> None:
        if self._here is not None:
            self._look_through(self._window.zoomed(factor, self._here.point))

    def _look_through(self, window: Window) -> None:
        self._window = window
        self._sample()
        if self._here is not None:
            self._move(self._here.point)  # the square has another size there

    def _sample(self, stage: int = 0) -> None:
        """Sample the window: roughly at once, then finer and finer."""
        seen, window, sides = self._slice, self._window, stages(self._slice)
        side = sides[stage]
        work = seen.function.work * side ** len(seen.inputs)
        if stage == 0 and work <= LONG:
            self._sampling.ask(lambda: (0, sample(seen, window, side)), work * PATIENCE)
            return
        if work > LONG:
            self.progress.begin(self.tr("Working out the function"))
        self._sampling.ask_long(lambda report: (stage, sample(seen, window, side, report)))

    def _take_samples(self, found: tuple[int, Sampled]) -> None:
        stage, sampled = found
        if sampled.slice is not self._slice or sampled.window is not self._window:
            return
        self._sampled = sampled
        self.progress.end()
        self._draw()
        if stage + 1 < len(stages(self._slice)):
            self._sample(stage + 1)

    # --- what is shown -------------------------------------------------------------------

    def _draw(self) -> None:
        sampled, here = self._sampled, self._here
        if sampled is None or here is None or sampled.slice is not here.slice:
            return
        seen = here.slice
        function = seen.function
        name = self._subject.input_name(self._graph)
        inputs = [words.entry_name(name, function.in_shape, at) for at in seen.inputs]
        name = self.output.name
        outputs = [words.entry_name(name, function.out_shape, at) for at in seen.outputs]
        at_home = self._at_home(seen)
        look = Look(sampled, here, seen.point, at_home, tuple(inputs), tuple(outputs))
        self.picture.show_look(look)
        self._show_parts(True)
        self.derivative.say(words.derivative(look))
        self.closeness.say(words.closeness(look))
        self.closeness.setVisible(bool(self.closeness.said))
        self.kink.say(words.kinks(here.kinks))
        self.kink.setVisible(bool(self.kink.said))
        self.legend.say(words.legend(look.kind))
        self.tools.offer(is_moved=look.is_moved, can_set=self._can_set)
        self._read(self.picture.at)
        self.picture.setAccessibleName(
            self.tr("{0} by {1}").format(", ".join(outputs), ", ".join(inputs))
        )
        told = " ".join((words.at_point(look), self.derivative.said, self.closeness.said))
        self.picture.setAccessibleDescription(told)
        if self.picture.hasFocus():
            announce(self.picture, words.at_point(look))

    def _at_home(self, seen: Slice) -> Array:
        value = self._function.trace.values[self._function.end]
        return np.asarray(value, float).reshape(-1)[list(seen.outputs)]

    def _read(self, at: tuple[int, ...] | None) -> None:
        look = self.picture.look
        if look is not None:
            text = words.at_point(look) if at is None else words.at_sample(look, at)
            self.reading.say(text)

    def _show_parts(self, is_drawn: bool) -> None:
        for part in (self.picture, self.reading, self.derivative, self.legend, self.tools):
            part.setVisible(is_drawn)
        for part in (self.closeness, self.kink):
            part.setVisible(is_drawn and bool(part.said))

    def _forget(self, sentence: str) -> None:
        self._drop()
        self._subject = self._function = self._slice = None
        self.problem.say(sentence)
        for part in (self.output, self.source, self.coordinates, self.spectrum):
            part.setVisible(False)
        self._show_parts(False)

    def _drop(self) -> None:
        """What is under way is about something else."""
        for part in (self._finding, self._sampling, self._moving):
            part.drop()
        self.progress.end()
        self.explored.emit(None)

    def _refuse_empty(self) -> None:
        self._forget(self.tr("There is nothing to draw: one of the tensors has no entries."))

    def _refuse(self, error: Exception) -> None:
        text = str(error) or self.tr("There is not enough memory for this picture.")
        if isinstance(error, GradwireError):
            text = told_error(self._graph, error)
        elif not isinstance(error, MemoryError):
            raise error
        self.progress.end()
        self._show_parts(False)
        self.spectrum.setVisible(False)
        self.problem.say(text, "warning")

    def _cancel(self) -> None:
        """What is drawn already stays."""
        self._sampling.drop()
        self.progress.offer(self.tr("A finer picture was cancelled."))

    def showEvent(self, event) -> None:
        """The canvas follows the point again."""
        super().showEvent(event)
        self._tell()

    def hideEvent(self, event) -> None:
        """Nothing follows a point that nobody sees."""
        super().hideEvent(event)
        self.explored.emit(None)

    # --- how it is put together ----------------------------------------------------------

    def _listen(self) -> None:
        self.output.changed.connect(self._choose)
        self.source.changed.connect(self._choose)
        self.coordinates.changed.connect(self._slice_anew)
        self._finding.answered.connect(self._take)
        self._finding.refused.connect(self._refuse)
        self._sampling.answered.connect(self._take_samples)
        self._sampling.refused.connect(self._refuse)
        self._sampling.progressed.connect(self.progress.advance)
        self._moving.answered.connect(self._arrive)
        self._moving.refused.connect(self._refuse)
        self.progress.cancelled.connect(self._cancel)
        self.progress.wanted.connect(lambda: self._sample())
        self.picture.moved.connect(self._move)
        self.picture.pointed.connect(self._read)
        for part in (self.picture, self.tools):
            part.zoomed.connect(self._zoom)
            part.returned.connect(self._return)
        self.tools.settled.connect(self._set)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (
            self.output, self.source, self.coordinates, self.problem, self.picture, self.tools,
            self.progress, self.reading, self.derivative, self.closeness, self.kink, self.legend,
            self.spectrum,
        ):  # fmt: skip
            column.addWidget(part)


def _found(subject: Subject) -> tuple[PortFunction, tuple[int, ...], tuple[int, ...]]:
    """The function, and which coordinates of both ends are drawn first."""
    function = subject.find()
    inputs = first_inputs(function.columns)
    if function.rows < 2 or not inputs:
        return function, inputs, (0,)
    if function.rows > SEARCHED:
        return function, inputs, (0, 1)
    return function, inputs, liveliest(function.at(function.x).columns(inputs))
