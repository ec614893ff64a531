"""The real window on the graph by hand with a frame in it, and where to press."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from graph import Frame
from graph import edits as e
from tests.canvas_desk import by_hand
from tests.window_desk import WindowDesk, desk_for

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
BOX = (216.0, 0.0, 400.0, 248.0)  # around x1, b, x2
INSIDE = {"x1", "b", "x2"}


@contextmanager
def opened(*fixtures) -> Iterator[WindowDesk]:
    """The window with all of the graph in sight; `fixtures` are those of `desk_for`."""
    with desk_for(*fixtures) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        desk.view.zoom_to_fit()
        desk.view.setFocus()
        yield desk


def with_frame(desk: WindowDesk) -> WindowDesk:
    """A frame around three of its nodes."""
    desk.document.do(e.SetFrames((Frame("w x + b", BOX),)), "Frame")
    desk.view.zoom_to_fit()
    return desk


def select(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()


def frame(desk, number=0):
    return desk.graph.frames[number]


def title(desk, number=0):
    left, top, _, _ = desk.scene.frames.drawn_box(number)
    return desk.pixel(left + 80, top + 14)


def mark(desk, number=0):
    left, top, _, _ = desk.scene.frames.drawn_box(number)
    return desk.pixel(left + 16, top + 14)


def undo(desk):
    desk.press_key(Key.Key_Z, CONTROL)
