"""What a command of the window is: a row of a table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

__all__ = ["A", "N", "Row", "plain_title", "tr"]

A = "Actions"  # the context of the texts


def tr(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate(A, text)


@dataclass(frozen=True, slots=True)
class Row:
    """One command.

    `does` is the method to call, as a path from the window; `enabled` and `checked` name rows of
    `WHEN`. `after_gap` puts a line above it in its menu; `fills` makes it a submenu that this
    method fills; `within` puts it into a submenu with others. `canvas_only` keys belong to the
    canvas, for text fields use them too; single letters, Home, Del and their like do so by
    themselves.
    """

    id: str
    title: str
    keys: str
    menu: str
    does: str
    tip: str = ""
    enabled: str = "always"
    checked: str = ""
    group: str = ""
    icon: str = ""
    after_gap: bool = False
    canvas_only: bool = False
    fills: str = ""
    within: str = ""


def plain_title(row: Row) -> str:
    """A command's title without the mark of its letter."""
    return tr(row.title).replace("&", "")
