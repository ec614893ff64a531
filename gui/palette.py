"""The palette: all modules of the catalogue by group, to search in and to drag from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QPainter, QPixmap
from PySide6.QtWidgets import (
    QLineEdit,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph import Catalogue, Module
from graph.scope import Scope
from gui.borders import frame
from gui.canvas.adding import FRAGMENT, module_mime
from gui.dress import dress
from gui.icons import LETTER, icon, icon_of
from gui.library import PREFIX
from gui.module_card.hovering import CardTips
from gui.module_search import find_modules, first_sentence, group_rank
from gui.theme import Theme

NAME = Qt.ItemDataRole.UserRole
DRAWING = NAME + 1
ROW = 24


class ModuleTree(QTreeWidget):
    """Modules under the heading of their group. Drag one out, or press Enter on it."""

    chosen = Signal(str)  # the name of a module to place

    def __init__(self, catalogue: Catalogue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(8)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(16, 16))
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setAccessibleName(self.tr("Modules"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._choose)
        self.cards = CardTips(self, theme, self._kind_at)
        self._library: tuple[str, ...] = ()
        self.carried: Callable[[str], str | None] | None = None  # what a drag takes along
        self.fill(catalogue)
        theme.changed.connect(self._paint_icons)

    def fill(self, catalogue: Catalogue) -> None:
        """Show these modules; what was in sight stays there."""
        seen = self.verticalScrollBar().value()
        self._modules, self._definitions = tuple(catalogue), _definitions(catalogue)
        self.clear()
        groups = catalogue.groups()
        for group in sorted(groups, key=group_rank):
            self._add_group(group, map(self._row, groups[group]))
        if self._library:
            self._add_group(self.tr("Library"), map(self._entry, self._library))
        self._paint_icons()
        self.verticalScrollBar().setValue(seen)

    def take_library(self, entries: Iterable[str]) -> bool:
        """Whether these are other entries than are shown; `fill` shows them."""
        before, self._library = self._library, tuple(entries)
        return before != self._library

    def shows(self, catalogue: Catalogue) -> bool:
        """Whether these modules are shown, as they are now."""
        return _definitions(catalogue) == self._definitions

    def find(self, text: str) -> None:
        """Leave only the modules that answer a query, and choose the best of them."""
        found = [module.name for module in find_modules(text, self._modules)]
        shown = set(found) | {PREFIX + name for name in self._library if _has_words(name, text)}
        for _, item in self._items():
            item.setHidden(item.data(0, NAME) not in shown)
        for row in range(self.topLevelItemCount()):
            heading = self.topLevelItem(row)
            children = [heading.child(i) for i in range(heading.childCount())]
            heading.setHidden(all(child.isHidden() for child in children))
        best = self.item_of(found[0]) if found and text.split() else None
        self.setCurrentItem(best)
        if best is not None:
            self.scrollToItem(best)

    def names(self) -> list[str]:
        """The modules that are shown."""
        return [item.data(0, NAME) for _, item in self._items() if not item.isHidden()]

    def item_of(self, name: str) -> QTreeWidgetItem | None:
        """The row of a module."""
        return next((item for _, item in self._items() if item.data(0, NAME) == name), None)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the module under the pointer out, as its name."""
        item = self.currentItem()
        name = item.data(0, NAME) if item else None
        if not name:
            return
        drag = QDrag(self)
        data = module_mime(name)
        if self.carried is not None and (text := self.carried(name)) is not None:
            data.setData(FRAGMENT, text.encode())
        drag.setMimeData(data)
        drag.setPixmap(self._picture(item))
        drag.setHotSpot(QPoint(12, 12))
        drag.exec(Qt.DropAction.CopyAction)

    def moveCursor(self, action, modifiers) -> QModelIndex:
        """Arrows go from module to module; headings cannot be chosen."""
        index = super().moveCursor(action, modifiers)
        back = self.CursorAction.MoveUp, self.CursorAction.MovePageUp, self.CursorAction.MoveHome
        while index.isValid() and not index.data(NAME):
            above, below = self.indexAbove(index), self.indexBelow(index)
            index = above if action in back and above.isValid() else below
        return index

    def keyPressEvent(self, event) -> None:
        """Enter places the module; Qt leaves that to the platform otherwise."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem():
            self._choose(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _row(self, module: type[Module]) -> QTreeWidgetItem:
        item = QTreeWidgetItem([module.name])
        item.setData(0, NAME, module.name)
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, first_sentence(module.doc))
        item.setData(0, DRAWING, icon_of(module))
        item.setSizeHint(0, QSize(0, ROW))
        return item

    def _entry(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name])
        item.setData(0, NAME, PREFIX + name)
        item.setData(0, DRAWING, LETTER + name[:1].upper())
        text = self.tr("{0}, a composite of your library").format(name)
        item.setToolTip(0, text)
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, text)
        item.setSizeHint(0, QSize(0, ROW))
        return item

    def _add_group(self, title: str, rows: Iterable[QTreeWidgetItem]) -> None:
        heading = QTreeWidgetItem(self, [title])
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        heading.setFont(0, self._theme.font(12, 600))
        heading.setSizeHint(0, QSize(0, ROW))
        for row in rows:
            heading.addChild(row)
        heading.setExpanded(True)

    def _kind_at(self, index: QModelIndex) -> type[Module] | None:
        return next((kind for kind in self._modules if kind.name == index.data(NAME)), None)

    def _items(self) -> list[tuple[QTreeWidgetItem, QTreeWidgetItem]]:
        headings = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return [(h, h.child(row)) for h in headings for row in range(h.childCount())]

    def _paint_icons(self) -> None:
        ink = self._theme.color("text")
        for _, item in self._items():
            item.setIcon(0, icon(item.data(0, DRAWING), ink))

    def _choose(self, item: QTreeWidgetItem) -> None:
        name = item.data(0, NAME)
        if name:
            self.chosen.emit(name)

    def _picture(self, item: QTreeWidgetItem) -> QPixmap:
        """What hangs at the pointer: symbol and name in a node's frame."""
        scale = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(96, 32) * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color("line"))
        painter.setBrush(self._theme.color("node"))
        painter.drawRoundedRect(1, 1, 94, 30, 8, 8)
        item.icon(0).paint(painter, 8, 8, 16, 16)
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._theme.font(12, 600))
        painter.drawText(30, 0, 62, 32, Qt.AlignmentFlag.AlignVCenter, item.text(0))
        painter.end()
        return pixmap


