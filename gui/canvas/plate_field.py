"""Where the annotations of a scene stand: laid out as one looks, kept until something changes.

The ports of a few nodes are laid out in one go. Those of many are laid out in groups: as many as
a frame has time for, the rest in the frames that follow. What a step or a drag leaves as it was
stays.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.placing import Box, Room
from gui.canvas.plates import Plate
from gui.canvas.sight import Sight, region_around, sight_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

AT_ONCE = 64  # ports that are laid out in one go; more are laid out in groups
GROUP = 24
SLICE = 0.006  # seconds of laying out in a frame
SETTLED = 300  # milliseconds without a change, until all is laid out once more
BETWEEN = 0.1  # seconds from one frame to the next while there is more to come
AROUND = 120.0  # pixels: so near to what is laid out anew others make room
COLUMN = 240.0  # canvas units in which ports count as beside each other


class _State(NamedTuple):
    """What nothing that is kept outlives."""

    zoom: float
    is_printing: bool
    trace: int
    is_guarded: bool


class PlateField(QObject):
    """The plates of a scene in the region that was last asked for."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._state: _State | None = None
        self._rect = QRectF()  # what was looked at when the region was taken
        self.generation = 0  # how often all was laid out anew
        self._show_at = 0.0
        self.forget()
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED)
        self._settling.timeout.connect(self._settle)

    def forget(self) -> None:
        """Everything is to be laid out anew."""
        self.generation += 1
        self._changes: set[PortRef] = set()
        self._changed_boxes: list[Box] = []
        self._region, self._is_old = QRectF(), True
        self._sight = Sight()
        self._room = Room(self._sight.nodes, self._sight.wires)
        self._known: dict[PortRef, tuple] = {}
        self._plates: dict[PortRef, list[Plate]] = {}
        self._waiting: dict[PortRef, None] = {}
        self._homeless: set[PortRef] = set()  # their plates stand in a room that is no more
        self._gather()

    def revise(self) -> None:
        """Ports may stand elsewhere or have other numbers: those that do are laid out anew."""
        self._is_old = True

    @property
    def all(self) -> list[Plate]:
        """What is laid out."""
        return self._all

    def look(self, rect: QRectF, zoom: float, *, is_whole: bool = True) -> None:
        """Lay out what a rectangle shows: all of it, or as much as a frame has time for."""
        state = self._state_at(zoom)
        if state != self._state:
            self._state = state
            self.forget()
        if self._is_old or not self._region.contains(rect):
            self._take_region(region_around(rect, self._pixel), rect)
        if not self._waiting:
            return
        self._work(None if is_whole else SLICE)

    def take_changes(self) -> list[Box]:
        """The boxes of plates that came, went or changed since one last asked, and their wires'."""
        wires, changes = self._scene.wires, self._changes
        touching = {target for port in changes for target in wires.at_node(port.node)}
        ends = ((t, wires.source_of(t)) for t in touching)
        near = [t for t, source in ends if t in changes or source in changes]
        found = [*self._changed_boxes, *map(wires.bounds, near)]
        self._changes, self._changed_boxes = set(), []
        return found

    def within(self, rect: QRectF) -> list[Plate]:
        """The plates that meet a rectangle."""
        box = (rect.left(), rect.top(), rect.right(), rect.bottom())
        return [self._all[row] for row in geo.meeting(self._bounds, box).tolist()]

    # --- inside ----------------------------------------------------------------------------

    @property
    def _pixel(self) -> float:
        return 1 / self._state.zoom if self._state is not None else 1.0

    def _state_at(self, zoom: float) -> _State:
        shown = self._scene.document.shown
        return _State(zoom, self._scene.is_printing, id(shown.trace), shown.is_guarded)

    def _take_region(self, region: QRectF, rect: QRectF) -> None:
        """Know what lies in a region; what is new or other there waits to be laid out."""
        self._region, self._rect, self._is_old = region, rect, False
        self._sight = sight = sight_of(self._scene, region)
        self._room.set_nodes(sight.nodes)
        self._room.set_wires(sight.wires)
        places = {**sight.sources, **sight.targets, **sight.pins}
        found = {port: (at, self._states(port)) for port, at in places.items()}
        for port in [port for port in self._known if port not in found]:
            self._note_change(port, self._drop(port))
            self._waiting.pop(port, None)
        other = {port for port, look in found.items() if self._known.get(port) != look}
        other |= self._covered() & found.keys()
        self._known = found
        if len(places) <= AT_ONCE and other:
            self._waiting = dict.fromkeys(places)
        else:
            waiting = {*self._waiting, *other, *self._beside(other, places)}
            self._waiting = self._in_order(waiting, rect)
            if other and len(other) < len(places):
                self._settling.start()
        self._gather()

    def _in_order(self, ports: Collection[PortRef], rect: QRectF) -> dict[PortRef, None]:
        """Ports as they are to be laid out: those in sight first, neighbours together."""
        if len(ports) <= AT_ONCE:
            return dict.fromkeys(port for port in self._known if port in ports)
        seen = rect.adjusted(-AROUND, -AROUND, AROUND, AROUND)

        def rank(port: PortRef) -> tuple:
            x, y = self._known[port][0]
            return (not seen.contains(x, y), x // COLUMN, y, port)

        return dict.fromkeys(sorted(ports, key=rank))

    def _settle(self) -> None:
        """After some changes lay everything out once more, for what came first took the room.

        What stands is seen until something else takes its place.
        """
        self._room = Room(self._sight.nodes, self._sight.wires)
        self._homeless = set(self._plates)
        self._waiting = self._in_order(self._known.keys(), self._rect)
        self._more.start()

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

    def _covered(self) -> set[PortRef]:
        """The ports of plates that a node has come to lie on."""
        if not len(self._bounds) or not len(self._sight.nodes):
            return set()
        inner = self._bounds + np.array([0.01, 0.01, -0.01, -0.01])
        rows = np.flatnonzero(geo.meeting_any(inner, self._sight.nodes))
        return {self._all[row].port for row in rows.tolist()}

    def _beside(self, other: Collection[PortRef], places: dict) -> Iterable[PortRef]:
        """The ports near to those that are laid out anew: they make room for each other."""
        if not other or len(other) == len(places):
            return ()
        reach = AROUND * self._pixel
        ports, at = list(places), np.array(list(places.values()))
        boxes = geo.squares(np.array([places[port] for port in other if port in places]), reach)
        rows = np.flatnonzero(geo.meeting_any(np.concatenate((at, at), axis=1), boxes))
        return [ports[row] for row in rows.tolist()]

    def _go_on(self) -> None:
        """Work while nothing else is to be done, and show what has come now and then."""
        self._work(SLICE)
        if not self._waiting or time.perf_counter() > self._show_at:
            self._show_at = time.perf_counter() + BETWEEN
            for view in self._scene.views():
                view.viewport().update()  # not all of the scene anew: what changed is known

    def _work(self, seconds: float | None) -> None:
        """Lay out what waits: as much as there is time for, or all of it."""
        end = None if seconds is None else time.perf_counter() + seconds
        while self._waiting:
            self._lay_out(self._next())
            if end is not None and time.perf_counter() > end:
                self._more.start()
                break
        self._gather()

    def _next(self) -> list[PortRef]:
        """The ports that are laid out together now."""
        count = GROUP if len(self._waiting) > AT_ONCE else AT_ONCE
        ports = list(islice(self._waiting, count))
        for port in ports:
            del self._waiting[port]
        return ports

    def _lay_out(self, ports: list[PortRef]) -> None:
        scene, document = self._scene, self._scene.document
        zoom = self._state.zoom if self._state is not None else 1.0
        before = {port: self._drop(port) for port in ports}
        layout = scene.layout(self._sight, document.graph, document.shown, scene.theme, zoom)
        for plate in layout.plates(self._room, frozenset(ports)):
            self._plates.setdefault(plate.port, []).append(plate)
        for port, old in before.items():
            new = self._plates.get(port, [])
            if [plate.look for plate in old] != [plate.look for plate in new]:
                self._note_change(port, (*old, *new))

    def _drop(self, port: PortRef) -> list[Plate]:
        """Take the plates of a port away; which these were."""
        gone = self._plates.pop(port, [])
        for place in (place for plate in gone for place in plate.places):
            if port not in self._homeless:
                self._room.free(place)
        self._homeless.discard(port)
        return gone

    def _note_change(self, port: PortRef, plates: Iterable[Plate]) -> None:
        self._changes.add(port)
        self._changed_boxes.extend(plate.bounds for plate in plates)

    def _gather(self) -> None:
        self._all = [plate for plates in self._plates.values() for plate in plates]
        self._bounds = np.array([plate.bounds for plate in self._all]).reshape(-1, 4)
