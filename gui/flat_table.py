"""Tables of the drawer: rows of one height without lines between them, chosen as wholes."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QTreeView, QWidget

from gui.dress import dress
from gui.theme import Theme


def flat_table(parent: QWidget, theme: Theme, model: QAbstractItemModel, name: str) -> QTreeView:
    """A table of a model; `name` is what it is called where it is read aloud."""
    view = dress(QTreeView(parent), theme, "rows")
    view.setModel(model)
    view.setAccessibleName(name)
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setAllColumnsShowFocus(True)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return view
