"""What is other on a picture is put together to few rectangles that hold all of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QRegion, QTransform

from gui.canvas.levels import AT_DESK
from gui.canvas.patches import TILE, joined
from gui.canvas.sheet import RIM, Sheet, Sight
from tests.effort import tries


def union(parts) -> QRegion:
    region = QRegion()
    for part in parts:
        region += part
    return region


def size(part) -> int:
    return part.width() * part.height()


def test_rectangles_hold_every_part_once_and_whole_tiles():
    random = np.random.default_rng(3)
    for _ in range(tries(40, 2_000)):
        parts = [
            QRect(*random.integers(-300, 300, 2), *random.integers(0, 200, 2)) for _ in "12345"
        ]
        found = joined(parts)
        tiles = {
            (x, y)
            for part in parts
            if not part.isEmpty()
            for x in range(part.left() // TILE, part.right() // TILE + 1)
            for y in range(part.top() // TILE, part.bottom() // TILE + 1)
        }
        assert union(parts).subtracted(union(found)).isEmpty()
        assert sum(map(size, found)) == sum(map(size, union(found))) == len(tiles) * TILE**2


def test_what_lies_together_is_one_rectangle():
    assert joined([]) == joined([QRect(3, 3, 0, 9)]) == []
    near = [QRect(70, 70, 10, 10), QRect(130, 150, 10, 10), QRect(70, 150, 10, 10)]
    assert joined([*near, QRect(130, 70, 1, 1)]) == [QRect(64, 64, 128, 128)]
    assert len(joined([QRect(0, 0, 5, 5), QRect(500, 500, 5, 5)])) == 2


@pytest.mark.usefixtures("qapp")
def test_a_sheet_is_old_where_a_box_of_the_canvas_is_seen():
    made = Sheet(Sight(QTransform(2, 0, 0, 2, 100, 50), QSize(640, 480), 1.0, 2.0, AT_DESK))
    made.spoil([(0.0, 0.0, 10.0, 10.0)])
    assert not made.old  # all of it is still to be painted
    made.bare = []
    made.spoil([(0.0, 0.0, 10.0, 20.0), (-500.0, 0.0, -90.0, 9.0), (260.0, 0.0, 900.0, 9.0)])
    assert made.old == [
        QRect(100 - RIM, 50 - RIM, 20 + 2 * RIM, 40 + 2 * RIM),
        QRect(QPoint(620 - RIM, 50 - RIM), QPoint(639, 50 + 18 + RIM - 1)),
    ]


class Painted:
    """Stands for a scene that is painted on a sheet: what it was asked for, each time."""

    def __init__(self) -> None:
        self.times: list[int] = []

    def paint_parts(self, painter, boxes) -> None:
        self.times.append(len(boxes))


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("old", "seconds", "begun"), [(True, 1.0, True), (True, 0.0, False),
                                                       (False, 1e-9, True)])  # fmt: skip
def test_what_is_old_and_what_came_into_sight_are_painted_in_one_go(old, seconds, begun):
    made, scene = Sheet(Sight(QTransform(), QSize(640, 480), 1.0, 1.0, AT_DESK)), Painted()
    made.bare = [QRect(0, 240, 640, 240)]
    if old:
        made.spoil([(100.0, 100.0, 120.0, 120.0)])
    made.paint_some(seconds, scene, QPainter.RenderHint.Antialiasing)
    assert scene.times[0] == old + begun
    assert (union(made.bare) != QRegion(0, 240, 640, 240)) == begun
    for _ in range(1_000):
        made.paint_some(1e-9, scene, QPainter.RenderHint.Antialiasing)
    assert not made.bare  # however little time there is
    assert not made.old
