"""The find bar: a line to type in over the canvas, and a list of what answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.announcing import announce
from gui.borders import frame
from gui.dress import dress, mute
from gui.find.marks import paint_marks
from gui.find.rows import MatchPainter, MatchRows, words_of
from gui.find.search import Match, Search
from gui.icons import icon

if TYPE_CHECKING:
    from gui.window import Window

WIDTH, MARGIN = 344, 12
MOST_ROWS, ROWS_AT_ONCE = 7, 200
BORDER = 4  # of the list, on both sides
PAUSE = 60  # milliseconds after the last letter
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
FUNCTION_KEYS = range(Qt.Key.Key_F1, Qt.Key.Key_F12 + 1)
BUTTONS = ("chevron_up", "chevron_down", "close")


class FindBar(QFrame):
    """Finds nodes by label, id, module and problems, marks them, and goes from one to the next.

    It lies in the canvas's upper right corner. Esc closes it and gives the focus back.
    """

    changed = Signal()  # what was found, or that the bar was closed

    def __init__(self, window: Window) -> None:
        super().__init__(window.canvas)
        dress(self, window.theme, "box")
        self._window, self._view, self._theme = window, window.canvas, window.theme
        self._came_from: QWidget | None = None
        self._row = -1  # where one is among the matches; -1 before one went anywhere
        self.search = Search(window.document, self)
        self.search.found.connect(self._show)
        self.line = QLineEdit(self, clearButtonEnabled=True)
        self.line.setPlaceholderText(self.tr("Find label, id, module or problem"))
        self.line.setAccessibleName(self.tr("Find"))
        frame(self.line, self._theme)
        self.count = mute(QLabel(self))
        self.count.setFont(self._theme.font(11))
        self.rows = MatchRows(self)
        self.list = self._make_list()
        self.setAccessibleName(self.tr("Find on the canvas"))
        self._lay_out()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._look)
        self._listen()
        self.hide()

    @property
    def matches(self) -> tuple[Match, ...]:
        """What answers, the best first."""
        return self.rows.matches

    # --- what rows of the table of actions call -------------------------------------------

    def open(self) -> None:
        """Take the focus, with the last query ready to be typed over."""
        focus = QApplication.focusWidget()
        if focus is not None and not self.isAncestorOf(focus):
            self._came_from = focus
        self.show()
        self.raise_()
        self._place()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self._look()

    def next(self) -> None:
        """Go to the next match, after the last one to the first."""
        self._step(1)

    def previous(self) -> None:
        """Go to the match before, before the first one to the last."""
        self._step(-1)

    def close_bar(self) -> None:
        """Take bar and marks away, and give the focus back."""
        self.search.stop()
        self._pause.stop()
        came, self._came_from = self._came_from, None
        is_there = came is not None and shiboken6.isValid(came) and came.isVisible()
        if self.isAncestorOf(QApplication.focusWidget() or self._window):
            target = came if is_there else self._view
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.hide()
        self._view.viewport().update()
        self.changed.emit()

    def paint_marks(self, painter: QPainter) -> None:
        """Paint the marks above the nodes."""
        if self.isVisible() and self.matches:
            current = self.matches[self._row].id if self._row >= 0 else None
            paint_marks(painter, self._view, self._ids, current)

    # --- events ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the bar; and it stays in its corner when the canvas changes its size."""
        if watched is self._view:
            if event.type() == QEvent.Type.Resize:
                self._place()
            return False
        return event.type() == QEvent.Type.KeyPress and self._press(event)

    def event(self, event: QEvent) -> bool:
        """The canvas's own keys, such as Enter and letters, do nothing while the focus is here."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and not event.modifiers() & ~PLAIN and event.key() not in FUNCTION_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the bar from wherever in it the focus is."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        """What is pressed beside the line is not for the canvas below."""
        event.accept()

    mouseReleaseEvent = mouseDoubleClickEvent = mousePressEvent

    def wheelEvent(self, event) -> None:
        """Nor is the wheel at the end of the list."""
        event.accept()

    # --- inside ---------------------------------------------------------------------------

    def _press(self, event: QKeyEvent) -> bool:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in ENTER:
            self._step(-1 if back else 1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            return False
        return True

    def _look(self) -> None:
        self._pause.stop()
        if self.isVisible():
            self.search.start(self.line.text())

    def _after_edit(self) -> None:
        if self.isVisible() and self.line.text().split():
            self._pause.start()

    def _show(self) -> None:
        """List and mark what answers, and stay at the same node where it still does."""
        here = self.matches[self._row].id if self._row >= 0 else None
        if self.search.matches != self.matches:
            self.rows.show(self.search.matches)
        self._ids = frozenset(match.id for match in self.matches)
        places = (row for row, match in enumerate(self.matches) if match.id == here)
        self._row = next(places, -1)
        self._choose_row()
        self._place()
        self._view.viewport().update()
        self.changed.emit()
        if self.line.hasFocus():
            announce(self.line, self.count.text())

    def _step(self, by: int) -> None:
        if self._pause.isActive():
            self._look()
        if self.search.is_busy or not self.matches:
            return
        start = len(self.matches) if self._row < 0 and by < 0 else self._row
        self._go((start + by) % len(self.matches))

    def _go(self, row: int) -> None:
        """Select a match, and bring it into sight."""
        self._row = row
        match = self.matches[row]
        self._window.document.selection.set_nodes({match.id})
        self._view.reveal(match.id)
        self._choose_row()
        self._view.viewport().update()
        announce(self.line, f"{match.title}: {words_of(match)}. {self.count.text()}")

    def _choose_row(self) -> None:
        count = len(self.matches)
        if not self.line.text().split():
            text = ""
        elif not count:
            text = self.tr("Nothing found")
        elif self._row < 0:
            text = self.tr("{0} found").format(count)
        else:
            text = self.tr("{0} of {1}").format(self._row + 1, count)
        self.count.setText(text)
        if self._row >= 0:
            self.list.setCurrentIndex(self.rows.index(self._row))
        else:
            self.list.clearSelection()

    def _reveal_row(self) -> None:
        if self._row >= 0:
            self.list.scrollTo(self.rows.index(self._row))

    def _listen(self) -> None:
        document = self._window.document
        self.line.textChanged.connect(self._pause.start)
        # A row can be chosen before it is laid out.
        self.list.verticalScrollBar().rangeChanged.connect(self._reveal_row)
        self.list.clicked.connect(lambda index: self._go(index.row()))
        for signal in (document.edited, document.replaced, document.checked):
            signal.connect(self._after_edit)
        for widget in (self.line, self.list, self._view):
            widget.installEventFilter(self)
        self._theme.changed.connect(self._dress)
        self._dress()
        self._ids: frozenset[str] = frozenset()
        self._view.overlays.append(self.paint_marks)

    def _make_list(self) -> QListView:
        list_ = dress(QListView(self), self._theme, "rows")
        list_.setModel(self.rows)
        list_.setItemDelegate(MatchPainter(self._theme, list_))
        list_.setUniformItemSizes(True)
        list_.setLayoutMode(QListView.LayoutMode.Batched)  # each row is asked for, of thousands
        list_.setBatchSize(ROWS_AT_ONCE)
        list_.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        list_.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        list_.setAccessibleName(self.tr("Found"))
        return list_

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.count)
        tips = (
            self.tr("Previous (Shift+Enter): go to the match before."),
            self.tr("Next (Enter): go to the next match."),
            self.tr("Close (Esc): take the find bar away."),
        )
        self.buttons = [self._button(tip) for tip in tips]
        does = (self.previous, self.next, self.close_bar)
        for button, act in zip(self.buttons, does, strict=True):
            button.clicked.connect(act)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.list, 1)

    def _button(self, tip: str) -> QToolButton:
        button = dress(QToolButton(self), self._theme, "flat")
        button.setFixedSize(24, 24)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _dress(self) -> None:
        ink = self._theme.color("text")
        for button, drawing in zip(self.buttons, BUTTONS, strict=True):
            button.setIcon(icon(drawing, ink))

    def _place(self) -> None:
        """The upper right corner, no taller than what was found."""
        shown = min(len(self.matches), MOST_ROWS)
        self.list.setVisible(bool(shown))
        margins = self.layout().contentsMargins()
        height = margins.top() + margins.bottom() + self.layout().itemAt(0).sizeHint().height()
        if shown:
            height += (
                self.layout().spacing()
                + shown * self.list.sizeHintForRow(0)
                + 2 * self.list.frameWidth()
                + BORDER
            )
        room = self._view.size()
        width = min(WIDTH, room.width() - 2 * MARGIN)
        height = min(height, room.height() - 2 * MARGIN)
        self.setGeometry(room.width() - width - MARGIN, MARGIN, width, height)
