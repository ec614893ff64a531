"""Frames as they are drawn: which nodes they hold, what is folded, and where edges meet them.

Everything here is read from the document; a gesture only shows other boxes for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph import Frame, PortRef
from gui.canvas.frame_parts import other_parts, rim_of
from gui.canvas.geometry import Point
from gui.canvas.placing import Box

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

FOLDED = (176.0, 60.0)


class Frames(QObject):
    """The frames of a document.

    `held` tells the nodes that a folded frame holds, by its number. `changed` gives the nodes whose
    drawing is another; `current` is the number of the frame that is selected.
    """

    changed = Signal(object)
    chosen = Signal()  # another frame is selected, or none

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene, self._document = scene, scene.document
        self.current: int | None = None
        self.held: dict[str, int] = {}
        self._inside: frozenset[int] = frozenset()
        self._border: dict[PortRef, Point] = {}
        self._shown: Mapping[int, Box] = {}
        self._members: dict[int, list[str]] = {}
        self._drawn: dict[int, tuple[Frame, Box]] = {}  # as they are painted
        self._document.edited.connect(self.follow)
        self._document.replaced.connect(self._start_anew)
        self._document.selection_changed.connect(self._leave)
        self._read()

    # --- reading --------------------------------------------------------------------------

    @property
    def all(self) -> tuple[Frame, ...]:
        """The frames from the lowest to the topmost."""
        return self._document.graph.frames

    def box(self, number: int) -> Box:
        """Left, top, right and bottom of a whole frame, as it is shown now."""
        if number in self._shown:
            return self._shown[number]
        return box_of(self.all[number])

    def drawn_box(self, number: int) -> Box:
        """The same of what is drawn: of a folded frame one small box in its corner."""
        left, top, right, bottom = self.box(number)
        if not self.all[number].folded:
            return (left, top, right, bottom)
        return (left, top, left + FOLDED[0], top + FOLDED[1])

    def drawn(self) -> list[int]:
        """The numbers of the frames that no folded frame holds."""
        return [number for number in range(len(self.all)) if number not in self._inside]

    def members(self, number: int) -> list[str]:
        """The nodes whose middle lies in a frame; looked for once for each state of the graph."""
        if number not in self._members:
            self._members[number] = self._found(number)
        return self._members[number]

    def _found(self, number: int) -> list[str]:
        box = box_of(self.all[number])
        return [id_ for id_ in self._document.graph.nodes if self._is_in(id_, box)]

    def _is_in(self, id_: str, box: Box) -> bool:
        """Whether the middle of a node lies in a box."""
        x, y = self._document.graph.nodes[id_].at or (0.0, 0.0)
        if x >= box[2] or y >= box[3]:  # most are out by this alone, without a look at the module
            return False
        shape = self._scene.face(id_).shape
        x, y = x + shape.width / 2, y + shape.height / 2
        return box[0] <= x <= box[2] and box[1] <= y <= box[3]

    def inner(self, number: int) -> list[int]:
        """The frames that lie wholly in a frame."""
        own = box_of(self.all[number])
        others = (other for other in range(len(self.all)) if other != number)
        return [other for other in others if _contains(own, box_of(self.all[other]))]

    def holder_of(self, ids: Iterable[str]) -> int | None:
        """The smallest frame that holds all of these nodes."""
        wanted = tuple(ids)
        boxes = enumerate(map(box_of, self.all)) if wanted else ()
        numbers = [n for n, box in boxes if all(self._is_in(id_, box) for id_ in wanted)]
        return min(numbers, key=lambda n: self.all[n].box[2] * self.all[n].box[3], default=None)

    def wire_place(self, port: PortRef) -> Point | None:
        """Where an edge meets the border of the folded frame that holds its node."""
        return self._border.get(port)

    # --- gestures -------------------------------------------------------------------------

    def show(self, boxes: Mapping[int, Box]) -> None:
        """Draw some frames elsewhere until told otherwise; none: where the document says."""
        self._shown = boxes
        self.follow()

    def carry(self, boxes: Mapping[int, Box]) -> None:
        """Know that some frames are drawn elsewhere, which whoever has them paints."""
        self._shown = boxes
        self._read()
        self._scene.plan.touch()

    def choose(self, number: int | None) -> None:
        """Select a frame, and nothing else."""
        if number is not None:
            self._document.selection.clear()
        self._become(number)

    # --- inside ---------------------------------------------------------------------------

    def follow(self) -> None:
        """Read the document again, and tell what is drawn in another way now."""
        held, border, drawn = self.held, self._border, self._drawn
        self._read()
        self._paint_again(drawn)
        if self.current is not None and self.current >= len(self.all):
            self._become(None)
        ids = set(held.keys() ^ self.held.keys())
        ids |= {id_ for id_ in held.keys() & self.held.keys() if held[id_] != self.held[id_]}
        moved = border.items() ^ self._border.items()
        ids |= {port.node for port, _ in moved}
        if ids:
            self.changed.emit(frozenset(ids))

    def _paint_again(self, before: Mapping[int, tuple[Frame, Box]]) -> None:
        """Where frames are drawn otherwise than before is to be painted again."""
        parts: list[Box] = []
        for number in before.keys() | self._drawn.keys():
            was, now = before.get(number), self._drawn.get(number)
            if was != now:
                parts += other_parts(was, now)
        if any(frame.folded for frame, _ in (*before.values(), *self._drawn.values())):
            self._scene.field.revise()  # annotations keep clear of them
        self._show(parts)

    def _show(self, parts: list[Box]) -> None:
        if parts:
            self._scene.picture.spoil(parts)
            self._scene.plan.touch()
            self._scene.show()

    def _become(self, number: int | None) -> None:
        before, self.current = self.current, number
        if before != number:
            chosen = (self._drawn[n][1] for n in (before, number) if n in self._drawn)
            self._show([part for box in chosen for part in rim_of(box)])
            self.chosen.emit()

    def _start_anew(self) -> None:
        self.current, self._shown = None, {}
        self._read()

    def _leave(self) -> None:
        if self._document.selection.kind != "graph":
            self._become(None)

    def _read(self) -> None:
        self.held, self._border, self._members = {}, {}, {}
        folded = [number for number, frame in enumerate(self.all) if frame.folded]
        self._inside = frozenset(other for number in folded for other in self._within(number))
        for number in folded:
            if number not in self._inside:
                for id_ in self.members(number):
                    self.held.setdefault(id_, number)
        for number in folded:
            if number not in self._inside:
                self._meet(number)
        self._drawn = {n: (self.all[n], self.drawn_box(n)) for n in self.drawn()}

    def _within(self, number: int) -> list[int]:
        """The frames that are gone while this one is folded; of two equal ones the second."""
        own = box_of(self.all[number])
        inner = self.inner(number)
        return [other for other in inner if other > number or box_of(self.all[other]) != own]

    def _meet(self, number: int) -> None:
        """Spread the edges that cross a folded frame's border over its two sides."""
        graph = self._document.graph
        into: dict[PortRef, float] = {}
        out: dict[PortRef, float] = {}
        for id_, holder in self.held.items():
            if holder != number or id_ not in graph:
                continue
            for edge in graph.store.edges_at(id_):
                ends = [self.held.get(end.node) == number for end in (edge.source, edge.target)]
                if ends == [True, False]:
                    out[edge.source] = self._height(edge.source)
                elif ends == [False, True]:
                    into[edge.target] = self._height(edge.target)
        left, top, right, bottom = self.drawn_box(number)
        for side, ports in ((left, into), (right, out)):
            order = sorted(ports, key=lambda port: (ports[port], port))
            for place, port in enumerate(order):
                y = top + (bottom - top) * (place + 1) / (len(order) + 1)
                self._border[port] = (side, y)

    def _height(self, port: PortRef) -> float:
        at = self._document.graph.nodes[port.node].at or (0.0, 0.0)
        place = self._scene.face(port.node).shape.port(port.port) or (0.0, 0.0)
        return at[1] + place[1]


def box_of(frame: Frame) -> Box:
    """Left, top, right and bottom."""
    left, top, width, height = frame.box
    return (left, top, left + width, top + height)


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )
