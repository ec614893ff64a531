"""The search box itself: a line to type in, a list to choose from, on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from graph import Module
from gui.inspector.borders import frame
from gui.search_box.row_paint import RowPainter
from gui.search_box.rows import ROW, ModuleRow, ModuleRows
from gui.theme import Theme

WIDTH, HEIGHT = 460, 380
LEAST = 160
MARGIN = 8  # to the edge of the window
PAGE = 8  # rows that Page Down goes

STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -PAGE,
    Qt.Key.Key_PageDown: PAGE,
}


class SearchBox(QFrame):
    """A module is chosen by typing and Enter, by arrows, or with the mouse.

    `chosen` gives its name. The box deletes itself when it is left: `closed` says whether the
    focus is to return to where it came from.
    """

    chosen = Signal(str)
    closed = Signal(bool)

    def __init__(
        self,
        modules: Sequence[type[Module]],
        used_last: Sequence[str],
        theme: Theme,
        parent: QWidget,
        hint: str = "",
    ) -> None:
        """`hint` says in one line what the modules are filtered by."""
        super().__init__(parent, objectName="searchbox")
        self._theme = theme
        self._is_open = True
        self._most = HEIGHT
        self.setAccessibleName(self.tr("Add a module"))
        self.line = QLineEdit(self, placeholderText=self.tr("Search modules"))
        self.line.setAccessibleName(self.tr("Search modules"))
        self.line.setClearButtonEnabled(True)
        frame(self.line, theme)
        self.hint = self._label(hint)
        self.rows = ModuleRows(modules, used_last, self)
        self.list = self._make_list()
        self.nothing = self._label("")
        self._lay_out()
        self.line.textChanged.connect(self._find)
        self.list.clicked.connect(self._choose_clicked)
        for widget in (self.line, self.list):
            widget.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._follow_focus)
        theme.changed.connect(self._dress)
        self._dress()
        self._choose_first()

    def open_at(self, pixel: QPoint, room: QRect) -> None:
        """Open below and right of a pixel, wholly inside a room, and take the focus."""
        room = room.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self._most = max(min(HEIGHT, room.height()), LEAST)
        self.resize(min(WIDTH, room.width()), self._most)
        place = QRect(pixel, self.size())
        place.moveRight(min(place.right(), room.right()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        place.moveLeft(max(place.left(), room.left()))
        place.moveTop(max(place.top(), room.top()))
        self.move(place.topLeft())
        self.show()
        self.raise_()
        self._fit_height()
        self.list.scrollToTop()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_box(self, returns_focus: bool = True) -> None:
        """Leave without a choice."""
        if self._is_open:
            self._is_open = False
            self.hide()
            self.closed.emit(returns_focus)
            self.deleteLater()

    @property
    def current(self) -> str:
        """The module that Enter would choose, or nothing."""
        row = self.list.currentIndex().data(ROW)
        return row.name if isinstance(row, ModuleRow) else ""

    # --- events --------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the box, wherever in it the focus is; no key of the window reaches past it."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return False
        if event.type() == QEvent.Type.KeyPress:
            return self._press(watched, event)
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event) -> None:
        """What is pressed beside the list is not for the canvas below."""
        event.accept()

    mouseReleaseEvent = mouseDoubleClickEvent = mousePressEvent

    def wheelEvent(self, event) -> None:
        """Nor is the wheel at the end of the list."""
        event.accept()

    # --- inside --------------------------------------------------------------------------

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        if key in STEPS:
            self._step(STEPS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.current)
        elif key == Qt.Key.Key_Escape:
            self.close_box()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            other = self.list if watched is self.line else self.line
            other.setFocus(Qt.FocusReason.TabFocusReason)
        elif watched is self.list and (event.text().isprintable() and event.text()):
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
            self.line.insert(event.text())
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        """Go on by so many modules, past headings, and stay at the ends."""
        numbers = [i for i in range(self.rows.rowCount()) if self._is_module(i)]
        if not numbers:
            return
        here = self.list.currentIndex().row()
        place = numbers.index(here) + by if here in numbers else 0
        self._go(numbers[min(max(place, 0), len(numbers) - 1)])

    def _go(self, number: int) -> None:
        index = self.rows.index(number)
        kind = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(index, kind)
        if number and not self._is_module(number - 1):
            self.list.scrollTo(self.rows.index(number - 1))  # a heading shows with its first row
        self.list.scrollTo(index)

    def _is_module(self, number: int) -> bool:
        return isinstance(self.rows.index(number).data(ROW), ModuleRow)

    def _find(self, query: str) -> None:
        self.rows.find(query)
        self._choose_first()
        self._fit_height()

    def _fit_height(self) -> None:
        """No taller than what is found; the top stays where it is."""
        rows = (self.list.sizeHintForRow(i) for i in range(self.rows.rowCount()))
        rest = self.layout().contentsMargins()
        fixed = [w for w in (self.line, self.hint, self.nothing) if w.isVisible()]
        height = sum(rows) + rest.top() + rest.bottom() + 2
        for widget in fixed:
            height += widget.sizeHint().height() + self.layout().spacing()
        self.resize(self.width(), min(height, self._most))

    def _choose_first(self) -> None:
        found = bool(self.rows.names())
        self.list.setVisible(found)
        self.nothing.setVisible(not found)
        if found:
            self.list.scrollToTop()
            self._go(next(i for i in range(self.rows.rowCount()) if self._is_module(i)))
        else:
            self.nothing.setText(self._why_nothing())

    def _why_nothing(self) -> str:
        query = self.line.text().strip()
        if not query:
            return self.tr("No module fits here. Press Esc to leave.")
        if self.hint.text():
            text = self.tr('No module that fits answers "{0}". Clear the search to see all.')
        else:
            text = self.tr('No module answers "{0}". Clear the search to see all of them.')
        return text.format(query)

    def _choose_clicked(self, index) -> None:
        row = index.data(ROW)
        if isinstance(row, ModuleRow):
            self._choose(row.name)

    def _choose(self, name: str) -> None:
        if name and self._is_open:
            self._is_open = False
            self.hide()
            self.chosen.emit(name)
            self.deleteLater()

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The focus went elsewhere: the box is left. Another program's window changes nothing."""
        if new is not None and new is not self and not self.isAncestorOf(new):
            self.close_box(returns_focus=False)

    def _make_list(self) -> QListView:
        list_ = QListView(self, objectName="flat")
        list_.setModel(self.rows)
        list_.setItemDelegate(RowPainter(self._theme, list_))
        list_.setAccessibleName(self.tr("Modules"))
        list_.setMouseTracking(True)
        list_.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        list_.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        list_.entered.connect(self._hover)
        return list_

    def _hover(self, index) -> None:
        if isinstance(index.data(ROW), ModuleRow):
            kind = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(index, kind)

    def _label(self, text: str) -> QLabel:
        label = QLabel(text, self, objectName="muted", wordWrap=True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(self._theme.font(12))
        label.setContentsMargins(12, 4, 12, 4)
        label.setVisible(bool(text))
        return label

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 4)
        column.setSpacing(4)
        row = QVBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self.line)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing)
        column.addStretch(0)

    def _dress(self) -> None:
        panel, line = self._theme.color("panel").name(), self._theme.color("line").name()
        self.setStyleSheet(
            f"QFrame#searchbox {{ background: {panel}; border: 1px solid {line};"
            " border-radius: 8px; }"
        )
        self.list.viewport().update()
