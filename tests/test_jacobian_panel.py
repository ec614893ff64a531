"""The Jacobian of an edge in the inspector: windows, zoom, samples, total derivatives."""

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, load
from gui.background import Background, Dropped
from gui.examples import examples
from gui.inspector.heat_map import MOST
from gui.inspector.jacobian import figures as figures_module
from gui.inspector.jacobian import map_view
from gui.inspector.jacobian import panel as panel_module
from tests.composite_graphs import two_blocks
from tests.inspector_desk import InspectorDesk, network
from tests.test_time import plain_rnn
from tests.window_desk import desk_for, move_pressed

Key = Qt.Key
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def convolution() -> Graph:
    """3x3 on 16x32x32: a Jacobian of 14 400 by 16 384."""
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=(1, 16, 32, 32))
    graph.add("Conv2d", "conv", out_channels=16, kernel_size=(3, 3))
    graph.add("Sum", "loss")
    graph.connect("x.y", "conv.x")
    graph.connect("conv.y", "loss.x")
    draw = np.random.RandomState(0)
    graph.set_tensor("x.y", draw.standard_normal((1, 16, 32, 32)).astype("float32"))
    return graph


def softmax() -> Graph:
    """128 samples of 10 classes."""
    graph = Graph()
    graph.add("Input", "x", shape=("B", 10))
    graph.add("Softmax", "p")
    graph.add("Sum", "loss")
    graph.connect("x.y", "p.x")
    graph.connect("p.y", "loss.x")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((128, 10)))
    return graph


def chain(length: int, width: int = 3) -> Graph:
    """A vector through many nodes."""
    graph = Graph()
    graph.add("Input", "x", shape=(width,))
    source = "x.y"
    for number in range(length):
        graph.add("Sin", f"sin{number}")
        graph.connect(source, f"sin{number}.x")
        source = f"sin{number}.y"
    graph.add("Sum", "loss")
    graph.connect(source, "loss.x")
    graph.set_tensor("x.y", np.linspace(0.1, 1, width))
    return graph


def panel_of(qtbot, graph: Graph, target: str):
    """The desk, and the panel of an edge once something is drawn."""
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    panel = desk.edge(target).jacobian
    qtbot.waitUntil(lambda: panel.view.isVisible() or panel.number.isVisible(), timeout=20_000)
    return desk, panel


def local(desk, target: str) -> np.ndarray:
    return desk.document.trace.jacobian(target)


def press(widget, key, times=1):
    for _ in range(times):
        QTest.keyClick(widget, key)
        QApplication.processEvents()


def drag(picture, start: QPoint, end: QPoint) -> None:
    """Draw a rectangle with the left button."""
    QTest.mousePress(picture, LEFT, NONE, start)
    for share in (0.3, 0.7, 1.0):
        move_pressed(picture, start + (end - start) * share)
        picture.grab()
    QTest.mouseRelease(picture, LEFT, NONE, end)


def wheel(picture, place: QPoint, notches: int, modifiers=NONE) -> bool:
    """Turn the wheel over a place; whether the picture took it."""
    at, turn = QPointF(place), QPoint(0, 120 * notches)
    event = QWheelEvent(
        at, picture.mapToGlobal(at), QPoint(), turn,
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picture, event)
    return event.isAccepted()


def table_of(panel) -> np.ndarray:
    return panel.table.numbers.array


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


# --- total derivatives -----------------------------------------------------------------------


def test_the_derivative_of_the_target_is_the_gradient(qtbot):
    desk, panel = panel_of(qtbot, network(), "hidden.x")
    assert panel.output.field.currentText() == "y, this node"
    desk.choose(panel.output.field, 1)
    QTest.keyClick(panel.output.field, Key.Key_Return)
    assert panel.output.field.currentText() == "loss, the target"
    gradient = desk.document.trace.gradient("hidden.x")
    np.testing.assert_allclose(table_of(panel), gradient.reshape(1, -1), atol=1e-12)
    assert "multiply-adds" in panel.cost.said
    panel.heat_map.picture.point(0, 3)
    assert panel.heat_map.readout.said.startswith("∂loss.y/∂x[1, 1] = ")
    page = desk.edge("out.x")  # each edge begins with its own node
    assert page.jacobian.output.field.currentText() == "y, this node"


def test_an_example_says_its_structure_and_follows_an_edit(qtbot):
    path = next(path for path in examples() if path.stem == "xor")
    desk, panel = panel_of(qtbot, load(path), "hidden.x")
    desk.choose(panel.output.field, 2)
    before = table_of(panel)
    weight = desk.document.trace.value("hidden.weight")
    desk.graph.set_tensor("hidden.weight", weight * 2)
    desk.run()
    assert panel is desk.page.jacobian
    chosen = panel.output.chosen
    assert chosen.node != "hidden"
    expected = desk.document.trace.jacobian("hidden.x", chosen).dense()
    np.testing.assert_allclose(table_of(panel), expected, atol=1e-12)
    assert not np.array_equal(before, expected)


