"""Keys of the canvas: a table of what each one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from graph import edits as e
from gui.canvas.geometry import SNAP
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from gui.canvas.view import CanvasView

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def press_key(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key means here; False for keys that mean nothing to the canvas."""
    key, modifiers = event.key(), event.modifiers()
    if key in ARROWS:
        far = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        return not modifiers & Qt.KeyboardModifier.ControlModifier and nudge(view, key, far)
    if modifiers:
        return False
    if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        view.delete_selection()
        return True
    if key == Qt.Key.Key_Escape:
        if not view.cancel_gesture():
            view.document.selection.clear()
        return True
    return False


def nudge(view: CanvasView, key: int, far: bool) -> bool:
    """Move the selected nodes by one snap, or by a dot; presses in a row are one entry."""
    ids = sorted(view.document.selection.nodes)
    if not ids:
        return False
    step = 3 * SNAP if far else SNAP
    dx, dy = (part * step for part in ARROWS[Qt.Key(key)])
    places = {}
    for id_ in ids:
        x, y = view.document.graph.nodes[id_].at or (0.0, 0.0)
        places[id_] = (x + dx, y + dy)
    text = tr("Move") if len(ids) == 1 else tr("Move {count} nodes").format(count=len(ids))
    view.document.do(e.Move(places), text, merge=("nudge", *ids))
    return True
