"""A zoom shows what was seen at the new size, soon what is there; a picture has that at once."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QImage, QTransform

from graph.edits import Rename
from gui.canvas import seen_picture
from gui.canvas.levels import AT_DESK
from gui.canvas.sheet import Sheet, Sight
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import (
    frame,
    is_crisp,
    is_same,
    on_screen,
    painted_parts,
    pixels,
    seen,
    wait_crisp,
)
from tests.patience import LONGEST


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.theme.motion = False
    desk.run()
    desk.view.zoom_to(1.0)
    desk.view.grab()
    return desk


@pytest.fixture
def hurried(monkeypatch):
    """A frame has next to no time."""
    monkeypatch.setattr(seen_picture, "IN_FRAME", 1e-6)


@pytest.fixture
def painted(desk, monkeypatch):
    """The parts that are painted, not copied."""
    return painted_parts(desk, monkeypatch)


@pytest.fixture
def boxes(desk, monkeypatch):
    """The parts where boxes stand for nodes."""
    parts, real = [], desk.scene.plan.paint

    def paint(painter, rect=None):  # the minimap paints all of it
        if rect is not None:
            parts.append(rect)
        real(painter, rect)

    monkeypatch.setattr(desk.scene.plan, "paint", paint)
    return parts


def share(desk, parts) -> float:
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    return sum(p.width() * p.height() for p in parts) / (seen.width() * seen.height())


@pytest.mark.usefixtures("hurried")
def test_a_frame_of_a_zoom_paints_a_little_and_the_rest_comes(qtbot, desk, painted):
    desk.view.zoom_by(1.3)
    frame(desk)
    assert not desk.scene.picture.is_crisp
    assert share(desk, painted) < 0.5
    wait_crisp(qtbot, desk)
    assert share(desk, painted) >= 0.99
    assert is_crisp(desk)


def test_what_was_seen_is_shown_larger_meanwhile(desk, monkeypatch):
    before = on_screen(desk)
    monkeypatch.setattr(Sheet, "paint_some", lambda *_: None)
    desk.view.zoom_by(2.0)
    frame(desk)
    after, middle = on_screen(desk), desk.view.viewport().rect().center()
    left, top = middle.x() - 100, middle.y() - 100
    small = QImage(
        before.astype(np.uint8).tobytes(), *before.shape[1::-1], QImage.Format.Format_RGB32
    )
    part = small.copy(left, top, 200, 200).scaled(QSize(400, 400))
    wanted = pixels(part)
    found = after[top - 100 : top + 300, left - 100 : left + 300]
    assert np.abs(wanted - found).mean() < 6
    assert np.ptp(found) > 100  # something is there


@pytest.mark.usefixtures("hurried")
def test_a_picture_of_the_view_is_crisp_in_the_midst_of_a_zoom(desk):
    desk.view.zoom_by(1.7)
    frame(desk)
    assert not desk.scene.picture.is_crisp
    stretched = on_screen(desk)
    taken = pixels(desk.view.grab().toImage())
    assert not is_same(stretched, taken)
    desk.scene.update()
    assert is_same(taken, pixels(desk.view.grab().toImage()))


def test_boxes_stand_where_nothing_was_seen_yet(qtbot, desk, boxes, monkeypatch):
    desk.view.zoom_to(3.0)
    desk.view.grab()
    monkeypatch.setattr(Sheet, "paint_some", lambda *_: None)
    desk.view.zoom_to(0.6)
    frame(desk)
    assert boxes
    seen = on_screen(desk)
    node = desk.theme.color("node")
    for id_ in ("x", "w", "loss"):
        pixel = desk.middle(id_)
        assert tuple(seen[pixel.y(), pixel.x(), 2::-1]) == node.getRgb()[:3]


def test_zooming_back_finds_what_was_seen_before(qtbot, desk, boxes):
    for _ in range(2):
        desk.view.zoom_by(1.5)
        frame(desk)
        wait_crisp(qtbot, desk)
    desk.view.zoom_by(1 / 1.5**2 * 1.01)
    frame(desk)
    assert not boxes  # a sheet that reaches as far was kept


def test_an_edit_during_a_zoom_is_seen_at_once(desk):
    desk.view.zoom_by(1.3)
    frame(desk)
    desk.document.do(Rename("x1", "other"), "Rename")
    frame(desk)
    assert is_crisp(desk)


@pytest.mark.parametrize("seconds", [1e-6, 0.004])  # next to nothing, and half of it is painted
def test_what_moves_during_a_zoom_is_on_the_sheet_to_come(qtbot, desk, monkeypatch, seconds):
    monkeypatch.setattr(seen_picture, "IN_FRAME", seconds)
    desk.view.zoom_by(1.3)
    frame(desk)
    desk.scene.place_nodes({"x2": (520.0, 200.0)})
    wait_crisp(qtbot, desk)
    assert is_crisp(desk)


@pytest.mark.usefixtures("hurried")
def test_far_away_boxes_stand_until_it_is_painted(qtbot, desk, boxes):
    desk.view.camera.pan(QPoint(-900, 60))
    frame(desk)
    assert boxes
    qtbot.waitUntil(lambda: is_crisp(desk))


def test_a_sheet_is_scrolled_by_whole_pixels_of_the_device_or_painted_anew():
    def sight(x):
        return Sight(QTransform(1, 0, 0, 1, x, 0), QSize(640, 480), 1.25, 1.0, AT_DESK)

    made = Sheet(sight(0))
    made.bare, made.is_new = [], False
    made.move_to(sight(-4))
    assert made.bare == [QRect(636, 0, 4, 480)]
    assert not made.is_new
    made.move_to(sight(-5))
    assert made.bare == [QRect(0, 0, 640, 480)]
    assert made.is_new


def test_a_step_is_seen_where_annotations_are_too_small_to_be_read(qtbot, desk):
    desk.view.zoom_to(0.5)
    wait_crisp(qtbot, desk)
    before = on_screen(desk)
    for _ in range(3):
        desk.document.playhead.previous()
        qtbot.waitUntil(lambda: is_same(on_screen(desk), seen(desk)))
    assert (on_screen(desk) != before).any()
    assert is_crisp(desk)


def test_a_zoom_from_afar_is_crisp_although_annotations_wait_to_be_laid_out(qtbot, desk):
    desk.view.zoom_to(0.5)
    wait_crisp(qtbot, desk)
    desk.document.playhead.previous()
    desk.view.zoom_to(0.4)
    frame(desk)
    wait_crisp(qtbot, desk)
    assert is_crisp(desk)


@pytest.mark.usefixtures("hurried")
def test_what_is_done_of_a_zoom_before_the_last_is_not_taken_for_crisp(qtbot, desk, monkeypatch):
    desk.view.zoom_to(0.5)
    frame(desk)
    monkeypatch.setattr(seen_picture, "IN_FRAME", LONGEST)
    desk.view.zoom_to(0.4)
    frame(desk)
    assert not desk.scene.picture.is_crisp
    wait_crisp(qtbot, desk)
    assert is_crisp(desk)
