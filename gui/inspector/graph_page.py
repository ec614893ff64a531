"""What the inspector shows of the graph itself, with nothing selected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from graph.edits import SetGraph
from graph.naming import output_name
from graph.tensor import FLOATING, kind_of
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow, NoteRow
from gui.inspector.fields import ChoiceField, Field, LineField, WholeField
from gui.inspector.labels import Label, Rule, Sentence
from gui.inspector.layer_table import LayerTable, Summary
from gui.inspector.section import Heading
from gui.inspector.subject import GRAPH
from gui.inspector.time_form import TimeForm
from gui.inspector.unfolding import UnfoldingPage, part
from gui.numbers import format_bytes, format_count
from gui.theme import Theme
from gui.told import told
from gui.training.settings.late import TrainingPlace

if TYPE_CHECKING:
    from gui.document import Document
    from gui.training.settings.form import TrainingForm


class GraphPage(UnfoldingPage):
    """Title, settings, target, note, a table of all nodes, and how the graph is trained."""

    subject = GRAPH

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(document, theme, parent)
        self.heading = self.put(Heading(theme, "graph", self))
        modes = [(self.tr("evaluate"), "eval"), (self.tr("train"), "train")]
        self.target_choice = ChoiceField(theme, [])
        dtypes = sorted(FLOATING, key=lambda name: (len(name), name))
        self.rows = {
            "title": self._row(self.tr("Title"), "title", LineField(theme)),
            "dtype": self._row(
                self.tr("Dtype"), "dtype", ChoiceField(theme, [(d, d) for d in dtypes])
            ),
            "mode": self._row(self.tr("Mode"), "mode", ChoiceField(theme, modes)),
            "seed": self._row(self.tr("Seed"), "seed", WholeField(theme, 0, False)),
            "target": self._row(self.tr("Target"), "target", self.target_choice),
        }
        for row in self.rows.values():
            self.put(row)
        self.reason = self.put(Sentence(theme, parent=self))
        self._below_training = Rule(self)  # while that comes first
        self._below_training.hide()
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        super().refresh()
        graph = self.document.graph
        self.heading.say(graph.title or self.tr("Untitled graph"))
        self._offer_targets()
        for row in self.rows.values():
            row.refresh()
        self._explain_target()

    # --- parts, from the top down ----------------------------------------------------------

    @part
    def time(self) -> TimeForm:
        """How many time steps it has."""
        return self.put(TimeForm(self.document, self._theme, self))

    @part
    def totals(self) -> Label:
        """What all nodes together take; stands below the table."""
        return Label(self._theme, size=12, wrap=True, parent=self)

    @part
    def table(self) -> LayerTable:
        """All nodes."""
        table = LayerTable(self.document, self._theme, self)
        table.summed.connect(partial(self._sum, table))
        self._nodes = self.put_section(self.tr("Nodes"), table, self.totals)
        table.refresh()
        return table

    @part
    def training_place(self) -> TrainingPlace:
        """How it is trained."""
        return self.put(TrainingPlace(self.document, self._theme, self))

    @part
    def note(self) -> NoteRow:
        """What somebody wrote on it."""
        note = NoteRow(
            self._theme,
            self.tr("Note on this graph"),
            lambda: self.document.graph.note,
            lambda text, visit: self._set("note", text, visit),
            self,
        )
        self.put_section(self.tr("Note"), note)
        return note

    # --- for others ------------------------------------------------------------------------

    def put_training_first(self, is_first: bool) -> None:
        """Have the form of the training below the heading, or behind the nodes."""
        if not is_first and not self.is_made("training_place"):
            return  # it comes there by itself
        column, place = self.column, self.training_place
        if (column.indexOf(place) == 1) != is_first:
            column.removeWidget(place)
            behind = column.indexOf(self._nodes) + 1
            column.insertWidget(1 if is_first else behind, place)
            column.insertWidget(2, self._below_training)
        self._below_training.setVisible(is_first)

    @property
    def training(self) -> TrainingForm:
        """How the graph is trained, made when it is first asked for."""
        return self.training_place.form

    def follow(self) -> None:
        """The graph's page shows nothing that the playhead decides."""

    def _row(self, name: str, key: str, field: Field) -> FieldRow:
        return FieldRow(
            self._theme,
            name,
            field,
            lambda: getattr(self.document.graph, key),
            lambda value: self._set(key, value),
            self,
        )

    def _set(self, key: str, value: Any, merge: object = None) -> str:
        text = self.tr("Set the graph's {0}").format(key)
        return attempt(self.document, lambda: SetGraph({key: value}), text, merge)

    def _offer_targets(self) -> None:
        graph, check = self.document.graph, self.document.check
        found = check.target if check is not None and graph.target is None else None
        itself = self.tr("found by itself")
        none = f"{itself}: {found}" if found is not None else itself
        offered: list[tuple[str, Any]] = [(none, None)]
        for ref in check.candidates if check is not None else ():
            module = graph.module(ref.node) if ref.node in graph else None
            if module is not None and kind_of(graph.dtype) == "floating":
                single = len(module.output_ports) == 1
                offered.append((output_name(graph, ref), ref.node if single else str(ref)))
        if [self.target_choice.itemText(i) for i in range(self.target_choice.count())] != [
            text for text, _ in offered
        ]:
            self.target_choice.offer(offered)

    def _explain_target(self) -> None:
        check = self.document.check
        problem = check.target_problem if check is not None else None
        if problem is None:
            self.reason.say("")
        else:
            ink = "error" if problem.severity == "error" else "muted"
            self.reason.say(told(self.document.graph, problem), problem.severity, ink)

    def _sum(self, table: LayerTable, summary: Summary) -> None:
        table.setVisible(bool(summary.lines))
        if not summary.lines:
            self.totals.say(self.tr("No nodes yet. What is placed on the canvas is listed here."))
            return
        text = self.tr("Nodes: {0}. Numbers in parameters: {1}. Values and parameters take {2}.")
        self.totals.say(
            text.format(
                format_count(len(summary.lines)),
                format_count(summary.parameters),
                format_bytes(summary.memory),
            )
        )
