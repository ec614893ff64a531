"""Keys of the canvas: a table of what each one does.

Keys that can be changed are rows of the table of commands; here stand those that are the same in
every program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import Qt

from gui.canvas.bend_moves import move_edit
from gui.canvas.geometry import SNAP
from gui.canvas.ways import node_of
from gui.canvas.wording import tr
from gui.focus_tips import close_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from gui.canvas.view import CanvasView

FAR = 3  # times the grid's step
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT, KEYPAD = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.KeypadModifier
NONE = Qt.KeyboardModifier.NoModifier
# For lists of keys: these are no actions, for they are the same in every program.
FIXED = (
    ("Tab", N("Canvas", "Next node or port")),
    ("Shift+Tab", N("Canvas", "Previous node or port")),
    ("Arrow", N("Canvas", "Go along an edge, or to the nearest node")),
    ("Shift+Arrow", N("Canvas", "Go there and add it to the selection")),
    ("Ctrl+Arrow", N("Canvas", "Go there and leave the selection")),
    ("Alt+Arrow", N("Canvas", "Move the selected nodes")),
    ("Alt+Shift+Arrow", N("Canvas", "Move the selected nodes further")),
    ("Esc", N("Canvas", "Leave what is under way, then the selection")),
)


def press_key(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key means here; False for keys that mean nothing to the canvas."""
    key, modifiers = event.key(), event.modifiers() & ~KEYPAD
    if key in ARROWS:
        return _press_arrow(view, *ARROWS[Qt.Key(key)], modifiers)
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and view.marking.mark is not None:
        view.marking.press()
        return True
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers:
        return view.entering.enter(view.document.selection.node or "")
    return key == Qt.Key.Key_Escape and not modifiers and leave(view)


def leave(view: CanvasView) -> bool:
    """Esc: leave the gesture, else the mark, else what a tip covers, else the selection."""
    if view.cancel_gesture() or view.marking.leave():
        return True
    if close_tip():
        return True
    if view.framing.leave():
        return True
    was_selected = view.document.selection.kind != "graph"
    view.document.selection.clear()
    return was_selected


def _press_arrow(view: CanvasView, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Alone: along edges. Shift adds, Ctrl leaves the selection, Alt moves what is selected."""
    if modifiers & ALT:
        step = FAR * SNAP if modifiers & SHIFT else SNAP
        return nudge(view, dx * step, dy * step)
    how = {NONE: "select", SHIFT: "add", CONTROL: "keep"}.get(modifiers)
    if how is None:
        return False
    view.focus.along(dx, dy, how)
    return True


def nudge(view: CanvasView, dx: float, dy: float) -> bool:
    """Move the selected nodes; presses in a row are one entry."""
    if view.framing.nudge(dx, dy) or view.bends.nudge(dx, dy):
        return True
    place = view.focus.place
    ids = sorted(view.document.selection.nodes or ({node_of(place)} if place else ()))
    if not ids:
        return False
    places = {}
    for id_ in ids:
        x, y = view.document.graph.nodes[id_].at or (0.0, 0.0)
        places[id_] = (x + dx, y + dy)
    text = tr("Move") if len(ids) == 1 else tr("Move {count} nodes").format(count=len(ids))
    view.document.do(move_edit(view.document.graph, places), text, merge=("nudge", *ids))
    return True
