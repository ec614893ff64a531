"""Two fields: from which port, and to which. The selection can fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from graph import PortRef
from graph import edits as e
from gui.consequences import renames
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.places import address_of
from gui.port_field.candidates import candidates_of
from gui.port_field.field import PortField
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

Ends = tuple[PortRef, PortRef]


class EndFields(QWidget):
    """`From [w]`, `To [loss, the target]`, and a button that takes both from the selection."""

    changed = Signal()

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.source = PortField(theme, self.tr("From"), self)
        self.target = PortField(theme, self.tr("To"), self)
        self.take = Button(
            theme,
            self.tr("Take the selection"),
            self.tr(
                "Take the selection: a node, an edge, or two nodes, from the first to the second"
            ),
            self._take,
            parent=self,
        )
        document.changed.connect(self._follow_renames)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        names = (self.tr("From"), self.tr("To"))
        for row, (name, field) in enumerate(zip(names, (self.source, self.target), strict=True)):
            grid.addWidget(Label(theme, name, size=12, ink="muted", parent=self), row, 0)
            grid.addWidget(field, row, 1)
            field.committed.connect(self.changed)
        grid.addWidget(self.take, 2, 1)
        grid.setColumnStretch(1, 1)

    @property
    def ends(self) -> Ends | None:
        """Both ports, by their addresses in the document; None where one is missing."""
        if self.source.port is None or self.target.port is None:
            return None
        return self.source.port, self.target.port

    @property
    def moments(self) -> Ends | None:
        """Both by their addresses in the run: inside time at the step that is shown."""
        if self.ends is None or self._document.whole_trace is None:
            return None
        source, target = map(self._located, self.ends)
        return source, target

    def _located(self, port: PortRef) -> PortRef:
        """The run's target is that of the last step; what stays the same belongs to all."""
        trace, t = self._document.whole_trace, self._document.playhead.t
        is_steady = port in trace.plan.slot_of or port == self.source.candidates.target
        inside = t is not None and not is_steady and trace.plan.times(port) is not None
        return trace.located(port, t if inside else None)

    def _follow_renames(self, edit: e.Edit) -> None:
        """What was chosen keeps its node when that gets another id."""
        for renamed in renames(edit):
            for field in (self.source, self.target):
                if field.port is not None:
                    field.port = _renamed(field.port, renamed)

    def follow(self) -> None:
        """Offer the ports of the newest run; what was chosen stays while it is there."""
        for field, is_source in ((self.source, True), (self.target, False)):
            candidates = candidates_of(self._document, is_source=is_source)
            kept = field.port
            if kept is None or not candidates.holds(kept):
                kept = candidates.first
            field.offer(candidates, kept)
        self.follow_selection()

    def follow_selection(self) -> None:
        """The button is there for a selection that names a port."""
        self.take.setEnabled(self._selected() is not None)

    def _take(self) -> None:
        found = self._selected()
        if found is None:
            return
        source, target = found
        self.source.offer(candidates_of(self._document, is_source=True), source)
        if target is not None:
            self.target.offer(candidates_of(self._document, is_source=False), target)
        self.changed.emit()

    def _selected(self) -> tuple[PortRef, PortRef | None] | None:
        """The port that the selection starts at, and where it ends if it says so."""
        selection, place = self._document.selection, self._document.place
        if selection.edge is not None:
            edge = address_of(place, selection.edge)
            return (edge, None) if self._is_there(edge) else None
        order = {id_: rank for rank, id_ in enumerate(self._document.order)}
        nodes = sorted(selection.nodes, key=lambda id_: order.get(id_, len(order)))
        ports = [self._output(id_) for id_ in nodes] if 0 < len(nodes) <= 2 else []
        if not ports or None in ports:
            return None
        return ports[0], (ports[1] if len(ports) == 2 else None)

    def _output(self, id_: str) -> PortRef | None:
        graph, place = self._document.graph, self._document.place
        module = graph.module(id_) if id_ in graph else None
        refs = (PortRef(id_, port.name) for port in (module.output_ports if module else ()))
        found = (address_of(place, ref) for ref in refs)
        return next((ref for ref in found if self._is_there(ref)), None)

    def _is_there(self, port: PortRef) -> bool:
        return candidates_of(self._document, is_source=True).holds(port)


def _renamed(port: PortRef, edit: e.Rename) -> PortRef:
    head, slash, rest = port.node.partition("/")
    return PortRef(edit.new + slash + rest, port.port) if head == edit.old else port