class Palette(QWidget):
    """A search field over the tree of modules."""

    chosen = Signal(str)

    def __init__(self, catalogue: Catalogue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self, placeholderText=self.tr("Search modules"))
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)  # files are for the window
        self.search.setAccessibleName(self.tr("Search modules"))
        self.search.findChild(QToolButton).setAccessibleName(self.tr("Clear the search"))
        frame(self.search, theme)
        self.tree = ModuleTree(catalogue, theme, self)
        dress(self.tree, theme, "rows")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 0)
        column.setSpacing(4)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        self.search.textChanged.connect(self.tree.find)
        self.search.returnPressed.connect(self._place_first)
        self.tree.chosen.connect(self.chosen)

    def follow(self, catalogue: Catalogue, entries: Iterable[str]) -> None:
        """Show these modules and entries of the library; the search and what is seen stay."""
        is_other = self.tree.take_library(entries)
        if is_other or not self.tree.shows(catalogue):
            self.tree.fill(catalogue)
            self.tree.find(self.search.text())

    def start_search(self) -> None:
        """Put the caret into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _place_first(self) -> None:
        item = self.tree.currentItem()
        if item is not None and item.data(0, NAME):
            self.chosen.emit(item.data(0, NAME))


def _has_words(name: str, query: str) -> bool:
    return all(word in name.casefold() for word in query.casefold().split())


def _definitions(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """What rows say of the document's own modules: the others are the same in all documents."""
    known = catalogue.definitions if isinstance(catalogue, Scope) else {}
    return [(name, found.interface.doc, found.interface.icon) for name, found in known.items()]


def index_of(tree: ModuleTree, name: str) -> QModelIndex:
    """The row of a module as the views of Qt count them."""
    item = tree.item_of(name)
    return tree.indexFromItem(item) if item else QModelIndex()
