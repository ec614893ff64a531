"""Where a callout stands: near what it points at, covering neither nodes, numbers nor another one.

Plain arithmetic over boxes [left, top, right, bottom] in pixels of the canvas.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gui.canvas.placing import Box

REACH = 480  # pixels from the anchor that are tried
STEP = 10
LOOKED_AT = 200  # places whose lines are looked at: those that cost least without
# Pixels between a callout and what it points at: least, best, most.
NEAREST, LIKED, FARTHEST = 12, 22, 260
AIR = 8  # pixels that stay free around what must not be covered
CORNER = 12  # pixels from a callout's corner at which a line may start
SAMPLES = 16  # points of a pointer's line that are looked at
# What it costs in pixels of distance: to cross something with a part of the line, to cover a
# point of a wire.
CROSSES, ON_WIRE = 150.0, 6.0


@dataclass(frozen=True)
class Ground:
    """What a callout has to do with: its room, boxes to keep free, points of wires."""

    room: Box
    boxes: np.ndarray = field(default_factory=lambda: np.empty((0, 4)))
    wires: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))

    def with_box(self, box: Box) -> Ground:
        """The same with one more box that is taken."""
        return Ground(self.room, np.vstack((self.boxes, box)), self.wires)


def is_good(box: Box, anchor: Box, ground: Ground) -> bool:
    """Whether a box lies inside the room and covers nothing, nor does its line."""
    left, top, right, bottom = ground.room
    inside = left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom
    boxes = np.array([box])
    return (
        inside
        and not _overlaps(boxes, ground.boxes).any()
        and not _crossings(boxes, anchor, ground.boxes).any()
    )


def best_place(anchor: Box, size: tuple[float, float], ground: Ground) -> Box | None:
    """The box of a callout of this size that points best at `anchor`; None without room."""
    corners = _corners(anchor, size, ground.room)
    boxes = np.hstack((corners, corners + size))
    distance = _distances(boxes, anchor)
    boxes = boxes[
        (distance >= NEAREST) & (distance <= FARTHEST) & ~_overlaps(boxes, ground.boxes).any(axis=1)
    ]
    if not len(boxes):
        return None
    cost = np.abs(_distances(boxes, anchor) - LIKED)
    cost += ON_WIRE * _holds(boxes, ground.wires).sum(axis=1)
    nearest = np.argsort(cost)[:LOOKED_AT]
    boxes, cost = boxes[nearest], cost[nearest]
    cost += CROSSES * _crossings(boxes, anchor, ground.boxes)
    return tuple(boxes[int(cost.argmin())].tolist())


def pointer(box: Box, anchor: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Start and end of the line from a callout to the rim of what it points at."""
    aim = [_between((box[i] + box[i + 2]) / 2, *_core(anchor[i], anchor[i + 2])) for i in (0, 1)]
    start = [_between(aim[i], box[i], box[i + 2]) for i in (0, 1)]
    for i in (0, 1):  # not at a corner, which is round
        if box[1 - i] <= aim[1 - i] <= box[3 - i]:
            continue
        start[i] = _between(start[i], box[i] + CORNER, box[i + 2] - CORNER)
    share = max(_share_outside(start[i], aim[i], anchor[i], anchor[i + 2]) for i in (0, 1))
    end = [start[i] + (aim[i] - start[i]) * share for i in (0, 1)]
    return (start[0], start[1]), (end[0], end[1])


def _between(number: float, least: float, most: float) -> float:
    return min(max(number, least), most)


def _core(low: float, high: float) -> tuple[float, float]:
    """The middle part of a stretch."""
    third = (high - low) / 3
    return low + third, high - third


def _share_outside(start: float, aim: float, low: float, high: float) -> float:
    """How much of the way from `start` to `aim`, along one axis, lies outside of a stretch."""
    if low <= start <= high:
        return 0.0
    rim = low if start < low else high
    return (rim - start) / (aim - start)


def _corners(anchor: Box, size: tuple[float, float], room: Box) -> np.ndarray:
    """Upper left corners around an anchor, those that keep the callout inside the room."""
    across = np.arange(anchor[0] - REACH, anchor[2] + REACH - size[0] + STEP, STEP)
    down = np.arange(anchor[1] - REACH, anchor[3] + REACH - size[1] + STEP, STEP)
    across = across[(across >= room[0]) & (across + size[0] <= room[2])]
    down = down[(down >= room[1]) & (down + size[1] <= room[3])]
    return np.array(np.meshgrid(across, down)).reshape(2, -1).T


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which boxes meet which others, with air between them."""
    first, second = boxes[:, None], others[None]
    return (
        (first[..., 0] < second[..., 2] + AIR)
        & (first[..., 2] > second[..., 0] - AIR)
        & (first[..., 1] < second[..., 3] + AIR)
        & (first[..., 3] > second[..., 1] - AIR)
    )


def _distances(boxes: np.ndarray, anchor: Box) -> np.ndarray:
    """From each box to the anchor; 0 where they meet."""
    across = np.maximum(np.maximum(anchor[0] - boxes[:, 2], boxes[:, 0] - anchor[2]), 0)
    down = np.maximum(np.maximum(anchor[1] - boxes[:, 3], boxes[:, 1] - anchor[3]), 0)
    return np.hypot(across, down)


def _crossings(boxes: np.ndarray, anchor: Box, others: np.ndarray) -> np.ndarray:
    """How many parts of each line to the anchor lie over other things."""
    middle = np.array([(anchor[0] + anchor[2]) / 2, (anchor[1] + anchor[3]) / 2])
    starts = np.clip(middle, boxes[:, :2], boxes[:, 2:])
    shares = np.linspace(0, 1, SAMPLES)[None, :, None]
    points = (starts[:, None] + (middle - starts)[:, None] * shares).reshape(-1, 2)
    crossed = _holds(others, points).any(axis=0) & ~_holds(np.array([anchor]), points)[0]
    return crossed.reshape(len(boxes), SAMPLES).sum(axis=1)


def _holds(boxes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which boxes hold which points."""
    x, y = points[None, :, 0], points[None, :, 1]
    return (
        (boxes[:, 0, None] <= x)
        & (x <= boxes[:, 2, None])
        & (boxes[:, 1, None] <= y)
        & (y <= boxes[:, 3, None])
    )
