"""Sliding over the steps of 1,000 nodes: what each move works out, and that nothing is lost."""

import random

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from gui import playhead as playhead_module
from gui.places import SeenTrace
from gui.shown import Shown
from runtime import Engine
from tests.canvas_desk import LEFT, NONE
from tests.recurrent_graphs import Pair
from tests.reference.random_graphs import random_graph
from tests.window_desk import desk_for, move_pressed
from tests.work_counter import counted_calls

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
KINDS = ("value", "gradient", "port_gradient")


def long_graph(count: int = 1000) -> Graph:
    """Nodes in rows of 40, each reading the one or two before it."""
    graph = Graph(target="loss")
    graph.add("Input", "x", shape=(4,))
    graph.set_tensor("x.y", np.full(4, 0.5))
    before, last = "x.y", "x.y"
    for number in range(count - 2):
        module = ("Tanh", "Add", "Sigmoid", "Multiply")[number % 4]
        id_ = graph.add(module, at=(240 + number % 40 * 240, number // 40 * 160))
        inputs = {"a": last, "b": before} if number % 2 else {"x": last}
        for port, source in inputs.items():
            graph.connect(source, f"{id_}.{port}")
        before, last = last, f"{id_}.y"
    graph.add("Sum", "loss", at=(240 + 40 * 240, 25 * 160))
    graph.connect(last, "loss.x")
    return graph


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def run(desk, graph):
    desk.document.replace(graph, None)
    desk.window.live.run()
    desk.qtbot.waitUntil(lambda: desk.document.is_fresh, timeout=20_000)
    desk.settle()


def calls_a_move(desk, moves=4):
    """Function calls from one move of the slider's knob to the next picture."""
    bar = desk.window.timeline.bar
    y, last = bar.height() // 2, len(desk.document.playhead.steps)
    pixels = [bar.rect().center() for _ in range(moves + 1)]
    for number, pixel in enumerate(pixels):
        pixel.setX(round(bar.x_of(last * (0.4 + 0.03 * number))))
        pixel.setY(y)
    QTest.mousePress(bar, LEFT, NONE, pixels[0])
    QApplication.processEvents()
    before = desk.document.playhead.position
    with counted_calls() as work:
        for pixel in pixels[1:]:
            move_pressed(bar, pixel)
            QApplication.processEvents()
    QTest.mouseRelease(bar, LEFT, NONE, pixels[-1])
    assert desk.document.playhead.position > before
    return work.calls / moves


def test_a_move_over_a_thousand_nodes_works_out_what_is_seen_alone(desk, monkeypatch):
    run(desk, long_graph())
    noted = []
    monkeypatch.setattr(playhead_module, "_place", lambda step: noted.append(step))
    desk.view.zoom_to_fit()
    # What is laid out as frames have time for it comes in between, until it is done.
    desk.qtbot.waitUntil(lambda: calls_a_move(desk) < 3000)
    desk.view.zoom_to(1.0)
    desk.qtbot.waitUntil(lambda: calls_a_move(desk) < 40_000)
    assert noted == []  # where it stands is written down when another trace comes, not at each move


def test_the_run_menu_follows_the_playhead(desk):
    run(desk, long_graph(20))
    commands = desk.window.commands.by_id
    desk.press_key(Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert not commands["previous"].isEnabled()
    assert not commands["continue_back"].isEnabled()
    desk.press_key(Qt.Key.Key_PageDown)
    assert commands["previous"].isEnabled()
    assert commands["continue_back"].isEnabled()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("t", [None, 1])
def test_readings_that_are_kept_from_one_position_to_the_next_are_those_made_anew(seed, t):
    graph = random_graph(seed) if t is None else Pair(3, seed).loop
    trace = Engine(graph).run()
    seen = trace if t is None else SeenTrace(trace, "", trace.steps, t)
    ports = [port for edge in graph.edges for port in (edge.source, edge.target)]
    chance, before, kept = random.Random(seed), None, 0
    for _ in range(25):
        index = chance.randrange(len(trace.steps))
        part = chance.randrange(max(len(trace.parts(trace.steps[index])), 1))
        anew = Shown(seen, index, part, graph)
        shown = Shown(seen, index, part, graph, before)
        for port in ports:
            for kind in KINDS:
                found, expected = getattr(shown, kind)(port), getattr(anew, kind)(port)
                assert found.state == expected.state, (port, kind, index, part)
                if before is not None and found.is_value:
                    kept += found is getattr(before, kind)(port)
        for edge in graph.edges:
            assert shown.carried(edge).state == anew.carried(edge).state
        before = shown
    assert kept > 0
