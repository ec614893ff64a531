"""The pictures of a derivative by its dimensions: planes, contours, chosen coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, load
from gui.inspector.geometry.coordinates import liveliest
from runtime.geometry import sampling
from tests.geometry_desk import (
    GRAPHS,
    choose_of,
    drag,
    panel_of,
    polar,
)


@pytest.fixture(autouse=True)
def _rough(monkeypatch):
    """Grids stay rough, for the tests' time; that finer ones follow has a test of its own."""
    monkeypatch.setattr(sampling, "SIDES", (9, 17))


def test_of_a_plane_the_area_grows_by_the_determinant(qtbot):
    desk, panel = panel_of(qtbot, polar(), "r.x")
    desk.choose(panel.source.field, 1)
    choose_of(panel, "xy")
    desk.settle()
    look = panel.picture.look
    assert look.kind == "plane"
    assert look.inputs == ("p[0]", "p[1]")
    assert look.outputs == ("xy[0]", "xy[1]")
    assert panel.derivative.said == "Area × 1.5. Stretched by 1.5 and 1."
    assert np.allclose(look.here.image[0], look.here.linear.value)
    drag(panel, [0.5, -1.0])
    desk.settle()
    r, a = panel.picture.look.here.point
    assert panel.picture.look.stretch.determinant == pytest.approx(r)
    wanted = [[np.cos(a), -r * np.sin(a)], [np.sin(a), r * np.cos(a)]]
    assert np.allclose(panel.picture.look.here.linear.matrix, wanted)
    drag(panel, [-1.0, 0.0])
    desk.settle()
    assert "turned over" in panel.derivative.said


def test_of_two_inputs_the_arrow_is_the_gradient(qtbot):
    desk, panel = panel_of(qtbot, load(GRAPHS["xor"]), "hidden.weight")
    assert not panel.spectrum.isHidden()
    choose_of(panel, "loss")
    desk.settle()
    look = panel.picture.look
    assert look.kind == "contour"
    gradient = desk.document.trace.gradient("hidden.weight")
    assert np.allclose(look.here.linear.matrix, gradient.reshape(1, -1)[:, :2])
    assert panel.spectrum.isHidden()  # of one row the gradient says all
    assert len(look.sampled.lines) > 4
    level, line = max(look.sampled.lines.items(), key=lambda item: len(item[1]))
    values = look.sampled.slice.at(line[::40].mean(axis=1))
    assert np.abs(values - level).max() < 0.02 * max(look.sampled.lines)


def test_of_many_dimensions_chosen_coordinates_are_drawn(qtbot):
    desk, panel = panel_of(qtbot, load(GRAPHS["xor"]), "hidden.weight")
    look = panel.picture.look
    trace = desk.document.trace
    assert look.kind == "plane"
    whole = trace.jacobian("hidden.weight").dense()
    assert panel.spectrum.title.said == "Singular values of all 32 × 16, in the run"
    first, second = panel.coordinates.fields[0]
    desk.type_into(first, "2, 1")
    desk.type_into(second, "none")
    one, other = panel.coordinates.fields[1]
    desk.type_into(one, "1, 2")
    desk.type_into(other, "none")
    desk.settle()
    look = panel.picture.look
    assert (look.kind, look.inputs, look.outputs) == (
        "curve", ("hidden.weight[2, 1]",), ("hidden[1, 2]",)
    )  # fmt: skip
    assert look.here.linear.matrix[0, 0] == whole.reshape(4, 8, 8, 2)[1, 2, 2, 1]
    desk.type_into(other, "3, 2")
    desk.settle()
    assert panel.picture.look.kind == "path"
    assert panel.derivative.said.startswith("Direction (")


def test_a_small_spectrum_follows_the_point(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(3,))
    graph.add("Square", "square")
    graph.add("Sum", "loss")
    graph.connect("x.y", "square.x")
    graph.connect("square.y", "loss.x")
    graph.set_tensor("x.y", np.array([1.0, 2.0, 0.5]))
    desk, panel = panel_of(qtbot, graph, "square.x")
    assert panel.spectrum.figures.said["Condition"] == "4"
    drag(panel, [0.0, 2.0])
    desk.settle()
    x = panel.picture.look.here.point[0]
    assert panel.spectrum.title.said == "Singular values of all 3 × 3, at the point"
    slopes = sorted(2 * abs(number) for number in (x, panel.picture.look.here.point[1], 0.5))
    found = panel.spectrum.figures.said["Condition"].replace("\u2009", "")
    assert found == "∞" or float(found) == pytest.approx(slopes[-1] / slopes[0], rel=0.01)


def test_the_outputs_that_feel_the_inputs_are_drawn_first():
    assert liveliest(np.array([[0.0, 0], [1, 0], [0, 0], [0, 2]])) == (1, 3)
    assert liveliest(np.zeros((4, 2))) == (0, 1)
    assert liveliest(np.full((3, 1), np.nan)) == (0, 1)
