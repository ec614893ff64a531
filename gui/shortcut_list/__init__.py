"""The list of keys and gestures: what F1 shows."""

from gui.shortcut_list.dialog import ShortcutList

__all__ = ["ShortcutList"]
