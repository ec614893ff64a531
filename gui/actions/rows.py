"""All commands of the window, in the order of its menus."""

from __future__ import annotations

from gui.actions.row import A, N, Row, plain_title, tr
from gui.actions.tables import edit, file, graph, run, train, view
from gui.actions.tables import help as helping

__all__ = ["INNER", "MENUS", "ROWS", "A", "N", "Row", "plain_title", "row_of", "tr"]

MENUS = (
    ("file", N(A, "&File")),
    ("edit", N(A, "&Edit")),
    ("view", N(A, "&View")),
    ("graph", N(A, "&Graph")),
    ("run", N(A, "&Run")),
    ("train", N(A, "&Train")),
    ("help", N(A, "&Help")),
)
# Submenus of which each row is a command: by `within`.
INNER = {
    "align": N(A, "A&lign and distribute"),
    "frames": N(A, "F&rames"),
    "travel": N(A, "&Travel to"),
}

ROWS = (*file.ROWS, *edit.ROWS, *view.ROWS, *graph.ROWS, *run.ROWS, *train.ROWS, *helping.ROWS)
_BY_ID = {row.id: row for row in ROWS}


def row_of(id_: str) -> Row:
    """The row of a command."""
    return _BY_ID[id_]
