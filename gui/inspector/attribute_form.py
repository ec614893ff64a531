"""The form of a node's attributes, made from its module's declaration."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from graph import AttributeSpec, GradwireError, PortRef
from graph.edits import RESET
from graph.naming import name_of
from gui.icons import icon
from gui.inspector.editing import attempt
from gui.inspector.exposing import ExposeButton
from gui.inspector.fields import LineField, TruthField, WholeField, field_for
from gui.inspector.labels import Label, Sentence
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

NAME_WIDTH = 112
_runs = itertools.count()


class AttributeRow(QWidget):
    """One attribute: name, field, reset, its sentence below, and its error below that.

    `writer` sets it in another way than by an edit of it alone, now or later.
    """

    writer: Callable[[Mapping[str, Any]], str] | None = None

    def __init__(
        self, document: Document, theme: Theme, id_: str, spec: AttributeSpec, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.document, self.id, self.spec = document, id_, spec
        self._theme = theme
        self._run = next(_runs)
        self.field = field_for(spec, theme, self.tr("the graph's"), self)
        if spec.optional and isinstance(self.field, LineField):
            self.field.setPlaceholderText(self.tr("none"))
        self.error = Sentence(theme, "error", self)
        self.reset = QToolButton(self)
        self.more = (
            ExposeButton(document, theme, PortRef(id_, spec.name), self) if document.place else None
        )
        self._lay_out()
        self._name_all()
        self.field.committed.connect(self.commit)
        if isinstance(self.field, WholeField):
            self.field.left.connect(self._end_run)
        self.reset.clicked.connect(self.take_back)
        theme.changed.connect(self._draw)
        self._draw()
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds, unless a bad text waits to be mended."""
        if self.error.said and getattr(self.field, "is_edited", False):
            return
        self.error.say("")
        self.field.show_value(self._value())
        differs = self.spec.name in self.document.graph.nodes[self.id].attributes
        self.reset.setVisible(differs and self._value() != self.spec.default)

    def commit(self) -> None:
        """Put the field's value into the graph; a refusal is shown here and the text stays."""
        if self.id not in self.document.graph:
            return  # left because its node went away
        if getattr(self.field, "is_edited", True) is False:
            self.error.say("")  # Escape brought the old value back
            return
        try:
            value = self.spec.check(self._read())
        except GradwireError as error:
            self.error.say(str(error), "error")
            return
        self._set(value)

    def take_back(self) -> None:
        """Give the attribute its default again."""
        self.error.say("")
        self.field.show_value(self._value())
        self._set(RESET)

    def _end_run(self) -> None:
        """What follows is an undo entry of its own."""
        self._run = next(_runs)

    def _set(self, value: Any) -> None:
        name, graph = self.spec.name, self.document.graph
        if value is not RESET and value == self._value():
            self.error.say("")
            self.field.show_value(value)
            return
        if self.writer is not None:
            wanted = self.spec.default if value is RESET else value
            self.error.say(self.writer({name: wanted}), "error")
            return
        text = self.tr("Set {0} of {1}").format(name, name_of(graph, self.id))
        is_stepping = isinstance(self.field, WholeField) and self.field.is_stepping
        merge = ("attribute", self.id, name, self._run) if is_stepping else None
        refusal = attempt(
            self.document, lambda: graph.attribute_edit(self.id, {name: value}), text, merge
        )
        self.error.say(refusal, "error")
        if not refusal:
            self.refresh()

    def _read(self) -> Any:
        value = self.field.read()
        if value is None and not self.spec.optional and self.spec.type in ("shape", "ints"):
            return ()
        return value

    def _value(self) -> Any:
        module = self.document.graph.module(self.id)
        if module is None:
            return self.document.graph.nodes[self.id].attributes.get(self.spec.name)
        return module.settings[self.spec.name]

    def _lay_out(self) -> None:
        name = Label(self._theme, self.spec.name, mono=True, size=12, parent=self)
        name.setFixedWidth(NAME_WIDTH)
        name.setBuddy(self.field)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.addWidget(name, 0, 0)
        if isinstance(self.field, TruthField):
            grid.addWidget(self.field, 0, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.reset, 0, 2)
        if self.more is not None:
            grid.addWidget(self.more, 0, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, 24)
        grid.addWidget(self.error, 1, 0, 1, 4)
        caption = Label(self._theme, self._sentence(), size=11, ink="muted", wrap=True, parent=self)
        grid.addWidget(caption, 2, 0, 1, 4)

    def _sentence(self) -> str:
        doc = self.spec.doc[:1].upper() + self.spec.doc[1:]
        return self.tr("{0}. Default: {1}.").format(doc.rstrip("."), self._default())

    def _default(self) -> str:
        default = self.spec.default
        if default is None:
            return self.tr("the graph's") if self.spec.choices else self.tr("none")
        if isinstance(default, bool):
            return self.tr("on") if default else self.tr("off")
        if isinstance(self.field, LineField):
            return self.field.write(default) or self.tr("empty")
        return str(default)

    def _name_all(self) -> None:
        name = self.spec.name
        self.field.setAccessibleName(name)
        self.field.setAccessibleDescription(self._sentence())
        self.field.setToolTip(self.tr("{0}: {1}").format(name, self.spec.expected()))
        self.reset.setAutoRaise(True)
        self.reset.setIconSize(QSize(16, 16))
        self.reset.setAccessibleName(self.tr("Reset {0}").format(name))
        self.reset.setToolTip(self.tr("Reset {0} to {1}").format(name, self._default()))

    def _draw(self) -> None:
        self.reset.setIcon(icon("reset", self._theme.color("text")))


class AttributeForm(QWidget):
    """All attributes of one node, in the order of the declaration; or all but some."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        id_: str,
        parent: QWidget,
        but: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self.rows: dict[str, AttributeRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        kind = document.graph.catalogue.get(document.graph.nodes[id_].module)
        specs = kind.attributes if kind else {}
        for name, spec in ((name, specs[name]) for name in specs if name not in but):
            row = AttributeRow(document, theme, id_, spec, self)
            self.rows[name] = row
            column.addWidget(row)

    def refresh(self) -> None:
        """Show what the graph holds."""
        for row in self.rows.values():
            row.refresh()
