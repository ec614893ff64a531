"""What the inspector shows of one node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import Graph, PortRef, Problem
from graph.bypassing import through
from graph.edits import SetGraph, SetNode
from graph.labelling import label_edit
from graph.naming import name_of
from gui.data.changing import READ_ANEW, SHOWN_THERE
from gui.data.section import DataSection
from gui.forward_mode.section import TangentSection
from gui.freezing.section import LearningSection
from gui.icons import icon_of
from gui.inspector.attribute_form import AttributeForm
from gui.inspector.buttons import Button
from gui.inspector.definition_form import DefinitionForm
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow, NoteRow
from gui.inspector.fields import LineField
from gui.inspector.geometry.curve_view import CurveView, may_be_curve
from gui.inspector.gradient_over_time import GradientOverTime
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label, Sentence
from gui.inspector.parameter_list import ParameterList
from gui.inspector.port_list import PortList
from gui.inspector.problem_rows import ProblemRows
from gui.inspector.section import Heading, Section
from gui.inspector.shared_parameters import SharedParameters
from gui.inspector.subject import subject_of
from gui.inspector.tensor_editor import TensorEditor
from gui.inspector.units import UnitView
from gui.inspector.units.reading import LAYER
from gui.inspector.verdicts import node_verdict
from gui.theme import Theme
from gui.unique import make_unique
from runtime.data.nodes import DATA

if TYPE_CHECKING:
    from gui.document import Document


class NodePage(QWidget):
    """Name, attributes, tensors, ports and note of the node `id_`.

    `subject` says what the page was made for; another subject needs another page.
    """

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.id, self._theme = document, id_, theme
        graph = document.graph
        self.subject = subject_of(graph, id_)
        kind = graph.catalogue.get(graph.nodes[id_].module)
        self.kind = kind
        self.heading = Heading(theme, icon_of(kind) if kind else "unknown", self)
        self.problems = ProblemRows(document, theme, id_, self)
        self.bypass = Sentence(theme, parent=self)
        self.label = self._row(self.tr("Label"), LineField(theme), self._label, self._set_label)
        mono = LineField(theme, mono=True)
        self.name = self._row(self.tr("Id"), mono, lambda: self.id, self._rename)
        is_data = kind is not None and kind.name == DATA
        self.data = DataSection(document, theme, id_, self) if is_data else None
        self.form = AttributeForm(document, theme, id_, self, SHOWN_THERE if is_data else ())
        if self.data is not None:
            self.data.kept.connect(self.form.refresh)
            for name in READ_ANEW:
                self.form.rows[name].writer = self.data.read_under
        self.value = self._value_editor()
        self.parameters = ParameterList(document, theme, id_, self)
        self.units = UnitView(document, theme, id_, self) if _may_have_units(graph, id_) else None
        self.curve = CurveView(document, theme, id_, self) if may_be_curve(kind) else None
        self.ports = PortList(document, theme, id_, self)
        self.over_time = self._gradient_over_time()
        self.tangent = self._tangent()
        self.learning = LearningSection(document, theme, id_, self)
        is_composite = kind is not None and kind.outline() == "composite"
        self.shared = SharedParameters(document, theme, id_, self) if is_composite else None
        self.definition = DefinitionForm(document, theme, kind.name, self) if is_composite else None
        self.inside: Section | None = None
        self.unique = Button(theme, self.tr("Make unique"), "", self.make_unique, parent=self)
        name = self.tr("Make unique: give this node a definition of its own")
        self.unique.setAccessibleName(name)
        self.unique.setToolTip(name)
        self.unique.setVisible(False)
        self.target = Button(theme, self.tr("Make this the target"), "", self.make_target)
        self.verdict = Sentence(theme, parent=self)
        self.note = NoteRow(theme, self.tr("Note on this node"), self._note, self._set_note, self)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        node = self.document.graph.nodes[self.id]
        module = node.module if self.kind else self.tr("{0}, unknown").format(node.module)
        doc = self.kind.doc.split("\n\n")[0].replace("\n", " ") if self.kind else self._unknown()
        self.heading.say(node.label or node.id, f"{module}: {doc}" if doc else module)
        parts = (self.label, self.name, self.form, self.parameters, self.ports, self.note)
        for part in (*parts, self.learning):
            part.refresh()
        if self.shared is not None and self.definition is not None:
            self.shared.refresh()
            self.definition.refresh()
            self.unique.setVisible(self.document.instances_of(node.module) > 1)
            if self.inside is not None:
                self.inside.setVisible(self.shared.is_needed)
        if self.value is not None:
            self.value.refresh()
        if self.data is not None:
            self.data.refresh()
            for name, row in self.form.rows.items():
                row.setVisible(self.data.concerns(name))
        self.problems.refresh()
        self._show_bypass()
        self._show_target()
        self.follow()

    def _gradient_over_time(self) -> GradientOverTime | None:
        """The parts of a source's gradient, should all time steps read it."""
        module = self.document.graph.module(self.id)
        if module is None or module.outline() != "source":
            return None
        ref = PortRef(self.id, module.output_ports[0].name)
        return GradientOverTime(self.document, self._theme, ref, self)

    def _tangent(self) -> TangentSection | None:
        """What forward mode does at the outputs."""
        module = self.document.graph.module(self.id)
        if module is None or not module.output_ports:
            return None
        ports = [PortRef(self.id, port.name) for port in module.output_ports]
        return TangentSection(self.document, self._theme, ports, self)

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        self.ports.follow()
        self.problems.follow()
        self.learning.follow()
        if self.tangent is not None:
            self.tangent.follow()
        if self.over_time is not None:
            self.over_time.follow()
        if self.shared is not None:
            self.shared.follow()
        for part in (self.units, self.curve):
            if part is not None:
                part.follow()
        text, icon_name = node_verdict(self.document, self.id)
        self.verdict.say(text, icon_name)

    def field_of(self, problem: Problem) -> QWidget | None:
        """The field that a problem is about: an attribute's, or the value's."""
        row = self.form.rows.get(problem.port or "")
        if row is not None:
            return row.field
        is_value = problem.code in ("no-value", "tensor-shape", "tensor-kind", "size")
        return self.value.line if is_value and self.value is not None else None

    def make_target(self) -> None:
        """Differentiate this node's output from now on."""
        text = self.tr("Make {0} the target").format(name_of(self.document.graph, self.id))
        attempt(self.document, lambda: SetGraph({"target": self.id}), text)

    def make_unique(self) -> None:
        """Give this composite a definition of its own."""
        make_unique(self.document, self.document.place, self.id)

    @property
    def _exists(self) -> bool:
        """Whether the node is still there: a field that is left may outlive it for a moment."""
        return self.id in self.document.graph

    def _row(self, name: str, field: LineField, get: Any, put: Any) -> FieldRow:
        return FieldRow(self._theme, name, field, get, put, self)

    def _label(self) -> str:
        node = self.document.graph.nodes.get(self.id)
        return (node.label if node is not None else None) or ""

    def _set_label(self, label: str) -> str:
        if not self._exists:
            return ""
        graph, id_ = self.document.graph, self.id
        text = self.tr("Label {0}").format(name_of(graph, id_))
        return attempt(self.document, lambda: label_edit(graph, id_, label), text)

    def _rename(self, new: str) -> str:
        graph, old = self.document.graph, self.id
        if not self._exists:
            return ""
        text = self.tr("Rename {0} to {1}").format(old, new)
        # The selection follows within the edit, and with it this page is left for another.
        return attempt(self.document, lambda: graph.rename_edit(old, new), text)

    def _note(self) -> str | None:
        node = self.document.graph.nodes.get(self.id)
        return node.note if node is not None else None

    def _set_note(self, note: str | None, visit: object) -> str:
        if not self._exists:
            return ""
        edit = SetNode(self.id, {"note": note})
        text = self.tr("Note on {0}").format(name_of(self.document.graph, self.id))
        return attempt(self.document, lambda: edit, text, visit)

    def _value_editor(self) -> TensorEditor | None:
        if self.kind is None or self.kind.outline() != "source":
            return None
        ports = self.document.graph.tensor_ports(self.id)
        if not ports:
            return None
        tensor = KeptTensor(self.document, PortRef(self.id, ports[0]))
        return TensorEditor(self._theme, tensor, parent=self)

    def _unknown(self) -> str:
        return self.tr("no module of that name is installed; all its data is kept.")

    def _show_bypass(self) -> None:
        graph = self.document.graph
        ports = through(graph, self.id) if graph.nodes[self.id].bypassed else None
        text = self.tr("Bypassed: {0} goes through unchanged.")
        self.bypass.say(text.format(ports[0].port) if ports is not None else "")

    def _show_target(self) -> None:
        graph, check = self.document.graph, self.document.check
        module = graph.module(self.id)
        outputs = module.output_ports if module is not None else ()
        has_floating = any(port.kind in ("floating", "any") for port in outputs)
        is_target = check is not None and check.target is not None and check.target.node == self.id
        chosen = (graph.target or "").partition(".")[0] == self.id
        text = self.tr("This is the target") if is_target else self.tr("Make this the target")
        self.target.setText(text)
        self.target.setAccessibleName(text)
        self.target.setToolTip(self.tr("The target is what is differentiated"))
        is_source = module is not None and module.outline() == "source"
        self.target.setVisible(has_floating and not is_source)
        self.target.setEnabled(not is_target and not chosen)

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.heading)
        column.addWidget(self.problems)
        column.addWidget(self.bypass)
        column.addWidget(self.label)
        column.addWidget(self.name)
        if self.data is not None:
            column.addWidget(Section(theme, self.tr("Data"), self.data, parent=self))
        if self.form.rows:
            column.addWidget(Section(theme, self.tr("Attributes"), self.form, parent=self))
        elif self.kind is None:
            column.addWidget(Section(theme, self.tr("Attributes"), self._plain(), parent=self))
        if self.value is not None:
            column.addWidget(Section(theme, self.tr("Value"), self.value, parent=self))
        if self.parameters.rows:
            title = self.tr("Parameters")
            column.addWidget(Section(theme, title, self.parameters, parent=self))
        column.addWidget(self.learning)
        if self.units is not None:
            column.addWidget(Section(theme, self.tr("Units"), self.units, parent=self))
        if self.curve is not None:
            column.addWidget(Section(theme, self.tr("Curve"), self.curve, parent=self))
        ports = Section(theme, self.tr("Ports"), self.ports, self.verdict, self.target, parent=self)
        column.addWidget(ports)
        if self.over_time is not None:
            column.addWidget(self.over_time)
        if self.shared is not None and self.definition is not None:
            title = self.tr("Parameters inside")
            self.inside = Section(theme, title, self.shared, parent=self)
            self.inside.setVisible(self.shared.is_needed)
            column.addWidget(self.inside)
            title = self.tr("Definition")
            column.addWidget(Section(theme, title, self.definition, self.unique, parent=self))
        if self.tangent is not None:
            column.addWidget(self.tangent)
        column.addWidget(Section(theme, self.tr("Note"), self.note, parent=self))
        column.addStretch(1)

    def _plain(self) -> Label:
        node = self.document.graph.nodes[self.id]
        lines = [f"{name}: {value}" for name, value in node.attributes.items()]
        text = "\n".join(lines) or self.tr("none")
        return Label(self._theme, text, size=12, mono=True, wrap=True, parent=self)


def _may_have_units(graph: Graph, id_: str) -> bool:
    """Whether the node is of the module whose units are drawn, as soon as they are few enough."""
    return graph.nodes[id_].module == LAYER
