"""The Jacobian of an edge in the inspector: windows, zoom, samples, work that is not awaited."""

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph
from gui.background import Background, Dropped
from gui.inspector.heat_map import MOST
from gui.inspector.jacobian import map_view
from gui.inspector.jacobian import panel as panel_module
from tests.jacobian_desk import (
    CONTROL,
    LEFT,
    NONE,
    Key,
    convolution,
    drag,
    local,
    panel_of,
    press,
    softmax,
    table_of,
    wheel,
)
from tests.window_desk import move_pressed

# --- windows and zoom ------------------------------------------------------------------------


def test_a_convolution_is_seen_whole_and_never_built(qtbot):
    _, panel = panel_of(qtbot, convolution(), "conv.x")
    assert panel.structure.said == "Toeplitz: convolution, kernel 3×3"
    lines = panel.caption.said.splitlines()
    assert lines[0] == "Rows: 14\u2009400 outputs; columns: 16\u2009384 inputs"
    assert lines[1].startswith("2\u2009304 numbers stored for 235\u2009929\u2009600 entries, 0.88%")
    assert not panel.table.isVisible()
    assert panel.view.place.said.startswith("Rows 0 … 14\u2009399 of 14\u2009400")
    cells = panel.heat_map.picture
    assert (cells.width(), cells.height()) == (273, 240)
    cells.setFocus()
    press(cells, Key.Key_Down)
    assert panel.heat_map.readout.said.startswith("y[0, 0, 0, 0] … y[0, 0, ")
    assert ": at most " in panel.heat_map.readout.said


def test_a_rectangle_zooms_in_to_numbers_and_there_is_a_way_back(qtbot):
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    drag(panel.heat_map.picture, QPoint(5, 5), QPoint(15, 15))
    qtbot.waitUntil(lambda: panel.zoom.region.size != panel.zoom.size)
    qtbot.waitUntil(lambda: panel.view.place.said.startswith("Rows 240 … "), timeout=20_000)
    regions = []
    while panel.view.larger.isEnabled():
        regions.append(panel.zoom.region)
        QTest.mouseClick(panel.view.larger, LEFT)
    qtbot.waitUntil(lambda: panel.heat_map.picture.has_numbers, timeout=20_000)
    region, entries = panel.zoom.region, table_of(panel)
    assert region.size == (4, 4)
    expected = local(desk, "conv.x").window(region.rows, region.columns)
    np.testing.assert_array_equal(entries, expected)
    assert panel.table.numbers.headerData(0, Qt.Orientation.Vertical) == str(region.top)
    QTest.mouseClick(panel.view.back, LEFT)
    assert panel.zoom.region == regions[-1]
    QTest.mouseClick(panel.view.whole, LEFT)
    qtbot.waitUntil(lambda: not panel.table.isVisible(), timeout=20_000)
    assert not panel.view.whole.isEnabled()
    assert panel.view.back.isEnabled()


def test_keys_move_and_zoom_and_say_where_one_is(qtbot, monkeypatch):
    said = []
    monkeypatch.setattr(map_view, "announce", lambda about, sentence: said.append(sentence))
    desk, panel = panel_of(qtbot, softmax(), "p.x")
    picture = panel.heat_map.picture
    picture.setFocus()
    press(picture, Key.Key_Up)
    for _ in range(9):
        press(picture, Key.Key_Plus)
    qtbot.waitUntil(lambda: picture.has_numbers, timeout=20_000)
    press(picture, Key.Key_Home)
    press(picture, Key.Key_Backspace)
    qtbot.waitUntil(lambda: picture.has_numbers, timeout=20_000)
    matrix = local(desk, "p.x")
    assert panel.zoom.region.top == 0
    press(picture, Key.Key_Up, 6)
    press(picture, Key.Key_Left, 6)
    press(picture, Key.Key_Right)
    entry = f"{matrix.window(slice(0, 1), slice(1, 2)).item():.6g}".replace("-", "−")
    assert said[-1] == f"y[0, 0] by x[0, 1]: {entry}"
    assert panel.heat_map.readout.said == f"∂y[0, 0]/∂x[0, 1] = {entry}"
    press(picture, Key.Key_Down, 12)  # over the border: the window comes along
    qtbot.waitUntil(lambda: panel.zoom.region.top > 0)
    assert said[-1].startswith("y[1, 2] by x[0, 1]: 0")
    press(picture, Key.Key_Minus)
    assert panel.zoom.region.size == (8, 8)


def test_the_wheel_zooms_where_the_pointer_is_once_the_picture_has_the_focus(qtbot):
    desk, panel = panel_of(qtbot, softmax(), "p.x")
    picture, place = panel.heat_map.picture, QPoint(239, 239)
    assert not wheel(picture, place, 1)  # the page scrolls
    assert panel.zoom.is_whole
    assert wheel(picture, place, 1, CONTROL)
    assert panel.zoom.region.size == (640, 640)
    assert panel.zoom.region.bottom >= 1274
    QTest.mouseClick(picture, LEFT, pos=place)
    wheel(picture, place, 2)
    qtbot.waitUntil(lambda: panel.table.isVisible(), timeout=20_000)
    region = panel.zoom.region
    assert region.size == (160, 160)
    expected = local(desk, "p.x").window(region.rows, region.columns)
    np.testing.assert_array_equal(table_of(panel), expected)
    wheel(picture, place, -9)
    assert panel.zoom.is_whole


