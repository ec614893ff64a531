"""The form of a definition: name, doc, letter, ports in their order, exposed attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from graph import edits as e
from gui.dress import dress
from gui.icons import icon
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import LineField
from gui.inspector.labels import Label
from gui.theme import Theme

if TYPE_CHECKING:
    from graph.definition import Interface
    from gui.document import Document

SIDE = 24


class PortLine(QWidget):
    """One port or attribute: its name in a field, what it stands for, and buttons."""

    def __init__(self, theme: Theme, row: FieldRow, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row = row
        self.buttons: list[QToolButton] = []
        row.field.setToolTip(tip)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(0)
        self._line.addWidget(row, 1)
        theme.changed.connect(self._draw)

    def add(self, drawing: str, name: str, is_on: bool, then: Callable[[], object]) -> None:
        """Put a button at the end."""
        button = dress(QToolButton(self), self._theme, "flat")
        button.setFixedSize(SIDE, SIDE)
        button.setIconSize(QSize(12, 12))
        button.setProperty("drawing", drawing)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setEnabled(is_on)
        button.clicked.connect(lambda: then())
        self.buttons.append(button)
        self._line.addWidget(button)
        self._draw()

    def _draw(self) -> None:
        for button in self.buttons:
            button.setIcon(icon(button.property("drawing"), self._theme.color("text")))


class DefinitionForm(QWidget):
    """Everything that a definition shows; a change of it is one entry of the history."""

    def __init__(self, document: Document, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.name, self._theme = document, name, theme
        self.rows = {
            "name": self._row(self.tr("Name"), LineField(theme), lambda: self.name, self._rename),
            "doc": self._text_row(self.tr("One line"), "doc"),
            "icon": self._text_row(self.tr("Letter"), "icon"),
        }
        self.count = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.lines: dict[str, PortLine] = {}
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        for row in self.rows.values():
            self._column.addWidget(row)
        self._column.addWidget(self.count)
        self._ports = QWidget(self)
        self._column.addWidget(self._ports)
        self.refresh()

    def refresh(self) -> None:
        """Show the definition as it is now."""
        interface = self._interface()
        if interface is None:
            return
        for row in self.rows.values():
            row.refresh()
        count = self.document.instances_of(self.name)
        one, many = self.tr("1 node is made of it."), self.tr("{0} nodes are made of it.")
        self.count.say(one if count == 1 else many.format(count))
        shown = (interface.inputs, interface.outputs, interface.attributes)
        if shown != self._shown:
            self._shown = shown
            self._build(interface)

    def _interface(self) -> Interface | None:
        definition = self.document.root.definitions.get(self.name)
        return definition.interface if definition is not None else None

    # --- making ---------------------------------------------------------------------------

    def _row(
        self, name: str, field: LineField, get: Callable[[], Any], put: Callable[[Any], str]
    ) -> FieldRow:
        return FieldRow(self._theme, name, field, get, put, self)

    def _text_row(self, name: str, key: str) -> FieldRow:
        text = self.tr("Set the {0} of {1}").format(name.lower(), self.name)

        def put(value: str) -> str:
            return self._set(text, **{key: value})

        return self._row(name, LineField(self._theme), lambda: self._text(key), put)

    def _text(self, key: str) -> str:
        interface = self._interface()
        return getattr(interface, key) if interface is not None else ""

    def _build(self, interface: Interface) -> None:
        held = next((n for n, line in self.lines.items() if line.row.field.hasFocus()), None)
        self._ports.hide()
        self._ports.deleteLater()
        self._ports = QWidget(self)
        column = QVBoxLayout(self._ports)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.lines = {}
        for title, side, links in (
            (self.tr("Inputs"), "inputs", interface.inputs),
            (self.tr("Outputs"), "outputs", interface.outputs),
            (self.tr("Exposed attributes"), "attributes", interface.attributes),
        ):
            if links:
                head = Label(self._theme, title, size=11, ink="muted", parent=self._ports)
                column.addWidget(head)
            for index, link in enumerate(links):
                line = self._line(side, index, link, len(links))
                self.lines[f"{side} {link.name}"] = line
                column.addWidget(line)
        self._column.addWidget(self._ports)
        self._ports.show()
        if held in self.lines:
            self.lines[held].row.field.setFocus()

    def _line(self, side: str, index: int, link: Any, count: int) -> PortLine:
        inner = self._inner(link)
        field = LineField(self._theme, mono=True)
        put = partial(self._name_link, side, link.name)
        row = FieldRow(self._theme, inner[0], field, lambda: link.name, put, self._ports)
        field.setAccessibleName(self.tr("Name of the port at {0}").format(", ".join(inner)))
        line = PortLine(self._theme, row, ", ".join(inner), self._ports)
        up = self.tr("Move {0} up").format(link.name)
        down = self.tr("Move {0} down").format(link.name)
        line.add("chevron_up", up, index > 0, partial(self._move, side, index, -1))
        line.add("chevron_down", down, index + 1 < count, partial(self._move, side, index, 1))
        if side == "attributes":
            hide = self.tr("Expose {0} no more").format(link.name)
            line.add("close", hide, True, partial(self._conceal, link.name))
        return line

    def _inner(self, link: Any) -> list[str]:
        return [str(link.source)] if hasattr(link, "source") else [str(ref) for ref in link.to]

    # --- changing -------------------------------------------------------------------------

    def _rename(self, new: str) -> str:
        old, text = self.name, self.tr("Rename {0} to {1}").format(self.name, new)
        self.name = new
        refusal = attempt(self.document, lambda: e.RenameDefinition(old, new), text)
        if refusal:
            self.name = old
        return refusal

    def _name_link(self, side: str, old: str, new: str) -> str:
        if side == "attributes":
            return self._name_attribute(old, new)
        text = self.tr("Rename port {0} to {1}").format(old, new)
        return attempt(self.document, lambda: e.RenamePort(self.name, old, new), text)

    def _name_attribute(self, old: str, new: str) -> str:
        interface = self._interface()
        if interface is None:
            return ""
        links = (replace(x, name=new) if x.name == old else x for x in interface.attributes)
        users = [
            id_
            for graph, id_ in self.document.root.scope.users(self.document.root, [self.name])
            if old in graph.nodes[id_].attributes
        ]
        if users:
            text = self.tr("{0} is set at {1}. Reset it there first.")
            return text.format(old, ", ".join(users[:3]))
        text = self.tr("Rename attribute {0} to {1}").format(old, new)
        return self._set(text, attributes=tuple(links))

    def _move(self, side: str, index: int, by: int) -> None:
        links = list(getattr(self._interface(), side))
        links[index], links[index + by] = links[index + by], links[index]
        self._set(self.tr("Reorder the {0} of {1}").format(side, self.name), **{side: links})

    def _conceal(self, name: str) -> None:
        interface = self._interface()
        if interface is not None:
            links = (x for x in interface.attributes if x.name != name)
            text = self.tr("Expose {0} no more").format(name)
            self._set(text, attributes=tuple(links))

    def _set(self, text: str, **values: str | Iterable[Any]) -> str:
        interface = self._interface()
        if interface is None:
            return ""
        kept = {k: v if isinstance(v, str) else tuple(v) for k, v in values.items()}
        edit = e.SetInterface(self.name, replace(interface, **kept))
        return attempt(self.document, lambda: edit, text)
