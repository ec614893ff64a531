"""What lies under the nodes is painted where it is other than before, and looks as painted anew."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from gui.canvas import geometry as geo
from gui.canvas import plate_field
from gui.canvas.polygons import path_of
from runtime import Engine
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import is_as_painted_anew, painted_parts, seen


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.run()
    desk.view.zoom_to(1.0)
    seen(desk)
    return desk


@pytest.fixture
def painted(desk, monkeypatch):
    """The parts that are painted, not copied."""
    return painted_parts(desk, monkeypatch)


def test_what_stays_is_not_painted_again(desk, painted):
    seen(desk)
    assert not painted
    desk.scene.update()
    seen(desk)
    assert len(painted) == 1


def test_panning_paints_what_comes_into_sight(desk, painted):
    size = desk.view.viewport().size()
    desk.view.camera.pan(QPoint(30, -20))
    seen(desk)
    area = sum(part.width() * part.height() for part in painted)
    assert 0 < area < 0.2 * size.width() * size.height()
    assert is_as_painted_anew(desk)


@pytest.mark.parametrize("zoom", [0.5, 0.9, 1.0, 1.3])
def test_what_was_scrolled_meets_what_is_painted_anew(desk, zoom):
    """Where a corner is halfway between two pixels it goes to the same side wherever one looks."""
    desk.view.zoom_to(zoom)
    for _ in range(2):  # from the second time on nodes are copied from pictures
        desk.scene.update()
        seen(desk)
    for way in (QPoint(31, -17), QPoint(-64, 5), QPoint(3, 40)):
        desk.view.camera.pan(way)
        assert is_as_painted_anew(desk)


def test_a_step_paints_its_surroundings(desk, painted):
    desk.document.playhead.previous()
    seen(desk)
    assert painted
    assert is_as_painted_anew(desk)
    while desk.document.playhead.position:
        desk.document.playhead.previous()
    assert is_as_painted_anew(desk)


def test_the_first_step_after_another_run_paints_its_surroundings(desk, painted):
    """All was painted when the run came, at the place where the playhead is."""
    desk.document.accept_trace(Engine(desk.graph).run())
    seen(desk)
    painted.clear()
    desk.document.playhead.previous()
    seen(desk)
    size = desk.view.viewport().size()
    assert 0 < max(p.width() * p.height() for p in painted) < size.width() * size.height() / 4
    assert is_as_painted_anew(desk)


def test_a_dragged_node_leaves_nothing_behind(desk, painted):
    desk.scene.place_nodes({"x2": (520.0, 300.0)})
    assert is_as_painted_anew(desk)
    desk.scene.place_nodes({"x2": (480.0, 96.0)})
    assert is_as_painted_anew(desk)


def test_many_ports_are_laid_out_in_groups_and_a_step_leaves_the_rest(desk, monkeypatch):
    monkeypatch.setattr(plate_field, "AT_ONCE", 3)
    monkeypatch.setattr(plate_field, "GROUP", 2)
    monkeypatch.setattr(plate_field, "SLICE", 0.0)
    desk.scene.refresh()
    groups, real = [], desk.scene.layout
    monkeypatch.setattr(
        desk.scene, "layout", lambda *given: (groups.append(given), real(*given))[1]
    )
    seen(desk)
    assert len(groups) == 1  # a frame has time for one
    assert len(desk.plates()) > 8
    kept = {plate.port: plate for plate in desk.scene.field.all if plate.kind == "value"}
    desk.document.playhead.previous()
    after = desk.plates()
    assert ("gradient", "x1.a") not in after or ("gradient", "x1.b") not in after
    same = [plate for plate in desk.scene.field.all if kept.get(plate.port) is plate]
    assert same


def test_points_on_many_wires_are_those_on_each():
    lines = geo.wires(
        np.array([[0, 0], [50, 80]]), np.array([[200, 90], [20, -40]]), np.array([False, True])
    )
    places, ways = geo.points_on_wires(lines, (0.0, 0.3, 1.0))
    assert np.allclose(places[:, 0], lines[:, 0])
    assert np.allclose(places[:, 2], lines[:, -1])
    assert np.allclose(np.linalg.norm(ways, axis=-1), 1)
    gaps = [
        geo.distances(line[None], *at)[0]
        for line, row in zip(lines, places, strict=True)
        for at in row
    ]
    assert max(gaps) < 1e-9


def test_a_line_with_fewer_points_lies_as_near_as_its_bends_say():
    line = geo.wire((0, 0), (300, 160))
    for step in (2, 5):
        fewer = line[[0, *range(1, geo.WIRE_POINTS - 2, step), -2, -1]]
        gaps = [geo.distances(fewer[None], *point)[0] for point in line.tolist()]
        assert max(gaps) <= geo.bends(line[None])[0] * step**2 / 8 + 1e-9


def test_a_path_of_lines_holds_their_points():
    lines = np.arange(24.0).reshape(2, 6, 2)
    path = path_of(lines)
    found = [(path.elementAt(i).x, path.elementAt(i).y) for i in range(path.elementCount())]
    assert np.allclose(found, lines.reshape(-1, 2))
    assert [i for i in range(12) if path.elementAt(i).isMoveTo()] == [0, 6]
