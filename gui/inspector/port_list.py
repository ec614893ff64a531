"""The ports of a node: type, shape, and what the playhead shows of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from graph import PortRef, PortType
from graph.naming import output_name
from graph.port import Port
from gui.inspector.labels import Label
from gui.inspector.link import Link
from gui.inspector.readings import short_gradient, value_range
from gui.numbers import format_shape
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class PortRow:
    """Two lines of the list: name and type; value and gradient."""

    def __init__(self, port: Port, theme: Theme, parent: QWidget) -> None:
        self.port = port
        self.name = Link(theme, port.name, parent)
        self.role = Label(theme, size=11, ink="muted", parent=parent)
        self.type = Label(theme, size=12, mono=True, parent=parent)
        self.value = Label(theme, size=12, ink="forward", parent=parent)
        self.gradient = Label(theme, size=12, ink="reverse", parent=parent)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put the cells into the grid."""
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(self.name, row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.role, row, 1)
        grid.addWidget(self.type, row, 2, right)
        grid.addWidget(self.value, row + 1, 0, 1, 2)
        grid.addWidget(self.gradient, row + 1, 2, right)


class PortList(QWidget):
    """All ports of a node, inputs first. A wired or owned input opens its edge."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.id, self._theme = document, id_, theme
        self.rows: list[PortRow] = []
        self._is_guarded = False
        self._ports: tuple[Port, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the ports as the graph has them now."""
        module = self.document.graph.module(self.id)
        ports = (*module.wired_ports, *module.output_ports) if module is not None else ()
        if ports != self._ports:
            self._build(ports)
        for row in self.rows:
            self._describe(row)
        self._tell_types()
        self.follow()

    def follow(self) -> None:
        """Show the numbers as the playhead has them now."""
        shown, graph = self.document.shown, self.document.graph
        if shown.is_guarded != self._is_guarded or shown.is_guarded:
            self._is_guarded = shown.is_guarded
            self._tell_types()
        for row in self.rows:
            ref = PortRef(self.id, row.port.name)
            edge = graph.incoming(ref)
            if row.port.role == "output":
                value, gradient = shown.value(ref), shown.port_gradient(ref)
            else:
                value = shown.carried(edge) if edge else shown.value(ref)
                gradient = shown.gradient(ref)
            for label, reading, text, ink in (
                (row.value, value, value_range(value), "forward"),
                (row.gradient, gradient, short_gradient(gradient), "reverse"),
            ):
                label.say(text)
                label.dye(ink if reading.is_value else "muted")
            values = self.tr("Value: {0}").format(row.value.said)
            gradients = self.tr("Gradient: {0}").format(row.gradient.said)
            row.value.setAccessibleName(values)
            row.gradient.setAccessibleName(gradients)

    def _build(self, ports: tuple[Port, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().deleteLater()
        self._ports = ports
        self.rows = [PortRow(port, self._theme, self) for port in ports]
        self._place_heads()
        for index, row in enumerate(self.rows, 1):
            row.place(self._grid, index * 3)
            self._grid.setRowMinimumHeight(index * 3 + 2, 6)
            row.name.clicked.connect(partial(self._open, row.port))

    def _place_heads(self) -> None:
        """What stands in the two lines of each port."""
        right = Qt.AlignmentFlag.AlignRight
        for text, row, column, align in (
            (self.tr("Port"), 0, 0, Qt.AlignmentFlag.AlignLeft),
            (self.tr("Shape, dtype"), 0, 2, right),
            (self.tr("Value"), 1, 0, Qt.AlignmentFlag.AlignLeft),
            (self.tr("Gradient"), 1, 2, right),
        ):
            head = Label(self._theme, text, size=11, ink="muted", parent=self)
            self._grid.addWidget(head, row, column, align)
        self._grid.setRowMinimumHeight(2, 6)

    def _describe(self, row: PortRow) -> None:
        graph = self.document.graph
        ref = PortRef(self.id, row.port.name)
        edge = graph.incoming(ref)
        source_name = output_name(graph, edge.source) if edge else ""
        row.role.say(self._role(row.port, source_name))
        opens = row.port.role != "output" and (edge is not None or row.port.role == "parameter")
        row.name.set_open(opens)
        name = self.tr("Open the edge at {0}") if opens else self.tr("Port {0}")
        row.name.setAccessibleName(name.format(row.port.name))
        row.name.setToolTip(name.format(row.port.name))

    def _tell_types(self) -> None:
        """Shape and dtype of each port; nothing where that is to be predicted."""
        for row in self.rows:
            ref = PortRef(self.id, row.port.name)
            type_ = self._type(ref) if self.document.shown.tells_type(ref) else None
            row.type.say(f"{format_shape(type_.shape)} {type_.dtype}" if type_ else "")

    def _type(self, ref: PortRef) -> PortType | None:
        graph, check = self.document.graph, self.document.check
        edge = graph.incoming(ref)
        source = edge.source if edge else ref
        found = check.types.get(source) if check is not None else None
        return found or graph.types.of(ref)

    def _role(self, port: Port, source: str) -> str:
        if port.role == "output":
            return self.tr("output")
        if source:
            return self.tr("from {0}").format(source)
        if port.role == "parameter":
            return self.tr("parameter")
        name = self._outer_name(PortRef(self.id, port.name))
        return self.tr("the composite's {0}").format(name) if name else self.tr("not wired")

    def _outer_name(self, ref: PortRef) -> str:
        """Inside a composite, the name of its input that an inner input stands for."""
        definition = self.document.definition
        inlets = definition.interface.inputs if definition is not None else ()
        return next((inlet.name for inlet in inlets if ref in inlet.to), "")

    def _open(self, port: Port) -> None:
        self.document.selection.set_edge(PortRef(self.id, port.name))
