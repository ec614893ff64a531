"""The derivative of an edge as a picture: dragged, zoomed, sliced, read out."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, load
from gui.examples import examples
from gui.inspector.edge_page import GEOMETRY
from gui.inspector.geometry.coordinates import liveliest
from gui.inspector.geometry.newest import Newest
from runtime.geometry import sampling
from runtime.geometry.slicing import Slice
from tests.composite_graphs import two_blocks
from tests.inspector_desk import InspectorDesk
from tests.jacobian_desk import chain
from tests.window_desk import move_pressed

Key, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
GRAPHS = {path.stem: path for path in examples()}


@pytest.fixture(autouse=True)
def _rough(monkeypatch):
    """Grids stay rough, for the tests' time; that finer ones follow has a test of its own."""
    monkeypatch.setattr(sampling, "SIDES", (9, 17))


def panel_of(qtbot, graph: Graph, target: str):
    """The desk, and the geometry of an edge once it is drawn in full."""
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.edge(target)
    page.tabs.setCurrentIndex(GEOMETRY)
    desk.settle = lambda: settle(qtbot, page.geometry)
    desk.settle()
    return desk, page.geometry


def settle(qtbot, panel) -> None:
    qtbot.waitUntil(lambda: not panel.is_busy)
    QApplication.processEvents()


def drag(panel, point) -> None:
    """Take the point somewhere with the mouse: a press where it is, moves, a release."""
    picture = panel.picture
    start = picture.place_of(picture.look.here.point).toPoint()
    end = picture.place_of(np.asarray(point, float)).toPoint()
    QTest.mousePress(picture, LEFT, NONE, start)
    for share in (0.2, 0.6, 1.0):
        move_pressed(picture, start + (end - start) * share)
    QTest.mouseRelease(picture, LEFT, NONE, end)


def choose_of(panel, port: str) -> None:
    """Choose of which port the derivative is, as its list does."""
    field = panel.output.field
    labels = [field.itemText(i) for i in range(field.count())]
    place = next(i for i, label in enumerate(labels) if label.startswith(port))
    field.setFocus()
    while field.currentIndex() != place:
        QTest.keyClick(field, Key.Key_Down if field.currentIndex() < place else Key.Key_Up)


def square(value=3.0) -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=())
    graph.add("Multiply", "twice")
    graph.connect("x.y", "twice.a")
    graph.connect("x.y", "twice.b")
    graph.set_tensor("x.y", np.array(value))
    return graph


def polar() -> Graph:
    """(r, a) to (r cos a, r sin a), as one edge into a Multiply and more."""
    graph = Graph()
    graph.add("Input", "p", shape=(2,))
    graph.add("Slice", "r", axis=0, start=0, stop=1)
    graph.add("Slice", "a", axis=0, start=1, stop=2)
    graph.add("Cos", "c")
    graph.add("Sin", "s")
    graph.add("Multiply", "x")
    graph.add("Multiply", "y")
    graph.add("Concat", "xy", axis=0)
    graph.add("Sum", "loss")
    for edge in (
        "p.y r.x", "p.y a.x", "a.y c.x", "a.y s.x", "r.y x.a", "c.y x.b", "r.y y.a", "s.y y.b",
        "x.y xy.x0", "y.y xy.x1", "xy.y loss.x",
    ):  # fmt: skip
        graph.connect(*edge.split())
    graph.set_tensor("p.y", np.array([1.5, 0.5]))
    return graph


def test_the_point_is_dragged_and_its_tangent_goes_along(qtbot):
    graph = load(GRAPHS["backprop_by_hand"])
    desk, panel = panel_of(qtbot, graph, "loss.x")
    assert panel.picture.look.kind == "curve"
    assert panel.reading.said == "difference = −3: loss_val = 3"
    assert panel.derivative.said == "Slope −1."
    heard = []
    panel.explored.connect(heard.append)
    drag(panel, [1.0])
    desk.settle()
    x = panel.picture.look.here.point[0]
    assert x == pytest.approx(1.0, abs=0.05)  # a pixel
    assert panel.derivative.said == "Slope 1."
    assert heard[-1].y == pytest.approx([x])
    assert panel.tools.back.isEnabled()
    assert desk.undo_text() is None
    desk.click(panel.tools.back)
    desk.settle()
    assert panel.reading.said == "difference = −3: loss_val = 3"
    assert heard[-1] is None


def test_one_edge_and_all_edges_of_a_port_are_two_functions(qtbot):
    desk, panel = panel_of(qtbot, square(), "twice.a")
    assert panel.derivative.said == "Slope 3."
    assert "exact in all of this window" in panel.closeness.said
    desk.choose(panel.source.field, 1)
    desk.settle()
    assert panel.derivative.said == "Slope 6."
    # of x² at 3 the tangent is off by d², a tenth of the change 6 d at 0.6
    assert panel.picture.look.reach == pytest.approx(0.6, abs=0.05)
    assert "is close up to 0.6" in panel.closeness.said


