"""Where things lie on the canvas: plain functions in canvas units (pixels at 100 %), no Qt.

x grows to the right, y down. A node's place is its top left corner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

SNAP = 8
DOTS = 24
PITCH = 24  # between ports
PORT_RADIUS = 5
HIT = 12  # half of a port's hit square
COMPACT = (96.0, 60.0)
LAYER = (144.0, 60.0)
PIN = 8  # side of a parameter pin, and length of its stem
PIN_PITCH = 72
PIN_TEXT = 44  # room for three lines under a pin
CORNER = 8
SOURCE_CORNER = 20
TIP = 12  # how far a loss points to the right
WIDE = frozenset({"layer", "composite"})  # outlines of large nodes, with their texts on top
RING = 11  # what a ring, a border and a focus frame may take around a node
WIRE_POINTS = 34
HAIR = 1e-6  # pixels

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class NodeShape:
    """Size of a node and places of its ports, relative to its top left corner.

    `more` is the place of the input that the node would grow.
    """

    outline: str
    width: float
    height: float
    inputs: Mapping[str, Point]
    outputs: Mapping[str, Point]
    pins: Mapping[str, Point]
    more: Mapping[str, Point] = field(default_factory=dict)

    def port(self, name: str) -> Point | None:
        """Where an edge meets the port."""
        for places in (self.inputs, self.outputs, self.pins, self.more):
            if name in places:
                return places[name]
        return None

    @property
    def bottom(self) -> float:
        """The lowest line that the node, its pins and their text take."""
        return self.height + (2 * PIN + PIN_TEXT if self.pins else 0)


@lru_cache(maxsize=4096)
def node_shape(
    outline: str,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    pins: tuple[str, ...],
    more: tuple[str, ...] = (),
) -> NodeShape:
    """The shape of a node with these ports.

    Compact nodes are 96x60 and grow when more than two ports stand on a side; layers and
    composites are 144x(60 + 24 a port row) and widen with their pins.
    """
    on_left = (*inputs, *more)
    rows = max(len(on_left), len(outputs), 1)
    if outline in WIDE:
        width, height = max(LAYER[0], PIN_PITCH * len(pins)), LAYER[1] + PITCH * rows
    else:
        width = max(COMPACT[0], PIN_PITCH * len(pins))
        height = max(COMPACT[1], PITCH * (rows - 1) + 36)
    if outline in WIDE:
        # From the height where a compact node has its one port, so that wires between the two
        # are straight where their tops are level.
        left = right = COMPACT[1] / 2
    else:
        left = height / 2 - PITCH * (len(on_left) - 1) / 2
        right = height / 2 - PITCH * (len(outputs) - 1) / 2
    return NodeShape(
        outline,
        width,
        height,
        _column(inputs, 0.0, left),
        _column(outputs, width, right),
        {
            name: (width * (index + 0.5) / len(pins), height + 2 * PIN)
            for index, name in enumerate(pins)
        },
        _column(more, 0.0, left + PITCH * len(inputs)),
    )


def _column(names: tuple[str, ...], x: float, top: float) -> dict[str, Point]:
    return {name: (x, top + PITCH * index) for index, name in enumerate(names)}


def port_at(shape: NodeShape, x: float, y: float) -> str | None:
    """The port whose hit square holds the point (relative to the node); the nearest one."""
    best, name = math.inf, None
    sides = ((shape.inputs, 0), (shape.more, 0), (shape.outputs, 0), (shape.pins, -PIN / 2))
    for places, middle in sides:
        for port, (px, py) in places.items():
            dx, dy = abs(x - px), abs(y - py - middle)
            if dx <= HIT and dy <= HIT and dx + dy < best:
                best, name = dx + dy, port
    return name


def pixel(x: float) -> int:
    """The nearest whole number. Halves go up, also those that a sum misses by a hair.

    So what was scrolled by whole pixels meets what is painted beside it.
    """
    return math.floor(x + 0.5 + HAIR)


def snapped(x: float, y: float) -> Point:
    """The nearest point of the grid."""
    return (math.floor(x / SNAP + 0.5) * SNAP, math.floor(y / SNAP + 0.5) * SNAP)


def wires(sources: np.ndarray, targets: np.ndarray, upward: np.ndarray) -> np.ndarray:
    """Middle lines of many edges at once: float64 `[n, WIRE_POINTS, 2]`.

    `sources`, `targets` are `[n, 2]`; `upward` `[n]` tells the edges that end at a pin, from
    below. An edge leaves its port straight, bends as a cubic, and arrives straight, so that
    the plates at its ends lie on the wire.
    """
    sources, targets = np.asarray(sources, float), np.asarray(targets, float)
    up = np.asarray(upward, bool)
    dx, dy = (targets - sources).T
    ahead = np.where(up, dx, np.clip(dx, 0, None))
    leave = np.clip(ahead * 0.13, 8, 24)
    arrive = np.where(up, 16.0, np.clip(ahead * 0.48, 12, 96))
    start, end = sources.copy(), targets.copy()
    start[:, 0] += leave
    end[:, 0] -= np.where(up, 0.0, arrive)
    end[:, 1] += np.where(up, arrive, 0.0)
    span = end[:, 0] - start[:, 0]
    around = np.clip(np.abs(dy) * 0.4 + np.abs(dx) * 0.5, 24, 280)
    reach = np.where(span > 24, span * 0.5, around)
    first, second = start.copy(), end.copy()
    first[:, 0] += reach
    second[:, 0] -= np.where(up, 0.0, reach)
    second[:, 1] += np.where(up, np.clip(np.abs(dy) * 0.5, 24, 120), 0.0)
    even = np.linspace(0, 1, WIRE_POINTS - 2)
    t = even - 0.12 * np.sin(2 * np.pi * even)  # denser where it bends most
    lines = np.empty((len(sources), WIRE_POINTS, 2))
    lines[:, 0], lines[:, -1] = sources, targets
    for axis in (0, 1):  # one by one: along pairs numpy takes several times as long
        lines[:, 1:-1, axis] = (
            (1 - t) ** 3 * start[:, axis, None]
            + 3 * (1 - t) ** 2 * t * first[:, axis, None]
            + 3 * (1 - t) * t**2 * second[:, axis, None]
            + t**3 * end[:, axis, None]
        )
    return lines


def wire(source: Point, target: Point, upward: bool = False) -> np.ndarray:
    """The middle line of one edge: `[WIRE_POINTS, 2]`."""
    return wires(np.array([source]), np.array([target]), np.array([upward]))[0]


def routed(source: Point, target: Point, upward: bool, bends: tuple[Point, ...]) -> np.ndarray:
    """The middle line of an edge through some points: `[WIRE_POINTS, 2]`.

    It leaves and arrives straight as every wire does, and between runs as a centred Catmull-Rom
    curve: through each point along the line between its neighbours.
    """
    plain = wire(source, target, upward)
    stops = np.array([plain[1], *bends, plain[-2]], float)
    ends = np.stack((plain[1] - plain[0], plain[-1] - plain[-2]))
    ends /= np.maximum(np.linalg.norm(ends, axis=1, keepdims=True), 1e-9)
    gaps = np.linalg.norm(np.diff(stops, axis=0), axis=1)
    ways = np.empty_like(stops)
    ways[0], ways[-1] = ends[0] * gaps[0], ends[1] * gaps[-1]
    ways[1:-1] = (stops[2:] - stops[:-2]) / 2
    share = np.linspace(0, len(stops) - 1, WIRE_POINTS - 2)
    piece = np.minimum(share.astype(int), len(stops) - 2)
    t = (share - piece)[:, None]
    a, b, first, last = stops[piece], stops[piece + 1], ways[piece], ways[piece + 1]
    curve = (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * first
    curve += (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * last
    return np.concatenate((plain[:1], curve, plain[-1:]))


def rail(points: np.ndarray, offset: float | np.ndarray) -> np.ndarray:
    """The line at a distance from a wire `[..., P, 2]`; positive lies to the right of its way.

    For an edge that runs to the right, negative offsets lie above. The ends keep the
    direction of the ports, and mitred joints keep the distance everywhere. Distances
    `[k, 1, ..., 1]` give k lines for each wire: `[k, ..., P, 2]`.
    """
    # One by one: along pairs numpy takes ten times as long.
    right, down = np.moveaxis(np.diff(points, axis=-2), -1, 0)
    length = np.hypot(right, down)
    length[length <= 1e-9] = 1.0
    normal = np.stack((-down / length, right / length), axis=-1)
    joint = np.empty_like(points)
    joint[..., 0, :], joint[..., -1, :] = normal[..., 0, :], normal[..., -1, :]
    mean = normal[..., :-1, :] + normal[..., 1:, :]
    size = mean[..., 0] ** 2 + mean[..., 1] ** 2
    joint[..., 1:-1, :] = mean * (2 / np.maximum(size, 1.0))[..., None]
    return points + offset * joint


def point_on_wire(points: np.ndarray, share: float) -> tuple[Point, Point]:
    """(point, direction) at a share of the length; the direction has length 1."""
    places, ways = points_on_wires(points[None], (share,))
    return tuple(places[0, 0].tolist()), tuple(ways[0, 0].tolist())


def points_on_wires(points: np.ndarray, shares: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Points and directions at shares of the length of each line `[n, P, 2]`: `[n, shares, 2]`."""
    steps = np.diff(points, axis=1)
    lengths = np.hypot(steps[..., 0], steps[..., 1])
    ends = np.cumsum(lengths, axis=1)
    wanted = ends[:, -1:] * np.array(shares)
    index = (ends[:, None, :] < wanted[..., None]).sum(-1).clip(max=lengths.shape[1] - 1)
    row = np.arange(len(points))[:, None]
    length = np.maximum(lengths[row, index], 1e-9)
    rest = (wanted - (ends[row, index] - lengths[row, index])) / length
    step = steps[row, index]
    return points[row, index] + step * rest[..., None], step / length[..., None]


