"""The graph's page, several nodes, and which page stands when."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTableView,
)  # fmt: skip

from graph import Graph, Node, check
from graph.edits import AddNode
from gui.inspector.layer_table import summarise
from tests.composite_graphs import drawn_flat, two_blocks
from tests.inspector_desk import InspectorDesk, by_hand, network


@pytest.fixture
def desk(qtbot):
    desk = InspectorDesk(qtbot, network())
    desk.run()
    return desk


def lines(page):
    model = page.table.lines
    return [
        [model.data(model.index(row, column)) for column in range(4)]
        for row in range(model.rowCount())
    ]


def test_the_graph_is_shown_with_nothing_selected(desk):
    page = desk.page
    assert page.heading.title.said == "A small network"
    assert lines(page)[:2] == [["x", "[4, 2]", "", "64 B"], ["hidden", "[4, 8]", "24", "448 B"]]
    assert page.totals.said.startswith("Nodes: 6. Numbers in parameters: 33.")
    assert page.target_choice.currentText() == "found by itself: loss.y"


def test_fields_of_the_graph_are_edited(desk):
    page = desk.page
    desk.type_into(page.rows["title"].field, "Another name")
    assert desk.graph.title == "Another name"
    assert page.heading.title.said == "Another name"
    desk.choose(page.rows["dtype"].field, -1)
    assert desk.graph.dtype == "float32"
    desk.choose(page.rows["mode"].field, 1)
    assert desk.graph.mode == "train"
    desk.type_into(page.rows["seed"].field, "7")
    assert desk.graph.seed == 7
    desk.type_into(page.rows["seed"].field, "-7")
    assert page.rows["seed"].error.said.startswith("graph.seed: found -7, expected a whole number")
    page.note.paper.setFocus()
    QTest.keyClicks(page.note.paper, "what it is for")
    QTest.keyClick(page.note.paper, Qt.Key.Key_Tab)
    assert desk.graph.note == "what it is for"
    for _ in range(5):
        desk.document.undo()
    assert desk.graph.title == "A small network"
    assert desk.graph.dtype == "float64"


def test_the_target_is_chosen_or_found(desk):
    page = desk.page
    desk.choose(page.rows["target"].field, 1)
    assert desk.graph.target == "loss"
    desk.choose(page.rows["target"].field, -1)
    assert desk.graph.target is None
    node = desk.node("relu")
    assert node.target.text() == "Make this the target"
    desk.click(node.target)
    assert desk.graph.target == "relu"
    desk.run()
    assert node.target.text() == "This is the target"
    assert not node.target.isEnabled()


def test_several_candidates_are_explained(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=())
    for id_ in ("one", "two"):
        graph.add("Sin", id_)
        graph.connect("x.y", f"{id_}.x")
    graph.set_tensor("x.y", np.array(1.0))
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.page
    assert "several scalar outputs" in page.reason.said
    offered = [page.target_choice.itemText(i) for i in range(page.target_choice.count())]
    assert offered == ["found by itself", "one", "two"]


def test_a_line_of_the_table_leads_to_its_node(desk):
    page = desk.page
    table = page.table
    place = table.visualRect(table.lines.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.page.subject == ("node", ("hidden", "Linear"))


def test_a_port_leads_to_its_edge(desk):
    page = desk.node("hidden")
    names = {row.port.name: row for row in page.ports.rows}
    assert names["x"].type.said == "[4, 2] float64"
    assert names["x"].role.said == "from x"
    assert names["bias"].value.said == "−0.633 … 0.662" or names["bias"].value.said
    assert names["y"].gradient.said.startswith("∂ ‖")
    desk.click(names["weight"].name)
    assert desk.page.subject[0] == "edge"
    assert desk.page.target == ("hidden", "weight")


def test_problems_stand_on_the_page(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "sin")
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.node("x")
    shown = [sentence.said for sentence in page.problems.sentences if sentence.isVisible()]
    assert shown == ["x: found no value, expected a tensor [2]. Set a value or feed one."]
    desk.type_into(page.value.line, "1 2")
    desk.run()
    assert not any(sentence.isVisible() for sentence in page.problems.sentences)


def test_several_nodes_are_listed(desk):
    desk.document.selection.set_nodes(["x", "t"])
    assert desk.page.heading.title.said == "2 nodes selected"
    assert desk.page.names.said == "x  Input\nt  Input"


def test_another_graph_rebuilds_the_page(desk):
    desk.node("hidden")
    desk.document.replace(by_hand(), None)
    assert desk.page.subject == ("graph", None)
    assert desk.page.heading.title.said == "Backpropagation by hand"


def test_undo_of_a_selected_node_leads_to_the_graph(desk):
    desk.document.do(AddNode(Node("extra", "Sin")), "Add Sin")
    desk.node("extra")
    desk.document.undo()
    assert desk.page.subject == ("graph", None)


@pytest.mark.parametrize("field", ["label", "name", "note", "value", "shape"])
def test_a_field_outlives_its_node_for_a_moment(desk, field):
    desk.document.do(AddNode(Node("extra", "Input")), "Add Input")
    page = desk.node("extra")
    paper = {
        "label": page.label.field,
        "name": page.name.field,
        "note": page.note.paper,
        "value": page.value.line,
        "shape": page.form.rows["shape"].field,
    }[field]
    paper.setFocus()
    QTest.keyClicks(paper, "12")
    desk.document.undo()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert "extra" not in desk.graph
    assert desk.undo_text() is None


def test_every_field_has_a_name_for_who_cannot_see_it(desk):
    for page in (desk.page, desk.node("hidden"), desk.node("x"), desk.edge("hidden.x")):
        for kind in (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit):
            for widget in page.findChildren(kind):
                inside = isinstance(widget.parent(), (QAbstractSpinBox, QTableView))
                named = widget.accessibleName() or getattr(widget, "text", str)()
                assert named or inside or not widget.isVisible(), widget


def test_pages_that_are_left_are_gone(desk):
    kept = weakref.WeakSet()
    for _ in range(3):
        for id_ in ("hidden", "x"):
            kept.add(desk.node(id_))
        kept.add(desk.edge("hidden.x"))
    desk.document.selection.clear()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk.theme.choose("dark")  # who is gone must not be painted
    desk.document.checked.emit()
    gc.collect()
    assert len(kept) <= 1


def test_a_change_of_theme_repaints(desk, qapp):
    page, before = desk.edge("hidden.x"), qapp.palette()
    desk.theme.changed.connect(lambda: qapp.setPalette(desk.theme.palette()))  # as the program does
    desk.theme.choose("dark")
    qapp.processEvents()
    for label, ink in (
        (page.heading.title, "text"), (page.figures.value.caption, "muted"),
        (page.figures.value.label, "forward"),
    ):  # fmt: skip
        assert label.palette().color(label.foregroundRole()) == desk.theme.color(ink)
    assert page.grab().toImage().width() == page.width()
    qapp.setPalette(before)


def test_a_composite_owns_and_takes_what_the_nodes_in_it_do(qtbot):
    desk = InspectorDesk(qtbot, two_blocks())
    desk.run()
    flat = {line.id: line for line in summarise(drawn_flat(), check(drawn_flat())).lines}
    qtbot.waitUntil(lambda: "Numbers in parameters: 24" in desk.page.totals.text())
    found = {line.id: line for line in desk.page.table.lines.lines}
    for id_ in ("one", "two"):
        inner = [flat[f"{id_}_{name}"] for name in ("lin", "act", "add")]
        assert found[id_].parameters == sum(line.parameters for line in inner) == 12
        assert found[id_].memory == sum(line.memory for line in inner)
        assert found[id_].shape == (2, 3)


def test_names_that_differ_in_their_ends_and_figures_are_readable(qtbot):
    graph = Graph()
    for i in range(40):
        graph.add("Input", f"sigmoid{i}_activation", shape=(8, 10, 12, 12))
    desk = InspectorDesk(qtbot, graph)
    table = desk.page.table
    qtbot.waitUntil(lambda: table.lines.rowCount() == 40)
    assert table.textElideMode() == Qt.TextElideMode.ElideMiddle
    for column in (1, 2, 3):
        metrics = QFontMetrics(table.lines.font(column))
        text = table.lines.data(table.lines.index(0, column))
        assert table.columnWidth(column) >= metrics.horizontalAdvance(text)
    assert table.columnWidth(0) >= 64


def test_long_shapes_give_way_to_names(qtbot):
    graph = Graph()
    for i in range(20):
        graph.add("Input", f"kernel{i}", shape=(1024, 128, 128, 256))
    desk = InspectorDesk(qtbot, graph)
    table = desk.page.table
    qtbot.waitUntil(lambda: table.lines.rowCount() == 20)
    QApplication.processEvents()
    assert table.columnWidth(0) >= 64
    assert sum(map(table.columnWidth, range(4))) <= table.viewport().width()
    narrow = table.columnWidth(1)
    index = table.lines.index(0, 1)
    assert "[1024, 128, 128, 256]" in table.lines.data(index, Qt.ItemDataRole.ToolTipRole)
    desk.inspector.resize(480, 800)
    QApplication.processEvents()
    assert table.columnWidth(1) > narrow


def test_ten_thousand_nodes_are_summed_without_a_wait(qtbot):
    graph = Graph()
    graph.add("Input", "n0", shape=(4,))
    for i in range(1, 3001):
        graph.add("Sin", f"n{i}")
        graph.connect(f"n{i - 1}.y", f"n{i}.x")
    summary = summarise(graph, None)
    assert len(summary.lines) == 3001
    assert summary.memory == 3001 * 32
    desk = InspectorDesk(qtbot, graph)
    qtbot.waitUntil(lambda: desk.page.table.lines.rowCount() == 3001, timeout=10_000)