def test_a_place_can_be_typed(qtbot):
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    desk.type_into(panel.places.row, "7000")
    desk.type_into(panel.places.column, "8000")
    qtbot.waitUntil(lambda: panel.table.numbers.offsets == (7000, 8000), timeout=20_000)
    assert table_of(panel).shape == (MOST, MOST)
    window = slice(7000, 7000 + MOST), slice(8000, 8000 + MOST)
    np.testing.assert_array_equal(table_of(panel), local(desk, "conv.x").window(*window))


def test_a_zoom_that_is_cancelled_stays_where_it_was(qtbot, monkeypatch):
    _, panel = panel_of(qtbot, convolution(), "conv.x")

    def slow(linear, region, progress=None):
        while True:
            progress(0.5)
            time.sleep(0.01)

    monkeypatch.setattr(panel_module, "sight_of", slow)
    before = panel.view.place.said
    QTest.mouseClick(panel.view.larger, LEFT)
    qtbot.waitUntil(panel.progress.cancel.isVisible, timeout=5000)
    assert panel.view.isVisible()  # what was seen stays until the next is there
    QTest.mouseClick(panel.progress.cancel, LEFT)
    assert panel.zoom.is_whole
    assert not panel.view.back.isEnabled()
    assert panel.view.place.said == before
    assert not panel.progress.isVisible()


def test_escape_takes_a_rectangle_back(qtbot):
    _, panel = panel_of(qtbot, softmax(), "p.x")
    picture = panel.heat_map.picture
    QTest.mousePress(picture, LEFT, NONE, QPoint(5, 5))
    move_pressed(picture, QPoint(60, 60))
    press(picture, Key.Key_Escape)
    QTest.mouseRelease(picture, LEFT, NONE, QPoint(60, 60))
    assert panel.zoom.is_whole


# --- samples ---------------------------------------------------------------------------------


def test_a_sample_is_chosen_by_its_number(qtbot):
    desk, panel = panel_of(qtbot, softmax(), "p.x")
    assert panel.structure.said == "Block-diagonal: 128 blocks of 10×10, one a sample"
    assert panel.samples.spin.text() == "all"
    desk.type_into(panel.samples.spin, "3")
    qtbot.waitUntil(lambda: panel.table.isVisible(), timeout=20_000)
    p = desk.document.trace.value("p.y")[3]
    np.testing.assert_allclose(table_of(panel), np.diag(p) - np.outer(p, p), atol=1e-15)
    panel.heat_map.picture.point(2, 4)
    assert panel.heat_map.readout.said.startswith("∂y[3, 2]/∂x[3, 4] = ")
    press(panel.samples.spin, Key.Key_Up)
    assert panel.samples.sample == 4
    QTest.mouseClick(panel.samples.all, LEFT)
    assert panel.samples.sample is None
    assert panel.caption.said.startswith("Rows: 1\u2009280 outputs")


def test_where_samples_mix_a_sentence_names_the_node(qtbot):
    graph = Graph(mode="train")
    graph.add("Input", "x", shape=("B", 3))
    graph.add("BatchNorm", "norm")
    graph.add("Sum", "loss")
    graph.connect("x.y", "norm.x")
    graph.connect("norm.y", "loss.x")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((5, 3)))
    desk, panel = panel_of(qtbot, graph, "norm.x")
    assert not panel.samples.spin.isVisible()
    assert "norm" in panel.samples.why.said
    assert "BatchNorm" in panel.samples.why.said
    page = desk.edge("norm.weight")  # a parameter has no samples: nothing is said
    assert not page.jacobian.samples.isVisible()


# --- work off the window's thread ------------------------------------------------------------


class Waiting:
    """Work that reports until it is ended."""

    def __init__(self) -> None:
        self.has_begun, self.has_ended = threading.Event(), threading.Event()

    def __call__(self, progress):
        try:
            for step in range(10_000):
                self.has_begun.set()
                progress(step / 10_000)
                time.sleep(0.001)
        except Dropped:
            self.has_ended.set()
            raise


@pytest.mark.parametrize("way", ["drop", "another question", "the asker is deleted"])
def test_long_work_ends_when_nobody_waits_any_more(qtbot, qapp, way):
    background, work, answers = Background(), Waiting(), []
    background.answered.connect(answers.append)
    background.ask_long(work)
    with qtbot.waitSignal(background.progressed, timeout=5000):
        pass
    if way == "drop":
        background.drop()
    elif way == "another question":
        background.ask_long(lambda progress: "newer")
    else:
        background.deleteLater()
    qtbot.waitUntil(work.has_ended.is_set, timeout=5000)
    if way == "another question":
        qtbot.waitUntil(lambda: answers == ["newer"], timeout=5000)
    assert answers in ([], ["newer"])