def bends(points: np.ndarray) -> np.ndarray:
    """How far from the middle of its neighbours a point of each line `[n, P, 2]` lies, twice.

    The straight pieces at both ends do not count. A line through every k-th point lies at most
    about k^2 / 8 of it beside the line.
    """
    inner = points[:, 1:-1]
    turns = inner[:, 2:] - 2 * inner[:, 1:-1] + inner[:, :-2]
    return np.abs(turns).max((1, 2), initial=0.0)


def near(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Which pieces of lines `[n, P, 2]` any of the boxes `[m, 4]` may show: `[n, P - 1]`."""
    (x, y), found = np.moveaxis(points, -1, 0), np.zeros((len(points), points.shape[1] - 1), bool)
    left, right = np.minimum(x[:, :-1], x[:, 1:]), np.maximum(x[:, :-1], x[:, 1:])
    top, bottom = np.minimum(y[:, :-1], y[:, 1:]), np.maximum(y[:, :-1], y[:, 1:])
    for box in boxes.tolist():
        found |= (left <= box[2]) & (right >= box[0]) & (top <= box[3]) & (bottom >= box[1])
    return found


def distances(points: np.ndarray, x: float, y: float) -> np.ndarray:
    """Distance of (x, y) from each of the lines `[n, P, 2]`: float64 `[n]`."""
    start = points[:, :-1]
    step = points[:, 1:] - start
    to = np.array([x, y]) - start
    square = (step**2).sum(-1)
    along = np.clip((to * step).sum(-1) / np.where(square > 1e-12, square, 1.0), 0, 1)
    gap = to - along[..., None] * step
    return np.sqrt((gap**2).sum(-1)).min(1)


def crossing(points: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Which of the lines `[n, P, 2]` run through a box: booleans `[n]`.

    Each piece is cut at the box's sides (Liang and Barsky): what is left of it lies inside.
    """
    start = points[:, :-1]
    step = points[:, 1:] - start
    low, high = np.array(box[:2]) - start, np.array(box[2:]) - start
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = low / step, high / step
    still = step == 0  # a piece along an axis is inside its two sides all the way, or never
    inside = (low <= 0) & (high >= 0)
    enter = np.where(still, np.where(inside, -np.inf, np.inf), np.minimum(first, last))
    leave = np.where(still, np.where(inside, np.inf, -np.inf), np.maximum(first, last))
    enter, leave = enter.max(-1).clip(0), leave.min(-1).clip(max=1)
    return (enter <= leave).any(1)


def crossed_by(points: np.ndarray, a: Point, b: Point) -> np.ndarray:
    """Which of the lines `[n, P, 2]` the straight piece from a to b crosses: booleans `[n]`.

    Two pieces cross where the ends of each lie on different sides of the other.
    """
    start, end = points[:, :-1], points[:, 1:]
    first, last = np.array(a), np.array(b)

    def side(origin: np.ndarray, way: np.ndarray, point: np.ndarray) -> np.ndarray:
        away = point - origin
        return way[..., 0] * away[..., 1] - way[..., 1] * away[..., 0]

    along, piece = end - start, np.broadcast_to(last - first, start.shape)
    parts_stroke = side(first, piece, start) * side(first, piece, end) <= 0
    parts_line = side(start, along, first) * side(start, along, last) <= 0
    return (parts_stroke & parts_line & (np.abs(along).sum(-1) > 0)).any(1)


def boxes(points: np.ndarray, margin: float) -> np.ndarray:
    """Bounds of lines `[n, P, 2]`, grown by a margin: `[n, 4]` as left, top, right, bottom."""
    x, y = points[..., 0], points[..., 1]  # one by one: along pairs numpy takes ten times as long
    least, most = (x.min(1) - margin, y.min(1) - margin), (x.max(1) + margin, y.max(1) + margin)
    return np.stack((*least, *most), axis=1)


def meeting(bounds: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Indices of the bounds `[n, 4]` that meet a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    meets = (bounds[:, 0] <= right) & (bounds[:, 2] >= left)
    meets &= (bounds[:, 1] <= bottom) & (bounds[:, 3] >= top)
    return np.flatnonzero(meets)


def meeting_some(bounds: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Indices of the bounds `[n, 4]` that meet any of the boxes `[m, 4]`."""
    if not len(boxes):
        return np.empty(0, int)
    (left, top), (right, bottom) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    rows = meeting(bounds, (left, top, right, bottom))
    return rows if len(boxes) == 1 else rows[meeting_any(bounds[rows], boxes)]


def within_some(bounds: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Which of the bounds `[n, 4]` lie within any of the boxes `[m, 4]`: booleans `[n]`."""
    (left, top, right, bottom), found = bounds.T, np.zeros(len(bounds), bool)
    for box in boxes.tolist():
        found |= (left >= box[0]) & (top >= box[1]) & (right <= box[2]) & (bottom <= box[3])
    return found


def grown(box: tuple[float, float, float, float], by: float) -> tuple[float, float, float, float]:
    """A box with so much more on every side."""
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def widened(boxes: np.ndarray, by: float) -> np.ndarray:
    """Boxes `[..., 4]` with so much more on every side."""
    return boxes + np.array([-by, -by, by, by])


def squares(places: np.ndarray, reach: float) -> np.ndarray:
    """Boxes around places `[..., 2]`: `[..., 4]`."""
    return np.concatenate((places - reach, places + reach), axis=-1)


def meeting_any(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which boxes `[..., 4]` meet one of the others `[m, 4]`: booleans `[...]`."""
    left, top, right, bottom = (boxes[..., side, None] for side in range(4))
    meets = (left <= others[:, 2]) & (right >= others[:, 0])
    meets &= (top <= others[:, 3]) & (bottom >= others[:, 1])
    return meets.any(-1)