def test_all_edges_are_offered_once_their_gradients_have_come(qtbot):
    """What comes back over the others is not told before."""
    desk, panel = panel_of(qtbot, load(GRAPHS["fan_out"]), "y.b")
    assert not panel.source.isHidden()
    desk.choose(panel.source.field, 1)
    desk.settle()
    whole = panel.derivative.said
    while desk.document.shown.port_gradient(PortRef("x", "y")).is_value:
        desk.document.playhead.previous()
    desk.settle()
    assert not panel.picture.isHidden()  # the gradient over this edge came first
    assert panel.source.isHidden()
    assert panel.derivative.said != whole


def test_the_pointer_reads_how_far_off_the_approximation_is(qtbot):
    desk, panel = panel_of(qtbot, square(), "twice.a")
    desk.choose(panel.source.field, 1)
    desk.settle()
    picture = panel.picture
    near, far = picture.look.nearest(np.array([3.1])), picture.look.nearest(np.array([-1.0]))
    found = {}
    for at in (near, far):
        x = picture.look.sampled.points[at][0]
        QTest.mouseMove(picture, picture.place_of(np.array([x])).toPoint())
        x = picture.look.sampled.points[picture.at][0]
        said = panel.reading.said
        assert said.startswith("x = ")
        found[at] = float(said.rpartition("off by ")[2])
        assert found[at] == pytest.approx((x - 3) ** 2, rel=0.01)
    assert found[near] < 0.05 < 10 < found[far]
    QTest.mouseMove(desk.inspector, QPoint(1, 1))
    assert panel.reading.said == "x = 3: twice = 9"