def test_one_of_many_ports_is_found_by_typing(qtbot):
    desk, panel = panel_of(qtbot, chain(30), "sin0.x")
    field = panel.output.field
    assert field.itemText(field.count() - 1) == "Search all ports behind…"
    desk.choose(field, field.count() - 1)
    box = panel.output.box
    assert box.isVisible()
    QTest.keyClicks(box.line, "sin17")
    assert [box.rows.index(i).data() for i in range(box.rows.rowCount())] == ["sin17"]
    QTest.keyClick(box.line, Key.Key_Return)
    qtbot.waitUntil(lambda: field.currentText() == "sin17")
    expected = desk.document.trace.jacobian("sin0.x", "sin17.y").dense()
    qtbot.waitUntil(lambda: panel.structure.said == "Diagonal")
    np.testing.assert_array_equal(table_of(panel), expected)
    assert field.hasFocus()


def test_ports_ahead_of_the_playhead_are_not_offered(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "aside")
    graph.add("Cos", "later")
    graph.add("Sum", "loss")
    graph.connect("x.y", "aside.x")
    graph.connect("aside.y", "later.x")
    graph.connect("x.y", "loss.x")
    graph.configure(target="loss")
    graph.set_tensor("x.y", np.ones(2))
    desk, panel = panel_of(qtbot, graph, "aside.x")
    assert panel.output.isVisible()
    desk.document.playhead.first()
    assert panel.structure.isHidden()
    assert panel.caption.said == "No local derivative yet: the playhead has not come so far."


def test_an_instance_is_seen_as_one_node(qtbot):
    desk, panel = panel_of(qtbot, two_blocks(), "two.x")
    assert panel.output.field.currentText() == "y, this node"
    expected = desk.document.trace.jacobian("two.x", "y").dense()
    np.testing.assert_allclose(table_of(panel), expected, atol=1e-12)
    assert panel.samples.count == 2
    desk.choose(panel.output.field, 1)
    assert panel.output.field.currentText() == "loss, the target"
    gradient = desk.document.trace.gradient("two.x")
    np.testing.assert_allclose(table_of(panel), gradient.reshape(1, -1), atol=1e-12)


def test_an_edge_inside_time_is_seen_at_the_last_step(qtbot):
    desk, panel = panel_of(qtbot, plain_rnn(), "h.x")
    assert panel.output.field.currentText() == "y, this node"
    trace = desk.document.trace
    np.testing.assert_allclose(table_of(panel), trace.jacobian("h.x", "y").dense(), atol=1e-14)
    desk.choose(panel.output.field, 1)
    assert panel.output.field.currentText() == "loss, the target"
    expected = trace.jacobian("h.x", "loss.y").dense()
    np.testing.assert_allclose(table_of(panel), expected, atol=1e-14)


def deep() -> Graph:
    """A derivative that takes long: 4 wide layers of 64 samples."""
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=("B", 768))
    source = "x.y"
    for number in range(4):
        graph.add("Linear", f"layer{number}", out_features=768)
        graph.add("Tanh", f"tanh{number}")
        graph.connect(source, f"layer{number}.x")
        graph.connect(f"layer{number}.y", f"tanh{number}.x")
        source = f"tanh{number}.y"
    graph.add("Sum", "loss")
    graph.connect(source, "loss.x")
    draw = np.random.RandomState(0)
    graph.set_tensor("x.y", draw.standard_normal((64, 768)).astype("float32"))
    return graph


def test_a_long_derivative_is_cancelled_and_begun_again(qtbot):
    desk, panel = panel_of(qtbot, deep(), "layer0.x")
    field = panel.output.field
    wanted = next(i for i in range(field.count()) if field.itemText(i) == "tanh3")
    desk.choose(field, wanted)
    qtbot.waitUntil(lambda: panel.progress.cancel.isVisible(), timeout=5000)
    assert not panel.view.isVisible()  # what was seen before is another derivative
    qtbot.waitUntil(lambda: panel.progress.bar.value() > 0, timeout=20_000)
    QTest.mouseClick(panel.progress.cancel, LEFT)
    assert panel.progress.words.said == "The derivative was cancelled."
    assert panel.progress.again.isVisible()
    qtbot.wait(100)
    assert not panel.view.isVisible()
    QTest.mouseClick(panel.progress.again, LEFT)
    qtbot.waitUntil(lambda: panel.progress.cancel.isVisible(), timeout=5000)
    desk.choose(field, -wanted)  # back to the node's own: the long answer is not waited for
    qtbot.waitUntil(lambda: panel.view.isVisible(), timeout=20_000)
    assert panel.structure.said.startswith("Kronecker")


