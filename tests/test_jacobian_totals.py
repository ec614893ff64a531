"""The derivative over all paths in the Jacobian panel: which port, how it is built, cancel."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, load
from gui.examples import examples
from tests.composite_graphs import two_blocks
from tests.inspector_desk import network
from tests.jacobian_desk import (
    LEFT,
    Key,
    chain,
    convolution,
    drag,
    panel_of,
    table_of,
)
from tests.test_time import plain_rnn
from tests.window_desk import desk_for


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
