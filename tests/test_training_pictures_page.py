"""The page Pictures: cards that a graph has, one sample read in all of them, work off the window.

What is drawn is held against runtime/training/pictures, whose tests hold it against the engine.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest

from graph import Graph, Tensor, load
from graph import edits as e
from graph.port import PortRef
from graph.rules import Adam
from graph.training import Training
from gui.numbers import format_number
from gui.theme import TOKENS
from gui.training.pictures import class_marks
from gui.training.plots import loading
from runtime.training.pictures.studio import Studio
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.test_theme import VISION, distance
from tests.test_training_filters import sliding, two_losses
from tests.window_desk import desk_for

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.window.resize(1280, 800)
        made.window.show()
        yield made


def pictures(desk, graph: Graph):
    """The page, with the pictures of a graph in it."""
    desk.document.replace(graph, None)
    desk.settle()
    desk.window.commands.by_id["pictures"].trigger()
    panel = desk.window.drawer.panel("training")
    assert panel.current == "pictures"
    late = panel.page("pictures")
    desk.qtbot.waitUntil(lambda: late.page is not None)
    settle(desk, late.page)
    return late.page


def settle(desk, page) -> None:
    desk.qtbot.waitUntil(lambda: page.answer is not None and not page.asking.is_busy)


def example(name: str) -> Graph:
    return load(EXAMPLES / f"{name}.gradwire")


def shown(page) -> list[str]:
    return [card.title.said for card in page.cards if card.isVisible()]


def point(view, place) -> None:
    QTest.mouseMove(view, QPoint(1, 1))
    QTest.mouseMove(view, place.toPoint())


def test_xor_becomes_separable_and_a_sample_is_read_in_all_pictures(desk, monkeypatch):
    threads = []
    draw = Studio.draw

    def noted(*args, **kwargs):
        threads.append(threading.current_thread())
        return draw(*args, **kwargs)

    monkeypatch.setattr(Studio, "draw", noted)
    page = pictures(desk, example("learned_features"))
    assert shown(page) == ["Decisions", "Hidden space", "Confusion"]
    assert page.summary.said == "100% right, 0 wrong of 4 samples."
    assert threading.main_thread() not in threads
    assert page.port.read() == PortRef("features", "y")  # the last one before the prediction
    plane, hidden = page.plane.view, page.hidden.view
    point(plane, plane.place_of(1))
    probability = format_number(
        1 / (1 + np.exp(-float(page.answer.drawn.verdicts.scores[1, 0]))), 3
    )
    assert page.reading.said == f"Sample 1; x = (0, 1); class 1; found, probability {probability}"
    QTest.mouseClick(plane, LEFT, NONE, plane.place_of(2).toPoint())
    assert [view.sample for view in (plane, hidden)] == [2, 2]
    plane.setFocus()
    QTest.keyClick(plane, Key.Key_Left)
    assert page.sample == 1
    assert hidden.sample_at(hidden.place_of(1)) == 1
    before = page.answer.drawn
    edit = e.SetTensor(PortRef("logit", "bias"), Tensor.of(np.array([-50.0])))
    desk.document.do(edit, "Set a bias")
    settle(desk, page)
    assert page.answer.drawn is not before
    assert page.summary.said == "50% right, 2 wrong of 4 samples."
    assert page.reading.said.endswith("taken for 0, probability 1")
    table = page.confusion.view
    QTest.mouseClick(table, LEFT, NONE, table.place_of((1, 0)).toPoint())
    said = "2 of 2 samples of class 1 taken for 0 (100%); false negatives."
    assert page.reading.said == said
    table.setFocus()
    QTest.keyClick(table, Key.Key_Up)
    assert table.cell == (0, 0)
    QTest.keyClick(table, Key.Key_Escape)
    assert table.cell is None
    desk.theme.choose("dark")
    assert not page.grab().isNull()
    assert not nameless(page)


def test_a_long_name_of_an_axis_leaves_the_legend_alone(desk):
    page = pictures(desk, example("learn_spirals"))
    plane, hidden = page.plane.view, page.hidden.view
    assert plane.size() == hidden.size()
    assert hidden.figure.projection is not None  # its axes have long names
    legend = QRect(plane.width() - 62, 4, 56, 14)  # within the ring of the focus
    one, other = (view.grab(legend).toImage() for view in (plane, hidden))
    assert len({one.pixel(x, 6) for x in range(legend.width())}) > 3  # something is there
    assert one == other


def test_another_hidden_port_is_chosen_and_nothing_is_drawn_out_of_sight(desk, monkeypatch):
    page = pictures(desk, example("learned_features"))
    page.port.setFocus()
    QTest.keyClick(page.port, Key.Key_Up)
    assert page.port.read() == PortRef("hidden", "y")
    desk.qtbot.waitUntil(lambda: page.answer.drawn.hidden.port == PortRef("hidden", "y"))
    settle(desk, page)
    assert page.answer.drawn.wanted.side > page.asking.wanted.side  # drawn finely once it stays
    desk.window.drawer.close_drawer()
    calls = []
    monkeypatch.setattr(Studio, "draw", lambda *_args: calls.append(1))
    edit = e.SetTensor(PortRef("logit", "bias"), Tensor.of(np.array([1.0])))
    desk.document.do(edit, "Set a bias")
    desk.settle()
    assert not page.asking.is_busy
    assert not calls


def test_another_loss_is_chosen_where_the_target_is_made_of_two(desk):
    page = pictures(desk, two_losses())
    assert page.answer.studio.subject.loss == page.loss.read() == "error"
    assert page.loss.isVisibleTo(page)
    assert shown(page)[0] == "Surface"
    page.loss.setFocus()
    QTest.keyClick(page.loss, Key.Key_Down)
    desk.qtbot.waitUntil(lambda: page.answer.studio.subject.loss == "surprise")
    settle(desk, page)
    assert shown(page)[:1] == ["Decisions"]
    assert "Confusion" in shown(page)
    assert not nameless(page)


def test_strips_of_one_axis_tell_their_numbers(desk):
    desk.window.resize(1900, 900)
    page = pictures(desk, sliding("Conv1d", (3, 2, 9), out_channels=4, kernel_size=(3,)))
    assert "Filters" in shown(page)
    view = page.filters.view
    assert view.value_at(QPointF(10, 20)).startswith("x[0][")
    assert view.value_at(QPointF(60, 20)).startswith("weight[0, 0][0] = ")
    assert not page.grab().isNull()


def test_images_stand_worst_first_and_a_filter_shows_what_it_makes_of_the_chosen_one(desk):
    desk.window.resize(1900, 900)  # all cards are in sight
    graph = example("digits")
    weight = graph.tensors[PortRef("logits", "bias")]
    pushed = np.zeros(weight.shape)
    pushed[3] = 40.0
    graph.set_tensor("logits.bias", pushed)
    page = pictures(desk, graph)
    assert shown(page) == ["Hidden space", "Confusion", "Samples", "Filters"]
    verdicts, samples = page.answer.drawn.verdicts, page.samples.view
    assert samples.order == verdicts.worst_first.tolist()
    assert verdicts.is_wrong[samples.order[0]]
    page.order.setFocus()
    QTest.keyClick(page.order, Key.Key_Down)
    assert samples.order == list(range(8))
    table = page.confusion.view
    truth, found = (int(part[0]) for part in np.nonzero(verdicts.table * (1 - np.eye(10))))
    QTest.mouseClick(table, LEFT, NONE, table.place_of((truth, found)).toPoint())
    assert samples.order == [
        s for s in range(8) if (verdicts.true[s], verdicts.found[s]) == (truth, found)
    ]
    QTest.mouseClick(table, LEFT, NONE, table.place_of((truth, found)).toPoint())
    QTest.mouseClick(samples, LEFT, NONE, samples.place_of(5).toPoint())
    settle(desk, page)
    filters = page.answer.drawn.filters
    np.testing.assert_array_equal(filters.given, page.answer.studio.inputs[5])
    page.node.setFocus()
    QTest.keyClick(page.node, Key.Key_Down)
    desk.qtbot.waitUntil(lambda: page.answer.drawn.filters.node == "shapes")
    settle(desk, page)
    assert page.filters.view.value_at(QPointF(10, 24)).startswith("x[0][")
    assert not nameless(page)
    assert not page.grab().isNull()


def test_a_graph_without_a_loss_says_why_there_is_nothing_and_the_next_has_pictures(desk):
    page = pictures(desk, example("fan_out"))
    assert "found no loss" in page.empty.said
    assert page.empty.isVisible()
    assert shown(page) == []
    desk.document.replace(example("linear_regression"), None)
    assert page.empty.said == "The pictures are being drawn."
    settle(desk, page)
    assert shown(page) == ["Curve"]
    curve = page.plane.view
    point(curve, curve.place_of(0))
    assert page.reading.said.startswith("Sample 0; x = ")
    assert "target" in page.reading.said
    desk.document.replace(example("transformer_block"), None)
    desk.qtbot.waitUntil(lambda: not page.plane.isVisible())
    settle(desk, page)
    assert page.summary.said.startswith("Mean squared error")
    desk.document.replace(example("sine_lstm"), None)
    settle(desk, page)
    assert shown(page) == ["Sequence", "Hidden space"]
    count = len(page.answer.drawn.verdicts)
    assert page.summary.said.endswith(f"over {count} samples.")
    port = PortRef("cell", "y")
    page.port.setFocus()
    while page.port.read() != port:
        QTest.keyClick(page.port, Key.Key_Up)
    desk.settle()
    spots = []
    for t in (2, 7):
        desk.document.playhead.show_time(t)
        desk.qtbot.waitUntil(
            lambda t=t: (page.answer.question.wanted.t, page.port.read()) == (t, port)
        )
        settle(desk, page)
        spots.append(page.answer.drawn.hidden.spots)
    assert not np.allclose(*spots)
    series = page.series.view
    series.setFocus()
    QTest.keyClick(series, Key.Key_Right)
    QTest.keyClick(series, Key.Key_Right)
    assert series.sample == 1
    truth = page.answer.drawn.verdicts.truth
    first, last = (series.place_of(step) for step in (0, truth.shape[1] - 1))
    assert first.x() < last.x()
    assert (first.y() < last.y()) == bool(truth[1, 0, 0] > truth[1, -1, 0])
    assert not page.grab().isNull()


def test_classes_differ_by_shape_and_the_first_four_by_ink_too():
    shapes = [class_marks.shape_of(class_) for class_ in range(10)]
    assert len(set(shapes)) == 10
    outlines = [class_marks.outline_of(shape, 1.0) for shape in shapes]
    assert all(a != b for a, b in itertools.combinations(outlines, 2))
    for theme in (0, 1):
        inks = [TOKENS[class_marks.ink_of(class_)][theme] for class_ in range(4)]
        for one, other in itertools.combinations(inks, 2):
            apart = min(distance(one, other, vision) for vision in VISION)
            assert apart >= 8, (one, other)  # 2 can just be seen


def test_a_run_is_followed_and_what_is_taken_over_is_seen_in_the_document(desk):
    graph = Graph(target="loss", seed=1)
    graph.add("Data", "data", source="builtin:moons", batch=None, test=0.25)
    graph.add("Linear", "hidden", out_features=2)
    graph.add("Tanh", "bent")
    graph.add("Linear", "logits", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    edges = "data.x hidden.x; hidden.y bent.x; bent.y logits.x; logits.y loss.logits"
    for edge in (*edges.split("; "), "data.t loss.target"):
        graph.connect(*edge.split())
    graph.configure(training=Training(epochs=40, optimizer=Adam(lr=0.1)))
    page = pictures(desk, graph)
    first = page.answer.drawn
    assert first.verdicts.is_wrong.any()
    running = desk.window.running
    running.start()
    desk.qtbot.waitUntil(lambda: running.state == "ended")
    settle(desk, page)
    learned = running.parameters()
    expected = Studio(desk.document.root).verdicts(learned).scores
    np.testing.assert_array_equal(page.answer.drawn.verdicts.scores, expected)
    assert not np.array_equal(first.plane.scores, page.answer.drawn.plane.scores)
    page.part.setFocus()
    QTest.keyClick(page.part, Key.Key_Down)
    desk.qtbot.waitUntil(lambda: page.answer.studio.samples.part == "test")
    settle(desk, page)
    assert page.summary.said.endswith("of 50 samples.")
    scores = page.answer.drawn.verdicts.scores
    running.take_over()
    desk.qtbot.waitUntil(lambda: page.answer.question.parameters is None)
    settle(desk, page)
    np.testing.assert_array_equal(page.answer.drawn.verdicts.scores, scores)
    desk.document.undo()
    desk.qtbot.waitUntil(lambda: page.answer.drawn.verdicts.scores is not scores)
    settle(desk, page)
    assert not np.array_equal(page.answer.drawn.verdicts.scores, scores)


COUNTING = """
import sys
from importlib import import_module
from shiboken6 import Shiboken
from gui import window
from gui.training.plots import loading

