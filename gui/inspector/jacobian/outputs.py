"""Of which port the derivative is shown: an output of the node itself, or any port behind it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from graph import PortRef
from gui.inspector.fields import ChoiceField
from gui.inspector.jacobian.port_box import PortBox, PortRow
from gui.inspector.labels import Label
from gui.theme import Theme

LISTED = 12  # ports that the list itself offers; more are searched
SEARCH = "search"


class OutputChooser(QWidget):
    """`Of [y, this node]`. Hidden where there is nothing to choose."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ports: tuple[PortRef, ...] = ()
        self._names: dict[PortRef, str] = {}
        self._first: PortRef | None = None
        self._chosen: PortRef | None = None
        self.box: PortBox | None = None
        self.field = ChoiceField(theme, [], self)
        self.field.setAccessibleName(self.tr("Derivative of"))
        self.field.setToolTip(self.tr("Derivative of: which port's derivative is shown"))
        self.field.committed.connect(self._take)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(theme, self.tr("Of"), size=12, ink="muted", parent=self))
        row.addWidget(self.field, 1)

    @property
    def chosen(self) -> PortRef | None:
        """The port; None before any was offered."""
        return self._chosen

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one port."""
        return len(self._ports) > 1

    def offer(
        self, ports: Sequence[PortRef], names: dict[PortRef, str], first: PortRef | None
    ) -> None:
        """Offer ports, the nearest first; `first` stands second: the target. Keeps the choice."""
        if tuple(ports) == self._ports and names == self._names:
            return
        self._ports, self._names = tuple(ports), names
        if self._chosen not in names:
            self._chosen = ports[0] if ports else None
        self._first = first if first in names else None
        self._list()

    def choose(self, port: PortRef) -> None:
        """Show a port's derivative."""
        if port != self._chosen:
            self._chosen = port
            if self.field.findData(str(port)) < 0:
                self._list()
            self.field.show_value(str(port))
            self.changed.emit()

    def _list(self) -> None:
        """The list keeps its order while one goes through it; what was searched comes last."""
        ports = self._ports
        listed = list(dict.fromkeys([*ports[:1], *filter(None, [self._first]), *ports[1:]]))
        listed = list(dict.fromkeys([*listed[:LISTED], *filter(None, [self._chosen])]))
        choices = [(self._names[port], str(port)) for port in listed]
        if len(ports) > len(listed):
            text = self.tr("Search all {0} ports…").format(len(ports))
            choices.append((text, SEARCH))
        self.field.offer(choices)
        self.field.show_value(str(self._chosen))

    def _take(self) -> None:
        value = self.field.read()
        if value == SEARCH:
            self.field.show_value(str(self._chosen))
            self._search()
        else:
            self.choose(PortRef.parse(value))

    def _search(self) -> None:
        window = self.window()
        rows = [PortRow(str(port), self._names[port]) for port in self._ports]
        self.box = PortBox(rows, self._theme, window)
        # The box must not be freed below its own key press.
        self.box.chosen.connect(self._find, Qt.ConnectionType.QueuedConnection)
        self.box.closed.connect(self._leave)
        below = self.field.mapTo(window, QPoint(0, self.field.height() + 4))
        self.box.open_at(below, window.rect())

    def _find(self, address: str) -> None:
        self._leave(returns_focus=True)
        self.choose(PortRef.parse(address))

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        if returns_focus and isValid(self.field):
            self.field.setFocus(Qt.FocusReason.PopupFocusReason)
