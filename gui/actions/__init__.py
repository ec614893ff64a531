"""The window's commands: their table, when they can be done, and the actions made of them."""

from gui.actions.actions import Actions, tooltip
from gui.actions.conditions import WHEN, WHY
from gui.actions.rows import MENUS, ROWS, Row

__all__ = ["MENUS", "ROWS", "WHEN", "WHY", "Actions", "Row", "tooltip"]
