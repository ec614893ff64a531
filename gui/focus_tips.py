"""Tips for the keys: what hovering shows opens at a widget that was reached by key too."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QStyle, QToolTip, QWidget

BELOW = QPoint(0, 4)


def pause(widget: QWidget) -> int:
    """Milliseconds after which a tip opens where the keys rest: the same as for the mouse."""
    return widget.style().styleHint(QStyle.StyleHint.SH_ToolTip_WakeUpDelay)


def close_tip() -> bool:
    """Close the tip that is open, at once; whether one was.

    Where it is told to hide, Qt leaves it there for 300 ms: it would take the next Esc, too.
    """
    if not QToolTip.isVisible():
        return False
    for window in QApplication.topLevelWidgets():
        if window.metaObject().className() == "QTipLabel":
            window.hide()
    return True


class FocusTips(QObject):
    """Shows the tip of the widget that the keys are on after the same while as the mouse's."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget: QWidget | None = None
        self._soon = QTimer(self, singleShot=True, interval=pause(parent))
        self._soon.timeout.connect(self._show)

    def wait_at(self, widget: QWidget) -> None:
        """A widget was reached by key."""
        QToolTip.hideText()
        self._widget = widget
        self._soon.start()

    def _show(self) -> None:
        widget, self._widget = self._widget, None
        if widget is None or not shiboken6.isValid(widget):
            return
        if widget is QApplication.focusWidget() and widget.toolTip():
            corner = widget.mapToGlobal(widget.rect().bottomLeft()) + BELOW
            QToolTip.showText(corner, widget.toolTip(), widget)
