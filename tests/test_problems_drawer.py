"""The list of problems: where a click, a key and a button lead, and what they mend."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph, Node, PortRef, dumps
from graph import edits as e
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def classifier() -> Graph:
    """Two Linears in a row, a Softmax before its loss, and a parameter that nothing reads."""
    graph = Graph(title="Wrong")
    for module, id_, at, attributes in (
        ("Input", "x", (0, 0), {"shape": (3, 4)}),
        ("Linear", "first", (240, 0), {"out_features": 4}),
        ("Linear", "second", (480, 0), {"out_features": 2}),
        ("Softmax", "softmax", (720, 0), {}),
        ("Input", "t", (720, 160), {"shape": (3,), "dtype": "int64"}),
        ("CrossEntropyLoss", "loss", (960, 0), {}),
        ("Parameter", "lonely", (0, 240), {}),
    ):
        graph.add(module, id_, at=at, **attributes)
    for source, target in (
        ("x.y", "first.x"),
        ("first.y", "second.x"),
        ("second.y", "softmax.x"),
        ("softmax.y", "loss.prediction"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    graph.set_tensor("x.y", np.ones((3, 4)))
    graph.set_tensor("t.y", np.array([0, 1, 1]))
    return graph


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(classifier(), None)
        made.settle()
        QTest.mouseClick(made.window.status.problems, LEFT)
        QApplication.processEvents()
        yield made


def panel(desk):
    return desk.window.drawer.panel("problems")


def rows(desk):
    model = panel(desk).model
    return [(p.severity, p.node, p.port) for p in model.problems]


def sentences(desk):
    model = panel(desk).model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def buttons(desk, row):
    found = panel(desk).buttons(row)
    return found.buttons if found is not None else []


def press(desk, button):
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    desk.settle()


def click_row(desk, row):
    view = panel(desk).list
    rect = view.visualRect(panel(desk).model.index(row, 0))
    QTest.mouseClick(view.viewport(), LEFT, NONE, rect.topLeft() + QPoint(40, 8))
    QApplication.processEvents()


def test_warnings_stand_before_hints_and_all_are_counted(desk):
    assert rows(desk) == [
        ("warning", "lonely", "y"),
        ("hint", "second", "x"),
        ("hint", "loss", "prediction"),
    ]
    assert desk.window.status.texts()["problems"] == "1 warning, 2 hints"
    desk.document.do(e.Disconnect(PortRef("second", "x")), "Cut")
    desk.settle()
    assert rows(desk)[0] == ("error", "second", "x")
    assert desk.window.status.texts()["problems"].startswith("1 error")


def test_a_button_mends_with_one_click_and_one_entry(desk):
    before = dumps(desk.graph)
    (button,) = buttons(desk, 2)
    assert button.text() == "Remove softmax"
    press(desk, button)
    assert "softmax" not in desk.graph
    assert desk.document.history.undo_text == "Remove softmax"
    assert ("hint", "loss", "prediction") not in rows(desk)
    desk.document.undo()
    assert dumps(desk.graph) == before
    desk.settle()
    assert ("hint", "loss", "prediction") in rows(desk)


def test_what_is_put_between_gets_room_and_is_selected(desk):
    before = dumps(desk.graph)
    press(desk, buttons(desk, 1)[0])
    assert desk.document.selection.nodes == {"relu"}
    places = {id_: node.at for id_, node in desk.graph.nodes.items()}
    assert places["first"][0] + 144 < places["relu"][0]
    assert places["relu"][0] + 96 < places["second"][0]
    relu, first = (desk.view.canvas.port_place(PortRef(n, "y")) for n in ("relu", "first"))
    assert relu[1] == first[1]  # in line with what feeds it
    desk.document.undo()
    assert dumps(desk.graph) == before


def test_arrows_show_enter_goes_and_ctrl_enter_mends(desk):
    drawer = panel(desk)
    drawer.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(drawer.list, Key.Key_Down)
    assert desk.document.selection.node == "second"
    assert drawer.list.hasFocus()
    QTest.keyClick(drawer.list, Key.Key_Down)
    assert desk.document.selection.node == "loss"
    QTest.keyClick(drawer.list, Key.Key_Return, CONTROL)
    desk.settle()
    assert "softmax" not in desk.graph
    QTest.keyClick(drawer.list, Key.Key_Return)
    assert desk.view.hasFocus()


def test_right_leads_to_the_buttons_and_left_back(desk):
    drawer = panel(desk)
    drawer.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(drawer.list, Key.Key_Down)
    QTest.keyClick(drawer.list, Key.Key_Right)
    (button,) = buttons(desk, 1)
    assert button.hasFocus()
    QTest.keyClick(button, Key.Key_Left)
    assert drawer.list.hasFocus()
    QTest.keyClick(drawer.list, Key.Key_Right)
    QTest.keyClick(buttons(desk, 1)[0], Key.Key_Space)
    desk.settle()
    assert "relu" in desk.graph


def test_a_click_goes_to_the_node_and_into_the_field_that_is_meant(desk):
    click_row(desk, 0)
    assert desk.document.selection.node == "lonely"
    desk.document.do(e.SetTensor(PortRef("x", "y"), None), "Clear")
    desk.settle()
    click_row(desk, 0)
    assert desk.document.selection.node == "x"
    assert desk.window.inspector.page.value.line.hasFocus()
    press(desk, buttons(desk, 0)[0])
    assert desk.document.history.undo_text == "Fill it with ones"
    assert not [row for row in rows(desk) if row[0] == "error"]


def test_the_nodes_page_and_menu_offer_the_same_mend(desk):
    desk.document.selection.set_nodes({"loss"})
    page = desk.window.inspector.page
    assert page.problems.sentences[0].said.startswith("loss.prediction: found Softmax before it")
    (button,) = page.problems.mends[0].buttons
    assert button.text() == "Remove softmax"
    desk.window.context_menus.of_selection()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "Mend: Remove softmax"
    menu.actions()[0].trigger()
    menu.close()
    desk.settle()
    assert "softmax" not in desk.graph
    assert not desk.window.inspector.page.problems.mends[0].buttons


def test_the_tooltip_says_what_the_menu_can_mend(desk):
    assert "Its menu can mend it: Remove softmax." in desk.view.canvas.problem_text("loss")


def test_several_outputs_are_offered_as_targets(desk):
    for number in range(4):
        id_ = f"s{number}"
        node = Node(id_, "Square", at=(240.0, 300.0 + 80 * number))
        desk.graph.apply(e.AddNode(node))
        desk.graph.set("lonely", shape=())
        desk.graph.connect("lonely.y", f"{id_}.x")
    desk.settle()
    row = next(i for i, p in enumerate(panel(desk).model.problems) if p.code == "target")
    assert sentences(desk)[row].startswith("Found several scalar outputs: ")
    first, second, more = buttons(desk, row)
    assert first.text().startswith("Make ")
    assert more.text() == "More…"
    QTest.mouseClick(more, LEFT)
    menu = QApplication.activePopupWidget()
    menu.actions()[-1].trigger()
    menu.close()
    desk.settle()
    assert desk.graph.target is not None
    assert second is not first


def test_sentences_call_nodes_as_on_the_canvas(desk):
    desk.document.do(e.SetNode("loss", {"label": "cost"}), "Label")
    assert any(text.startswith("cost.prediction: ") for text in sentences(desk))
    assert desk.window.status.texts()["target"].startswith("Target: ")
    QApplication.processEvents()
    assert desk.window.status.texts()["target"].startswith("Target: cost")
    desk.document.do(e.SetNode("softmax", {"label": "cost"}), "Label")  # now it is not clear
    assert any(text.startswith("loss.prediction: ") for text in sentences(desk))


def test_an_exchanged_node_stays_where_it_was_put_and_keeps_its_label(desk):
    desk.graph.remove("loss")
    desk.graph.add("NLLLoss", "loss", at=(960, 0))
    desk.graph.connect("softmax.y", "loss.prediction")
    desk.graph.connect("t.y", "loss.target")
    desk.settle()
    desk.document.do(e.Move({"softmax": (720, -80)}), "Move")  # nothing is checked anew for these
    desk.document.do(e.SetNode("softmax", {"label": "shares"}), "Label")
    row = next(i for i, p in enumerate(panel(desk).model.problems) if p.node == "loss")
    press(desk, buttons(desk, row)[0])
    node = desk.graph.nodes["softmax"]
    assert (node.module, node.at, node.label) == ("LogSoftmax", (720, -80), "shares")


def test_a_mend_waits_for_the_check_of_what_was_changed(desk):
    desk.document.do(e.SetAttributes("first", {"out_features": 5}), "Change")
    (button,) = buttons(desk, 2)
    QTest.mouseClick(button, LEFT)
    assert "softmax" in desk.graph
    assert "is being checked" in desk.refused[-1]
    desk.settle()
    press(desk, buttons(desk, 2)[0])
    assert "softmax" not in desk.graph
