"""Of which port the derivative is shown: an output of the node itself, or any port behind it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from graph import PortRef
from gui.inspector.fields import ChoiceField
from gui.inspector.jacobian.behind import Behind
from gui.inspector.jacobian.port_box import PortBox
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
        self._behind: Behind | None = None
        self._choices: list[tuple[str, str]] = []
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
        """The port; None where there is none."""
        return self._chosen

    @property
    def name(self) -> str:
        """What the chosen port is called on the canvas."""
        known = self._behind is not None and self._chosen is not None
        return self._behind.called(self._chosen) if known else ""

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one port."""
        return len(self._choices) > 1

    def offer(self, behind: Behind) -> None:
        """Offer the ports behind an edge. The choice is kept while the playhead has been there."""
        nearest = behind.nearest(LISTED + 1)
        if not self._can_keep(behind, nearest):
            self._chosen = nearest[0] if nearest else None
        self._behind = behind
        self._list(nearest)

    def _can_keep(self, behind: Behind, nearest: list[PortRef]) -> bool:
        chosen, before = self._chosen, self._behind
        if chosen is None or before is None or not nearest:
            return False
        if behind.shown.trace is before.shown.trace:  # it leads there as it did
            return not behind.shown.is_ahead(chosen.node)
        return chosen in behind

    def _list(self, nearest: list[PortRef]) -> None:
        """The list keeps its order while one goes through it; what was searched comes last."""
        behind = self._behind
        first = [port for port in (*nearest[:1], behind.target) if port is not None]
        listed = list(dict.fromkeys([*first, *nearest[1:]]))[:LISTED]
        if self._chosen is not None:
            listed = list(dict.fromkeys([*listed, self._chosen]))
        choices = [(behind.name(port), str(port)) for port in listed]
        if len(nearest) > LISTED:
            choices.append((self.tr("Search all ports behind…"), SEARCH))
        if choices != self._choices:
            self._choices = choices
            self.field.offer(choices)
        if self._chosen is not None:
            self.field.show_value(str(self._chosen))

    def _choose(self, port: PortRef) -> None:
        if port != self._chosen:
            self._chosen = port
            self._list(self._behind.nearest(LISTED + 1))
            self.changed.emit()

    def _take(self) -> None:
        value = self.field.read()
        if value == SEARCH:
            self.field.show_value(str(self._chosen))
            self._search()
        else:
            self._choose(PortRef.parse(value))

    def _search(self) -> None:
        window = self.window()
        self.box = PortBox(self._behind, self._theme, window)
        # The box must not be freed below its own key press.
        self.box.chosen.connect(self._find, Qt.ConnectionType.QueuedConnection)
        self.box.closed.connect(self._leave)
        below = self.field.mapTo(window, QPoint(0, self.field.height() + 4))
        self.box.open_at(below, window.rect())

    def _find(self, address: str) -> None:
        self._leave(returns_focus=True)
        self._choose(PortRef.parse(address))

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        if returns_focus and isValid(self.field):
            self.field.setFocus(Qt.FocusReason.PopupFocusReason)
