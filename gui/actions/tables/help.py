"""The commands of the menu Help."""

from __future__ import annotations

from gui.actions.row import A, N, Row

# fmt: off
ROWS = (
    Row("shortcuts", N(A, "&Keys and gestures"), "F1", "help", "shortcut_list.open",
        N(A, "List what the keys and the mouse do.")),
    Row("first_notes", N(A, "Show the first &notes"), "", "help", "first_notes.show_again",
        N(A, "Open the first example with its four notes.")),
    Row("about", N(A, "&About Gradwire"), "", "help", "about",
        N(A, "Version and licence.")),
)
# fmt: on
