"""What is dragged is painted above a picture of all the rest, and the screen shows no traces."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from graph import PortRef
from graph import edits as e
from gui.canvas.overlay import EdgeMark
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import other_pixels, painted_parts, screen, seen


class Badges:
    """An overlay of badges at some ports."""

    def edge(self, target: PortRef) -> EdgeMark | None:
        return EdgeMark(badge="failed") if target.node == "x2" else None

    def node(self, _id: str) -> None:
        return None


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.run()
    desk.view.minimap.is_wanted = False  # it follows by itself, and what lies beside it too
    desk.view.zoom_bar.hide()
    desk.view.zoom_to(1.0)
    seen(desk)
    return desk


@pytest.fixture
def painted(desk, monkeypatch):
    """The parts of the ground that are painted anew."""
    return painted_parts(desk, monkeypatch)


def is_like(one: np.ndarray, other: np.ndarray) -> bool:
    """But for a rounding, by which a node that is painted differs from one that is copied."""
    return bool(np.abs(one - other).max() <= 2)


def drag(desk, id_: str, *ways: tuple[int, int]) -> QPoint:
    """Press on a node and move it, without letting go."""
    start = desk.middle(id_)
    desk.press(start)
    for way in ways:
        desk.move(start + QPoint(*way))
    return start + QPoint(*ways[-1])


WAYS = ((8, 0), (40, 24), (90, 80), (160, 200), (-60, 90), (24, 160))


@pytest.mark.parametrize("zoom", [1.0, 0.5, 1.6])
def test_a_drag_leaves_no_traces_on_the_screen(desk, zoom):
    desk.view.zoom_to(zoom)
    seen(desk)  # at once, while the screen is still to become crisp
    start = desk.middle("x2")
    desk.press(start)
    for x, y in WAYS:
        desk.move(start + QPoint(x, y))
        assert other_pixels(screen(desk), seen(desk)) == 0
    desk.release(start + QPoint(24, 160))
    assert other_pixels(screen(desk), seen(desk)) == 0
    desk.scene.refresh()
    assert other_pixels(screen(desk), seen(desk)) == 0


def test_what_is_dragged_looks_as_it_will_where_it_is_let_go(desk):
    place = drag(desk, "b", (8, 0), (24, 120), (40, 160))
    held = seen(desk)
    assert desk.scene.hand.nodes == {"b"}
    desk.release(place)
    assert not desk.scene.hand.nodes
    assert other_pixels(held, seen(desk)) == 0
    kept = seen(desk)
    desk.scene.refresh()
    assert is_like(kept, seen(desk))
    desk.document.undo()
    assert other_pixels(held, seen(desk)) > 1_000


def test_moving_on_paints_nothing_of_the_rest(desk, painted):
    start = desk.middle("b")
    drag(desk, "b", (8, 0), (24, 120))
    painted.clear()
    for x in range(32, 160, 8):
        desk.move(start + QPoint(x, 120))
    assert not painted
    desk.release(start + QPoint(152, 120))
    assert painted


def test_a_drag_that_is_called_off_leaves_all_as_it_was(desk):
    before = seen(desk)
    desk.document.selection.set_nodes({"x2"})
    chosen = seen(desk)
    place = drag(desk, "x2", (8, 0), (90, 80))
    desk.key(Qt.Key.Key_Escape)
    assert not desk.scene.hand.nodes
    assert other_pixels(chosen, seen(desk)) == 0
    desk.release(place)
    desk.document.selection.clear()
    assert other_pixels(before, seen(desk)) == 0


def test_an_edit_meanwhile_empties_the_hand(desk):
    place = drag(desk, "x2", (8, 0), (90, 80))
    desk.document.do(e.Batch((e.Disconnect(PortRef("difference", "b")),)), "Cut")
    assert not desk.scene.hand.nodes
    desk.release(place)
    assert is_like(screen(desk), seen(desk))


def test_a_node_that_goes_away_in_the_hand_is_no_more(desk):
    place = drag(desk, "x2", (8, 0), (90, 80))
    desk.document.replace(by_hand(), None)
    assert not desk.scene.hand.nodes
    desk.release(place)
    assert is_like(screen(desk), seen(desk))


def test_several_nodes_are_dragged_with_the_bends_between_them(desk, painted):
    desk.document.do(e.SetRoute(PortRef("difference", "a"), ((640.0, 60.0),)), "Bend")
    desk.document.selection.set_nodes({"y_true", "difference", "x1"})
    start = desk.middle("difference")
    drag(desk, "difference", (8, 0), (0, 40))
    painted.clear()
    for x in range(8, 80, 8):
        desk.move(start + QPoint(x, 40))
        assert is_like(screen(desk), seen(desk))
    whole = desk.view.viewport().size()
    area = sum(part.width() * part.height() for part in painted)
    assert area < 0.02 * whole.width() * whole.height()  # annotations that a node has come to
    desk.release(start + QPoint(72, 40))
    assert is_like(screen(desk), seen(desk))


def test_badges_and_marks_go_along(desk):
    desk.scene.overlays.put("test", Badges())
    seen(desk)
    place = drag(desk, "x2", (8, 0), (40, 120), (48, 160))
    assert is_like(screen(desk), seen(desk))
    x, y = desk.scene.badge_places[PortRef("x2", "a")]
    line = desk.scene.wires.line(PortRef("x2", "a"))
    assert np.hypot(line[:, 0] - x, line[:, 1] - y).min() < 40
    desk.release(place)
    assert is_like(screen(desk), seen(desk))
