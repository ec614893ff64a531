"""Borders that can be seen: Fusion's own are too faint for these grounds, and have gradients."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from gui.theme import Theme


def frame(widget: QWidget, theme: Theme) -> None:
    """Give an input a border that can be seen, and another when it has the focus."""
    _Frame(widget, theme)


def outline(view: QAbstractItemView, theme: Theme) -> None:
    """Give a table or a tree the same border; its parts keep the palette of the window."""
    _Outline(view, theme)


class _Frame(QObject):
    """Keeps a widget's palette in the theme's inks for as long as the widget lives."""

    def __init__(self, widget: QWidget, theme: Theme) -> None:
        super().__init__(widget)
        self._theme = theme
        theme.changed.connect(self._dye)
        self._dye()

    def _dye(self) -> None:
        self.parent().setPalette(self._theme.field_palette())


class _Outline(QObject):
    """Keeps a table's border in the theme's ink.

    The rule names its kind: a view's own heads are views too, and have no border.
    """

    def __init__(self, view: QAbstractItemView, theme: Theme) -> None:
        super().__init__(view)
        self._theme = theme
        theme.changed.connect(self._dye)
        self._dye()

    def _dye(self) -> None:
        line, text = self._theme.color("line").name(), self._theme.color("text").name()
        view = self.parent()
        kind = "QTreeView" if isinstance(view, QTreeView) else "QTableView"
        resting = f"{kind} {{ border: 1px solid {line}; padding: 1px; }}"
        focused = f"{kind}:focus {{ border: 2px solid {text}; padding: 0; }}"
        view.setStyleSheet(f"{resting} {focused}")


def paint_note(painter: QPainter, widget: QWidget, theme: Theme, ink: str) -> None:
    """Ground and border of a note that lies over something else."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color(ink), 1))
    painter.setBrush(theme.color("panel"))
    painter.drawRoundedRect(widget.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def paint_frame(painter: QPainter, widget: QWidget, theme: Theme) -> None:
    """Ground and border of a button: filled under the pointer, thicker with the focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 2 if widget.hasFocus() else 1
    ink = "text" if widget.hasFocus() else "line" if widget.isEnabled() else "grid"
    is_hot = widget.isEnabled() and widget.underMouse()
    painter.setBrush(theme.color("selected" if is_hot else "node"))
    painter.setPen(QPen(theme.color(ink), width))
    room = QRectF(widget.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.drawRoundedRect(room, 4, 4)
