"""All that a window tells: what its widgets, lists, canvas and screen reader have in words."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractItemView, QWidget

from gui.inspector.labels import Label
from tests.accessible_walk import all_below
from tests.window_desk import WindowDesk

ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
MOST_CELLS = 2000


def told_by(panel: QWidget) -> str:
    """What a panel tells that is in sight."""
    widgets = [panel, *panel.findChildren(QWidget)]
    return "\n".join(text for widget in widgets if widget.isVisible() for text in _told(widget))


def told_in(desk: WindowDesk, besides: QWidget | None = None) -> str:
    """Everything in one text, hidden panels included; `besides` names what is left out."""
    window = desk.window
    widgets = [window, *window.findChildren(QWidget)]
    if besides is not None:
        widgets = [w for w in widgets if w is not besides and not besides.isAncestorOf(w)]
    parts = [text for widget in widgets for text in _told(widget)]
    parts += [text for texts in desk.plates().values() for text in texts]
    root = QAccessible.queryAccessibleInterface(window)
    kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
    own = set() if besides is None else {besides, *besides.findChildren(QWidget)}
    abouts = [about for about in all_below(root) if about.object() not in own]
    parts += [about.text(kind) for about in abouts for kind in kinds]
    return "\n".join(parts)


def _told(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
    for name in ("text", "toPlainText", "placeholderText"):
        read = getattr(widget, name, None)
        if callable(read):
            yield read()
    if isinstance(widget, Label):
        yield widget.said
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _cells(widget.model())


def _cells(model) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else min(model.columnCount(), 20)
    for row in range(min(model.rowCount(), MOST_CELLS)):
        for column in range(columns):
            index = model.index(row, column)
            yield from (str(index.data(role) or "") for role in ROLES)
