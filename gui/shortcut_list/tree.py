"""The list itself: groups of lines in two columns, searched as one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from gui.borders import outline
from gui.shortcut_list.entries import Entry
from gui.theme import Theme

ROW = 24
ENTRY = Qt.ItemDataRole.UserRole


class EntryTree(QTreeWidget):
    """Entries under the headings of their groups."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._query = ""
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        outline(self, theme)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Show these, and the same place as before."""
        kept, place = self.current, self.verticalScrollBar().value()
        self.clear()
        heading, group = None, ""
        for entry in entries:
            if heading is None or entry.group != group:
                group = entry.group
                heading = self._heading(group)
            heading.addChild(self._line(entry))
        self.expandAll()
        self.find(self._query)
        self.verticalScrollBar().setValue(place)
        if kept is not None and kept.id:
            self.choose(kept.id)

    def find(self, query: str) -> None:
        """Leave only what answers a query, by its words or its keys."""
        self._query = query
        for row in range(self.topLevelItemCount()):
            heading = self.topLevelItem(row)
            hits = 0
            for line in (heading.child(i) for i in range(heading.childCount())):
                fits = _fits(query, line.data(0, ENTRY))
                line.setHidden(not fits)
                hits += fits
            heading.setHidden(not hits)

    def choose(self, id_: str) -> None:
        """Go to a command's line."""
        line = next((item for item in self._lines() if item.data(0, ENTRY).id == id_), None)
        if line is not None:
            self.setCurrentItem(line)

    @property
    def current(self) -> Entry | None:
        """The entry of the chosen line."""
        item = self.currentItem()
        return item.data(0, ENTRY) if item is not None else None

    def shown(self) -> list[Entry]:
        """What is shown, from top to bottom."""
        return [item.data(0, ENTRY) for item in self._lines() if not item.isHidden()]

    def _lines(self) -> list[QTreeWidgetItem]:
        headings = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return [h.child(i) for h in headings for i in range(h.childCount())]

    def _heading(self, group: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self, [group])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFont(0, self._theme.font(12, 600))
        item.setSizeHint(0, QSize(0, ROW))
        item.setFirstColumnSpanned(True)
        return item

    def _line(self, entry: Entry) -> QTreeWidgetItem:
        item = QTreeWidgetItem([entry.what, entry.how])
        item.setData(0, ENTRY, entry)
        item.setSizeHint(0, QSize(0, ROW))
        item.setToolTip(0, entry.tip)
        return item


def _fits(query: str, entry: Entry) -> bool:
    words = query.casefold().split()
    said = f"{entry.group} {entry.what}".casefold()
    return all(word in said for word in words) or "".join(words) in _pressed(entry)


def _pressed(entry: Entry) -> str:
    return "".join(entry.how.casefold().split())
