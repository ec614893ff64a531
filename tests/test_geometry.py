"""Where nodes, ports, wires and rails lie; no Qt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.canvas import geometry as geo

coordinate = st.floats(-2000, 2000)


def test_sizes_by_kind():
    binary = geo.node_shape("operator", ("a", "b"), ("y",), ())
    assert (binary.width, binary.height) == (96, 60)
    linear = geo.node_shape("layer", ("x",), ("y",), ("weight", "bias"))
    assert (linear.width, linear.height) == (144, 84)
    many = geo.node_shape("operator", tuple(f"x{i}" for i in range(5)), ("y",), ())
    assert many.height == 24 * 4 + 36


def test_ports_stand_24_apart_around_the_middle():
    shape = geo.node_shape("operator", ("a", "b"), ("y",), ())
    assert shape.inputs == {"a": (0, 18), "b": (0, 42)}
    assert shape.outputs == {"y": (96, 30)}
    assert shape.port("b") == (0, 42)
    assert shape.port("nowhere") is None


def test_wires_between_layers_and_compact_nodes_are_straight_where_tops_are_level():
    layer = geo.node_shape("layer", ("x",), ("y",), ("weight",))
    compact = geo.node_shape("operator", ("x",), ("y",), ())
    assert layer.port("x")[1] == layer.port("y")[1] == compact.port("y")[1] == 30


def test_pins_hang_below_a_layer():
    shape = geo.node_shape("layer", ("x",), ("y",), ("weight", "bias"))
    assert shape.pins == {"weight": (36, 100), "bias": (108, 100)}
    assert shape.bottom > 100


def test_ports_are_hit_within_twelve():
    shape = geo.node_shape("operator", ("a", "b"), ("y",), ())
    assert geo.port_at(shape, -11, 18) == "a"
    assert geo.port_at(shape, 3, 40) == "b"
    assert geo.port_at(shape, 100, 35) == "y"
    assert geo.port_at(shape, 48, 30) is None
    assert geo.port_at(shape, -13, 18) is None


def test_snapping():
    assert geo.snapped(11.9, -4.1) == (8, -8)
    assert geo.snapped(12, 4) == (16, 8)


def test_wires_start_and_end_at_their_ports_and_straight():
    line = geo.wire((0, 0), (144, 100))
    assert line.shape == (geo.WIRE_POINTS, 2)
    assert tuple(line[0]) == (0, 0)
    assert tuple(line[-1]) == (144, 100)
    assert line[1][1] == 0
    assert line[-2][1] == 100


def test_wires_to_pins_arrive_from_below():
    line = geo.wire((0, 0), (200, -50), upward=True)
    assert line[-2][0] == 200
    assert line[-2][1] > -50


@given(x0=coordinate, y0=coordinate, x1=coordinate, y1=coordinate, up=st.booleans())
def test_wires_are_finite_and_rails_stay_beside_them(x0, y0, x1, y1, up):
    line = geo.wire((x0, y0), (x1, y1), up)
    assert np.isfinite(line).all()
    for offset in (-2.0, 2.0):
        beside = geo.rail(line, offset)
        assert np.isfinite(beside).all()
        assert np.linalg.norm(beside - line, axis=1).max() <= 4.01


@pytest.mark.parametrize(("dx", "dy"), [(144, 0), (144, 90), (300, -200), (80, 60), (-200, 150)])
def test_rails_keep_their_distance(dx, dy):
    line = geo.wire((0, 0), (dx, dy))
    above, below = geo.rail(line, -2), geo.rail(line, 2)
    gaps = np.array([geo.distances(above[None], *point)[0] for point in below])
    assert gaps.min() > 3.4
    assert gaps.max() < 4.6


def test_the_forward_rail_lies_above():
    line = geo.wire((0, 0), (144, 0))
    assert (geo.rail(line, -2)[:, 1] < line[:, 1]).all()


def test_rails_on_both_sides_are_those_of_each():
    lines = np.stack([geo.wire((0, 0), (144, 90)), geo.wire((0, 0), (144, -20))])
    both = geo.rail(lines, np.array([-2.0, 3.0]).reshape(2, 1, 1, 1))
    assert np.array_equal(both[0], geo.rail(lines, -2.0))
    assert np.array_equal(both[1], geo.rail(lines, 3.0))


def test_point_on_wire():
    line = geo.wire((0, 0), (144, 0))
    place, direction = geo.point_on_wire(line, 0.5)
    assert place == pytest.approx((72, 0))
    assert direction == pytest.approx((1, 0))
    assert geo.point_on_wire(line, 1.0)[0] == pytest.approx((144, 0))


def test_distances_find_the_nearest_of_many():
    lines = geo.wires(
        np.array([[0, 0], [0, 100], [0, 200]]),
        np.array([[144, 0], [144, 100], [144, 200]]),
        np.array([False, False, False]),
    )
    gaps = geo.distances(lines, 70, 103)
    assert gaps.argmin() == 1
    assert gaps[1] == pytest.approx(3)


def test_meeting_boxes():
    lines = np.stack([geo.wire((0, 0), (144, 0)), geo.wire((0, 500), (144, 500))])
    bounds = geo.boxes(lines, 8)
    assert geo.meeting(bounds, (50, -20, 60, 20)).tolist() == [0]
    assert geo.meeting(bounds, (50, -20, 60, 600)).tolist() == [0, 1]
    assert geo.meeting(bounds, (50, 100, 60, 200)).tolist() == []
