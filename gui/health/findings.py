"""What was found, as a list of sentences: a click goes to the node."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gui.dress import dress
from gui.icons import icon
from gui.theme import Theme

ROW = 24
MOST = 200  # rows; the rest is counted in the last one
ADDRESS = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """A drawing, a few words and the whole sentence, and the address that it leads to."""

    icon: str
    text: str
    sentence: str
    address: str


class FindingsList(QListWidget):
    """Rows that are read, and followed by click or Enter."""

    followed = Signal(str)  # an address

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[Row, ...] = ()
        dress(self, theme, "rows")
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(16, 16))
        self.setFont(theme.font(12))
        self.setAccessibleName(self.tr("Findings"))
        self.itemClicked.connect(self._follow)
        self.itemActivated.connect(self._follow)
        theme.changed.connect(self._fill)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the same ones stay as they are."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self._fill()

    @property
    def texts(self) -> list[str]:
        """What the rows say."""
        return [self.item(row).text() for row in range(self.count())]

    def _fill(self) -> None:
        kept = self.currentRow()
        self.clear()
        for row in self._rows[:MOST]:
            self._add(row)
        if len(self._rows) > MOST:
            text = self.tr("{0} more").format(len(self._rows) - MOST)
            self._add(Row("more", text, text, ""))
        self.setCurrentRow(min(max(kept, 0), self.count() - 1))

    def _add(self, row: Row) -> None:
        item = QListWidgetItem(icon(row.icon, self._theme.color("text")), row.text)
        item.setToolTip(f"<p>{html.escape(row.sentence)}</p>")  # labels may look like tags
        item.setData(Qt.ItemDataRole.AccessibleTextRole, row.sentence)
        item.setData(ADDRESS, row.address)
        item.setSizeHint(QSize(0, ROW))
        self.addItem(item)

    def _follow(self, item: QListWidgetItem) -> None:
        if item.data(ADDRESS):
            self.followed.emit(item.data(ADDRESS))
