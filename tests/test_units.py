"""The units of a small Linear: numbers against NumPy, the lines, keys and screen reader."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, Tensor
from gui.inspector.units.reading import read_units, strokes
from tests.test_menus import choose as choose_entry
from tests.test_menus import right_click, texts
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
X = np.array([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]])
W = np.array([[2.0, -1.0], [0.0, 0.5], [-4.0, 1.0]])
B = np.array([0.5, -0.25, 0.0])


def layer(inputs=2, outputs=3):
    graph = Graph()
    numbers = X if inputs == 2 else np.ones((2, inputs))
    graph.add("Input", "x", shape=numbers.shape, at=(0, 0))
    graph.add("Linear", "h", out_features=outputs, at=(200, 0))
    graph.add("Tanh", "t", at=(420, 0))
    graph.add("Sum", "loss", at=(600, 0))
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "t.x")
    graph.connect("t.y", "loss.x")
    graph.set_tensor("x.y", Tensor.of(numbers))
    if (inputs, outputs) == (2, 3):
        graph.set_tensor("h.weight", Tensor.of(W))
        graph.set_tensor("h.bias", Tensor.of(B))
    return graph


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(layer(), None)
        desk.settle()
        desk.document.playhead.last()
        desk.document.selection.set_nodes({"h"})
        QApplication.processEvents()
        desk.view.setFocus()
        yield desk


def view(desk):
    return desk.window.inspector.page.units


@pytest.mark.parametrize("sample", [0, 1, 2])
def test_the_numbers_are_those_of_one_sample(desk, sample):
    units = read_units(desk.document, "h", sample)
    y = X[sample] @ W.T + B
    t = np.tanh(y)
    given, out, acted = units.columns
    assert (given.title, out.title, acted.title) == ("x", "h", "t")
    np.testing.assert_allclose(given.values, X[sample])
    np.testing.assert_allclose(out.values, y)
    np.testing.assert_allclose(acted.values, t)
    np.testing.assert_allclose(acted.gradients, np.ones(3))
    np.testing.assert_allclose(out.gradients, 1 - t**2)
    np.testing.assert_allclose(given.gradients, (1 - t**2) @ W)
    slopes = 1 - np.tanh(X @ W.T + B) ** 2
    np.testing.assert_allclose(units.weight_gradient, slopes.T @ X)
    assert units.samples == 3


def test_a_line_for_each_weight_that_is_not_zero_wide_by_size_dashed_when_negative():
    drawn = {(i, o): (width, dashed) for i, o, width, dashed in strokes(W)}
    assert (0, 1) not in drawn
    assert len(drawn) == 5
    assert drawn[0, 2] == (4.0, True)
    assert drawn[0, 0] == (2.25, False)
    assert drawn[1, 0][1] is True
    assert all(0.5 < width <= 4.0 for width, _ in drawn.values())
    assert list(strokes(np.zeros((2, 2)))) == []
    assert len(list(strokes(np.array([[np.nan, 1.0]])))) == 1


@pytest.mark.parametrize(("module", "is_mixed"), [("ReLU", False), ("Softmax", True)])
def test_an_activation_along_an_axis_reads_all_units(desk, module, is_mixed):
    graph = layer()
    graph.add(module, "act", at=(420, 100))
    graph.remove("t")
    graph.connect("h.y", "act.x")
    graph.connect("act.y", "loss.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.document.playhead.last()
    units = read_units(desk.document, "h")
    assert units.columns[2].title == "act"
    assert units.is_mixed is is_mixed
    desk.document.selection.set_nodes({"h"})
    view(desk).picture.grab()


def test_it_follows_the_playhead(desk):
    head = desk.document.playhead
    head.first()
    units = read_units(desk.document, "h")
    assert [column.values is None for column in units.columns] == [False, True, True]
    assert units.weight is None
    before = view(desk).picture.grab().toImage()
    head.go(1)
    QApplication.processEvents()
    units = read_units(desk.document, "h")
    assert units.columns[1].values is not None
    assert units.columns[2].values is None
    assert units.columns[1].gradients is None
    assert view(desk).picture.grab().toImage() != before
    head.last()
    assert read_units(desk.document, "h").columns[0].gradients is not None


def test_another_sample_is_chosen(desk):
    shown = view(desk)
    assert shown.sample.isVisible()
    shown.sample.setFocus()
    QTest.keyClick(shown.sample, Key.Key_Up)
    assert "value 0.5;" in shown.words(0, 0)
    QTest.keyClick(shown.sample, Key.Key_Up)
    QTest.keyClick(shown.sample, Key.Key_Up)
    assert shown.sample.value() == 2


def test_u_takes_the_keys_there_and_arrows_read_the_units(desk):
    desk.press_key(Key.Key_U)
    shown = view(desk)
    assert QApplication.focusWidget() is shown.picture
    assert shown.readout.said.startswith("x[0]; value 1")
    QTest.keyClick(shown.picture, Key.Key_Right)
    QTest.keyClick(shown.picture, Key.Key_Down)
    said = shown.readout.said
    assert said.startswith("h[1]; value −1.25; gradient ")
    assert "weights 0, 0.5" in said
    assert said.endswith("bias −0.25")
    for _ in range(5):
        QTest.keyClick(shown.picture, Key.Key_Right)
        QTest.keyClick(shown.picture, Key.Key_Down)
    assert shown.picture.at == (2, 2)
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()
    assert shown.picture.at is None


def test_the_pointer_reads_and_lights_the_lines_of_a_unit(desk, qtbot):
    picture = view(desk).picture
    at = picture.place(1, 2).toPoint()
    desk.window.inspector.page.unfold()  # the parts below take their places

    def is_in_sight():
        desk.window.inspector.ensureWidgetVisible(picture)
        return picture.visibleRegion().contains(at)

    qtbot.waitUntil(is_in_sight)
    before = picture.grab().toImage()
    QTest.mouseMove(picture, at)
    assert picture.at == (1, 2)
    assert view(desk).readout.said.startswith("h[2]")
    assert picture.grab().toImage() != before


def test_the_menu_of_the_node_shows_them(desk):
    desk.window.workspaces.toggle_right()
    menu = right_click(desk, desk.middle("h"))
    choose_entry(menu, "Show the units")
    assert view(desk).picture.isVisible()
    desk.document.selection.set_nodes({"t"})
    menu = right_click(desk, desk.middle("t"))
    assert "Show the units" not in texts(menu)
    menu.close()
    assert desk.window.inspector.page.units is None


@pytest.mark.parametrize(
    ("inputs", "outputs", "fits"), [(16, 16, True), (17, 3, False), (2, 17, False)]
)
def test_up_to_sixteen(desk, inputs, outputs, fits):
    desk.document.replace(layer(inputs, outputs), None)
    desk.settle()
    desk.document.playhead.last()
    desk.document.selection.set_nodes({"h"})
    QApplication.processEvents()
    assert view(desk).isVisible() == fits
    assert desk.window.commands.by_id["show_units"].isEnabled() == fits
    if fits:
        picture = view(desk).picture
        picture.grab()
        places = {
            (picture.place(c, u).x(), picture.place(c, u).y()) for c in range(3) for u in range(16)
        }
        assert len(places) == 48
        assert all(0 < y < picture.height() for _, y in places)


def test_it_changes_with_the_weights_live(desk):
    before = view(desk).words(1, 0)
    desk.document.do(_weights(desk, W * 2), "Weights")
    desk.settle()
    assert view(desk).words(1, 0) != before
    assert "weights 4, −2" in view(desk).words(1, 0)


def _weights(desk, numbers):
    from graph import PortRef
    from graph import edits as e

    return e.SetTensor(PortRef("h", "weight"), Tensor.of(numbers))


def test_a_screen_reader_is_told(desk):
    picture = view(desk).picture
    assert picture.accessibleName() == "Units"
    assert picture.accessibleDescription() == "Units: 2 inputs, 3 outputs; arrow keys read them"
