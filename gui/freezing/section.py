"""The inspector's section on how a node's parameters are trained: frozen or not, and how fast."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph import PortRef
from graph.initialise import trained
from gui.canvas.notes import update_forms
from gui.freezing.freezing import Freezing, name_at
from gui.inspector.fields import FloatField, TruthField
from gui.inspector.labels import Label, Sentence
from gui.inspector.section import Section
from gui.theme import Theme
from runtime.values import BadValue

if TYPE_CHECKING:
    from gui.document import Document

FACTOR = 88  # pixels of the field of a factor


class LearningRow:
    """One parameter, or all inside a composite: a tick and a factor, and what an update adds."""

    def __init__(self, theme: Theme, name: str, shown: str, parent: QWidget) -> None:
        self.name = name
        self.label = Label(theme, shown, size=12, weight=600, mono=True, parent=parent)
        self.frozen = TruthField(theme, parent)
        self.factor = FloatField(theme, parent=parent)
        self.factor.setFixedWidth(FACTOR)
        self.change = Label(theme, size=12, weight=600, parent=parent)


class LearningSection(QWidget):
    """A row for each parameter that a node owns; hidden where it owns none."""

    def __init__(
        self, document: Document, theme: Theme, id_: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self.id, self._theme = document, id_, theme
        self._freezing = Freezing(document, self)
        self._freezing.changed.connect(self.refresh)
        self.rows: dict[str, LearningRow] = {}
        self._table = QWidget(self)
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self.error = Sentence(theme, "error", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        title = self.tr("Learning")
        column.addWidget(Section(theme, title, self._table, self.error, parent=self))
        self.refresh()

    def refresh(self) -> None:
        """Show the parameters as the graph has them, and what the training says of them."""
        names = self._names()
        if tuple(self.rows) != tuple(names):
            self._build(names)
        self.setVisible(bool(names))
        for row in self.rows.values():
            is_frozen = self._freezing.is_frozen(row.name)
            row.frozen.show_value(is_frozen)
            row.factor.show_value(self._freezing.factor(row.name))
            row.factor.setEnabled(not is_frozen)
        self.error.say("", "")
        self.follow()

    def follow(self) -> None:
        """Show what the update adds, as the playhead has it now."""
        shown = self.document.shown
        for port, row in self.rows.items():
            forms = update_forms(shown.update(PortRef(self.id, port))) if shown.has_updates else ()
            row.change.say(forms[0] if forms else "")
            row.change.setVisible(bool(forms))

    def _names(self) -> dict[str, str]:
        """What stands in the rows, with the names in the file's training."""
        graph, place = self.document.graph, self.document.place
        module = graph.module(self.id) if self.id in graph else None
        if module is None:
            return {}
        if module.outline() == "composite":
            name = name_at(place, self.id)
            has_some = next(self._freezing.ports_of(name), None) is not None
            return {self.tr("all inside"): name} if has_some else {}
        own = (x for x in trained(module) if graph.incoming(PortRef(self.id, x)) is None)
        return {port: name_at(place, self.id, port) for port in own}

    def _build(self, names: dict[str, str]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().deleteLater()
        self.rows = {}
        heads = (self.tr("Parameter"), self.tr("Frozen"), self.tr("Rate factor"))
        for column, text in enumerate(heads):
            head = Label(self._theme, text, size=11, ink="muted", parent=self._table)
            self._grid.addWidget(head, 0, column)
        for line, (shown, name) in enumerate(names.items()):
            row = LearningRow(self._theme, name, shown, self._table)
            row.frozen.setAccessibleName(self.tr("Freeze {0}").format(name))
            row.frozen.setToolTip(self.tr("Frozen: training leaves {0} as it is").format(name))
            text = self.tr("Rate factor of {0}").format(name)
            row.factor.setAccessibleName(text)
            row.factor.setToolTip(self.tr("{0}: times the learning rate").format(text))
            row.frozen.committed.connect(partial(self._switch, row))
            row.factor.committed.connect(partial(self._set, row))
            for column, part in enumerate((row.label, row.frozen, row.factor)):
                self._grid.addWidget(part, 2 * line + 1, column, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(row.change, 2 * line + 2, 0, 1, 3)
            self.rows[shown] = row

    def _switch(self, row: LearningRow) -> None:
        if row.frozen.read() != self._freezing.is_frozen(row.name):
            self._freezing.switch((row.name,), row.frozen.read())
            row.frozen.show_value(self._freezing.is_frozen(row.name))  # where it was refused

    def _set(self, row: LearningRow) -> None:
        try:
            factor = row.factor.read()
            factor = 1.0 if factor is None else factor
            if not 0 <= factor < float("inf"):
                raise BadValue(row.factor.text(), self.tr("a number of at least 0"))
        except BadValue as error:
            self.error.say(str(error), "error")
            return
        self.error.say("", "")
        if factor != self._freezing.factor(row.name):
            self._freezing.set_factor(row.name, factor)
