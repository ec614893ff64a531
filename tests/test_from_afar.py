"""From very far rectangles and lines are painted as everything is: in parts, then copied."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QTransform

from graph.edits import Rename
from gui.canvas import geometry as geo
from gui.canvas import seen_picture
from gui.canvas.levels import AT_DESK, OVERVIEW
from gui.canvas.sheet import LEAST, Sheet, Sight
from tests.canvas_desk import LEFT, Desk, by_hand
from tests.canvas_pixels import (
    frame,
    on_screen,
    painted_parts,
    seen,
    wait_crisp,
)

FAR = 0.15


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.theme.motion = False
    desk.run()
    desk.view.zoom_to(FAR)
    desk.view.grab()
    return desk


@pytest.fixture
def hurried(monkeypatch):
    """A frame has next to no time."""
    monkeypatch.setattr(seen_picture, "IN_FRAME", 1e-6)


def is_same(one, other) -> bool:
    """But for a pixel of a line here and there, for lines are cut where a part ends."""
    return bool((np.abs(one - other).max(2) > 64).sum() < 10)


def is_crisp(desk) -> bool:
    """Whether the screen shows what a picture would that is painted anew."""
    shown = on_screen(desk)
    desk.scene.refresh()
    return is_same(shown, seen(desk))


def area(parts) -> float:
    return sum(part.width() * part.height() for part in parts)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("zoom", [FAR * 1.1, FAR / 1.1, 0.5])
def test_a_frame_of_a_zoom_paints_a_little_and_the_rest_comes(qtbot, desk, monkeypatch, zoom):
    parts = painted_parts(desk, monkeypatch)
    desk.view.zoom_to(zoom)
    frame(desk)
    whole = desk.view.viewport().width() * desk.view.viewport().height()
    assert 0 < area(parts) * zoom**2 < whole / 20
    assert not desk.scene.picture.is_crisp
    wait_crisp(qtbot, desk)
    assert area(parts) * zoom**2 >= 0.99 * whole
    assert is_crisp(desk)


@pytest.mark.usefixtures("hurried")
def test_coming_from_near_it_is_seen_as_from_the_start(qtbot, desk):
    before = on_screen(desk)
    desk.view.zoom_to(1.0)
    desk.view.grab()
    desk.view.zoom_to(FAR)
    frame(desk)
    assert not desk.scene.picture.is_crisp
    wait_crisp(qtbot, desk)
    assert is_same(on_screen(desk), before)


def test_panning_paints_what_comes_into_sight(desk, monkeypatch):
    parts = painted_parts(desk, monkeypatch)
    desk.view.camera.pan(QPoint(40, 0))
    frame(desk)
    view = desk.view.viewport()
    assert area(parts) * FAR**2 < 1.2 * 40 * view.height()
    assert is_crisp(desk)


def test_what_stands_elsewhere_is_seen_at_once(desk):
    before = on_screen(desk)
    desk.scene.place_nodes({"x2": (520.0, 900.0)})
    frame(desk)
    assert not is_same(on_screen(desk), before)
    assert is_crisp(desk)
    desk.view.grab()
    desk.view.zoom_to(FAR * 1.1)  # in the midst of a zoom, too
    desk.scene.place_nodes({"x2": (520.0, 100.0)})
    frame(desk)
    assert is_crisp(desk)


def test_a_change_that_another_picture_of_the_plan_came_upon_first_is_seen(desk):
    desk.scene.place_nodes({"x2": (520.0, 900.0)})
    desk.view.minimap.grab()  # which brings the plan up to date
    frame(desk)
    assert is_crisp(desk)


def test_steps_which_cannot_be_seen_from_there_paint_nothing(qtbot, desk, monkeypatch):
    frame(desk)
    parts = painted_parts(desk, monkeypatch)
    for _ in range(3):
        desk.document.playhead.previous()
        frame(desk)
    assert not parts
    assert is_crisp(desk)


def test_what_is_selected_stands_out_at_once(desk):
    before = on_screen(desk)
    desk.document.selection.set_nodes(["x1"])
    frame(desk)
    assert not is_same(on_screen(desk), before)
    desk.document.selection.clear()
    frame(desk)
    assert is_same(on_screen(desk), before)


def test_an_edit_is_painted_and_another_theme(desk):
    desk.document.do(Rename("x1", "other"), "Rename")
    frame(desk)
    assert is_crisp(desk)
    desk.theme.choose("dark")
    frame(desk)
    assert is_crisp(desk)
    corner = on_screen(desk)[2, 2, 2::-1]
    assert tuple(corner) == desk.theme.color("canvas").getRgb()[:3]


@pytest.mark.parametrize("pixels", [1, 5_000, 60_000, 10**7])
def test_what_is_bare_is_painted_in_pieces_that_hold_all_of_it_once(pixels):
    size = QSize(700, 410)
    sheet = Sheet(Sight(QTransform(), size, 1.0, 1.0, AT_DESK))
    times = np.zeros((size.height(), size.width()), int)
    while sheet.bare:
        pieces = sheet.take_pieces(pixels)
        for piece in pieces:
            times[piece.top() : piece.bottom() + 1, piece.left() : piece.right() + 1] += 1
        assert 0 < area(pieces) <= max(pixels + len(pieces) * size.width(), LEAST[0] * LEAST[1])
    assert (times == 1).all()


def test_a_drag_of_the_mouse_from_afar_is_seen(desk):
    from PySide6.QtTest import QTest

    assert desk.view.zoom < OVERVIEW
    view, start = desk.view.viewport(), desk.middle("x2")
    QTest.mousePress(view, LEFT, pos=start)
    for away in (QPoint(10, 10), QPoint(30, 40)):
        QTest.mouseMove(view, start + away)
        frame(desk)
        shown = on_screen(desk)
        assert is_same(shown, seen(desk))
    QTest.mouseRelease(view, LEFT, pos=start + QPoint(30, 40))
    assert desk.graph.nodes["x2"].at != (480.0, 112.0)
    frame(desk)
    assert is_crisp(desk)


def test_from_near_sharp_boxes_stand_for_what_was_seen_from_afar(desk, monkeypatch):
    monkeypatch.setattr(Sheet, "paint_some", lambda *_: None)
    desk.view.zoom_to(1.0)
    frame(desk)
    shown, node, back = on_screen(desk), desk.theme.color("node"), desk.theme.color("canvas")
    middle, half = desk.middle("x1"), int(geo.COMPACT[0] / 2)
    across = shown[middle.y() + 20, middle.x() - half - 6 : middle.x() + half + 7, 2::-1]
    inks = {tuple(pixel) for pixel in across.tolist()}
    line = desk.theme.color("line")
    assert inks == {ink.getRgb()[:3] for ink in (node, back, line)}  # nothing is blurred


def test_zooming_out_boxes_are_painted_where_nothing_was_seen_and_no_further(desk, monkeypatch):
    desk.view.zoom_to(OVERVIEW * 1.1)
    desk.view.grab()
    desk.scene.update()  # no other sheet is left
    desk.view.grab()
    monkeypatch.setattr(Sheet, "paint_some", lambda *_: None)
    parts, real = [], desk.scene.plan.paint

    def paint(painter, boxes=None):
        if boxes is not None:
            parts.extend(QRectF(QPointF(*b[:2]), QPointF(*b[2:])) for b in boxes.tolist())
        real(painter, boxes)

    monkeypatch.setattr(desk.scene.plan, "paint", paint)
    desk.view.zoom_to(OVERVIEW * 0.9)
    frame(desk)
    whole = desk.view.viewport().width() * desk.view.viewport().height()
    ring = whole * (1 - (0.9 / 1.1) ** 2)
    assert 0.95 * ring < area(parts) * (OVERVIEW * 0.9) ** 2 < 1.1 * ring
