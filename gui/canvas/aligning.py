"""Arranging, aligning and distributing nodes: one entry of the history each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import arrange
from graph import edits as e
from gui.canvas.arranging import arranging_edit
from gui.canvas.geometry import Point
from gui.canvas.placing import Box
from gui.canvas.wording import tr
from gui.waiting import wait_for

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MANY_NODES = 200  # from here on arranging is done in another thread
ACROSS, DOWN = 0, 1  # which coordinate
START, MIDDLE, END = 0.0, 0.5, 1.0  # which line of a box along it


def aligned(boxes: Mapping[str, Box], axis: int, share: float) -> dict[str, Point]:
    """Top left corners that bring one line of all boxes to that of the box around them."""
    start = min(box[axis] for box in boxes.values())
    end = max(box[axis + 2] for box in boxes.values())
    line = start + (end - start) * share
    return {
        id_: _put(box, axis, line - (box[axis + 2] - box[axis]) * share)
        for id_, box in boxes.items()
    }


def distributed(boxes: Mapping[str, Box], axis: int) -> dict[str, Point]:
    """Top left corners that leave equal gaps between boxes; the outermost two stay."""
    order = sorted(boxes, key=lambda id_: (boxes[id_][axis] + boxes[id_][axis + 2], id_))
    sizes = [boxes[id_][axis + 2] - boxes[id_][axis] for id_ in order]
    start, end = boxes[order[0]][axis], boxes[order[-1]][axis + 2]
    gap = (end - start - sum(sizes)) / (len(order) - 1)
    places, at = {}, start
    for id_, size in zip(order, sizes, strict=True):
        places[id_] = _put(boxes[id_], axis, at)
        at += size + gap
    return places


def _put(box: Box, axis: int, at: float) -> Point:
    """The corner of a box with one coordinate changed, in whole units."""
    return (float(round(at)), box[1]) if axis == ACROSS else (box[0], float(round(at)))


class Aligning(QObject):
    """Moves the selected nodes into columns or into line; bodies count, pins do not."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view

    def arrange(self) -> None:
        """Lay the selected nodes out in columns, or all."""
        document = self._view.document
        graph, chosen = document.graph, document.selection.nodes
        ids = [id_ for id_ in graph.nodes if len(chosen) < 2 or id_ in chosen]
        work = partial(arrange, graph.copy(), ids)
        places = wait_for(work) if len(ids) > MANY_NODES else work()
        if document.do(arranging_edit(self._view.canvas, places), tr("Arrange nodes")):
            self._view.zoom_to_fit()

    def left(self) -> None:
        """Left edges in one line."""
        self._align(ACROSS, START, tr("Align left edges"))

    def centre(self) -> None:
        """Middles in one upright line."""
        self._align(ACROSS, MIDDLE, tr("Align centres"))

    def right(self) -> None:
        """Right edges in one line."""
        self._align(ACROSS, END, tr("Align right edges"))

    def top(self) -> None:
        """Top edges in one line."""
        self._align(DOWN, START, tr("Align top edges"))

    def middle(self) -> None:
        """Middles in one level line."""
        self._align(DOWN, MIDDLE, tr("Align middles"))

    def bottom(self) -> None:
        """Bottom edges in one line."""
        self._align(DOWN, END, tr("Align bottom edges"))

    def across(self) -> None:
        """Equal gaps from left to right."""
        self._move(distributed(self._boxes(), ACROSS), tr("Distribute horizontally"))

    def down(self) -> None:
        """Equal gaps from top to bottom."""
        self._move(distributed(self._boxes(), DOWN), tr("Distribute vertically"))

    # --- inside ---------------------------------------------------------------------------

    def _align(self, axis: int, share: float, text: str) -> None:
        self._move(aligned(self._boxes(), axis, share), text)

    def _boxes(self) -> dict[str, Box]:
        items = self._view.canvas.items_by_id
        found: dict[str, Box] = {}
        for id_ in self._view.document.selection.nodes:
            item = items[id_]
            x, y = item.x(), item.y()
            found[id_] = (x, y, x + item.outline.width, y + item.outline.height)
        return found

    def _move(self, places: dict[str, Point], text: str) -> None:
        """Move what is not there yet; nothing to do is no entry."""
        nodes = self._view.document.graph.nodes
        moved = {id_: places[id_] for id_ in sorted(places) if nodes[id_].at != places[id_]}
        if moved:
            self._view.document.do(e.Move(moved), text)
