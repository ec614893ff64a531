"""The inspector's section on forward mode: where a tangent enters, and what of it arrives here."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph import PortRef
from graph.naming import output_name
from gui.forward_mode.direction import DirectionField
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label, Sentence
from gui.inspector.section import Section
from gui.inspector.tensor_panel import TensorPanel
from gui.places import address_of, seen_from
from gui.theme import Theme
from runtime.tangents.seeding import can_seed, seed_shape
from runtime.values import BadValue

if TYPE_CHECKING:
    from gui.document import Document
    from gui.readings import Reading


class TangentSection(QWidget):
    """Pushes a tangent from one of some ports, and shows the one that came to it.

    They are a node's outputs, or the end of an edge, as the place that is shown calls them.
    Hidden at ports without tangents.
    """

    def __init__(
        self, document: Document, theme: Theme, ports: Sequence[PortRef], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.document, self._theme = document, theme
        self.choice = ChoiceField(theme, [(port.port, port) for port in ports], self)
        self.choice.setAccessibleName(self.tr("Output"))
        self.choice.setVisible(len(ports) > 1)
        self.choice.committed.connect(self._turn)
        self._mistake = ""  # in what is written
        self.told = Label(theme, size=12, wrap=True, parent=self)
        self.direction = DirectionField(theme, self)
        self.push = Button(theme, self.tr("Push a tangent"), "", self.push_tangent, parent=self)
        self.stop = Button(
            theme, self.tr("Stop"), self.tr("Push no tangent"), document.seeding.clear, parent=self
        )
        self.error = Sentence(theme, "error", self)
        self._lay_out()
        self.direction.committed.connect(self._push_again)
        document.seeding.changed.connect(self.follow)
        document.seeding.told.connect(self.follow)
        self._turn()

    @property
    def port(self) -> PortRef:
        """The port that is looked at."""
        return self.choice.read()

    def push_tangent(self) -> None:
        """Let a tangent enter here, as it is written."""
        try:
            seed = self.direction.seed(self._address)
        except BadValue as error:
            self._mistake = str(error)
            self.follow()
            return
        self._mistake = ""
        self.document.seeding.choose(seed)

    def follow(self) -> None:
        """Show the seed and what arrived, as the playhead stands now."""
        shape = self._shape()
        self.setVisible(shape is not None)
        if shape is None:
            return
        seeding = self.document.seeding
        is_here = seeding.seed is not None and seeding.seed.port == self._address
        self.direction.offer(shape, seeding.seed if is_here else None, self._is_in_time())
        self.stop.setVisible(seeding.seed is not None)
        self.told.say(self._told(is_here))
        refusal = self._mistake or (seeding.refusal if is_here else "")
        self.error.say(refusal, "error" if refusal else "")
        reading = self._reading()
        if reading.is_value or "panel" in self.__dict__:
            self.panel.setVisible(reading.is_value)
            if reading.is_value:
                self.panel.show_reading(reading)

    @functools.cached_property
    def panel(self) -> TensorPanel:
        """The numbers of the tangent; made when there is one."""
        panel = TensorPanel(self._theme, self.tr("tangent"), self)
        self._section.column.addWidget(panel)
        return panel

    @property
    def _address(self) -> PortRef:
        return address_of(self.document.place, self.port)

    def _shape(self) -> tuple[int, ...] | None:
        """The shape of a seed here; None where none can enter, or the shape is to be predicted."""
        trace = self.document.whole_trace
        is_there = trace is not None and can_seed(trace.plan, self._address)
        is_there = is_there and self.document.shown.tells_type(self.port)
        return seed_shape(trace.plan, self._address) if is_there else None

    def _is_in_time(self) -> bool:
        plan = self.document.whole_trace.plan
        return self._address not in plan.slot_of and plan.times(self._address) is not None

    def _reading(self) -> Reading:
        shown, graph = self.document.shown, self.document.graph
        is_edge = graph.incoming(self.port) is not None
        return shown.tangent_over(self.port) if is_edge else shown.tangent(self.port)

    def _told(self, is_here: bool) -> str:
        """Where the tangent enters, and how it stands here."""
        seed = self.document.seeding.seed
        if seed is None:
            return self.tr("A tangent tells how all that follows moves when this value does.")
        trace = self.document.whole_trace
        if trace.push is None or trace.push.seed is not seed:
            return self.tr("The tangent goes through the next run.")
        if is_here:
            return self.tr("The tangent enters here:")
        seen = seen_from(self.document.place, seed.port)
        name = output_name(self.document.graph, seen) if seen is not None else str(seed.port)
        state = self._reading().state
        text = {
            "value": self.tr("How this value moves per step along the tangent from {0}:"),
            "no path": self.tr("No tangent: no path leads here from {0}."),
            "blank": self.tr("No tangent from {0} yet: the playhead has not come so far."),
        }.get(state, self.tr("No tangent: only floating tensors have one."))
        return text.format(name)

    def _turn(self) -> None:
        """Another output was chosen."""
        name = self.tr("Push a tangent from {0} through the graph")
        name = name.format(output_name(self.document.graph, self.port))
        self.push.setAccessibleName(name)
        self.push.setToolTip(name)
        self._mistake = ""
        self.follow()

    def _push_again(self) -> None:
        """Another direction at the port where the tangent enters already."""
        seed = self.document.seeding.seed
        if seed is not None and seed.port == self._address:
            self.push_tangent()

    def _lay_out(self) -> None:
        row = QWidget(self)
        buttons = QHBoxLayout(row)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        buttons.addWidget(self.push)
        buttons.addWidget(self.stop)
        title = self.tr("Forward mode")
        self._section = Section(
            self._theme, title, self.choice, self.direction, row, self.error, self.told, parent=self
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._section)
