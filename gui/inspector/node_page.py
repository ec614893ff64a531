"""What the inspector shows of one node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from graph import PortRef, Problem
from graph.edits import SetNode
from graph.labelling import label_edit
from graph.naming import name_of
from gui.data.changing import READ_ANEW, SHOWN_THERE
from gui.forward_mode.section import TangentSection
from gui.freezing.section import LearningSection
from gui.inspector.attribute_form import AttributeForm
from gui.inspector.definition_form import DefinitionForm
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow, NoteRow
from gui.inspector.fields import LineField
from gui.inspector.geometry.curve_view import CurveView, may_be_curve
from gui.inspector.gradient_over_time import GradientOverTime
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label
from gui.inspector.node_parts import (
    BypassSentence,
    NodeHeading,
    NodeVerdict,
    TargetButton,
    UniqueButton,
)
from gui.inspector.parameter_list import ParameterList
from gui.inspector.port_list import PortList
from gui.inspector.problem_rows import ProblemRows
from gui.inspector.shared_parameters import SharedParameters
from gui.inspector.subject import subject_of
from gui.inspector.tensor_editor import TensorEditor
from gui.inspector.unfolding import UnfoldingPage, part
from gui.inspector.units import UnitView
from gui.inspector.units.reading import LAYER
from gui.theme import Theme
from runtime.data.nodes import DATA

if TYPE_CHECKING:
    from gui.data.section import DataSection
    from gui.document import Document


class NodePage(UnfoldingPage):
    """Name, attributes, tensors, ports and note of the node `id_`.

    `subject` says what the page was made for; another subject needs another page.
    """

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(document, theme, parent)
        self.id = id_
        graph = document.graph
        self.subject = subject_of(graph, id_)
        self.kind = graph.catalogue.get(graph.nodes[id_].module)
        self._of = (document, theme, id_, self)
        self.unfold("name")

    def refresh(self) -> None:
        """Show the graph as it is now."""
        super().refresh()
        if self.is_made("form"):
            self._choose_rows(self.form)
        self.follow()

    # --- parts, from the top down ----------------------------------------------------------

    @part
    def heading(self) -> NodeHeading:
        """What it is called and what it does."""
        return self.put(NodeHeading(*self._of))

    @part
    def problems(self) -> ProblemRows:
        """What is wrong with it."""
        problems = self.put(ProblemRows(*self._of))
        problems.refresh()
        return problems

    @part
    def bypass(self) -> BypassSentence:
        """That it lets its input through, if it does."""
        return self.put(BypassSentence(*self._of))

    @part
    def label(self) -> FieldRow:
        """What the canvas calls it."""
        field = LineField(self._theme)
        return self.put(self._row(self.tr("Label"), field, self._label, self._set_label))

    @part
    def name(self) -> FieldRow:
        """What the file calls it."""
        field = LineField(self._theme, mono=True)
        return self.put(self._row(self.tr("Id"), field, lambda: self.id, self._rename))

    @part
    def data(self) -> DataSection | None:
        """The set of a Data node."""
        if self.kind is None or self.kind.name != DATA:
            return None
        from gui.data.section import DataSection  # late: a half of what this page imports

        data = DataSection(*self._of)
        self.put_section(self.tr("Data"), data)
        data.refresh()
        return data

    @part
    def form(self) -> AttributeForm:
        """Its attributes; as they stand in the file where its module is unknown."""
        form = AttributeForm(*self._of, SHOWN_THERE if self.data is not None else ())
        if form.rows or self.kind is None:
            self.put_section(self.tr("Attributes"), form if form.rows else self._plain())
        if self.data is not None:
            self.data.kept.connect(form.refresh)
            for name in READ_ANEW:
                form.rows[name].writer = self.data.read_under
            self._choose_rows(form)
        return form

    @part
    def value(self) -> TensorEditor | None:
        """What a source gives."""
        if self.kind is None or self.kind.outline() != "source":
            return None
        ports = self.document.graph.tensor_ports(self.id)
        if not ports:
            return None
        tensor = KeptTensor(self.document, PortRef(self.id, ports[0]))
        editor = TensorEditor(self._theme, tensor, parent=self)
        self.put_section(self.tr("Value"), editor)
        return editor

    @part
    def parameters(self) -> ParameterList | None:
        """The tensors it owns."""
        parameters = ParameterList(*self._of)
        if not parameters.rows:
            parameters.deleteLater()
            return None
        self.put_section(self.tr("Parameters"), parameters)
        return parameters

    @part
    def learning(self) -> LearningSection:
        """How these are trained."""
        return self.put(LearningSection(*self._of))

    @part
    def units(self) -> UnitView | None:
        """The picture of a layer, as soon as it has few enough units."""
        if self.document.graph.nodes[self.id].module != LAYER:
            return None
        units = UnitView(*self._of)
        self.put_section(self.tr("Units"), units)
        units.follow()
        return units

    @part
    def curve(self) -> CurveView | None:
        """The picture of an activation."""
        if not may_be_curve(self.kind):
            return None
        curve = CurveView(*self._of)
        self.put_section(self.tr("Curve"), curve)
        curve.follow()
        return curve

    @part
    def ports(self) -> PortList:
        """Its ports with what the playhead shows of them."""
        ports = PortList(*self._of)
        self._of_ports = self.put_section(self.tr("Ports"), ports)
        return ports

    @part
    def verdict(self) -> NodeVerdict:
        """What the gradient check says of it, below the ports."""
        return self.put(NodeVerdict(*self._of), self._of_ports)

    @part
    def target(self) -> TargetButton:
        """Makes it the target, below the ports."""
        return self.put(TargetButton(*self._of), self._of_ports)

    @part
    def over_time(self) -> GradientOverTime | None:
        """The parts of a source's gradient, should all time steps read it."""
        module = self.document.graph.module(self.id)
        if module is None or module.outline() != "source":
            return None
        ref = PortRef(self.id, module.output_ports[0].name)
        over_time = self.put(GradientOverTime(self.document, self._theme, ref, self))
        over_time.follow()
        return over_time

    @part
    def shared(self) -> SharedParameters | None:
        """Whose parameters a composite has."""
        if not self._is_composite:
            return None
        shared = SharedParameters(*self._of)
        self.put_section(self.tr("Parameters inside"), shared)
        shared.refresh()
        return shared

    @part
    def definition(self) -> DefinitionForm | None:
        """What a composite is made of."""
        if self.kind is None or not self._is_composite:
            return None
        form = DefinitionForm(self.document, self._theme, self.kind.name, self)
        self._of_definition = self.put_section(self.tr("Definition"), form)
        return form

    @part
    def unique(self) -> UniqueButton | None:
        """Gives a composite a definition of its own."""
        if not self._is_composite:
            return None
        return self.put(UniqueButton(*self._of), self._of_definition)

    @part
    def tangent(self) -> TangentSection | None:
        """What forward mode does at its outputs."""
        module = self.document.graph.module(self.id)
        if module is None or not module.output_ports:
            return None
        ports = [PortRef(self.id, port.name) for port in module.output_ports]
        return self.put(TangentSection(self.document, self._theme, ports, self))

    @part
    def note(self) -> NoteRow:
        """What somebody wrote on it."""
        note = NoteRow(self._theme, self.tr("Note on this node"), self._note, self._set_note, self)
        self.put_section(self.tr("Note"), note)
        return note

    # --- for others ------------------------------------------------------------------------

    def field_of(self, problem: Problem) -> QWidget | None:
        """The field that a problem is about: an attribute's, or the value's."""
        row = self.form.rows.get(problem.port or "")
        if row is not None:
            return row.field
        is_value = problem.code in ("no-value", "tensor-shape", "tensor-kind", "size")
        return self.value.line if is_value and self.value is not None else None

    @property
    def _is_composite(self) -> bool:
        return self.kind is not None and self.kind.outline() == "composite"

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

    def _plain(self) -> Label:
        node = self.document.graph.nodes[self.id]
        lines = [f"{name}: {value}" for name, value in node.attributes.items()]
        text = "\n".join(lines) or self.tr("none")
        return Label(self._theme, text, size=12, mono=True, wrap=True, parent=self)

    def _choose_rows(self, form: AttributeForm) -> None:
        """Of a Data node's attributes those that mean something for its set."""
        if self.data is not None:
            for name, row in form.rows.items():
                row.setVisible(self.data.concerns(name))
