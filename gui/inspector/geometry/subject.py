"""Which function is looked at: from an edge alone, or from a port over all its edges, to a port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from graph import PortRef
from graph.naming import port_name
from gui.inspector.fields import ChoiceField
from gui.inspector.jacobian.question import Question
from gui.inspector.labels import Label
from gui.places import SeenTrace, name_beside, run_of
from gui.theme import Theme
from runtime.geometry.function import PortFunction

if TYPE_CHECKING:
    from graph import Graph
    from gui.shown import Shown
    from runtime.trace import Trace


@dataclass(frozen=True)
class Subject:
    """d(`of`)/d(`by`) in a trace, as it is asked for; `by` is an input port's edge or an output.

    A place makes its view of a trace anew each time: the same `run` at the same time step is what
    makes two the same.
    """

    trace: Trace | SeenTrace = field(compare=False)
    by: PortRef
    of: PortRef
    run: tuple[Trace, int | None]

    @classmethod
    def of_ports(cls, trace: Trace | SeenTrace, by: PortRef, of: PortRef) -> Subject:
        """What is asked for in a trace, as some place sees it."""
        return cls(trace, by, of, run_of(trace))

    @property
    def question(self) -> Question:
        """The same as a Jacobian."""
        return Question(self.trace, self.by, self.of)

    @property
    def steps(self) -> int:
        """How many steps the run has."""
        return len(self.trace.plan.forward)

    def find(self) -> PortFunction:
        """The function; raises `GradwireError` where there is none."""
        if isinstance(self.trace, SeenTrace):
            return PortFunction(self.trace.whole, *self.trace.ends(self.by, self.of))
        ends = self.trace.located(self.by), self.trace.located(self.of)
        return PortFunction(self.trace, *ends)

    def is_like(self, other: Subject | None) -> bool:
        """Whether both ports are the same, in whatever run."""
        return other is not None and (self.by, self.of) == (other.by, other.of)

    def input_name(self, graph: Graph) -> str:
        """What flows over the edge, by the name of where it comes from."""
        source = self.trace.plan.edges.get(self.by)
        if self.by not in self.trace.plan.edges:
            return name_beside(graph, self.by, self.by.node)
        if source is None:
            return name_beside(graph, self.by, self.by.node, port_name)
        return name_beside(graph, source, self.by.node)


class SourceChooser(QWidget):
    """`From [this edge alone]`, or the port over all its edges. Hidden where there is but one."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[tuple[str, str]] = []
        self._edge: PortRef | None = None
        self.field = ChoiceField(theme, [], self)
        self.field.setAccessibleName(self.tr("Derivative by"))
        self.field.setToolTip(self.tr("Derivative by: what moves, this edge or all of the port's"))
        self.field.committed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(theme, self.tr("By"), size=12, ink="muted", parent=self))
        row.addWidget(self.field, 1)

    @property
    def chosen(self) -> PortRef | None:
        """The port by which the derivative is taken."""
        read = self.field.read() if self._choices else None
        return PortRef.parse(read) if read else self._edge

    def offer(self, graph: Graph, shown: Shown, edge: PortRef) -> None:
        """Offer an edge by the port where it ends, and the port that it comes from.

        The edge alone while the gradients of the port's other edges have not come, for the sum
        would tell them, and while it is to be predicted.
        """
        choices: list[tuple[str, str]] = []
        plan = shown.trace.plan
        source = None if shown.is_guarded else plan.edges.get(edge)
        is_many = source is not None and len(plan.readers.get(source, ())) > 1
        if is_many and shown.port_gradient(source).state != "blank":
            name = name_beside(graph, source, edge.node)
            choices = [
                (self.tr("{0}, this edge alone").format(name), str(edge)),
                (self.tr("{0}, all its edges").format(name), str(source)),
            ]
        if (choices, edge) != (self._choices, self._edge):
            self._choices, self._edge = choices, edge
            self.field.offer(choices)
            if choices:
                self.field.show_value(str(edge))
        self.setVisible(bool(choices))
