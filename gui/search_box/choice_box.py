"""A line to type in and a list to choose from: what search box and command palette share."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QObject,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from gui.announcing import announce
from gui.borders import frame
from gui.dress import dress, mute
from gui.theme import Theme

WIDTH, HEIGHT = 460, 380
LEAST = 160
MARGIN = 8  # to the edge of the window
PAGE = 8  # rows that Page Down goes
CHOICE = Qt.ItemDataRole.UserRole + 1  # what choosing a row means; nothing for a heading

STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -PAGE,
    Qt.Key.Key_PageDown: PAGE,
}


class ChoiceBox(QFrame):
    """Something is chosen by typing and Enter, by arrows, or with the mouse.

    `rows` is a model that has `find(query)`, and for each row that can be reached by key its
    `CHOICE`. `chosen` gives it. The box deletes itself when it is left: `closed` says whether the
    focus is to return to where it came from.
    """

    chosen = Signal(str)
    closed = Signal(bool)

    def __init__(
        self,
        rows: QAbstractListModel,
        painter: QAbstractItemDelegate,
        theme: Theme,
        parent: QWidget,
        hint: str = "",
    ) -> None:
        """`hint` says in one line what the rows are filtered by."""
        super().__init__(parent)
        dress(self, theme, "box")
        self._theme = theme
        self._is_open = True
        self._most = HEIGHT
        self._pixel, self._room = QPoint(), QRect(0, 0, WIDTH, HEIGHT)
        self.line = QLineEdit(self)
        self.line.setClearButtonEnabled(True)
        frame(self.line, theme)
        self.hint = self._label(hint)
        self.rows = rows
        rows.setParent(self)
        self.list = self._make_list(painter)
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

    def name_parts(self, title: str, prompt: str, things: str) -> None:
        """Say what the box is for, what to type, and what the list holds."""
        self.setAccessibleName(title)
        self.line.setPlaceholderText(prompt)
        self.line.setAccessibleName(prompt)
        self.list.setAccessibleName(things)

    def open_at(self, pixel: QPoint, room: QRect) -> None:
        """Open below and right of a pixel, wholly inside a room, and take the focus."""
        self._pixel, self._room = pixel, room.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self._most = max(min(HEIGHT, self._room.height()), LEAST)
        self.resize(min(WIDTH, self._room.width()), self._most)
        self.show()
        self.raise_()
        self._fit_height()
        self.list.scrollToTop()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def keep_inside(self, room: QRect) -> None:
        """What the box lies on has another size."""
        self._room = room.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self._move_into_room()

    def close_box(self, returns_focus: bool = True) -> None:
        """Leave without a choice."""
        if self._is_open:
            self._is_open = False
            self._vanish()
            self.closed.emit(returns_focus)
            self.deleteLater()

    @property
    def current(self) -> str:
        """What Enter would choose, or nothing."""
        return self.list.currentIndex().data(CHOICE) or ""

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

    def _move_into_room(self) -> None:
        """Stand at the pixel where it was asked for, as far as the room lets it."""
        place, room = QRect(self._pixel, self.size()), self._room
        place.moveRight(min(place.right(), room.right()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        place.moveLeft(max(place.left(), room.left()))
        place.moveTop(max(place.top(), room.top()))
        self.move(place.topLeft())

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
        """Go on by so many rows, past headings, and stay at the ends."""
        numbers = [i for i in range(self.rows.rowCount()) if self._is_choice(i)]
        if not numbers:
            return
        here = self.list.currentIndex().row()
        place = numbers.index(here) + by if here in numbers else 0
        self._go(numbers[min(max(place, 0), len(numbers) - 1)])
        self._tell()

    def _go(self, number: int) -> None:
        index = self.rows.index(number)
        kind = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(index, kind)
        if number and not self._is_choice(number - 1):
            self.list.scrollTo(self.rows.index(number - 1))  # a heading shows with its first row
        self.list.scrollTo(index)

    def _is_choice(self, number: int) -> bool:
        return bool(self.rows.index(number).flags() & Qt.ItemFlag.ItemIsSelectable)

    def _find(self, query: str) -> None:
        self.rows.find(query)
        self._choose_first()
        self._fit_height()
        self._tell()

    def _tell(self) -> None:
        """Have read out what Enter would choose: the focus stays in the line."""
        index = self.list.currentIndex()
        doc = index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
        words = [index.data(Qt.ItemDataRole.DisplayRole), doc]
        found = ": ".join(word for word in words if word)
        announce(self.line, found if self.list.isVisible() else self.nothing.text())

    def _fit_height(self) -> None:
        """No taller than what is found, and as near to its pixel as that allows."""
        rows = (self.list.sizeHintForRow(i) for i in range(self.rows.rowCount()))
        rest = self.layout().contentsMargins()
        fixed = [w for w in (self.line, self.hint, self.nothing) if w.isVisible()]
        height = sum(rows) + rest.top() + rest.bottom() + 2
        for widget in fixed:
            height += widget.sizeHint().height() + self.layout().spacing()
        self.resize(self.width(), min(height, self._most))
        self._move_into_room()

    def _choose_first(self) -> None:
        first = next((i for i in range(self.rows.rowCount()) if self._is_choice(i)), None)
        self.list.setVisible(first is not None)
        self.nothing.setVisible(first is None)
        if first is not None:
            self.list.scrollToTop()
            self._go(first)
        else:
            self.nothing.setText(self.why_nothing(self.line.text().strip()))

    def why_nothing(self, query: str) -> str:
        """What to say where no row answers a query."""
        raise NotImplementedError

    def _choose_clicked(self, index) -> None:
        self._choose(index.data(CHOICE) or "")

    def _choose(self, name: str) -> None:
        if name and self._is_open:
            self._is_open = False
            self._vanish()
            self.chosen.emit(name)
            self.deleteLater()

    def _vanish(self) -> None:
        """Hide after the focus has gone back, for Qt would go on as Tab does."""
        if self.isAncestorOf(self.window().focusWidget() or self.window()):
            self.parentWidget().setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The focus went elsewhere: the box is left. Another program's window changes nothing."""
        if new is not None and new is not self and not self.isAncestorOf(new):
            self.close_box(returns_focus=False)

    def _make_list(self, painter: QAbstractItemDelegate) -> QListView:
        list_ = dress(QListView(self), self._theme, "rows")
        list_.setModel(self.rows)
        painter.setParent(list_)
        list_.setItemDelegate(painter)
        list_.setMouseTracking(True)
        list_.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        list_.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        list_.entered.connect(self._hover)
        return list_

    def _hover(self, index) -> None:
        if self._is_choice(index.row()):
            kind = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(index, kind)

    def _label(self, text: str) -> QLabel:
        label = mute(QLabel(text, self, wordWrap=True))
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
        self.list.viewport().update()
