"""Looks that Qt's palette cannot give: small style sheets, each on the one widget that has it.

A sheet on the window would be asked about every widget below it: a page of the inspector, where
next to nothing has a look of its own, took half as long again to make.
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from gui.theme import Theme

FLAT = """
QToolButton#flat {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
                   padding: 2px 6px; color: {text}; }}
QToolButton#flat::menu-indicator {{ image: none; }}
QToolButton#flat:hover {{ background: {selected}; }}
QToolButton#flat:focus {{ border: 2px solid {text}; padding: 1px 5px; }}
"""
LOOKS = {
    "flat": FLAT,
    "key": """
QToolButton#key {{ background: {node}; border: 1px solid {line}; border-radius: 4px; }}
QToolButton#key:checked {{ background: {selected}; border-color: {text}; }}
QToolButton#key:hover {{ background: {selected}; }}
QToolButton#key:focus {{ border: 2px solid {text}; }}
QToolButton#key:disabled {{ border-color: {grid}; }}
""",
    "rows": """
QAbstractItemView#rows {{ background: {panel}; border: 2px solid {panel}; outline: none; }}
QAbstractItemView#rows:focus {{ border-color: {text}; }}
QAbstractItemView#rows::item:selected {{ background: {selected}; color: {text}; }}
QAbstractItemView#rows::indicator {{ width: 9px; height: 9px; border: 2px solid {line};
                                    border-radius: 3px; background: {node}; }}
QAbstractItemView#rows::indicator:checked {{ background: {text}; }}
""",
    "box": "#box {{ background: {panel}; border: 1px solid {line}; border-radius: 8px; }}",
    "card": "#card {{ background: {node}; border: 1px solid {line}; }}",
    "menus": """
QMenuBar {{ background: {panel}; border: none; padding: 0 4px 0 2px; }}
QMenuBar::item {{ background: transparent; color: {text}; padding: 5px 10px 4px 10px; }}
QMenuBar::item:selected {{ background: {selected}; border-radius: 4px; }}
""",
    "title": """
QToolBar {{ background: {panel}; border: none; padding: 0; spacing: 0;
           border-top: 1px solid {grid}; }}
""",
    # What is inside it takes its looks from here: a sheet of its own would win over this one.
    "status": FLAT + """
QStatusBar {{ background: {panel}; border-top: 1px solid {grid}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel, QStatusBar QToolButton {{ color: {muted}; padding: 0 8px; }}
QStatusBar QToolButton#flat {{ padding: 0 6px; color: {muted}; }}
QStatusBar QToolButton#flat:focus {{ padding: 0 5px; }}
""",
}  # fmt: skip
TOKENS = ("grid", "panel", "text", "selected", "muted", "line", "node")
Dressed = TypeVar("Dressed", bound=QWidget)


def dress(widget: Dressed, theme: Theme, look: str) -> Dressed:
    """Give a widget a look, in the theme's colours from now on; the same widget."""
    # Without it what a dressed widget holds keeps the palette of the theme before.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_UseStyleSheetPropagationInWidgetStyles)
    widget.setObjectName(look)
    _Dress(widget, theme, LOOKS[look])
    return widget


def mute(widget: Dressed) -> Dressed:
    """Write a label in the ink of what is beside the point; the same widget."""
    widget.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return widget


class _Dress(QObject):
    """Keeps a widget's sheet in the theme's colours for as long as the widget lives."""

    def __init__(self, widget: QWidget, theme: Theme, sheet: str) -> None:
        super().__init__(widget)
        self._theme, self._sheet = theme, sheet
        theme.changed.connect(self._dye)
        self._dye()

    def _dye(self) -> None:
        colors = {token: self._theme.color(token).name() for token in TOKENS}
        self.parent().setStyleSheet(self._sheet.format(**colors))
