"""What is done with frames: made around the selection, named, folded, fitted, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from graph import Frame, Graph
from graph import edits as e
from gui.canvas.arranging import around, node_box
from gui.canvas.frame_gestures import frame_at, move_frames
from gui.canvas.frame_paint import CHEVRON, LEFT
from gui.canvas.frame_parts import TITLE
from gui.canvas.levels import OVERVIEW
from gui.canvas.wording import tr
from gui.inspector.editing import attempt

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.document import Document


class TitleSubject:
    """The title of a frame, edited where it stands."""

    is_mono = False
    node = ""

    def __init__(self, document: Document, number: int) -> None:
        self.document, self.number = document, number

    def title(self) -> str:
        return tr("Title of the frame")

    def text(self) -> tuple[str, str]:
        return self.document.graph.frames[self.number].title, tr("Title")

    def refusal(self, text: str) -> str:
        return ""

    def apply(self, text: str, then: Callable[[str], None]) -> None:
        def make() -> e.Edit:
            return changed(self.document.graph, self.number, title=text)

        then(attempt(self.document, make, tr("Name the frame")))

    def spot(self, view: CanvasView) -> tuple[QPointF, float] | None:
        """Over the title."""
        if self.number >= len(self.document.graph.frames):
            return None
        left, top, right, _ = view.canvas.frames.drawn_box(self.number)
        start = left + LEFT + CHEVRON
        return QPointF(start, top + TITLE / 2), min(right - start, 240.0)

    def neighbours(self, graph: Graph) -> list[str]:
        return []

    def end(self) -> None:
        pass


class Framing(QObject):
    """The commands about frames. They act on the selected frame, else on the one around the nodes.

    `told` says what came of it, for those who do not see it.
    """

    told = Signal(str)

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self._frames = view.canvas.frames

    @property
    def number(self) -> int | None:
        """The frame that a command would act on."""
        if self._frames.current is not None or not self._frames.all:
            return self._frames.current
        return self._frames.holder_of(self._document.selection.nodes)

    # --- what rows of the table of actions call -------------------------------------------

    def add(self) -> None:
        """Make a frame around the selected nodes, and ask for its title."""
        if self._document.place:
            text = tr("Frames stand in the document itself. Go back up, and frame the composite.")
            self._document.refuse(text)
            return
        ids = self._document.selection.nodes
        box = self._around([id_ for id_ in self._document.graph.nodes if id_ in ids])
        if box is None:
            return
        frames = (*self._document.graph.frames, Frame(tr("Frame"), box))
        if self._document.do(e.SetFrames(frames), tr("Frame the selection")):
            self._frames.choose(len(frames) - 1)
            self.edit_title()

    def next(self) -> None:
        """Select the next frame, and bring it into sight."""
        drawn = self._frames.drawn()
        if not drawn:
            return
        here = self._frames.current
        later = [number for number in drawn if here is not None and number > here]
        self._go(later[0] if later else drawn[0])

    def edit_title(self) -> None:
        """Edit the title where it stands."""
        number = self.number
        if number is not None:
            self._frames.choose(number)
            self._view.inline.open(TitleSubject(self._document, number))

    def toggle_fold(self) -> None:
        """Fold a frame to one box, or unfold it."""
        number = self.number
        if number is None:
            return
        folded = not self._frames.all[number].folded
        edit = changed(self._document.graph, number, folded=folded)
        if self._document.do(edit, tr("Fold the frame") if folded else tr("Unfold the frame")):
            self._frames.choose(number)
            self.told.emit(self.describe(number))

    def fit(self) -> None:
        """Fit a frame's box around the nodes that it holds."""
        number = self.number
        box = self._around(self._frames.members(number)) if number is not None else None
        if number is None or box is None or box == self._frames.all[number].box:
            return
        edit = changed(self._document.graph, number, box=box)
        if self._document.do(edit, tr("Fit the frame to its nodes")):
            self._frames.choose(number)

    def remove(self) -> None:
        """Remove a frame; the nodes in it stay."""
        number = self.number
        if number is None:
            return
        frames = self._document.graph.frames
        edit = e.SetFrames(frames[:number] + frames[number + 1 :])
        self._frames.choose(None)
        self._document.do(edit, tr("Remove the frame"))

    # --- for gestures and keys ------------------------------------------------------------

    def edit_title_at(self, point: QPointF) -> bool:
        """A double click: edit the title that lies there; False where none does."""
        hit = frame_at(self._view.canvas, point, self._view.zoom)
        if hit is None or hit.part != "title":
            return False
        self._frames.choose(hit.number)
        self.edit_title()
        return True

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the selected frame with what it holds; False where none is selected."""
        number = self._frames.current
        if number is None:
            return False
        nodes = self._document.graph.nodes
        places = {id_: nodes[id_].at or (0.0, 0.0) for id_ in self._frames.members(number)}
        move_frames(self._view, (number, *self._frames.inner(number)), places, dx, dy)
        return True

    def leave(self) -> bool:
        """Esc: select no frame; False where none was."""
        was = self._frames.current
        self._frames.choose(None)
        return was is not None

    def describe(self, number: int) -> str:
        """A frame in words."""
        frame, count = self._frames.all[number], len(self._frames.members(number))
        nodes = tr("1 node") if count == 1 else tr("{count} nodes").format(count=count)
        state = tr("folded") if frame.folded else tr("open")
        text = tr("Frame {title}, {state}, {nodes}")
        text = text.format(title=frame.title, state=state, nodes=nodes)
        return f"{text}. {frame.note}" if frame.note else text

    # --- inside ---------------------------------------------------------------------------

    def _go(self, number: int) -> None:
        self._frames.choose(number)
        left, top, right, bottom = self._frames.drawn_box(number)
        box = QRectF(left, top, right - left, bottom - top)
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        if not seen.contains(box):
            self._view.camera.look_at(box.center(), max(self._view.zoom, OVERVIEW))
        self.told.emit(self.describe(number))

    def _around(self, ids: list[str]) -> tuple[float, float, float, float] | None:
        """The box of a frame that leaves room around nodes; None without nodes."""
        scene, nodes = self._view.canvas, self._document.graph.nodes
        boxes = [node_box(scene, id_, nodes[id_].at or (0.0, 0.0)) for id_ in ids]
        if not boxes:
            return None
        left, top, right, bottom = around(boxes)
        return (left, top, right - left, bottom - top)


def changed(graph: Graph, number: int, **values: object) -> e.SetFrames:
    """The edit that changes one frame."""
    frames = list(graph.frames)
    frames[number] = replace(frames[number], **values)
    return e.SetFrames(tuple(frames))
