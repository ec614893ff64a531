"""What the list holds: commands by menu, keys that no command has, gestures of the hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.actions import MENUS, ROWS
from gui.actions.keys import keys_text
from gui.actions.rows import plain_title, tr
from gui.canvas.keys import FIXED
from gui.canvas.wording import tr as canvas_tr
from gui.gestures_list import gestures

if TYPE_CHECKING:
    from gui.settings import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what is done, and how. `id` names its command, if it is one."""

    group: str
    what: str
    how: str
    tip: str = ""
    id: str = ""


def commands(settings: Settings) -> list[Entry]:
    """Every command with its keys as they are now."""
    menus = {id_: tr(title).replace("&", "") for id_, title in MENUS}
    return [
        Entry(menus[row.menu], plain_title(row).rstrip("…"), keys, tr(row.tip), row.id)
        for id_, _ in MENUS
        for row in ROWS
        if row.menu == id_ and not row.fills
        for keys in (keys_text(row, settings),)
    ]


def everything(settings: Settings) -> list[Entry]:
    """The commands that have keys, the fixed keys of the canvas, and the gestures."""
    found = [entry for entry in commands(settings) if entry.how]
    keys = QCoreApplication.translate("ShortcutList", "On the canvas, by keys")
    mouse = QCoreApplication.translate("ShortcutList", "On the canvas, by mouse and touchpad")
    found += [Entry(keys, canvas_tr(what), how) for how, what in FIXED]
    return found + [Entry(mouse, what, how) for how, what in gestures(settings)]


def as_text(entries: list[Entry]) -> str:
    """The list as plain text, to print or to send."""
    width = max((len(entry.how) for entry in entries), default=0)
    lines, group = [], ""
    for entry in entries:
        if entry.group != group:
            group = entry.group
            lines += ["", group] if lines else [group]
        lines.append(f"  {entry.how:<{width}}  {entry.what}")
    return "\n".join(lines) + "\n"
