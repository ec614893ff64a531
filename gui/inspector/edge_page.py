"""What the inspector shows of one edge, or of a parameter pin that nothing is wired to."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import PortRef
from graph.naming import output_name, port_name
from gui.forward_mode.section import TangentSection
from gui.inspector.delay_form import DelayForm
from gui.inspector.figures import Figures
from gui.inspector.geometry.curve_view import CurveView, may_be_curve
from gui.inspector.geometry.panel import GeometryPanel
from gui.inspector.jacobian.panel import JacobianPanel
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label, Rule, Sentence
from gui.inspector.over_time import OverTime
from gui.inspector.parameter_list import ParameterRow
from gui.inspector.product import product_text
from gui.inspector.readings import local_derivative
from gui.inspector.section import Heading, Section
from gui.inspector.tensor_panel import TensorPanel
from gui.inspector.verdicts import edge_verdict
from gui.places import address_of, nodes_inside_time
from gui.tabs import Tabs
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

PANELS = ("value", "gradient", "jacobian", "geometry", "time")
JACOBIAN, GEOMETRY, TIME = (PANELS.index(n) for n in ("jacobian", "geometry", "time"))
Panel = TypeVar("Panel", bound=QWidget)


class EdgePage(QWidget):
    """Value, local derivative and gradient of the edge that ends at `target`.

    `subject` says what the page was made for; another subject needs another page.
    """

    explored = Signal(object)  # what flows where a point is dragged; None where none is
    chosen_tab = JACOBIAN  # the next edge opens where the last one was left

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.target, self._theme = document, target, theme
        edge = document.graph.incoming(target)
        self.subject = ("edge", (target, edge.source if edge else None))
        self.heading = Heading(theme, parent=self)
        self.figures = Figures(theme, self)
        self.product = Label(theme, size=13, wrap=True, parent=self)
        self.verdict = Sentence(theme, parent=self)
        self.owned = self._owned()
        self.delay = DelayForm(document, theme, target, self) if edge is not None else None
        self.tangent = TangentSection(document, theme, [target], self)
        names = [self.tr("Value"), self.tr("Gradient"), self.tr("Jacobian"), self.tr("Geometry")]
        if target.node in nodes_inside_time(document):
            names.append(self.tr("Time"))
        self.tabs = Tabs(theme, names, self)
        self._panels: list[QWidget] = []
        self.curve: CurveView | None = None  # below the geometry of an activation
        self._lay_out()
        is_there = EdgePage.chosen_tab < len(names)
        self.tabs.setCurrentIndex(EdgePage.chosen_tab if is_there else JACOBIAN)
        self.tabs.currentChanged.connect(self._choose)
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        graph = self.document.graph
        edge = graph.incoming(self.target)
        end = port_name(graph, self.target)
        if edge is not None:
            start = output_name(graph, edge.source)
            self._title = self.tr("Edge  {0} → {1}").format(start, end)
        else:
            self._title = self.tr("Parameter  {0}").format(end)
        if self.owned is not None:
            self.owned.refresh()
        if self.delay is not None:
            self.delay.refresh()
        self.follow()

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        shown, target = self.document.shown, self.target
        edge = self.document.graph.incoming(target)
        value = shown.carried(edge) if edge else shown.value(target)
        gradient, factor = shown.gradient(target), local_derivative(shown, target)
        spread = shown.spread(target)
        self.heading.say(self._title, spread.told if spread is not None else "")
        self.figures.show_readings(value, factor, gradient)
        self.product.say(product_text(self.document, target))
        self.product.setVisible(bool(self.product.said))
        self.verdict.say(*edge_verdict(self.document, target))
        self.tangent.follow()
        chosen = self.tabs.currentIndex()
        panel = getattr(self, PANELS[chosen])
        for other in self._panels:
            other.setVisible(other is panel)
        if chosen in (JACOBIAN, GEOMETRY):
            document = self.document
            address = address_of(document.place, target)
            panel.show_edge(document.root, document.whole_shown, address, factor)
            if chosen == GEOMETRY and self.curve is not None:
                self.curve.follow()
        elif chosen == TIME:
            panel.follow()
        else:
            panel.show_reading((value, gradient)[chosen])

    @functools.cached_property
    def value(self) -> TensorPanel:
        """What flows; made when it is first looked at, as the other two are."""
        return self._add(TensorPanel(self._theme, self.tr("value"), self))

    @functools.cached_property
    def gradient(self) -> TensorPanel:
        """What comes back."""
        return self._add(TensorPanel(self._theme, self.tr("gradient"), self))

    @functools.cached_property
    def jacobian(self) -> JacobianPanel:
        """The derivative of the node's output, or of a port behind it."""
        return self._add(JacobianPanel(self._theme, self))

    @functools.cached_property
    def geometry(self) -> GeometryPanel:
        """The same derivative as a picture."""
        edge = self.document.graph.incoming(self.target)
        start = self.target if edge is None else None if edge.delay else edge.source
        tensor = None if start is None else KeptTensor(self.document, start)
        panel = GeometryPanel(self._theme, self, tensor)
        panel.explored.connect(self.explored)
        graph = self.document.graph
        kind = graph.catalogue.get(graph.nodes[self.target.node].module)
        if edge is not None and may_be_curve(kind):
            self.curve = CurveView(self.document, self._theme, self.target.node, panel)
            title = self.tr("Curve")
            panel.layout().addWidget(Section(self._theme, title, self.curve, parent=panel))
        return self._add(panel)

    @functools.cached_property
    def time(self) -> OverTime:
        """How gradient and state go over time."""
        return self._add(OverTime(self.document, self._theme, self.target, self))

    def _add(self, panel: Panel) -> Panel:
        panel.hide()
        self._panels.append(panel)
        self._column.insertWidget(self._column.count() - 2, panel)  # before section and stretch
        return panel

    def _choose(self, index: int) -> None:
        EdgePage.chosen_tab = index
        self.follow()

    def _owned(self) -> ParameterRow | None:
        if self.document.graph.incoming(self.target) is not None:
            return None
        return ParameterRow(self.document, self._theme, self.target, self)

    def _lay_out(self) -> None:
        self.tabs.setAccessibleName(self.tr("What to look at"))
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.figures)
        column.addWidget(self.product)
        column.addWidget(self.verdict)
        if self.delay is not None:
            column.addWidget(self.delay)
        if self.owned is not None:
            column.addWidget(Rule(self._theme, self))
            column.addWidget(self.owned)
        column.addWidget(Rule(self._theme, self))
        column.addWidget(self.tabs)
        column.addWidget(self.tangent)
        column.addStretch(1)
