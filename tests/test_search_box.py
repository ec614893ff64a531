"""Placing modules by the search box, with real mouse and key events."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

from graph import Graph, PortRef
from gui.search_box import choice_box
from tests.canvas_desk import Desk, by_hand
from tests.window_desk import desk_for

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def double_click(desk, x: float, y: float) -> None:
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.pixel(x, y))
    QApplication.processEvents()


def box_of(desk):
    return desk.view.placer.box


def titles(box) -> list[str]:
    rows = box.list.model()
    return [rows.index(i, 0).data() for i in range(rows.rowCount())]


def middle_of(desk, id_: str) -> tuple[float, float]:
    left, top, right, bottom = desk.scene.items_by_id[id_].box()
    return ((left + right) / 2, (top + bottom) / 2)


def test_a_double_click_on_empty_canvas_places_what_is_typed(desk):
    desk.view.centerOn(0, 0)
    double_click(desk, 40, 24)
    box = box_of(desk)
    assert QApplication.focusWidget() is box.line
    QTest.keyClicks(box.line, "mm")
    assert box.current == "MatMul"
    desk.press_key(Key.Key_Return)
    assert box_of(desk) is None
    assert desk.document.selection.node == "matmul"
    assert middle_of(desk, "matmul") == pytest.approx((40, 24), abs=4)
    assert QApplication.focusWidget() is desk.view
    desk.press_key(Key.Key_Z, CONTROL)
    assert not desk.graph.nodes


def test_groups_are_headings_that_cannot_be_chosen(desk):
    desk.press_key(Key.Key_A, SHIFT)
    box = box_of(desk)
    shown = titles(box)
    assert shown[:4] == ["Sources", "Input", "Constant", "Parameter"]
    assert isinstance(box.list, QListView)
    heading, first = box.list.model().index(0), box.list.model().index(1)
    assert not heading.flags() & Qt.ItemFlag.ItemIsEnabled
    assert first.data(Qt.ItemDataRole.AccessibleDescriptionRole).startswith("A tensor that is fed")
    assert box.current == "Input"
    for name in (box, box.line, box.list):
        assert name.accessibleName()


def test_arrows_and_pages_pass_headings_over(desk):
    desk.press_key(Key.Key_A, SHIFT)
    box = box_of(desk)
    names = box.rows.names()
    seen = []
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_PageDown, Key.Key_PageUp):
        desk.press_key(key)
        seen.append(box.current)
    assert seen == [names[1], names[2], names[3], names[11], names[3]]
    for _ in range(20):
        desk.press_key(Key.Key_PageDown)
    assert box.current == names[-1]
    for _ in range(20):
        desk.press_key(Key.Key_PageUp)
    assert box.current == names[0]
    assert desk.document.playhead.is_at_start  # the keys of stepping did not reach the window


def test_tab_goes_to_the_list_and_typing_returns_to_the_line(desk):
    desk.press_key(Key.Key_A, SHIFT)
    box = box_of(desk)
    desk.press_key(Key.Key_Tab)
    assert QApplication.focusWidget() is box.list
    desk.press_key(Key.Key_Down)
    assert box.current == box.rows.names()[1]
    QTest.keyClicks(box.list, "s")
    assert QApplication.focusWidget() is box.line
    assert box.line.text() == "s"
    desk.press_key(Key.Key_Backtab, SHIFT)
    assert QApplication.focusWidget() is box.list


def test_escape_leaves_without_a_change(desk):
    double_click(desk, 0, 0)
    desk.press_key(Key.Key_Escape)
    assert box_of(desk) is None
    assert QApplication.focusWidget() is desk.view
    assert not desk.graph.nodes


def test_a_click_beside_the_box_leaves_it(desk):
    double_click(desk, 0, 0)
    QTest.mouseClick(desk.view.viewport(), LEFT, NONE, QPoint(5, 5))
    assert box_of(desk) is None
    assert not desk.graph.nodes


def test_the_mouse_chooses_too(desk):
    double_click(desk, 0, 0)
    box = box_of(desk)
    QTest.keyClicks(box.line, "soft")
    index = box.list.model().index(box.rows.names().index("Softmax"))
    place = box.list.visualRect(index).center()
    QTest.mouseMove(box.list.viewport(), place)
    QApplication.processEvents()
    assert box.current == "Softmax"
    QTest.mouseClick(box.list.viewport(), LEFT, NONE, place)
    assert list(desk.graph.nodes) == ["softmax"]


def test_nothing_found_says_so_and_what_to_do(desk):
    double_click(desk, 0, 0)
    box = box_of(desk)
    QTest.keyClicks(box.line, "qqq")
    assert box.nothing.isVisible()
    assert not box.list.isVisible()
    assert box.nothing.text() == 'No module answers "qqq". Clear the search to see all of them.'
    desk.press_key(Key.Key_Return)
    assert box_of(desk) is box
    box.line.clear()
    assert box.list.isVisible()


def test_what_was_used_last_stands_first_also_after_a_restart(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        for query in ("relu", "linear"):
            double_click(desk, 0, 300)
            QTest.keyClicks(box_of(desk).line, query)
            desk.press_key(Key.Key_Return)
            desk.document.undo()
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.press_key(Key.Key_A, SHIFT)
        assert titles(box_of(desk))[:4] == ["Used last", "Linear", "ReLU", "Sources"]


def test_the_box_is_always_inside_the_window(desk):
    size = desk.view.viewport().size()
    for x, y in ((2, 2), (size.width() - 3, size.height() - 3), (size.width() - 3, 2)):
        QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, QPoint(x, y))
        box = box_of(desk)
        assert desk.view.viewport().rect().contains(box.geometry())
        box.grab()
        desk.press_key(Key.Key_Escape)


def test_the_keyboard_places_right_of_what_is_selected(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.document.selection.set_nodes({"loss"})
    desk.view.placer.add()
    QTest.keyClicks(box_of(desk).line, "abs")
    QTest.keyClick(box_of(desk).line, Key.Key_Return)
    left = desk.scene.items_by_id["abs"].box()[0]
    assert left == desk.scene.items_by_id["loss"].box()[2] + 144
    for _ in range(3):  # in the middle of nothing selected, and never on top of another node
        desk.document.selection.clear()
        desk.view.placer.add()
        QTest.keyClicks(box_of(desk).line, "abs")
        QTest.keyClick(box_of(desk).line, Key.Key_Return)
    places = [desk.graph.nodes[f"abs{n}"].at for n in (2, 3, 4)]
    assert len(set(places)) == 3


def test_a_change_of_the_graph_closes_the_box(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.view.placer.add()
    desk.document.replace(Graph(), None)
    assert box_of(desk) is None


def test_the_wheel_over_the_box_does_not_zoom(desk):
    double_click(desk, 0, 0)
    before = desk.view.zoom
    under = box_of(desk).list.viewport()
    middle = under.rect().center()
    for _ in range(3):
        event = QWheelEvent(
            middle.toPointF(), under.mapToGlobal(middle).toPointF(), QPoint(), QPoint(0, 1200),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(under, event)
    assert desk.view.zoom == before


def test_a_marked_port_asks_for_what_fits_it_by_keyboard_alone(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.view.setFocus(Qt.FocusReason.TabFocusReason)
        desk.view.focus.go(PortRef("loss", "y"))
        desk.press_key(Key.Key_M)
        desk.press_key(Key.Key_A, SHIFT)
        assert box_of(desk).hint.text() == "What takes loss.y (float64 [])"
        QTest.keyClicks(box_of(desk).line, "square")
        desk.press_key(Key.Key_Return)
        edge = desk.graph.incoming(PortRef("square", "x"))
        assert edge is not None
        assert edge.source == PortRef("loss", "y")
        left = desk.scene.items_by_id["square"].box()[0]
        assert left - desk.scene.items_by_id["loss"].box()[2] == 144
        assert desk.view.marking.mark is None
        assert QApplication.focusWidget() is desk.view


def test_the_box_stays_inside_while_the_window_shrinks(desk):
    desk.window.resize(1500, 900)
    size = desk.view.viewport().size()
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, QPoint(size.width() - 9, 200))
    desk.window.resize(1024, 640)
    QApplication.processEvents()
    assert desk.view.viewport().rect().contains(box_of(desk).geometry())


def test_the_first_edge_shows_a_number(desk):
    """An Input is 1 and a Parameter random, and what is wired to them is computed at once."""
    double_click(desk, -200, 0)
    QTest.keyClicks(box_of(desk).line, "param")
    desk.press_key(Key.Key_Return)
    desk.drag(desk.port("parameter.y"), desk.pixel(100, 0))
    QTest.keyClicks(box_of(desk).line, "*")
    desk.press_key(Key.Key_Return)
    desk.drag(desk.port("multiply.b"), desk.pixel(-100, 160))
    QTest.keyClicks(box_of(desk).line, "input")
    desk.press_key(Key.Key_Return)
    desk.settle()
    trace = desk.document.trace
    drawn = float(trace.value("parameter.y"))
    assert drawn not in (0.0, 1.0)
    assert trace.value("input.y") == 1
    assert trace.value("multiply.y") == drawn
    assert desk.texts("value")["parameter.y"]
    assert desk.texts("value")["input.y"] == "1"
    assert [node.module for node in desk.graph.nodes.values()] == ["Parameter", "Multiply", "Input"]


def test_what_enter_would_choose_is_read_out(desk, monkeypatch):
    said = []
    monkeypatch.setattr(choice_box, "announce", lambda about, sentence: said.append(sentence))
    desk.press_key(Key.Key_A, SHIFT)
    desk.press_key(Key.Key_Down)
    assert said == ["Constant: A tensor that stays as it is: no training changes it."]
    QTest.keyClicks(box_of(desk).line, "relu")
    assert said[-1] == "ReLU: Cut off what is below 0; the derivative at 0 is 0."
    QTest.keyClicks(box_of(desk).line, "zz")
    assert said[-1].startswith('No module answers "reluzz"')
