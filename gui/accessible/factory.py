"""The factory that Qt asks for the interface of a widget when a screen reader comes."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget

from gui.accessible.canvas import CanvasInterface
from gui.accessible.places import Places
from gui.canvas.minimap import Minimap
from gui.canvas.view import CanvasView
from gui.canvas.zoom_bar import ZoomBar
from gui.inspector.heat_map import Legend, Picture
from gui.inspector.jacobian.picture import ZoomPicture
from gui.inspector.units.picture import UnitPicture
from gui.sentence import SentenceBar
from gui.title_bar import WorkspaceTab

Role = QAccessible.Role
# What a widget is, where Qt would call it a piece of the window.
ROLES = {
    Minimap: Role.Graphic,
    ZoomBar: Role.ToolBar,
    Legend: Role.Graphic,
    Picture: Role.Graphic,
    UnitPicture: Role.Graphic,
    ZoomPicture: Role.Graphic,
    SentenceBar: Role.StaticText,
    WorkspaceTab: Role.RadioButton,
}
_held: list[QAccessibleWidget] = []  # Qt deletes them; until then Python must not
_places: dict[int, Places] = {}
_installed: list[bool] = []


def install() -> None:
    """Tell Qt of the factory, once for the program."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_make)


def places_of(view: CanvasView) -> Places:
    """The nodes and ports of a canvas, as interfaces."""
    key = id(view)
    if key not in _places:
        _places[key] = Places(view)
        view.destroyed.connect(lambda: _forget(key))
    return _places[key]


def _forget(key: int) -> None:
    """A canvas is gone: Qt deletes its interface, and knows nothing of those of its nodes."""
    places = _places.pop(key, None)
    if places is not None:
        places.clear()


def _make(name: str, about: QObject) -> QAccessibleWidget | None:
    """The interface of an object whose class, or a class above it, is called `name`."""
    if name != type(about).__name__:
        return None
    if isinstance(about, CanvasView):
        made = CanvasInterface(about, places_of(about))
    elif type(about) in ROLES:
        made = QAccessibleWidget(about, ROLES[type(about)], about.accessibleName())
    else:
        return None
    _held[:] = [*filter(shiboken6.isValid, _held), made]
    return made
