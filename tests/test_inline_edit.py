"""Editing in place: labels and values typed where they stand, with real keys and mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, Tensor
from graph.labelling import MAX_WRITTEN, is_automatic, label_edit
from runtime import Engine
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        yield made


def field(desk):
    return desk.view.inline.field


def double_click(desk, id_):
    QTest.mouseClick(desk.view.viewport(), LEFT, NONE, desk.middle(id_))
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.middle(id_))
    QTest.mouseRelease(desk.view.viewport(), LEFT, NONE, desk.middle(id_))
    QApplication.processEvents()


def write(desk, text, key=Key.Key_Return):
    """Type over what is selected, then press a key."""
    line = field(desk).line
    assert QApplication.focusWidget() is line
    QTest.keyClicks(line, text)
    if key is not None:
        QTest.keyClick(line, key)
    QApplication.processEvents()


def value(desk, port):
    tensor = desk.graph.tensors[PortRef.parse(port)]
    return np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape)


# --- values ---------------------------------------------------------------------------------


def test_a_double_click_on_a_source_edits_its_number(desk):
    double_click(desk, "w")
    assert field(desk).line.text() == "3"
    assert field(desk).line.selectedText() == "3"
    write(desk, "-1.5e1")
    assert field(desk) is None
    assert value(desk, "w.y") == -15
    assert desk.document.history.undo_text == "Set w"
    assert desk.view.hasFocus()
    desk.settle()
    assert desk.document.trace.value(PortRef("loss", "y")) == 33
    desk.document.undo()
    assert value(desk, "w.y") == 3


def test_enter_on_the_selected_source_edits_it_and_sets_value_and_shape_at_once(desk):
    desk.document.selection.set_nodes({"x"})
    desk.press_key(Key.Key_Return)
    write(desk, "[1, 2; 3, 4]")
    assert value(desk, "x.y").tolist() == [[1, 2], [3, 4]]
    assert desk.graph.module("x").settings["shape"] == (2, 2)
    assert desk.document.undo()
    assert value(desk, "x.y") == 2
    assert desk.graph.module("x").settings["shape"] == ()
    assert desk.document.redo()
    assert value(desk, "x.y").shape == (2, 2)


def test_random_numbers_come_from_the_graphs_seed_and_the_port(desk):
    drawn = []
    for id_, seed in (("x", 0), ("x", 0), ("w", 0), ("x", 5)):
        desk.document.graph.configure(seed=seed)
        desk.document.selection.set_nodes({id_})
        desk.press_key(Key.Key_Return)
        write(desk, "randn(4, 3)")
        drawn.append(value(desk, f"{id_}.y").copy())
    assert drawn[0].shape == (4, 3)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], drawn[3])


def test_a_bad_text_is_said_while_typing_and_nothing_is_lost(desk):
    double_click(desk, "w")
    write(desk, "[1, tow", None)
    assert field(desk).error.isVisibleTo(desk.window)
    assert field(desk).error.said == 'Character 5: found "tow", expected a number.'
    QTest.keyClick(field(desk).line, Key.Key_Return)
    assert field(desk).line.text() == "[1, tow"
    assert value(desk, "w.y") == 3
    for _ in range(3):
        QTest.keyClick(field(desk).line, Key.Key_Backspace)
    QTest.keyClicks(field(desk).line, "2]")
    assert field(desk).error.said == ""
    QTest.keyClick(field(desk).line, Key.Key_Return)
    assert value(desk, "w.y").tolist() == [1, 2]


def test_a_call_that_asks_for_too_much_is_refused(desk):
    double_click(desk, "w")
    write(desk, "randn(1000000, 1000000)")
    assert "at most 256 MiB" in field(desk).error.said
    QTest.keyClick(field(desk).line, Key.Key_Escape)
    assert field(desk) is None
    assert value(desk, "w.y") == 3


def test_escape_leaves_everything_as_it_was(desk):
    before = desk.graph.revision
    double_click(desk, "w")
    write(desk, "7", Key.Key_Escape)
    assert field(desk) is None
    assert desk.graph.revision == before
    assert desk.document.selection.node == "w"
    assert desk.view.hasFocus()


def test_enter_without_a_change_makes_no_entry(desk):
    double_click(desk, "w")
    write(desk, "")
    assert field(desk) is None
    assert desk.document.history.undo_text is None


def test_tab_applies_and_goes_on_to_the_next_source(desk):
    sources = [id_ for id_ in desk.graph.order() if id_ in ("x", "w", "b", "y_true")]
    desk.document.selection.set_nodes({sources[0]})
    desk.press_key(Key.Key_Return)
    for number, id_ in enumerate(sources):
        assert desk.document.selection.node == id_
        write(desk, str(10 + number), Key.Key_Tab)
    assert [float(value(desk, f"{id_}.y")) for id_ in sources] == [10, 11, 12, 13]
    assert desk.document.selection.node == sources[0]
    QTest.keyClick(field(desk).line, Key.Key_Backtab)
    QApplication.processEvents()
    assert desk.document.selection.node == sources[-1]


def test_a_click_elsewhere_keeps_a_good_text(desk):
    double_click(desk, "w")
    write(desk, "8", None)
    QTest.mouseClick(desk.view.viewport(), LEFT, NONE, QPoint(20, 20))
    QApplication.processEvents()
    assert field(desk) is None
    assert value(desk, "w.y") == 8


def test_keys_of_the_canvas_and_the_window_are_letters_in_the_line(desk):
    double_click(desk, "w")
    write(desk, "bm", None)
    assert field(desk).line.text() == "bm"
    QTest.keyClick(field(desk).line, Key.Key_Home)
    QTest.keyClick(field(desk).line, Key.Key_Delete)
    assert field(desk).line.text() == "m"
    assert "w" in desk.graph


def test_integers_and_booleans_are_read_as_such(desk):
    for id_, dtype, text, wanted in (
        ("i", "int64", "[1, 2, 3]", [1, 2, 3]),
        ("f", "bool", "true false", [True, False]),
    ):
        desk.graph.add("Input", id_, dtype=dtype, at=(0, 300))
        desk.document.selection.set_nodes({id_})
        desk.press_key(Key.Key_Return)
        write(desk, "0.5", None)
        assert "expected" in field(desk).error.said
        field(desk).line.selectAll()
        write(desk, text)
        assert value(desk, f"{id_}.y").tolist() == wanted
        assert desk.graph.tensors[PortRef(id_, "y")].dtype == dtype


def test_named_sizes_stay_names(desk):
    desk.graph.add("Input", "batch", shape=("B", 2), at=(0, 300))
    desk.document.selection.set_nodes({"batch"})
    desk.press_key(Key.Key_Return)
    assert field(desk).line.placeholderText() == "[B, 2]"
    write(desk, "randn(5, 2)")
    assert desk.graph.module("batch").settings["shape"] == ("B", 2)
    assert value(desk, "batch.y").shape == (5, 2)


def test_a_pins_parameter_is_edited_when_its_edge_is_selected(desk):
    desk.graph.set_tensor("x.y", Tensor.of_values("float64", (2,), [1, 2]))
    desk.graph.set("x", shape=(2,))
    desk.graph.add("Linear", "layer", out_features=1, at=(240, 300))
    desk.graph.connect("x.y", "layer.x")
    desk.settle()
    desk.document.selection.set_edge("layer.weight")
    desk.press_key(Key.Key_Return)
    write(desk, "[1, 2, 3]")
    assert "found [3], expected [1, 2]" in field(desk).error.said
    field(desk).line.selectAll()
    write(desk, "[[0.5, 0.25]]")
    assert value(desk, "layer.weight").tolist() == [[0.5, 0.25]]


def test_a_large_tensor_is_not_written_out(desk):
    desk.graph.set("x", shape=(20, 20))
    desk.graph.set_tensor("x.y", np.zeros((20, 20)))
    double_click(desk, "x")
    assert field(desk).line.text() == ""
    assert field(desk).line.placeholderText() == "[20, 20]"
    QTest.keyClick(field(desk).line, Key.Key_Return)
    assert value(desk, "x.y").shape == (20, 20)


def test_what_has_no_value_has_no_line(desk):
    desk.document.selection.set_nodes({"x1"})
    desk.press_key(Key.Key_Return)
    assert field(desk) is None
    double_click(desk, "x1")
    assert field(desk) is None


@pytest.mark.parametrize("zoom", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_the_line_is_legible_and_in_sight_at_every_zoom(desk, zoom):
    desk.view.zoom_to(zoom)
    desk.document.selection.set_nodes({"w"})
    desk.press_key(Key.Key_Return)
    line = field(desk)
    assert 11 <= line.line.font().pixelSize() <= 16
    write(desk, "[oops, 1234567890, 1234567890, 1234567890", None)
    assert desk.view.rect().contains(line.geometry())


def test_the_line_follows_panning_and_goes_with_its_node(desk):
    double_click(desk, "w")
    before = field(desk).pos()
    desk.view.camera.pan(QPoint(24, 16))
    assert field(desk).pos() - before == QPoint(24, 16)
    desk.graph.remove("w")
    assert field(desk) is None


# --- labels ---------------------------------------------------------------------------------


def relabel(desk, id_, text):
    desk.document.selection.set_nodes({id_})
    desk.press_key(Key.Key_F2)
    field(desk).line.selectAll()
    QTest.keyClick(field(desk).line, Key.Key_Delete)
    write(desk, text)


def test_an_id_made_by_itself_follows_the_label(desk):
    made = desk.graph.add("ReLU", at=(240, 300))
    relabel(desk, made, "Hidden layer")
    assert desk.graph.nodes["hidden_layer"].label == "Hidden layer"
    assert desk.document.selection.node == "hidden_layer"
    assert desk.document.history.undo_text == "Label relu"
    relabel(desk, "hidden_layer", "Output 2")
    assert "output_2" in desk.graph
    relabel(desk, "output_2", "")
    assert desk.graph.nodes["relu"].label is None
    for _ in range(3):
        desk.document.undo()
    assert desk.graph.nodes["relu"].label is None


def test_an_id_set_by_hand_stays(desk):
    relabel(desk, "x1", "Product")
    assert desk.graph.nodes["x1"].label == "Product"
    desk.document.undo()
    assert desk.graph.nodes["x1"].label is None


def test_the_inspectors_label_follows_the_same_rule(desk):
    made = desk.graph.add("ReLU", at=(240, 300))
    desk.document.selection.set_nodes({made})
    desk.type_into(desk.window.inspector.page.label.field, "Cut off")
    assert "cut_off" in desk.graph
    desk.type_into(desk.window.inspector.page.name.field, "mine")
    desk.type_into(desk.window.inspector.page.label.field, "Another")
    assert desk.graph.nodes["mine"].label == "Another"


def test_tab_goes_from_label_to_label(desk):
    order = list(desk.graph.order())
    desk.document.selection.set_nodes({order[0]})
    desk.press_key(Key.Key_F2)
    write(desk, "First", Key.Key_Tab)
    assert desk.graph.nodes[order[0]].label == "First"
    assert desk.document.selection.node == order[1]
    assert field(desk) is not None


def test_tab_goes_on_although_the_id_follows_the_label(desk):
    made = desk.graph.add("ReLU", at=(240, 300))
    order = desk.graph.order()
    following = order[(order.index(made) + 1) % len(order)]
    desk.document.selection.set_nodes({made})
    desk.press_key(Key.Key_F2)
    write(desk, "Cut off", Key.Key_Tab)
    assert desk.graph.nodes["cut_off"].label == "Cut off"
    assert desk.document.selection.node == following
    assert QApplication.focusWidget() is field(desk).line


def test_lines_that_were_closed_leave_nothing_behind(desk):
    before = len(desk.view.inline.children())
    for _ in range(5):
        desk.document.selection.set_nodes({"w"})
        desk.press_key(Key.Key_Return)
        write(desk, "7", Key.Key_Escape)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(desk.view.inline.children()) == before


def test_a_label_with_a_control_character_is_refused_and_kept_in_the_line(desk):
    desk.document.selection.set_nodes({"x1"})
    desk.press_key(Key.Key_F2)
    field(desk).line.setText("a\u202eb")
    QTest.keyClick(field(desk).line, Key.Key_Return)
    assert "bidirectional" in field(desk).error.said


@pytest.mark.parametrize(
    ("label", "id_"),
    [
        ("Hidden layer", "hidden_layer"),
        ("  W₁ · x  ", "w1_x"),
        ("3 units", "n3_units"),
        ("Überblick", "uberblick"),
        ("学习", "relu"),
        ("x" * 300, "x" * 48),
    ],
)
def test_ids_made_from_labels(label, id_):
    graph = Graph()
    graph.add("ReLU")
    graph.apply(label_edit(graph, "relu", label[:256]))
    assert list(graph.nodes) == [id_]
    assert is_automatic(graph, id_)


def test_ids_made_from_labels_are_unique():
    graph = Graph()
    for _ in range(3):
        made = graph.add("ReLU")
        graph.apply(label_edit(graph, made, "Same"))
    assert list(graph.nodes) == ["same", "same2", "same3"]
    graph.apply(label_edit(graph, "same2", "Other"))
    assert list(graph.nodes) == ["same", "other", "same3"]


def test_a_layer_keeps_its_initial_numbers_when_its_id_follows():
    graph = Graph()
    graph.add("Input", "x", shape=(3,))
    graph.set_tensor("x.y", np.ones(3))
    graph.add("Linear", out_features=2)
    graph.connect("x.y", "linear.x")
    before = Engine(graph).run(phase="forward").value("linear.y")
    graph.apply(label_edit(graph, "linear", "Hidden"))
    np.testing.assert_array_equal(Engine(graph).run(phase="forward").value("hidden.y"), before)


def test_a_layer_with_very_many_initial_numbers_keeps_its_id():
    graph = Graph()
    graph.add("Input", "x", shape=(1, MAX_WRITTEN))
    graph.add("Linear", out_features=2)
    graph.connect("x.y", "linear.x")
    graph.apply(label_edit(graph, "linear", "Hidden"))
    assert graph.nodes["linear"].label == "Hidden"
    assert not graph.tensors
