"""Where the annotations of a scene stand: laid out as one looks, kept until something changes.

The ports of a few nodes are laid out in one go. Those of many are laid out in groups: as many as
a frame has time for, the rest in the frames that follow. What a step or a drag leaves as it was
stays; where a node is dragged among many ports, its own are laid out and those that it comes to lie
on. Soon after such a change all are laid out once more, as they would be anew.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from weakref import ref

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QTimer

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.placing import Box, Room
from gui.canvas.plates import Plate
from gui.canvas.sight import Sight, follow_nodes, region_around, sight_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from runtime.trace import Trace

AT_ONCE = 64  # ports that are laid out in one go; more are laid out in groups
GROUP = 12
SLICE, IDLE = 0.004, 0.015  # seconds of laying out in a frame, and between two
LATER = 60  # milliseconds until what lies around what one sees is laid out
SETTLED = 300  # milliseconds without a change, until all is laid out once more
SHOWN = 0.1  # seconds from one frame to the next while there is more to come
NEAR = 48.0  # pixels from a port that its annotations take for the most part
AROUND = 120.0  # pixels: so near to what is laid out anew others make room
COLUMN = 240.0  # canvas units in which ports count as beside each other


class _State(NamedTuple):
    """What nothing that is kept outlives."""

    zoom: float
    is_printing: bool
    trace: ref[Trace] | None
    is_guarded: bool


class PlateField(QObject):
    """The plates of a scene in the region that was last asked for."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._state: _State | None = None
        self._rect = QRectF()  # what was looked at last
        self.generation = 0  # how often all was laid out anew
        self._show_at = 0.0
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED)
        self._settling.timeout.connect(self._settle)
        self.forget()

    def forget(self) -> None:
        """Everything is to be laid out anew."""
        self.generation += 1
        self._settling.stop()
        self._changes: dict[PortRef, list[Box]] = {}
        self._region, self._is_old = QRectF(), True
        self._moved: set[str] = set()
        self._sight = Sight()
        self._room = Room(self._sight.boxes, self._sight.wires)
        # Where ports are, and what was there of their numbers when they were laid out.
        self._known: dict[PortRef, tuple[geo.Point, tuple[str, ...] | None]] = {}
        self._plates: dict[PortRef, list[Plate]] = {}
        self._waiting: dict[PortRef, None] = {}
        self._homeless: set[PortRef] = set()  # their plates stand in a room that is no more
        self._gathered: tuple[list[Plate], np.ndarray] | None = None

    def revise(self) -> None:
        """Ports may stand elsewhere or have other numbers: those that do are laid out anew."""
        self._is_old = True

    def note_moves(self, ids: Iterable[str]) -> None:
        """Nodes are drawn elsewhere."""
        self._moved.update(ids)

    def carry(self, nodes: Collection[str], dx: float, dy: float) -> None:
        """Nodes are drawn so far from where they were, and what is said at them goes along."""
        self._gathered, boxes = None, self._scene.boxes
        for port, plates in self._plates.items():
            for plate in plates if port.node in nodes else ():
                plate.move(dx, dy)
        here = (boxes.ids[row] for row in geo.meeting(boxes.array, self._region.getCoords()))
        self.note_moves(id_ for id_ in here if id_ in nodes and id_ not in self._sight.boxes)

    def note_step(self, nodes: Collection[str]) -> None:
        """The playhead has moved: what these nodes' ports show may be other, and no more."""
        if self._is_old:
            return
        other = set()
        for port, (place, states) in self._known.items():
            if port.node in nodes and states is not None and states != self._states(port):
                self._known[port] = (place, None)
                other.add(port)
        self._await(other)

    @property
    def is_laid_out(self) -> bool:
        """Whether nothing waits to be laid out where one looks."""
        return not self._is_awaited(self._rect)

    @property
    def is_settled(self) -> bool:
        """Whether everything stands where it would if it were laid out anew."""
        return not (self._is_old or self._moved or self._waiting or self._settling.isActive())

    @property
    def all(self) -> list[Plate]:
        """What is laid out."""
        return self._gather()[0]

    def at_nodes(self, ids: Collection[str]) -> list[Plate]:
        """What is laid out at the ports of these nodes."""
        return [p for port, plates in self._plates.items() if port.node in ids for p in plates]

    def of(self, port: PortRef) -> list[Plate]:
        """What is laid out of a port."""
        return list(self._plates.get(port, ()))

    def at(self, point: QPointF) -> Plate | None:
        """What holds a point: with its text, or with its picture."""
        x, y = point.x(), point.y()
        plates, bounds = self._gather()
        for row in geo.meeting(bounds, (x, y, x, y)).tolist():
            plate = plates[row]
            boxes = [plate.box] if plate.picture is None else [plate.box, plate.picture.box]
            if any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes):
                return plate
        return None

    @property
    def bounds(self) -> np.ndarray:
        """The boxes of what is laid out `[n, 4]`."""
        return self._gather()[1]

    def look(self, rect: QRectF, zoom: float, *, is_whole: bool = True) -> None:
        """Lay out what a rectangle shows: all of it, or as much as a frame has time for."""
        state = self._state_at(zoom)
        if state != self._state:
            self._state = state
            self.forget()
        self._rect = rect
        if self._is_old or not self._region.contains(rect):
            self._take_region(region_around(rect, self._pixel))
        elif self._moved and (len(self._known) <= AT_ONCE or len(self._moved) > AT_ONCE):
            self._take_region(self._region)
        elif self._moved:
            self._take_moves()
        if is_whole or self._is_awaited(rect):
            self._work(None if is_whole else SLICE)
        self._wait_for_more()

    def take_changes(self) -> list[Box]:
        """The boxes of plates that came, went or changed since one last asked.

        Not those at nodes in the hand, which paints them by itself and is told.
        """
        changes, self._changes = self._changes, {}
        hand = self._scene.hand
        for port in [port for port in changes if port.node in hand.nodes]:
            hand.spoil(changes.pop(port))
        return [box for boxes in changes.values() for box in boxes]

    @property
    def changed(self) -> list[Box]:
        """The boxes of all plates that came, went or changed since they were last taken."""
        return [box for boxes in self._changes.values() for box in boxes]

    def within(self, boxes: np.ndarray) -> list[Plate]:
        """The plates that meet any of some boxes `[n, 4]`."""
        plates, bounds = self._gather()
        return [plates[row] for row in geo.meeting_some(bounds, boxes).tolist()]

    # --- inside ----------------------------------------------------------------------------

    @property
    def _pixel(self) -> float:
        return 1 / self._state.zoom if self._state is not None else 1.0

    def _state_at(self, zoom: float) -> _State:
        shown = self._scene.document.shown
        trace = ref(shown.trace) if shown.trace is not None else None
        return _State(zoom, self._scene.is_printing, trace, shown.is_guarded)

    def _take_region(self, region: QRectF) -> None:
        """Know what lies in a region; what is new or other there waits to be laid out.

        Where a node stands elsewhere, or none any more, what had no room may have some.
        """
        boxes = self._sight.boxes
        other, gone = self._know(region)
        other |= self._covered(self._sight.nodes)
        self._await(other, is_less=bool(gone) or self._sight.boxes != boxes)
        if AT_ONCE < len(self._known) != len(other):
            self._settling.start()  # also where the same ports are seen from elsewhere

    def _await(self, other: Collection[PortRef], *, is_less: bool = False) -> None:
        """Let ports be laid out anew, for they look otherwise, or others are there no more."""
        if len(self._known) <= AT_ONCE:
            self._waiting = dict.fromkeys(self._known if other or is_less else self._waiting)
        elif len(other) == len(self._known):
            self._begin_anew()
        elif other or is_less:
            self._waiting = self._in_order({*self._waiting, *other, *self._beside(other)})
            self._settling.start()

    def _know(self, region: QRectF) -> tuple[set[PortRef], set[PortRef]]:
        """Read the scene anew: the ports that are other than known, and those that are gone."""
        is_old = self._is_old  # else the numbers of what is known are the same
        self._region, self._is_old, self._moved = region, False, set()
        self._sight = sight = sight_of(self._scene, region)
        self._room.set_nodes(sight.boxes)
        self._room.set_wires(sight.wires)
        found = {port: (at, self._states_known(port, is_old)) for port, at in sight.places.items()}
        other = {port for port, look in found.items() if self._known.get(port) != look}
        gone = self._known.keys() - found.keys()
        self._known = found
        self._leave(gone)
        return other, gone

    def _take_moves(self) -> None:
        """Know where the nodes are that were moved: their ports wait, and those they lie on."""
        moved, self._moved = self._moved, set()
        sight = self._sight
        ports = follow_nodes(self._scene, self._region, sight, moved)
        self._room.set_nodes(sight.boxes)
        self._room.set_wires(sight.wires)
        places = sight.places
        there = sorted(ports & places.keys())
        for port in ports - places.keys():
            self._known.pop(port, None)
        self._leave(ports - places.keys())
        self._known.update({port: (places[port], None) for port in there})
        boxes = [sight.boxes[id_] for id_ in moved if id_ in sight.boxes]
        covered = sorted(self._covered(np.array(boxes).reshape(-1, 4)) - ports)
        self._waiting = dict.fromkeys((*there, *covered, *self._waiting))
        self._settling.start()

    def _is_awaited(self, rect: QRectF) -> bool:
        """Whether something is still to come where one looks, and not only around it."""
        reach = NEAR * self._pixel
        seen = rect.adjusted(-reach, -reach, reach, reach)
        return any(seen.contains(*self._known[port][0]) for port in self._waiting)

    def _leave(self, ports: Iterable[PortRef]) -> None:
        """These ports are out of sight."""
        for port in ports:
            self._note_change(port, self._drop(port))
            self._waiting.pop(port, None)

    def _in_order(self, ports: Collection[PortRef]) -> dict[PortRef, None]:
        """Ports as they are to be laid out: those in sight first, neighbours together."""
        if len(ports) <= AT_ONCE:
            return dict.fromkeys(port for port in self._known if port in ports)
        seen = self._rect.adjusted(-AROUND, -AROUND, AROUND, AROUND)

        def rank(port: PortRef) -> tuple:
            x, y = self._known[port][0]
            return (not seen.contains(x, y), x // COLUMN, y, port)

        return dict.fromkeys(sorted(ports, key=rank))

    def _settle(self) -> None:
        """After some changes lay everything out once more, for what came first took the room."""
        self._know(region_around(self._rect, self._pixel))
        self._begin_anew()
        self._wait_for_more()

    def _begin_anew(self) -> None:
        """Everything waits for a place; what stands is seen until something else comes for it."""
        self._room = Room(self._sight.boxes, self._sight.wires)
        self._homeless = set(self._plates)
        self._waiting = self._in_order(self._known.keys())

    def _states_known(self, port: PortRef, is_old: bool) -> tuple[str, ...] | None:
        """What a port was laid out with, asked again if that is old; None: it is still to be."""
        _, states = self._known.get(port, (None, None))
        return self._states(port) if is_old and states is not None else states

    def _states(self, port: PortRef) -> tuple[str, ...]:
        """What of a port's numbers is there; the same trace has the same numbers."""
        shown = self._scene.document.shown
        states = [shown.value(port).state, shown.gradient(port).state]
        states.append(shown.port_gradient(port).state)
        if shown.has_tangents:
            states += [shown.tangent(port).state, shown.tangent_over(port).state]
        if shown.has_updates:
            states.append(shown.update(port).state)
        return tuple(states)

    def _covered(self, nodes: np.ndarray) -> set[PortRef]:
        """The ports of plates that nodes `[n, 4]` have come to lie on."""
        plates, bounds = self._gather()
        if not plates or not len(nodes):
            return set()
        inner = bounds + np.array([0.01, 0.01, -0.01, -0.01])
        rows = np.flatnonzero(geo.meeting_any(inner, nodes))
        return {plates[row].port for row in rows.tolist()}

    def _beside(self, other: Collection[PortRef]) -> Iterable[PortRef]:
        """The ports near to those that are laid out anew: they make room for each other."""
        if not other:
            return ()
        ports, at = list(self._known), np.array([place for place, _ in self._known.values()])
        near = np.array([self._known[port][0] for port in other])
        boxes = geo.squares(near, AROUND * self._pixel)
        rows = np.flatnonzero(geo.meeting_any(np.concatenate((at, at), axis=1), boxes))
        return [ports[row] for row in rows.tolist()]

    def _go_on(self) -> None:
        """Work while nothing else is to be done, and show what has come now and then."""
        self._work(IDLE)
        if not self._scene.picture.is_crisp:
            return  # it is shown when all of it has come
        if self.is_laid_out or time.perf_counter() > self._show_at:
            self._show_at = time.perf_counter() + SHOWN
            for view in self._scene.views():
                view.viewport().update()  # not all of the scene anew: what changed is known

    def _work(self, seconds: float | None) -> None:
        """Lay out what waits: as much as there is time for, or all of it.

        What is awaited comes first, and nothing else in the same go.
        """
        end = None if seconds is None else time.perf_counter() + seconds
        awaits = self._is_awaited(self._rect)
        while self._waiting:
            self._lay_out(self._next())
            is_late = end is not None and time.perf_counter() > end
            if is_late or (end is not None and awaits and not self._is_awaited(self._rect)):
                break
        self._wait_for_more()

    def _wait_for_more(self) -> None:
        """Let what waits still be laid out soon; a while later if one does not see it."""
        if not self._waiting:
            self._more.stop()
        elif self._is_awaited(self._rect):
            self._more.start(0)
        elif not self._more.isActive():
            self._more.start(LATER)

    def _next(self) -> list[PortRef]:
        """The ports that are laid out together now."""
        count = GROUP if len(self._known) > AT_ONCE else AT_ONCE
        ports = list(islice(self._waiting, count))
        for port in ports:
            del self._waiting[port]
        return ports

    def _lay_out(self, ports: list[PortRef]) -> None:
        scene, document = self._scene, self._scene.document
        zoom = self._state.zoom if self._state is not None else 1.0
        before = {port: self._drop(port) for port in ports}
        self._known.update({port: (self._known[port][0], self._states(port)) for port in ports})
        layout = scene.layout(self._sight, document.graph, document.shown, scene.theme, zoom)
        self._gathered = None
        for plate in layout.plates(self._room, frozenset(ports)):
            self._plates.setdefault(plate.port, []).append(plate)
        for port, old in before.items():
            new = self._plates.get(port, [])
            if [plate.look for plate in old] != [plate.look for plate in new]:
                self._note_change(port, (*old, *new))

    def _drop(self, port: PortRef) -> list[Plate]:
        """Take the plates of a port away; which these were."""
        gone, self._gathered = self._plates.pop(port, []), None
        for place in (place for plate in gone for place in plate.places):
            if port not in self._homeless:
                self._room.free(place)
        self._homeless.discard(port)
        return gone

    def _note_change(self, port: PortRef, plates: Iterable[Plate]) -> None:
        self._changes.setdefault(port, []).extend(plate.bounds for plate in plates)

    def _gather(self) -> tuple[list[Plate], np.ndarray]:
        """All plates, and their bounds `[n, 4]`."""
        if self._gathered is None:
            found = [plate for plates in self._plates.values() for plate in plates]
            bounds = np.array([plate.bounds for plate in found]).reshape(-1, 4)
            self._gathered = found, bounds
        return self._gathered
