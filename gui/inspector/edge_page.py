"""What the inspector shows of one edge, or of a parameter pin that nothing is wired to."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

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
from gui.inspector.unfolding import UnfoldingPage, part
from gui.inspector.verdicts import edge_verdict
from gui.places import address_of, nodes_inside_time
from gui.tabs import Tabs
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document
    from gui.readings import Reading

PANELS = ("value", "gradient", "jacobian", "geometry", "time")
JACOBIAN, GEOMETRY, TIME = (PANELS.index(n) for n in ("jacobian", "geometry", "time"))
Panel = TypeVar("Panel", bound=QWidget)


class tab(functools.cached_property):
    """A panel of a tab, made when it is first looked at, after the one that is looked at first."""

    def __get__(self, page: EdgePage | None, owner: type | None = None) -> Any:
        if page is None:
            return self
        page.unfold("looked_at")
        return self.make(page)

    def make(self, page: EdgePage) -> QWidget:
        """The panel, which shows nothing yet if it was not there."""
        return super().__get__(page, type(page))


class EdgePage(UnfoldingPage):
    """Value, local derivative and gradient of the edge that ends at `target`.

    `subject` says what the page was made for; another subject needs another page.
    """

    explored = Signal(object)  # what flows where a point is dragged; None where none is
    chosen_tab = JACOBIAN  # the next edge opens where the last one was left

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(document, theme, parent, spacing=8)
        self.target = target
        edge = document.graph.incoming(target)
        self.subject = ("edge", (target, edge.source if edge else None))
        self.heading = self.put(Heading(theme, parent=self))
        self.figures = self.put(Figures(theme, self))
        self.product = self.put(Label(theme, size=13, wrap=True, parent=self))
        self.verdict = self.put(Sentence(theme, parent=self))
        self._panels: list[QWidget] = []
        self.curve: CurveView | None = None  # below the geometry of an activation
        self.unfold("tabs")  # what takes the keys that come to this page
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        super().refresh()
        graph = self.document.graph
        edge = graph.incoming(self.target)
        end = port_name(graph, self.target)
        if edge is not None:
            start = output_name(graph, edge.source)
            self._title = self.tr("Edge  {0} → {1}").format(start, end)
        else:
            self._title = self.tr("Parameter  {0}").format(end)
        self.follow()

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        shown, target = self.document.shown, self.target
        spread = shown.spread(target)
        self.heading.say(self._title, spread.told if spread is not None else "")
        self.figures.show_readings(*self._readings())
        self.product.say(product_text(self.document, target))
        self.product.setVisible(bool(self.product.said))
        self.verdict.say(*edge_verdict(self.document, target))
        if self.is_made("looked_at"):
            self._look()
        if self.is_made("tangent"):
            self.tangent.follow()

    # --- parts, from the top down ----------------------------------------------------------

    @part
    def delay(self) -> DelayForm | None:
        """How many time steps it goes back, if it is an edge."""
        if self.document.graph.incoming(self.target) is None:
            return None
        return self.put(DelayForm(self.document, self._theme, self.target, self))

    @part
    def owned(self) -> ParameterRow | None:
        """The tensor that stands here while no edge comes in."""
        if self.document.graph.incoming(self.target) is not None:
            return None
        self.put(Rule(self))
        return self.put(ParameterRow(self.document, self._theme, self.target, self))

    @part
    def tabs(self) -> Tabs:
        """What one can look at."""
        names = [self.tr("Value"), self.tr("Gradient"), self.tr("Jacobian"), self.tr("Geometry")]
        if self.target.node in nodes_inside_time(self.document):
            names.append(self.tr("Time"))
        self.put(Rule(self))
        tabs = self.put(Tabs(self._theme, names, self))
        tabs.setAccessibleName(self.tr("What to look at"))
        is_there = EdgePage.chosen_tab < len(names)
        tabs.setCurrentIndex(EdgePage.chosen_tab if is_there else JACOBIAN)
        tabs.currentChanged.connect(self._choose)
        return tabs

    @part
    def chosen(self) -> QWidget:
        """The panel of the tab that was chosen first; the others come when they are chosen."""
        return vars(EdgePage)[PANELS[self.tabs.currentIndex()]].make(self)

    @part
    def looked_at(self) -> QWidget:
        """The same panel with what it shows, which is another turn's work."""
        return self._look()

    @part
    def tangent(self) -> TangentSection:
        """What forward mode does here."""
        return self.put(TangentSection(self.document, self._theme, [self.target], self))

    # --- panels, made when they are first looked at ----------------------------------------

    @tab
    def value(self) -> TensorPanel:
        """What flows."""
        return self._add(TensorPanel(self._theme, self.tr("value"), self))

    @tab
    def gradient(self) -> TensorPanel:
        """What comes back."""
        return self._add(TensorPanel(self._theme, self.tr("gradient"), self))

    @tab
    def jacobian(self) -> JacobianPanel:
        """The derivative of the node's output, or of a port behind it."""
        return self._add(JacobianPanel(self._theme, self))

    @tab
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

    @tab
    def time(self) -> OverTime:
        """How gradient and state go over time."""
        return self._add(OverTime(self.document, self._theme, self.target, self))

    def _add(self, panel: Panel) -> Panel:
        panel.hide()
        self._panels.append(panel)
        self.column.insertWidget(self.column.indexOf(self.tabs) + 1, panel)
        return panel

    def _choose(self, index: int) -> None:
        EdgePage.chosen_tab = index
        self.unfold("looked_at")
        self.follow()

    def _readings(self) -> tuple[Reading, Reading, Reading]:
        """Value, local derivative and gradient."""
        shown, target = self.document.shown, self.target
        edge = self.document.graph.incoming(target)
        value = shown.carried(edge) if edge else shown.value(target)
        return value, local_derivative(shown, target), shown.gradient(target)

    def _look(self) -> QWidget:
        """Show the panel of the chosen tab; that panel."""
        chosen = self.tabs.currentIndex()
        panel = getattr(self, PANELS[chosen])
        value, factor, gradient = self._readings()
        for other in self._panels:
            other.setVisible(other is panel)
        if chosen in (JACOBIAN, GEOMETRY):
            document = self.document
            address = address_of(document.place, self.target)
            panel.show_edge(document.root, document.whole_shown, address, factor)
            if chosen == GEOMETRY and self.curve is not None:
                self.curve.follow()
        elif chosen == TIME:
            panel.follow()
        else:
            panel.show_reading((value, gradient)[chosen])
        return panel
