"""Going through what a screen reader sees, canvas and widgets alike."""

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget


def children(about):
    return [about.child(index) for index in range(about.childCount())]


def is_cell(about) -> bool:
    """Whether it is an item of one of Qt's own lists; those of the canvas are ours."""
    role, roles = about.role(), QAccessible.Role
    if role == roles.TreeItem:
        return not hasattr(about, "place")
    return role in (roles.ListItem, roles.Cell, roles.MenuItem)


def all_below(about):
    """Everything below, the canvas's nodes and ports too."""
    found = []
    for child in children(about):
        if child is not None and not is_cell(child):
            found += [child, *all_below(child)]
    return found


def nameless(window: QWidget) -> list[str]:
    """Whatever takes the focus and has no name."""
    found = []
    for about in all_below(QAccessible.queryAccessibleInterface(window)):
        state = about.state()
        if state.focusable and not state.invisible and not about.text(QAccessible.Text.Name):
            found.append(f"{about.role().name} in {about.parent().text(QAccessible.Text.Name)}")
    return found
