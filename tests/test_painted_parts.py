"""Parts of the canvas that are painted in one go look as they do in a picture of all of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion, QTransform

from gui.canvas import geometry as geo
from gui.canvas.levels import AT_DESK
from gui.canvas.sheet import Sheet, Sight
from gui.canvas.wire_lines import cut, seen_by
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import come_to_rest, frame, other_pixels, pixels

HINTS = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.theme.motion = False
    desk.run()
    return desk


@pytest.mark.parametrize(
    ("zoom", "ratio"), [(0.1, 1.0), (0.45, 1.25), (1.0, 1.0), (1.0, 1.5), (1.7, 2.0)]
)
def test_parts_painted_together_look_as_the_whole(desk, zoom, ratio):
    desk.view.zoom_to(zoom)
    desk.view.grab()
    size, world = QSize(640, 400), desk.view.viewportTransform()
    sight = Sight(world, size, ratio, zoom, AT_DESK)
    desk.scene.look(sight.rect, zoom)
    whole = Sheet(sight)
    whole.paint(desk.scene, HINTS)
    wanted = pixels(whole.picture.toImage())
    made = Sheet(sight)
    made.paint(desk.scene, HINTS)
    corners = np.random.default_rng(5).integers(0, 360, (12, 2)).tolist()
    made.old = [QRect(x, y, 90, 30) & QRect(0, 0, 640, 400) for x, y in corners]
    made.bare = [QRect(600, 0, 40, 400), QRect(0, 380, 640, 20)]
    painter = QPainter(made.picture)
    for part in (*made.old, *made.bare):
        painter.fillRect(part, "red")
    painter.end()
    made.paint(desk.scene, HINTS)
    found = pixels(made.picture.toImage())
    assert (np.abs(found - wanted).max(2) > 40).mean() < 1e-4


def test_lines_are_cut_to_the_parts_that_show_them():
    line = np.stack((np.arange(0.0, 340, 10), np.zeros(34)), axis=1)
    boxes = np.array([[15, -5, 35, 5], [200, -5, 212, 5], [0, 50, 340, 60]], float)
    found = [points[:, 0].tolist() for points in cut(line[None], boxes)]
    assert found == [[10, 20, 30, 40], [190, 200, 210, 220]]
    assert not list(cut(line[None] + 200.0, boxes[:2]))
    assert len(list(cut(line[None], np.array([[-9, -9, 999, 9.0]])))) == 1


def test_a_painter_tells_the_parts_that_it_is_clipped_to(desk):
    picture = QPixmap(400, 300)
    painter = QPainter(picture)
    painter.setClipRegion(QRect(0, 0, 10, 10))
    painter.setClipRegion(QRect(100, 50, 40, 20))
    painter.setWorldTransform(QTransform(0.5, 0, 0, 0.5, 30, 10))
    (box,) = seen_by(painter).tolist()
    painter.end()
    assert box == pytest.approx([140, 80, 220, 120], abs=2.1)
    assert box[0] <= 140
    assert box[1] <= 80
    assert box[2] >= 220
    assert box[3] >= 120


@pytest.mark.usefixtures("qapp")
def test_a_painter_tells_the_thinnest_parts_from_near():
    picture = QPixmap(400, 300)
    painter, region = QPainter(picture), QRegion(200, 100, 80, 80)
    region += QRegion(0, 0, 1, 300) + QRegion(0, 299, 400, 1)
    painter.setClipRegion(region)
    painter.setWorldTransform(QTransform.fromScale(4, 4))
    left, top, right, bottom = seen_by(painter).T
    assert painter.worldTransform() == QTransform.fromScale(4, 4)
    painter.end()
    for x, y in ((0.1, 10), (0.1, 74.9), (99, 74.9)):
        assert ((left <= x) & (x <= right) & (top <= y) & (y <= bottom)).any()


@pytest.mark.parametrize("by", [(1, 60), (-60, -1)])
def test_what_comes_into_sight_a_pixel_wide_has_its_wires(qtbot, desk, by):
    desk.view.zoom_to(4.0)
    desk.view.reveal("x2")
    come_to_rest(qtbot, desk)
    for _ in range(6):
        desk.view.camera.pan(QPointF(*by))
        frame(desk)
    shown = come_to_rest(qtbot, desk)
    desk.scene.update()
    assert not other_pixels(shown, come_to_rest(qtbot, desk))


def test_which_boxes_meet_any_of_others_is_as_asked_one_by_one():
    random = np.random.default_rng(2)
    corners = random.uniform(0, 100, (80, 2))
    boxes = np.concatenate((corners, corners + random.uniform(1, 20, (80, 2))), axis=1)
    others = boxes[60:] + 300 * (random.random((20, 1)) < 0.8)
    wanted = {row for box in others for row in geo.meeting(boxes, tuple(box)).tolist()}
    assert geo.meeting_some(boxes, others).tolist() == sorted(wanted)
    assert not len(geo.meeting_some(boxes, others[:0]))
