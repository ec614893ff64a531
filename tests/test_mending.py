"""What hands do to the canvas is painted where it changes something, and looks as painted anew."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from graph import PortRef
from graph import edits as e
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import painted_parts, seen


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.run()
    desk.view.zoom_to(1.0)
    seen(desk)
    return desk


@pytest.fixture
def painted(desk, monkeypatch):
    """The parts of the canvas that are painted, not copied."""
    return painted_parts(desk, monkeypatch)


@pytest.fixture
def laid_out(desk, monkeypatch):
    """How often annotations are laid out."""
    times, real = [], desk.scene.layout
    monkeypatch.setattr(desk.scene, "layout", lambda *given: (times.append(1), real(*given))[1])
    return times


def is_as_painted_anew(desk) -> bool:
    """But for a rounding, by which a node that is painted differs from one that is copied."""
    kept = seen(desk)
    desk.scene.refresh()
    return bool(np.abs(kept - seen(desk)).max() <= 2)


def share(desk, parts) -> float:
    """How much of what one sees was painted."""
    whole = desk.view.viewport().size()
    return sum(part.width() * part.height() for part in parts) / (whole.width() * whole.height())


def test_what_is_selected_is_painted_and_what_was(desk, painted, laid_out):
    selection = desk.document.selection
    for choose in (
        lambda: selection.set_nodes({"x1"}),
        lambda: selection.set_nodes({"x2", "b"}),
        lambda: selection.set_edge("x2.b"),
        lambda: selection.set_edge("x1.a"),
        selection.clear,
    ):
        before = seen(desk)
        painted.clear()
        laid_out.clear()
        choose()
        after = seen(desk)
        assert (before != after).any()
        assert share(desk, painted) < 0.3
        assert not laid_out
        assert is_as_painted_anew(desk)


def test_a_band_paints_no_wire(desk, painted, laid_out):
    start = desk.pixel(-60, -60)
    desk.press(start)
    for x in range(40, 400, 40):
        desk.move(start + QPoint(x, 130))
    assert desk.document.selection.nodes == {"x", "x1"}
    assert share(desk, painted) < 0.5
    assert not laid_out
    desk.release(start + QPoint(360, 130))
    assert is_as_painted_anew(desk)


def test_drawing_a_wire_paints_what_fits_once(desk, painted, laid_out):
    start = desk.port("x.y")
    desk.press(start)
    desk.move(start + QPoint(40, 60))
    before = seen(desk)
    painted.clear()
    laid_out.clear()
    for x in range(40, 200, 40):
        desk.move(start + QPoint(x, 60))
    assert (before != seen(desk)).any()
    assert not painted
    assert not laid_out
    desk.key(Qt.Key.Key_Escape)
    desk.release(start)
    assert is_as_painted_anew(desk)


def test_an_end_that_is_taken_off_leaves_nothing_behind(desk):
    start = desk.port("difference.b")
    desk.press(start)
    desk.move(start + QPoint(-60, -90))
    assert desk.scene.hidden_wire == PortRef("difference", "b")
    assert is_as_painted_anew(desk)
    desk.key(Qt.Key.Key_Escape)
    desk.release(start)
    assert is_as_painted_anew(desk)


def test_a_node_over_an_edge_hides_it_once(desk, laid_out):
    desk.graph.add("Abs", "fresh", at=(240, -160))
    start, edge = desk.middle("fresh"), desk.scene.wires.line(PortRef("x2", "a"))
    seen(desk)
    desk.press(start)
    over = desk.pixel(*edge[len(edge) // 2])
    desk.move(start + QPoint(8, 0))
    desk.move(over)
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    assert is_as_painted_anew(desk)
    laid_out.clear()
    desk.move(over + QPoint(1, 0))
    seen(desk)
    assert not laid_out
    desk.move(start + QPoint(0, 40))
    assert desk.scene.hidden_wire is None
    assert is_as_painted_anew(desk)
    desk.release(start + QPoint(0, 40))


def test_a_move_and_its_undoing_look_as_painted_anew(desk, painted):
    desk.document.do(e.Move({"b": (240.0, 240.0)}), "Move")
    assert is_as_painted_anew(desk)
    desk.document.do(e.Move({"b": (240.0, 300.0)}), "Move")
    painted.clear()
    desk.document.undo()
    seen(desk)
    assert 0 < share(desk, painted) < 0.7
    assert is_as_painted_anew(desk)


def test_bends_that_are_shown_elsewhere_leave_nothing_behind(desk):
    desk.document.do(e.SetRoute(PortRef("difference", "a"), ((600.0, 60.0),)), "Bend")
    seen(desk)
    desk.scene.building.show_routes({PortRef("difference", "a"): ((640.0, 340.0),)})
    assert is_as_painted_anew(desk)
    desk.scene.building.show_routes({})
    assert is_as_painted_anew(desk)


def test_the_keys_go_on_and_only_where_they_were_and_are_is_painted(desk, painted, laid_out):
    desk.view.setFocus(Qt.FocusReason.TabFocusReason)
    desk.key(Qt.Key.Key_Tab)
    seen(desk)
    for _ in range(4):
        before = seen(desk)
        painted.clear()
        laid_out.clear()
        desk.key(Qt.Key.Key_Tab)
        assert (before != seen(desk)).any()
        assert share(desk, painted) < 0.3
        assert not laid_out
    assert is_as_painted_anew(desk)
