"""The style sheet of the window's frame; everything that shows data paints itself."""

from __future__ import annotations

from gui.theme import Theme

SHEET = """
QMainWindow::separator {{ background: {grid}; width: 1px; height: 1px; }}
QMenuBar {{ background: {panel}; border: none; padding: 0 4px 0 2px; }}
QMenuBar::item {{ background: transparent; color: {text}; padding: 5px 10px 4px 10px; }}
QMenuBar::item:selected {{ background: {selected}; border-radius: 4px; }}
QStatusBar {{ background: {panel}; border-top: 1px solid {grid}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel, QStatusBar QToolButton {{ color: {muted}; padding: 0 8px; }}
QToolBar {{ background: {panel}; border: none; padding: 0; spacing: 0;
           border-top: 1px solid {grid}; }}
QLabel#muted {{ color: {muted}; }}
QToolButton#flat {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
                   padding: 2px 6px; color: {text}; }}
QToolButton#flat::menu-indicator {{ image: none; }}
QToolButton#flat:hover {{ background: {selected}; }}
QToolButton#flat:focus {{ border: 2px solid {text}; padding: 1px 5px; }}
QStatusBar QToolButton#flat {{ padding: 0 6px; color: {muted}; }}
QStatusBar QToolButton#flat:focus {{ padding: 0 5px; }}
QToolButton#key {{ background: {node}; border: 1px solid {line}; border-radius: 4px; }}
QToolButton#key:checked {{ background: {selected}; border-color: {text}; }}
QToolButton#key:hover {{ background: {selected}; }}
QToolButton#key:focus {{ border: 2px solid {text}; }}
QToolButton#key:disabled {{ border-color: {grid}; }}
QTreeView#flat, QListView#flat {{ background: {panel}; border: 2px solid {panel};
                                 outline: none; }}
QTreeView#flat:focus, QListView#flat:focus {{ border-color: {text}; }}
QTreeView#flat::item:selected, QListView#flat::item:selected {{ background: {selected};
                                                              color: {text}; }}
QTreeView#flat::indicator {{ width: 9px; height: 9px; border: 2px solid {line};
                            border-radius: 3px; background: {node}; }}
QTreeView#flat::indicator:checked {{ background: {text}; }}
QFrame#choicebox {{ background: {panel}; border: 1px solid {line}; border-radius: 8px; }}
QFrame#card {{ background: {node}; border: 1px solid {line}; }}
QLabel#heading {{ color: {muted}; padding: 8px 12px 0 12px; }}
QSplitter::handle {{ background: {grid}; }}
QWidget#panel {{ background: {panel}; }}
QToolTip {{ color: {text}; background: {node}; border: 1px solid {line}; padding: 4px; }}
"""
TOKENS = ("grid", "panel", "text", "selected", "muted", "line", "node")


def style_sheet(theme: Theme) -> str:
    """The sheet in the theme's colours."""
    return SHEET.format(**{token: theme.color(token).name() for token in TOKENS})
