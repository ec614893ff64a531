"""The tensor editor: typed, pasted, filled, cell by cell; large ones without a wait."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from graph import Graph, PortRef
from gui.inspector.axes import AxesChooser, Plane
from gui.inspector.buttons import Button
from gui.inspector.kept_tensor import KeptTensor, declared_shape
from gui.theme import Theme
from tests.inspector_desk import InspectorDesk, by_hand, network
from tests.work_counter import counted_calls


@pytest.fixture
def desk(qtbot):
    desk = InspectorDesk(qtbot, network())
    desk.run()
    return desk


def button(widget, text):
    return next(b for b in widget.findChildren(Button) if b.text() == text)


def cell(table, row, column):
    return table.visualRect(table.numbers.index(row, column)).center()


def type_cell(desk, table, row, column, text):
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, row, column))
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, row, column))
    editor = table.indexWidget(table.currentIndex())
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_a_scalar_is_one_line(qtbot):
    desk = InspectorDesk(qtbot, by_hand())
    page = desk.node("w")
    line = page.value.line
    assert line.text() == "3"
    assert not page.value.table.isVisible()
    assert not button(page.value, "Random").isVisible()
    desk.type_into(line, "-1.5e1")
    assert desk.tensor("w.y") == -15
    assert desk.undo_text() == "Set w"
    desk.document.undo()
    assert desk.tensor("w.y") == 3
    assert line.text() == "3"


def test_a_typed_matrix_brings_its_shape_along_in_one_entry(qtbot):
    desk = InspectorDesk(qtbot, by_hand())
    page = desk.node("w")
    desk.type_into(page.value.line, "[1, 2; 3, 4]")
    assert desk.tensor("w.y").tolist() == [[1, 2], [3, 4]]
    assert desk.graph.module("w").settings["shape"] == (2, 2)
    assert page.form.rows["shape"].field.text() == "[2, 2]"
    desk.document.undo()
    assert desk.graph.module("w").settings["shape"] == ()
    assert desk.tensor("w.y") == 3


def test_names_of_sizes_stay_where_the_rank_agrees(desk):
    page = desk.node("x")
    desk.type_into(page.value.line, "randn(7, 2)")
    assert desk.tensor("x.y").shape == (7, 2)
    assert desk.graph.module("x").settings["shape"] == ("B", 2)
    desk.type_into(page.value.line, "1 2 3")
    assert desk.graph.module("x").settings["shape"] == (3,)
    assert declared_shape(("B", 2), (5, 3)) == ("B", 3)


def test_a_bad_value_stays_with_its_sentence(desk):
    page = desk.node("x")
    desk.type_into(page.value.line, "[1, 2; 3]")
    assert page.value.error.said.startswith("x.y: found row 1 of length 1, expected length 2")
    assert page.value.line.text() == "[1, 2; 3]"
    desk.document.checked.emit()
    assert page.value.line.text() == "[1, 2; 3]"
    desk.type_into(page.value.line, "[1, 2; 3, 4]")
    assert not page.value.error.isVisible()
    desk.type_into(page.value.line, "randn(1000000, 1000000)")
    assert "expected at most 256 MiB" in page.value.error.said


def test_integers_are_kept_as_integers(qtbot):
    graph = Graph()
    graph.add("Constant", "k", shape=(3,), dtype="int64")
    desk = InspectorDesk(qtbot, graph)
    page = desk.node("k")
    desk.type_into(page.value.line, "9007199254740993 2 3")
    assert desk.tensor("k.y").dtype == np.int64
    assert desk.tensor("k.y").tolist() == [9007199254740993, 2, 3]
    desk.type_into(page.value.line, "1 2.5 3")
    assert page.value.error.said == 'k.y: found "2.5", expected a whole number (int64).'


def test_an_input_without_a_value_is_filled_by_its_shape(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(3, 2))
    graph.add("Input", "z", shape=("B", 2))
    desk = InspectorDesk(qtbot, graph)
    page = desk.node("x")
    assert page.value.line.placeholderText() == "no value, [3, 2]"
    desk.click(button(page.value, "Zeros"))
    assert desk.tensor("x.y").tolist() == [[0, 0]] * 3
    assert desk.undo_text() == "Fill x with zeros"
    desk.click(button(page.value, "Ones"))
    assert desk.tensor("x.y").sum() == 6
    page = desk.node("z")
    desk.click(button(page.value, "Random"))
    assert page.value.error.said.startswith("z.y: found [B, 2], expected sizes that are numbers.")


def test_random_is_seeded_and_each_press_draws_anew(desk):
    page = desk.node("x")
    page.value.seed.show_value(5)
    desk.click(button(page.value, "Random"))
    first = desk.tensor("x.y").copy()
    assert desk.undo_text() == "Fill x at random, seed 5"
    desk.click(button(page.value, "Random"))
    assert not np.array_equal(desk.tensor("x.y"), first)
    page.value.seed.show_value(5)
    desk.click(button(page.value, "Random"))
    np.testing.assert_array_equal(desk.tensor("x.y"), first)
    desk.choose(page.value.kind, 1)
    desk.click(button(page.value, "Random"))
    assert desk.tensor("x.y").min() >= 0


def test_a_table_is_pasted(desk):
    page = desk.node("x")
    QGuiApplication.clipboard().setText("1\t2\n3\t4\n5\t6\n")
    desk.click(button(page.value, "Paste"))
    assert desk.tensor("x.y").tolist() == [[1, 2], [3, 4], [5, 6]]
    QGuiApplication.clipboard().setText("1,2\n3,x\n")
    desk.click(button(page.value, "Paste"))
    said = page.value.error.said
    assert said == 'clipboard, row 1, column 1: found "x", expected a number.'
    assert desk.tensor("x.y").shape == (3, 2)
    desk.document.undo()
    assert desk.page.value.error.said == ""  # it was said of a value that is gone


def test_numbers_are_copied_in_full(desk):
    page = desk.node("x")
    desk.click(button(page.value, "Copy"))
    copied = QGuiApplication.clipboard().text()
    assert copied.isascii()
    rows = [[float(word) for word in line.split("\t")] for line in copied.splitlines()]
    np.testing.assert_array_equal(rows, desk.tensor("x.y"))
    assert page.value.note.said == "Copied 8 numbers."


def test_a_cell_is_typed_over(desk):
    page = desk.node("x")
    before = desk.tensor("x.y").copy()
    type_cell(desk, page.value.table, 1, 0, "42")
    after = desk.tensor("x.y")
    assert after[1, 0] == 42
    assert np.count_nonzero(after != before) == 1
    assert desk.undo_text() == "Set x at [1, 0]"
    type_cell(desk, page.value.table, 1, 0, "lots")
    assert page.value.error.said == '[1, 0]: found "lots", expected a number.'
    assert desk.tensor("x.y")[1, 0] == 42


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_layers_parameter_is_filled_cleared_and_edited(desk):
    page = desk.node("hidden")
    row = page.parameters.rows["weight"]
    assert row.state.said == "[8, 2]  initialised"
    assert not row.buttons["clear"].isEnabled()
    desk.click(row.buttons["zeros"])
    assert row.state.said == "[8, 2]  kept"
    assert desk.tensor("hidden.weight").shape == (8, 2)
    desk.click(row.buttons["random"])
    assert desk.tensor("hidden.weight").any()
    desk.click(row.buttons["clear"])
    assert PortRef("hidden", "weight") not in desk.graph.tensors
    desk.click(row.buttons["edit"])
    window = row.open_editor()
    assert window.editor.tensor.array().shape == (8, 2)
    desk.type_into(window.editor.line, "[1, 2]")
    said = window.editor.error.said
    assert said.startswith("hidden.weight: found [2], expected [8, 2].")
    type_cell(desk, window.editor.table, 0, 1, "7")
    assert desk.tensor("hidden.weight")[0, 1] == 7
    desk.graph.remove("hidden")
    assert not window.isVisible()


def test_a_large_tensor_costs_no_wait(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(3000, 1000))
    desk = InspectorDesk(qtbot, graph)
    page = desk.node("x")
    with counted_calls() as work:
        desk.click(button(page.value, "Random"))
    assert work.calls < 5_000
    qtbot.waitUntil(lambda: PortRef("x", "y") in desk.graph.tensors, timeout=5000)
    assert page.value.line.text() == ""
    assert page.value.line.placeholderText() == "[3000, 1000] float64"
    with counted_calls() as work:
        page.refresh()
        page.value.table.scrollToBottom()
        QApplication.processEvents()
    assert work.calls < 60_000
    assert page.value.table.numbers.rowCount() == 3000


def test_axes_are_chosen_and_the_others_stepped_through(qtbot):
    array = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    desk = QWidget()
    qtbot.addWidget(desk)
    chooser = AxesChooser(Theme("light"), desk)
    chooser.set_shape(array.shape)
    desk.show()
    np.testing.assert_array_equal(chooser.plane.cut(array), array[0, 0])
    assert sorted(chooser.steps) == [0, 1]
    chooser.steps[1].setFocus()
    QTest.keyClick(chooser.steps[1], Qt.Key.Key_Up)
    np.testing.assert_array_equal(chooser.plane.cut(array), array[0, 1])
    InspectorDesk.choose(chooser.rows, 1)  # axis 3, which the columns had
    assert (chooser.plane.rows, chooser.plane.columns) == (3, 2)
    np.testing.assert_array_equal(chooser.plane.cut(array), array[0, 1].T)
    assert chooser.plane.index(4, 3) == (0, 1, 3, 4)
    InspectorDesk.choose(chooser.columns, -2)
    np.testing.assert_array_equal(chooser.plane.cut(array), array[:, 1, 0].T)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (0, 4), (2, 0, 3)])
def test_every_rank_has_a_plane(shape):
    array = np.zeros(shape)
    matrix = Plane.of(shape).cut(array)
    assert matrix.ndim == 2
    assert matrix.size == np.prod(shape[-2:], dtype=int)


def test_a_bias_has_no_numbers_while_its_weight_has_no_size(qtbot):
    graph = Graph()
    graph.add("Linear", "h", out_features=3)
    desk = InspectorDesk(qtbot, graph)
    desk.node("h")
    assert KeptTensor(desk.document, PortRef("h", "bias")).array() is None
