"""Frames by the mouse: moved by the title with what they hold, resized by their edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, Qt

from graph import edits as e
from gui.canvas.bend_moves import move_edit
from gui.canvas.frame_paint import CHEVRON, LEFT
from gui.canvas.frame_parts import TITLE
from gui.canvas.gestures import Gesture
from gui.canvas.placing import Box
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from graph import Frame
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

REACH = 5  # pixels from an edge at which it is still held
FARTHEST = 7.0  # canvas units, so that the title stays within reach from afar
LEAST = (120.0, 64.0)
Shape = Qt.CursorShape
CURSORS = {
    "title": Shape.SizeAllCursor, "fold": Shape.PointingHandCursor,
    "l": Shape.SizeHorCursor, "r": Shape.SizeHorCursor,
    "t": Shape.SizeVerCursor, "b": Shape.SizeVerCursor,
    "lt": Shape.SizeFDiagCursor, "rb": Shape.SizeFDiagCursor,
    "rt": Shape.SizeBDiagCursor, "lb": Shape.SizeBDiagCursor,
}  # fmt: skip


class Hit(NamedTuple):
    """What of a frame lies under the pointer: `title`, `fold`, or the letters of its edges."""

    number: int
    part: str

    @property
    def is_corner(self) -> bool:
        """Whether two edges meet here."""
        return len(self.part) == 2


def frame_at(scene: CanvasScene, point: QPointF, zoom: float) -> Hit | None:
    """The topmost frame whose title, mark or edge holds a point; inside it is canvas."""
    for number in reversed(scene.frames.drawn()):
        reach = min(REACH / zoom, FARTHEST)
        part = _part(scene.frames.drawn_box(number), scene.frames.all[number], point, reach)
        if part:
            return Hit(number, part)
    return None


def _part(box: Box, frame: Frame, point: QPointF, reach: float) -> str:
    x, y = point.x(), point.y()
    left, top, right, bottom = box
    if not (left - reach <= x <= right + reach and top - reach <= y <= bottom + reach):
        return ""
    edges = ""
    if not frame.folded:
        edges = "l" if x <= left + reach else "r" if x >= right - reach else ""
        edges += "t" if y <= top + reach else "b" if y >= bottom - reach else ""
    if edges:
        return edges
    if y > top + TITLE and not frame.folded:
        return ""
    return "fold" if x <= left + LEFT + CHEVRON + 4 and y <= top + TITLE else "title"


class MoveFrame(Gesture):
    """Dragging the title moves the frame, the frames and the nodes in it."""

    def __init__(self, view: CanvasView, hit: Hit, point: QPointF) -> None:
        super().__init__(view)
        frames = self.scene.frames
        self._hit, self._start = hit, point
        self._numbers = (hit.number, *frames.inner(hit.number))
        self._boxes = {number: frames.box(number) for number in self._numbers}
        nodes = self.document.graph.nodes
        self._places = {id_: nodes[id_].at or (0.0, 0.0) for id_ in frames.members(hit.number)}
        frames.choose(hit.number)

    def move(self, point: QPointF, pixel: QPoint) -> None:
        hand = self.scene.hand
        if not hand:
            hand.take(self._places, self._numbers)
        hand.move(*self._shift(point))

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.move(point, pixel)
        self.scene.hand.let_go()
        dx, dy = self._shift(point)
        if not (dx or dy) or not move_frames(self.view, self._numbers, self._places, dx, dy):
            self.cancel()

    def click(self) -> None:
        """The mark folds; the title only selects."""
        if self._hit.part == "fold":
            self.view.framing.toggle_fold()

    def cancel(self) -> None:
        self.scene.hand.put_back()
        self.scene.sync_places(id_ for id_ in self._places if not self.scene.hides(id_))

    def _shift(self, point: QPointF) -> tuple[float, float]:
        """How far to move so that the frame's corner stands on the grid."""
        left, top, _, _ = self._boxes[self._hit.number]
        away = point - self._start
        if self.modifiers & Qt.KeyboardModifier.AltModifier:
            return (float(round(away.x())), float(round(away.y())))
        to_x, to_y = self.scene.snapped(left + away.x(), top + away.y())
        return to_x - left, to_y - top


class ResizeFrame(Gesture):
    """Dragging an edge or a corner moves that, and holds or lets go of what it passes."""

    def __init__(self, view: CanvasView, hit: Hit) -> None:
        super().__init__(view)
        self._hit = hit
        self._box = self.scene.frames.box(hit.number)
        self.scene.frames.choose(hit.number)

    def move(self, point: QPointF, pixel: QPoint) -> None:
        self.scene.frames.show({self._hit.number: self._resized(point)})

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.scene.frames.show({})
        left, top, right, bottom = self._resized(point)
        if (left, top, right, bottom) != self._box:
            frames = list(self.document.graph.frames)
            box = (left, top, right - left, bottom - top)
            frames[self._hit.number] = replace(frames[self._hit.number], box=box)
            self.document.do(e.SetFrames(tuple(frames)), tr("Resize the frame"))

    def cancel(self) -> None:
        self.scene.frames.show({})

    def _resized(self, point: QPointF) -> Box:
        left, top, right, bottom = self._box
        x, y = self.scene.snapped(point.x(), point.y())
        edges = self._hit.part
        left = min(x, right - LEAST[0]) if "l" in edges else left
        right = max(x, left + LEAST[0]) if "r" in edges else right
        top = min(y, bottom - LEAST[1]) if "t" in edges else top
        bottom = max(y, top + LEAST[1]) if "b" in edges else bottom
        return (left, top, right, bottom)


def move_frames(
    view: CanvasView, numbers: tuple[int, ...], places: dict, dx: float, dy: float
) -> bool:
    """Move frames and nodes together, as one entry; in a row by key they become one."""
    frames = list(view.document.graph.frames)
    for number in numbers:
        left, top, width, height = frames[number].box
        frames[number] = replace(frames[number], box=(left + dx, top + dy, width, height))
    moved = {id_: (x + dx, y + dy) for id_, (x, y) in places.items()}
    edits = (
        e.SetFrames(tuple(frames)),
        *((move_edit(view.document.graph, moved),) if moved else ()),
    )
    return view.document.do(e.Batch(edits), tr("Move the frame"))


def frame_gesture(view: CanvasView, hit: Hit, point: QPointF) -> Gesture:
    """The gesture that begins at a frame's title or edge."""
    return MoveFrame(view, hit, point) if hit.part in ("title", "fold") else ResizeFrame(view, hit)