def test_in_the_window_a_convolution_is_clicked_zoomed_and_left(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(convolution(), None)
        desk.settle()
        desk.document.playhead.last()
        desk.document.selection.set_edge("conv.x")
        QApplication.processEvents()
        inspector = desk.window.inspector
        panel = inspector.page.jacobian
        qtbot.waitUntil(panel.view.isVisible, timeout=20_000)
        inspector.ensureWidgetVisible(panel.heat_map)
        picture = panel.heat_map.picture
        drag(picture, QPoint(10, 10), QPoint(40, 60))
        qtbot.waitUntil(lambda: "Rows 600" in panel.view.place.said, timeout=20_000)
        picture.setFocus(Qt.FocusReason.TabFocusReason)
        desk.press_key(Key.Key_Minus)  # for the picture, not for a command of the window
        desk.press_key(Key.Key_Home)
        assert panel.zoom.is_whole
        desk.press_key(Key.Key_Backspace)
        assert not panel.zoom.is_whole
        assert "conv" in desk.graph  # Backspace removed nothing
        desk.document.selection.clear()
        qtbot.wait(50)
        assert inspector.page is not panel


# --- figures ---------------------------------------------------------------------------------


def figures_of(qtbot, panel) -> dict[str, str]:
    qtbot.waitUntil(lambda: "…" not in panel.figures.said.values(), timeout=20_000)
    return panel.figures.said


def test_the_figures_of_a_small_jacobian_are_there_at_once(qtbot):
    desk, panel = panel_of(qtbot, network(), "hidden.x")
    matrix = local(desk, "hidden.x").dense()
    values = np.linalg.svd(matrix, compute_uv=False)
    said = panel.figures.said
    assert said["Norm"] == f"{np.linalg.norm(matrix):.4g}"
    assert said["Zeros"] == "75%"
    assert said["Rank"] == "8"
    assert said["Condition"] == f"{values[0] / values[-1]:.4g}"
    assert "Determinant" not in said  # the matrix is not square
    assert panel.figures.spectrum.accessibleName().startswith("8 singular values on a logarithmic")
    for name, figure in panel.figures.cells.values():
        assert name.toolTip()
        assert figure.toolTip()


def test_the_figures_of_a_batch_come_from_its_structure(qtbot):
    _, panel = panel_of(qtbot, softmax(), "p.x")
    said = figures_of(qtbot, panel)
    assert said["Rank"] == "1\u2009152"  # nine of ten directions of each sample
    assert said["Determinant"] == "0"
    assert said["Condition"] == "∞"
    assert panel.figures.spectrum_name.said == "Singular values (1\u2009280)"
    heights = panel.figures.spectrum.heights(1280)
    assert (heights[:1152] > 0.5).all()
    assert (heights[1152:] < 0.1).all()  # rounding


def test_a_determinant_too_small_for_a_number_is_told_by_its_logarithm(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(4000,))
    graph.add("Sigmoid", "s")
    graph.add("Sum", "loss")
    graph.connect("x.y", "s.x")
    graph.connect("s.y", "loss.x")
    graph.set_tensor("x.y", np.zeros(4000))
    _, panel = panel_of(qtbot, graph, "s.x")
    said = figures_of(qtbot, panel)
    assert said["Determinant"] == "e^−5545"  # 4000 log 0.25
    assert said["Condition"] == "1"


def test_figures_that_take_long_are_cancelled_and_dropped(qtbot):
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    figures = panel.figures
    qtbot.waitUntil(lambda: figures.progress.cancel.isVisible(), timeout=5000)
    QTest.mouseClick(figures.progress.cancel, LEFT)
    assert figures.progress.again.isVisible()
    assert set(figures.said.values()) == {"not yet"}
    QTest.mouseClick(figures.progress.again, LEFT)
    desk.choose(panel.output.field, 1)  # the figures of another derivative
    qtbot.waitUntil(lambda: figures.said.get("Rank") == "1", timeout=20_000)
    qtbot.wait(300)
    assert figures.said["Rank"] == "1"


def test_figures_that_nobody_asked_for_end_after_a_while(qtbot, monkeypatch):
    monkeypatch.setattr(figures_module, "UNASKED", 0.05)
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    figures = panel.figures
    qtbot.waitUntil(figures.progress.again.isVisible, timeout=20_000)
    assert figures.said["Rank"] == "not yet"
    weight = desk.document.trace.value("conv.weight")
    norm = np.linalg.norm(weight) * 30  # each of its numbers stands at 30 x 30 places
    assert figures.said["Norm"] == f"{norm:.4g}"
    assert figures.said["Zeros"] == "99%"
    assert figures.progress.words.said.startswith("The singular values take long")
    QTest.mouseClick(figures.progress.again, LEFT)  # now they have been asked for
    qtbot.wait(400)
    assert figures.progress.cancel.isVisible()
    QTest.mouseClick(figures.progress.cancel, LEFT)
    assert figures.said["Norm"] == f"{norm:.4g}"


def test_what_is_unknown_says_why(qtbot):
    graph = chain(1)
    graph.set_tensor("x.y", np.array([0.0, np.inf, 1.0]))
    _, panel = panel_of(qtbot, graph, "sin0.x")
    assert panel.figures.said["Rank"] == "unknown"
    why = "Some entries are not finite numbers"
    assert why in panel.figures.how.said
    assert why in panel.figures.cells["Rank"][1].toolTip()


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
