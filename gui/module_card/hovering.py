"""When the card of a module comes and goes: as a tooltip does, by mouse and by key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from shiboken6 import isValid

from graph import Module
from gui.background import SMALL, Background
from gui.module_card.card import Card
from gui.module_card.facts import Facts, facts_of
from gui.theme import Theme

WAIT, NEXT = 500, 100  # milliseconds before the first card, and from one card to the next
LEAVING = (
    QEvent.Type.Leave,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.Hide,
)
KEYS = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)


class CardTips(QObject):
    """Shows the card of the row that the mouse or the keys rest on.

    `kind_at` tells the module of a row, or None. The card stands beside `beside`; by key it comes
    while the focus is in there. What it shows is made in the background, and waited for.
    """

    def __init__(
        self,
        view: QAbstractItemView,
        theme: Theme,
        kind_at: Callable[[QModelIndex], type[Module] | None],
        beside: QWidget | None = None,
    ) -> None:
        super().__init__(view)
        self._view, self._theme, self._kind_at = view, theme, kind_at
        self._viewport = view.viewport()  # asked for while the view is being deleted too
        self._beside = beside or view
        self._kind: type[Module] | None = None
        self._row = QModelIndex()
        self._facts: Facts | None = None
        self.card: Card | None = None
        self._keyed: QWidget | None = None
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._show)
        self._work = Background(self)
        self._work.answered.connect(self._take)
        view.setMouseTracking(True)
        self._viewport.installEventFilter(self)
        view.entered.connect(self._want)
        view.viewportEntered.connect(self.hide)
        view.selectionModel().currentChanged.connect(self._follow_keys)
        view.model().modelAboutToBeReset.connect(self.hide)
        QApplication.instance().focusChanged.connect(self._follow_focus)
        QApplication.instance().applicationStateChanged.connect(self.hide)
        theme.changed.connect(self.hide)

    def hide(self, *_) -> None:
        """Take the card away, and want none."""
        self._soon.stop()
        self._work.drop()
        self._kind, self._facts = None, None
        self._hear_keys_of(None)
        card, self.card = self.card, None
        if card is not None and isValid(card):
            card.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave with the mouse, at a press, at Esc."""
        kind = event.type()
        is_escape = kind in KEYS and event.key() == Qt.Key.Key_Escape
        if (watched is self._viewport and kind in LEAVING) or is_escape:
            self.hide()
        return False

    # --- inside --------------------------------------------------------------------------

    def _want(self, index: QModelIndex) -> None:
        kind = self._kind_at(index)
        if kind is None:
            self.hide()
        elif kind is not self._kind:
            self._kind, self._row, self._facts = kind, QModelIndex(index), None
            self._work.ask(partial(facts_of, kind), SMALL + 1)
            self._soon.start(WAIT if self.card is None else NEXT)

    def _follow_keys(self, index: QModelIndex) -> None:
        if self._has_focus(QApplication.focusWidget()):
            self._want(index)

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if not self._has_focus(new):
            if self.card is None or not self._view.underMouse():
                self.hide()
        elif self._view.currentIndex().isValid():
            self._want(self._view.currentIndex())

    def _has_focus(self, widget: QWidget | None) -> bool:
        beside = self._beside
        return widget is not None and (widget is beside or beside.isAncestorOf(widget))

    def _take(self, facts: Facts) -> None:
        self._facts = facts
        if not self._soon.isActive():
            self._show()

    def _show(self) -> None:
        """Show the card, once the time has passed and the facts are there."""
        row = self._view.visualRect(self._row)
        if self._facts is None or not row.isValid() or not self._view.isVisible():
            return
        before, card = self.card, Card(self._facts, self._theme, self._view)
        top = self._viewport.mapToGlobal(row.topLeft()).y()
        sides = QRect(self._beside.mapToGlobal(self._beside.rect().topLeft()), self._beside.size())
        place = QRect(sides.left(), top, sides.width(), row.height())
        card.stand_by(place, self._view.screen().availableGeometry())
        card.show()
        self.card = card
        self._hear_keys_of(QApplication.focusWidget())
        if before is not None:
            before.close()

    def _hear_keys_of(self, widget: QWidget | None) -> None:
        """Hear Esc wherever the focus is, as long as there is a card."""
        if self._keyed is not None and isValid(self._keyed):
            self._keyed.removeEventFilter(self)
        self._keyed = widget
        if widget is not None:
            widget.installEventFilter(self)
