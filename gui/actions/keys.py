"""The keys of the commands: those of the table, or those that the person chose instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from gui.actions.rows import MENUS, ROWS, Row, plain_title, row_of, tr

if TYPE_CHECKING:
    from gui.settings import Settings

Key = Qt.Key
PLAIN = Qt.KeyboardModifier.NoModifier | Qt.KeyboardModifier.ShiftModifier
# Keys that lists and fields use: as a command's keys they belong to the canvas.
MOVING = (Key.Key_Home, Key.Key_End, Key.Key_Delete, Key.Key_Backspace)
SPELLED = {"PgDown": "Page Down", "PgUp": "Page Up", "Del": "Delete"}
ENTER = (Key.Key_Return, Key.Key_Enter)
# What moves about, ends and chooses everywhere can be no command: arrows, whatever is held with
# them, go along edges, leave the selection, or move nodes.
ARROWS = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down)
FIXED = (Key.Key_Escape, Key.Key_Tab, Key.Key_Backtab, Key.Key_Space)


def keys_of(row: Row, settings: Settings) -> list[QKeySequence]:
    """The keys of a command as they are now."""
    chosen = settings.keys_of(row.id)
    return listed(row.keys if chosen is None else chosen)


def listed(text: str) -> list[QKeySequence]:
    """Keys that are written as `Ctrl+Shift+Z; Ctrl+Y`."""
    return [keys for keys in QKeySequence.listFromString(text) if not keys.isEmpty()]


def keys_text(row: Row, settings: Settings) -> str:
    """The keys of a command as one reads them: `Ctrl+Shift+Z, Ctrl+Y`."""
    return ", ".join(map(native, keys_of(row, settings)))


def native(keys: QKeySequence) -> str:
    """Keys as this desktop writes them."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def how_to(command: str, settings: Settings | None = None) -> str:
    """How one does a command, for a sentence: its first keys in words, else where it stands."""
    row = row_of(command)
    keys = keys_of(row, settings) if settings is not None else listed(row.keys)
    if not keys:
        menu = tr(dict(MENUS)[row.menu]).replace("&", "")
        return f"{menu} > {plain_title(row).rstrip('…')}"
    text = native(keys[0])
    for short, long in SPELLED.items():
        text = text.replace(short, long)
    return text


def owner_of(keys: QKeySequence, settings: Settings, but: str = "") -> Row | None:
    """The command that has these keys already, other than `but`."""
    return next((r for r in ROWS if r.id != but and keys in keys_of(r, settings)), None)


def is_for_canvas(keys: QKeySequence) -> bool:
    """Whether text fields and lists need these keys, so that they work on the canvas alone."""
    first = keys[0]
    if first.keyboardModifiers() & ~PLAIN:
        return False
    key = first.key()
    return key in MOVING or key in ENTER or key <= Key.Key_AsciiTilde


def is_fixed(keys: QKeySequence) -> bool:
    """Whether these keys move about or choose in every program: no command may have them."""
    first = keys[0]
    is_plain = not first.keyboardModifiers() & ~PLAIN
    return first.key() in ARROWS or (is_plain and first.key() in FIXED)