def derived():
    found, left = set(), [Shiboken.Object]
    while left:
        new = set(type.__subclasses__(left.pop())) - found
        found |= new
        left += new
    return found

for _ in loading.qts_classes():
    pass
before = derived()
assert not [kind for kind in before if kind.__name__.startswith("Room")]
import_module("pyqtgraph")
print(loading.ROOM, len(derived() - before))
"""


def test_there_is_room_for_the_classes_that_a_library_derives_in_its_thread():
    """PySide's table of classes, which the window reads without a lock, must not grow then."""
    found = subprocess.run(
        [sys.executable, "-c", COUNTING], capture_output=True, text=True, timeout=200
    )
    assert found.returncode == 0, found.stderr
    room, derived = map(int, found.stdout.split())
    assert 50 < derived < room


def test_the_windows_thread_makes_qts_classes_before_a_library_asks_for_them(qtbot, monkeypatch):
    told, main = [], threading.main_thread()

    def load(name: str):
        told.append((name, threading.current_thread() is main))
        return import_module(name)

    monkeypatch.setattr(loading, "import_module", load)
    holder = QObject()
    work = loading.Loading("tests.canvas_desk", True, holder)
    monkeypatch.delitem(sys.modules, "tests.canvas_desk")
    with qtbot.waitSignal(work.done):
        work.start()
    assert told == [
        *((f"PySide6.{name}", True) for name in loading.QT),
        ("tests.canvas_desk", False),
    ]
    work.start()  # it is there
    assert not work.is_busy
