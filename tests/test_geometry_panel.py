"""The derivative of an edge as a picture: dragged, zoomed, read out, and what it follows."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, load
from gui.inspector.edge_page import GEOMETRY
from gui.newest import Newest
from runtime.geometry import sampling
from runtime.geometry.slicing import Slice
from tests.composite_graphs import two_blocks
from tests.geometry_desk import (
    GRAPHS,
    NONE,
    Key,
    choose_of,
    drag,
    panel_of,
    polar,
    settle,
    square,
)
from tests.inspector_desk import InspectorDesk
from tests.jacobian_desk import chain


@pytest.fixture(autouse=True)
def _rough(monkeypatch):
    """Grids stay rough, for the tests' time; that finer ones follow has a test of its own."""
    monkeypatch.setattr(sampling, "SIDES", (9, 17))


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
