"""Where all edges run: arrays outside the scene's index, with their own hit test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from graph import PortRef
from gui.canvas import geometry as geo

MARGIN = 12.0  # what rails, chevrons and selection may take beside a wire
# The points of each of the pieces of a wire that boxes are put around.
STEPS = np.arange(0, geo.WIRE_POINTS - 1, 7)
PIECES = np.minimum(STEPS[:, None] + np.arange(8), geo.WIRE_POINTS - 1)
Ends = tuple[PortRef, PortRef, geo.Point, geo.Point, bool, tuple[geo.Point, ...], int]


class Wires:
    """The wires of a scene, one row each; a row is identified by its edge's target port.

    Rows live in arrays that double when they are full; removed rows are filled by the last. Lines
    are most of what a canvas keeps: as float32 they lie within 0.004 of their place as far out as
    50,000 units. Who asks gets float64.
    """

    def __init__(self) -> None:
        self.targets: list[PortRef] = []
        self.sources: list[PortRef] = []
        self._row: dict[PortRef, int] = {}
        self._touching: defaultdict[str, set[PortRef]] = defaultdict(set)
        self._lines = np.empty((0, geo.WIRE_POINTS, 2), np.float32)
        self._bounds = np.empty((0, 4))
        self.routes: dict[PortRef, tuple[geo.Point, ...]] = {}  # of the wires with bends
        self.delays: dict[PortRef, int] = {}  # of the wires that carry an earlier time step
        self.changed: set[int] = set()  # rows, for whoever mirrors them and empties it

    def __len__(self) -> int:
        return len(self.targets)

    def __contains__(self, target: object) -> bool:
        return target in self._row

    def clear(self) -> None:
        """Forget all wires."""
        self.__init__()

    def put(self, many: Iterable[Ends]) -> None:
        """Add wires, or replace those that end at the same port: (source, target, from, to, up,
        the points that it runs through, the delay)."""
        ends = list(many)
        if not ends:
            return
        lines = geo.wires(
            np.array([e[2] for e in ends]),
            np.array([e[3] for e in ends]),
            np.array([e[4] for e in ends]),
        )
        for source, target, *_ in ends:  # before any row is counted, for dropping moves rows
            if target in self._row:
                self._forget_way(target, source)
        for row, (_, target, start, end, up, route, delay) in enumerate(ends):
            if delay:
                self.delays[target] = delay
            if route:
                self.routes[target] = route
                lines[row] = geo.routed(start, end, up, route)
        rows = [self._take(source, target) for source, target, *_ in ends]
        self._grow(len(self.targets))
        self._lines[rows] = lines
        self._bounds[rows] = geo.boxes(lines, MARGIN)
        self.changed.update(rows)

    def lead(self, targets: Sequence[PortRef], lines: np.ndarray) -> None:
        """Let wires run along other lines: `[n, WIRE_POINTS, 2]`, by the ports where they end."""
        rows = np.array([self._row[target] for target in targets], int)
        self._lines[rows] = lines
        self._bounds[rows] = geo.boxes(lines, MARGIN)
        self.changed.update(rows.tolist())

    def drop(self, targets: Iterable[PortRef]) -> None:
        """Forget the wires that end at ports, as far as there are some."""
        gone = {self._row[target]: target for target in targets if target in self._row}
        for row, target in gone.items():
            del self._row[target]
            self.routes.pop(target, None)
            self.delays.pop(target, None)
            for node in (target.node, self.sources[row].node):
                self._touching[node].discard(target)
        left = len(self.targets) - len(gone)
        holes = [row for row in gone if row < left]
        last = [row for row in range(left, len(self.targets)) if row not in gone]
        for hole, row in zip(holes, last, strict=True):
            self._row[self.targets[row]] = hole
            self.targets[hole], self.sources[hole] = self.targets[row], self.sources[row]
        self._lines[holes], self._bounds[holes] = self._lines[last], self._bounds[last]
        del self.targets[left:], self.sources[left:]
        self.changed.update(gone)

    def at_node(self, node: str) -> tuple[PortRef, ...]:
        """Targets of the wires that touch a node."""
        return tuple(self._touching.get(node, ()))

    def source_of(self, target: PortRef) -> PortRef:
        """Where the wire to a port comes from; KeyError where there is none."""
        return self.sources[self._row[target]]

    def row_of(self, target: PortRef) -> int:
        """The row of the wire to a port; KeyError where there is none."""
        return self._row[target]

    def line(self, target: PortRef) -> np.ndarray:
        """The middle line of a wire: `[WIRE_POINTS, 2]`."""
        return self._lines[self._row[target]].astype(float)

    def bounds(self, target: PortRef) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a wire with its margin."""
        return tuple(self._bounds[self._row[target]].tolist())

    def pieces(self, targets: Iterable[PortRef]) -> np.ndarray:
        """Boxes `[n, 4]` around the pieces of wires, which hold far less than their bounds do."""
        lines = self.lines([self._row[target] for target in targets])
        return geo.boxes(lines[:, PIECES].reshape(-1, PIECES.shape[1], 2), MARGIN)

    def all_bounds(self) -> list[list[float]]:
        """Left, top, right, bottom of every wire."""
        return self._bounds[: len(self)].tolist()

    def within(self, box: tuple[float, float, float, float]) -> np.ndarray:
        """Rows whose bounds meet a box (left, top, right, bottom)."""
        return geo.meeting(self._bounds[: len(self)], box)

    def seen(self, box: tuple[float, float, float, float]) -> np.ndarray:
        """Rows of which a box may show something."""
        return self.seen_in(np.array([box]))

    def seen_in(self, boxes: np.ndarray) -> np.ndarray:
        """Rows of which any of some boxes `[n, 4]` may show something.

        A long wire's bounds hold much that is none.
        """
        rows = self.reaching(boxes)
        is_seen = geo.within_some(self._bounds[rows], boxes)
        out = np.flatnonzero(~is_seen)
        is_seen[out] = geo.near(self.lines(rows[out]), geo.widened(boxes, MARGIN)).any(1)
        return rows[is_seen]

    def reaching(self, boxes: np.ndarray) -> np.ndarray:
        """Rows whose bounds meet any of some boxes `[n, 4]`."""
        return geo.meeting_some(self._bounds[: len(self)], boxes)

    def lines(self, rows: np.ndarray | list[int]) -> np.ndarray:
        """Middle lines of rows: `[n, WIRE_POINTS, 2]`."""
        return self._lines[np.asarray(rows, int)].astype(float)

    def ends(self) -> np.ndarray:
        """Both end points of every wire: `[n, 2, 2]`."""
        return self._lines[: len(self)][:, (0, -1)].astype(float)

    def hit(self, x: float, y: float, reach: float) -> PortRef | None:
        """The target of the nearest wire within `reach` of a point."""
        rows = self.within((x - reach, y - reach, x + reach, y + reach))
        if not len(rows):
            return None
        gaps = geo.distances(self.lines(rows), x, y)
        best = int(gaps.argmin())
        return self.targets[rows[best]] if gaps[best] <= reach else None

    def touching(self, box: tuple[float, float, float, float]) -> tuple[PortRef, ...]:
        """The targets of the wires that run through a box (left, top, right, bottom)."""
        rows = self.within(box)
        runs = geo.crossing(self.lines(rows), box) if len(rows) else ()
        return tuple(self.targets[row] for row, is_in in zip(rows, runs, strict=True) if is_in)

    def crossed_by(self, a: geo.Point, b: geo.Point) -> tuple[PortRef, ...]:
        """The targets of the wires that a straight piece from a to b crosses."""
        xs, ys = sorted((a[0], b[0])), sorted((a[1], b[1]))
        rows = self.within((xs[0], ys[0], xs[1], ys[1]))
        met = geo.crossed_by(self.lines(rows), a, b) if len(rows) else ()
        return tuple(self.targets[row] for row, is_met in zip(rows, met, strict=True) if is_met)

    def joining(self, nodes: Iterable[str]) -> set[PortRef]:
        """Targets of the wires that touch any of some nodes."""
        return {target for node in nodes for target in self._touching.get(node, ())}

    def rows(self, targets: Iterable[PortRef]) -> list[int]:
        """The rows of wires, in order."""
        return sorted(self._row[target] for target in targets)

    def pairs(self, rows: Iterable[int]) -> Iterator[tuple[PortRef, PortRef]]:
        """(source, target) of rows."""
        for row in rows:
            yield self.sources[row], self.targets[row]

    def _forget_way(self, target: PortRef, source: PortRef) -> None:
        """A wire runs otherwise; if it begins at another port, it is another one."""
        self.routes.pop(target, None)
        self.delays.pop(target, None)
        if self.source_of(target) != source:
            self.drop((target,))

    def _take(self, source: PortRef, target: PortRef) -> int:
        row = self._row.get(target)
        if row is None:
            row = self._row[target] = len(self.targets)
            self.targets.append(target)
            self.sources.append(source)
            self._touching[source.node].add(target)
            self._touching[target.node].add(target)
        return row

    def reserve(self, rows: int) -> None:
        """Make room for so many wires, so that none is copied while they come."""
        if rows > len(self._lines):
            self._make_room(rows)

    def _grow(self, rows: int) -> None:
        if rows > len(self._lines):
            self._make_room(max(rows, 2 * len(self._lines), 64))

    def _make_room(self, rows: int) -> None:
        for name in ("_lines", "_bounds"):
            old = getattr(self, name)
            new = np.empty((rows, *old.shape[1:]), old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
