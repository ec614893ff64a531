"""What the hand does on the canvas: a table for the list of keys and gestures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from gui.settings import Settings

G = "Gestures"  # the context of the texts

# what the hand does, what comes of it
GESTURES = (
    (N(G, "Click"), N(G, "Select a node or an edge; Shift adds, Ctrl toggles")),
    (N(G, "Drag on empty canvas"), N(G, "Select what it touches; Shift adds, Ctrl toggles")),
    (N(G, "Right click"), N(G, "Select, and open the menu")),
    (N(G, "Double click on empty canvas"), N(G, "Search a module and add it there")),
    (N(G, "Double click on an edge"), N(G, "Search a module and insert it")),
    (N(G, "Shift+double click on an edge"), N(G, "Bend it there; drag the bend to move it")),
    (N(G, "Double click on a bend"), N(G, "Take it away")),
    (N(G, "Double click on a source"), N(G, "Edit its value")),
    (N(G, "Double click on a composite, or Enter"), N(G, "Open its inside")),
    (N(G, "Drag a node"), N(G, "Move the selected nodes; with Alt off the grid")),
    (N(G, "Drag a frame's title"), N(G, "Move it with all in it; its edges resize it")),
    (N(G, "Double click on a frame's title"), N(G, "Edit it")),
    (N(G, "Drag a module from the palette"), N(G, "Add a node; on an edge it is inserted")),
    (N(G, "Drag a file onto the window"), N(G, "Open it")),
    (N(G, "Drag from a port"), N(G, "Draw an edge; in space it asks for a module that fits")),
    (N(G, "Drag the end of an edge"), N(G, "Wire it elsewhere; in space it is cut")),
    (N(G, "Shift+drag the end of an edge"), N(G, "In space, choose what it goes to")),
    (
        N(G, "Alt+drag, or Ctrl and the right button"),
        N(G, "Cut every edge that the stroke crosses"),
    ),
    (N(G, "Middle button and drag"), N(G, "Pan")),
    (N(G, "Space held and drag"), N(G, "Pan")),
    (N(G, "Pinch, or Ctrl+wheel"), N(G, "Zoom at the pointer")),
    (N(G, "Shift+wheel"), N(G, "Pan sideways")),
)
WHEEL, TOUCHPAD = N(G, "Wheel"), N(G, "Two fingers on a touchpad")
DOES = {"zooms": N(G, "Zoom at the pointer"), "pans": N(G, "Pan")}


def gestures(settings: Settings) -> list[tuple[str, str]]:
    """All gestures as they are set now: how, and what they do."""
    chosen = ((WHEEL, DOES[settings.wheel]), (TOUCHPAD, DOES[settings.touchpad]))
    return [(tr(how), tr(what)) for how, what in GESTURES + chosen]


def tr(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate(G, text)