def test_zoomed_in_the_function_looks_straight(qtbot):
    desk, panel = panel_of(qtbot, square(), "twice.a")
    desk.choose(panel.source.field, 1)
    desk.settle()
    picture = panel.picture
    radius = picture.look.sampled.window.radius
    error = np.nanmax(picture.look.error)
    desk.click(panel.tools.zoom_in)
    picture.setFocus()
    QTest.keyClick(picture, Key.Key_Plus)
    middle = QPointF(picture.rect().center())
    control = Qt.KeyboardModifier.ControlModifier
    for modifiers in (control, NONE):  # without Ctrl the page scrolls
        wheel = QWheelEvent(
            middle, picture.mapToGlobal(middle), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(picture, wheel)
    desk.settle()
    assert picture.look.sampled.window.radius == radius / 8
    assert np.nanmax(picture.look.error) == pytest.approx(error / 8, rel=0.01)
    QTest.keyClick(picture, Key.Key_Minus)
    desk.settle()
    assert picture.look.sampled.window.radius == radius / 4


def test_at_a_kink_the_convention_is_told(qtbot):
    desk, panel = panel_of(qtbot, load(GRAPHS["backprop_by_hand"]), "loss.x")
    assert panel.kink.isHidden()
    desk.click(panel.tools.zoom_out)
    panel.picture.setFocus()
    desk.settle()
    # The window is now -13 to 7: three coarse steps of 20 / 8 lead to 4.5, a fine one is 0.5.
    QTest.keyClick(panel.picture, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(panel.picture, Key.Key_Right)
    desk.settle()
    assert panel.picture.look.here.point[0] == 0
    assert panel.kink.said == "Here a slope jumps: the derivative of Abs at 0 is 0."
    assert panel.derivative.said == "Slope 0."


def test_keys_move_the_point_and_home_takes_it_back(qtbot):
    desk, panel = panel_of(qtbot, polar(), "x.a")
    picture = panel.picture
    picture.setFocus()
    span = picture.look.sampled.window.spans[0]
    QTest.keyClick(picture, Key.Key_Right)
    QTest.keyClick(picture, Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    desk.settle()
    assert picture.look.here.point[0] == pytest.approx(1.5 + span / 40 - span / 8)
    QTest.keyClick(picture, Key.Key_Home)
    desk.settle()
    assert not picture.look.is_moved
    assert not panel.tools.back.isEnabled()


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


def test_what_is_ahead_of_the_playhead_is_not_drawn(qtbot):
    desk, panel = panel_of(qtbot, load(GRAPHS["backprop_by_hand"]), "loss.x")
    desk.document.playhead.first()
    assert panel.picture.isHidden()
    assert panel.problem.said == "No local derivative yet: the playhead has not come so far."
    desk.document.playhead.last()
    desk.settle()
    assert not panel.picture.isHidden()


def test_a_rough_picture_comes_first_and_finer_ones_follow(qtbot, monkeypatch):
    monkeypatch.setattr(sampling, "SIDES", (5, 9, 17))
    desk, panel = panel_of(qtbot, polar(), "r.x")
    desk.choose(panel.source.field, 1)
    choose_of(panel, "xy")
    desk.settle()
    sides, show = [], panel.picture.show_look

    def watch(look) -> None:
        sides.append(len(look.sampled.points))
        show(look)

    monkeypatch.setattr(panel.picture, "show_look", watch)
    desk.click(panel.tools.zoom_out)
    desk.settle()
    assert list(dict.fromkeys(sides)) == [5, 9, 17]


def test_a_new_run_takes_the_point_along_and_keeps_the_window(qtbot):
    desk, panel = panel_of(qtbot, square(), "twice.a")
    desk.click(panel.tools.zoom_out)
    desk.settle()
    window = panel.picture.look.sampled.window
    drag(panel, [0.0])
    desk.settle()
    desk.graph.set_tensor("x.y", np.array(4.0))
    desk.run()
    desk.settle()
    assert panel.reading.said == "x = 4: twice = 16"
    assert panel.picture.look.sampled.window == window


def test_over_time_and_inside_composites(qtbot):
    desk, panel = panel_of(qtbot, two_blocks(), "one.x")
    assert panel.picture.look.outputs[0].startswith("one[0, ")
    choose_of(panel, "loss")
    desk.settle()
    wanted = desk.document.trace.gradient("one.x").reshape(-1)[:2]
    assert np.allclose(panel.picture.look.here.linear.matrix[0], wanted)
    desk.document.show_place("one")
    page = desk.edge("act.x")
    panel = page.geometry
    settle(qtbot, panel)
    assert panel.picture.look.kind == "plane"
    assert panel.picture.look.inputs[0].startswith("lin[0, ")  # as it is called there
    assert panel.picture.look.outputs[0].startswith("act[0, ")
    drag(panel, [0.5, 0.5])
    settle(qtbot, panel)
    moved = panel.picture.look.here
    page.follow()  # as when the playhead moves: it is the same run, seen anew
    assert panel.picture.look.here is moved


def test_inside_time_it_is_the_time_step_that_is_shown(qtbot):
    graph = load(GRAPHS["rnn"])
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    inside = desk.document.whole_check.time.inside
    edge = next(e for e in graph.edges if e.target.node in inside and not e.delay)
    page = desk.edge(str(edge.target))
    page.tabs.setCurrentIndex(GEOMETRY)
    settle(qtbot, page.geometry)
    look = page.geometry.picture.look
    t = desk.document.playhead.t
    value = desk.document.whole_trace.value(edge.target, t).reshape(-1)
    assert np.allclose(look.here.point, value[list(look.sampled.slice.inputs)])


def test_the_newest_question_is_answered_and_none_is_starved(qtbot):
    newest, answers, ran = Newest(), [], []
    newest.answered.connect(answers.append)
    gate = threading.Event()

    def work(number: int) -> int:
        gate.wait(5)
        ran.append(number)
        return number

    for number in range(5):
        newest.ask(lambda number=number: work(number), 10**9)
    gate.set()
    qtbot.waitUntil(lambda: not newest.is_busy)
    assert answers == ran == [0, 4]


def test_a_wider_picture_is_never_higher(qtbot):
    """Else a scroll bar would make room for itself, leave, and come again without end."""
    desk, panel = panel_of(qtbot, polar(), "r.x")
    desk.choose(panel.source.field, 1)
    heights = {}
    for port in ("xy", "loss"):
        choose_of(panel, port)
        desk.settle()
        kind = panel.picture.look.kind
        heights[kind] = []
        for width in (320, 334, 400, 540, 700):
            desk.inspector.resize(width, 640)
            QApplication.processEvents()
            heights[kind].append(panel.picture.height())
    assert len(heights) == 2
    for found in heights.values():
        assert found == sorted(found, reverse=True)
    for height in range(560, 900, 4):  # among them one at which the bar is about to come
        desk.inspector.resize(320, height)
        QApplication.processEvents()


def test_a_long_function_is_run_beside_the_window(qtbot, monkeypatch):
    desk, panel = panel_of(qtbot, chain(120), "sin0.x")
    choose_of(panel, "loss")
    desk.settle()
    threads = []
    work_out = Slice.linear_of

    def watched(*given):
        threads.append(threading.current_thread() is threading.main_thread())
        return work_out(*given)

    monkeypatch.setattr(Slice, "linear_of", watched)
    drag(panel, [0.5, 0.5])
    desk.settle()
    assert threads
    assert not any(threads)
    gradient = panel.picture.look.here.linear.matrix
    assert gradient.shape == (1, 2)
    assert (gradient > 0).all()  # every sine on the way climbs there


def test_it_is_drawn_in_the_dark_too(qtbot):
    desk, panel = panel_of(qtbot, polar(), "x.a")
    light = panel.picture.grab().toImage()
    desk.theme.choose("dark")
    dark = panel.picture.grab().toImage()
    middle = light.rect().center()
    assert light.pixelColor(middle).lightness() > dark.pixelColor(middle).lightness()
