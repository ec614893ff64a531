"""Many nodes in the hand, and frames, keep their picture; the screen shows them where they are."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt

from graph import Frame, PortRef, load
from graph import edits as e
from gui.canvas.carried import Carried
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import other_pixels, painted_parts, screen, seen

MANY = {"x", "w", "b", "x1", "x2", "difference"}  # but for y_true and loss
EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
ALL = MANY | {"y_true", "loss"}
BOX = (216.0, 0.0, 400.0, 248.0)  # around x1, b and x2


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.run()
    desk.view.minimap.is_wanted = False
    desk.view.zoom_bar.hide()
    desk.view.zoom_to(1.0)
    seen(desk)
    return desk


@pytest.fixture
def own_parts(monkeypatch):
    """The parts of what is in the hand that are painted, not copied."""
    parts, real = [], Carried.paint_parts

    def paint_parts(carried, painter, boxes):
        parts.extend(boxes.tolist())
        real(carried, painter, boxes)

    monkeypatch.setattr(Carried, "paint_parts", paint_parts)
    return parts


def hold(desk, ids, *ways: tuple[int, int]) -> QPoint:
    """Select nodes, press on `x2` among them and move it, without letting go."""
    desk.document.selection.set_nodes(ids)
    start = desk.middle("x2")
    desk.press(start)
    for way in ways:
        desk.move(start + QPoint(*way))
    return start + QPoint(*ways[-1])


def hold_frame(desk, *ways: tuple[int, int]) -> QPoint:
    """Press on the title of the first frame and move it, without letting go."""
    left, top, _, _ = desk.scene.frames.drawn_box(0)
    start = desk.pixel(left + 80, top + 14)
    desk.press(start)
    for way in ways:
        desk.move(start + QPoint(*way))
    return start + QPoint(*ways[-1])


def with_frame(desk, **settings) -> Desk:
    desk.document.do(e.SetFrames((Frame("w x + b", BOX, **settings),)), "Frame")
    desk.run()
    seen(desk)
    return desk


def anew(desk) -> np.ndarray:
    """All of it painted anew."""
    desk.scene.refresh()
    return seen(desk)


@pytest.mark.parametrize("zoom", [1.0, 0.5, 1.5, 0.15])
def test_many_nodes_leave_no_traces_on_the_screen(desk, zoom):
    desk.view.zoom_to(zoom)
    seen(desk)
    place = hold(desk, MANY, (8, 0))
    for x, y in ((40, 24), (90, 80), (-60, 90), (24, 160)):
        desk.move(desk.pixel(0, 0) + QPoint(x, y))  # any way at all
        desk.move(place + QPoint(x, y))
        assert other_pixels(screen(desk), seen(desk)) == 0
    desk.release(place + QPoint(24, 160))
    assert other_pixels(screen(desk), anew(desk)) == 0
    desk.document.undo()
    assert other_pixels(screen(desk), anew(desk)) == 0


@pytest.mark.parametrize("ids", [MANY, ALL])
@pytest.mark.parametrize("zoom", [1.0, 0.5])
def test_they_look_as_they_will_where_they_are_let_go(desk, ids, zoom):
    desk.view.zoom_to(zoom)
    seen(desk)
    place = hold(desk, ids, (8, 0), (30, 90), (16, -40))
    held = screen(desk)
    desk.release(place)
    assert not desk.scene.hand
    assert other_pixels(held, anew(desk)) < 10  # edges that cross lie in another order


def test_moving_on_paints_nothing_but_the_edges_that_lead_away(desk, monkeypatch, own_parts):
    place = hold(desk, MANY, (8, 0), (16, 40))
    rest = painted_parts(desk, monkeypatch)
    own_parts.clear()
    for x in range(8, 80, 8):
        desk.move(place + QPoint(x, 0))
        whole = desk.view.viewport().width() * desk.view.viewport().height()
        assert sum((x - a) * (y - b) for a, b, x, y in own_parts) < 0.1 * whole  # strips
        own_parts.clear()
    assert not rest
    target = PortRef("loss", "x")
    for line, port in ((0, PortRef("difference", "y")), (-1, target)):
        assert tuple(desk.scene.wires.line(target)[line]) == desk.scene.port_place(port)


def test_what_comes_into_sight_in_the_hand_is_painted(desk):
    desk.view.camera.pan(QPoint(-420, 0))  # most of the left is out of sight
    seen(desk)
    place = hold(desk, ALL, (8, 0), (100, 0), (300, 40))
    held = screen(desk)
    desk.release(place)
    assert other_pixels(held, anew(desk)) == 0


def test_escape_leaves_all_as_it_was(desk):
    desk.document.selection.set_nodes(MANY)
    chosen = seen(desk)
    place = hold(desk, MANY, (8, 0), (90, 80))
    desk.key(Qt.Key.Key_Escape)
    assert not desk.scene.hand
    assert other_pixels(chosen, seen(desk)) == 0
    assert other_pixels(chosen, screen(desk)) == 0
    desk.release(place)


def test_a_step_shows_at_what_is_in_the_hand(desk):
    place = hold(desk, MANY, (8, 0), (16, -40))
    for position in (3, 9, 0):
        desk.document.playhead.go(position)
        held = screen(desk)
        desk.scene.refresh()  # paints what is in the hand anew, too
        assert other_pixels(held, screen(desk)) == 0
    desk.release(place)


def test_an_edit_meanwhile_empties_the_hand(desk):
    place = hold(desk, MANY, (8, 0), (90, 80))
    desk.document.do(e.Batch((e.RemoveNode("b"), e.Disconnect(PortRef("loss", "x")))), "Cut")
    assert not desk.scene.hand
    assert other_pixels(screen(desk), anew(desk)) == 0
    desk.move(place + QPoint(8, 8))
    desk.release(place)
    assert desk.graph.nodes["x2"].at == by_hand().nodes["x2"].at


def test_bends_between_the_nodes_go_along(desk):
    target = PortRef("difference", "b")
    desk.document.do(e.SetRoute(target, ((640.0, 60.0),)), "Bend")
    desk.run()
    seen(desk)
    place = hold(desk, MANY, (8, 0), (16, -40))
    held = screen(desk)
    desk.release(place)
    assert desk.graph.incoming(target).route == ((656.0, 20.0),)
    desk.run()
    assert other_pixels(held, anew(desk)) < 10


def test_a_frame_is_carried_with_what_it_holds(desk):
    with_frame(desk)
    place = hold_frame(desk, (8, 0), (24, 120), (16, -80))
    held = screen(desk)
    assert desk.scene.hand.frames == {0}
    desk.release(place)
    assert desk.graph.frames[0].box[:2] == (BOX[0] + 16, BOX[1] - 80)
    desk.run()
    assert other_pixels(held, anew(desk)) < 10
    desk.document.undo()
    desk.run()
    assert other_pixels(screen(desk), anew(desk)) == 0


def test_escape_puts_a_frame_back(desk):
    with_frame(desk)
    desk.scene.frames.choose(0)
    before = seen(desk)
    place = hold_frame(desk, (8, 0), (24, 120))
    desk.key(Qt.Key.Key_Escape)
    assert desk.graph.frames[0].box == BOX
    desk.release(place)
    desk.scene.frames.choose(0)
    assert other_pixels(before, seen(desk)) == 0


def test_a_folded_frame_is_carried_with_the_edges_at_its_border(desk):
    with_frame(desk, folded=True)
    place = hold_frame(desk, (8, 0), (24, 120), (16, -80))
    held = screen(desk)
    line = desk.scene.wires.line(PortRef("difference", "b"))
    assert line[0].tolist() == list(desk.scene.frames.wire_place(PortRef("x2", "y")))
    assert line[0][0] == BOX[0] + 16 + 176
    desk.release(place)
    desk.run()
    assert other_pixels(held, anew(desk)) < 10
    assert {"x1", "b", "x2"}.isdisjoint(desk.scene.boxes.ids)


def test_what_lies_around_the_nodes_follows_them(desk):
    def ground(painter, _rect, _zoom):
        for id_ in ("x1", "y_true"):
            left, top, right, _ = desk.scene.items_by_id[id_].box()
            painter.fillRect(QRectF(left - 9, top - 9, right - left + 18, 99), Qt.GlobalColor.red)

    desk.scene.overlays.lay_ground("test", ground)
    seen(desk)
    place = hold(desk, MANY, (8, 0), (16, -40))
    held = screen(desk)
    desk.release(place)
    assert other_pixels(screen(desk), anew(desk)) == 0
    assert other_pixels(held, anew(desk)) < 10


@pytest.mark.parametrize("more", [0, 5])
def test_nodes_inside_time_are_dragged_with_their_band(desk, qtbot, more):
    desk.document.replace(load(EXAMPLES / "rnn.gradwire"), None)
    desk.run()
    desk.view.zoom_to(1.0)
    desk.view.reveal("heard")
    seen(desk)
    qtbot.waitUntil(lambda: desk.scene.field.is_settled)
    band = desk.scene.time_band.box()
    desk.document.selection.set_nodes({"heard", *sorted(desk.graph.nodes)[:more]})
    start = desk.middle("heard")
    desk.press(start)
    for way in ((8, 8), (40, 200)):
        desk.move(start + QPoint(*way))
    assert desk.scene.time_band.box() != band
    held = desk.scene.time_band.box()
    screen(desk)
    qtbot.waitUntil(lambda: desk.scene.field.is_settled)
    shown = screen(desk)
    desk.scene.update()
    assert other_pixels(shown, screen(desk)) == 0
    desk.release(start + QPoint(40, 200))
    assert desk.scene.time_band.box() == held
    qtbot.waitUntil(lambda: desk.scene.field.is_settled)
    assert other_pixels(screen(desk), anew(desk)) == 0
