"""What a person does, each as one entry of the history: the acts that undo is tried with."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit

from tests.inspector_desk import InspectorDesk
from tests.window_desk import WindowDesk

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
ACTS: dict[str, Callable[[WindowDesk], None]] = {}


def act(does):
    """A row of what is tried: something that a person does, as one entry of the history."""
    ACTS[does.__name__.replace("_", " ")] = does
    return does


def choose(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()


def page(desk):
    return desk.window.inspector.page


def field(widget):
    return widget.findChild(QLineEdit) if isinstance(widget, QAbstractSpinBox) else widget


# --- time ---------------------------------------------------------------------------------


@act
def a_cycle_that_is_carried_to_the_next_time_step(desk):
    desk.wire("r.y", "h.x")
    QTest.keyClick(QApplication.activePopupWidget(), Key.Key_Return)
    QApplication.processEvents()


@act
def an_edge_that_is_carried_to_the_next_time_step(desk):
    desk.document.selection.set_edge("x2.a")
    desk.view.setFocus()
    desk.press_key(Key.Key_T, SHIFT)


# --- the inspector ------------------------------------------------------------------------


@act
def a_label(desk):
    choose(desk, "w")
    desk.type_into(page(desk).label.field, "weight")


@act
def a_label_that_is_left_without_enter(desk):
    choose(desk, "w")
    line = page(desk).label.field
    line.setFocus()
    QTest.keyClicks(line, "weight")
    desk.view.setFocus()


@act
def an_id(desk):
    choose(desk, "w")
    desk.type_into(page(desk).name.field, "weight")


@act
def a_note_written_with_pauses(desk):
    choose(desk, "w")
    desk.window.commands.by_id["edit_note"].trigger()
    paper = page(desk).note.paper
    assert QApplication.focusWidget() is paper
    QTest.keyClicks(paper, "three")
    desk.qtbot.waitUntil(lambda: desk.graph.nodes["w"].note == "three")
    QTest.keyClicks(paper, " weights")
    desk.view.setFocus()
    assert desk.graph.nodes["w"].note == "three weights"


@act
def a_note_on_the_graph(desk):
    choose(desk)
    desk.window.commands.by_id["edit_note"].trigger()
    QTest.keyClicks(page(desk).note.paper, "by hand")
    desk.view.setFocus()


@act
def an_attribute(desk):
    choose(desk, "h")
    desk.type_into(field(page(desk).form.rows["out_features"].field), "5")


@act
def arrows_of_a_number(desk):
    choose(desk, "h")
    spin = page(desk).form.rows["out_features"].field
    spin.setFocus()
    for _ in range(3):
        QTest.keyClick(spin, Key.Key_Up)


@act
def a_value(desk):
    choose(desk, "w")
    desk.type_into(page(desk).value.line, "[1, 2; 3, 4]")


@act
def a_title(desk):
    choose(desk)
    desk.type_into(page(desk).rows["title"].field, "Another")


@act
def a_seed(desk):
    choose(desk)
    desk.type_into(field(page(desk).rows["seed"].field), "7")


@act
def a_dtype(desk):
    choose(desk)
    InspectorDesk.choose(page(desk).rows["dtype"].field, -1)


@act
def a_mode(desk):
    choose(desk)
    InspectorDesk.choose(page(desk).rows["mode"].field, 1)


@act
def a_target_from_the_list(desk):
    choose(desk)
    desk.settle()
    InspectorDesk.choose(page(desk).rows["target"].field, -1)


# --- frames and lines of nodes --------------------------------------------------------------


@act
def a_frame(desk):
    choose(desk, "x1", "x2")
    desk.press_key(Key.Key_F)
    desk.press_key(Key.Key_Escape)


@act
def a_folded_frame(desk):
    choose(desk, "free")
    desk.press_key(Key.Key_G, SHIFT)


@act
def a_title_of_a_frame(desk):
    choose(desk)
    desk.press_key(Key.Key_F, SHIFT)
    desk.press_key(Key.Key_F2, SHIFT)
    QTest.keyClicks(QApplication.focusWidget(), "another")
    desk.press_key(Key.Key_Return)


@act
def nudges_of_a_frame(desk):
    choose(desk)
    desk.press_key(Key.Key_F, SHIFT)
    desk.press_key(Key.Key_Left, ALT)


@act
def a_removed_frame(desk):
    choose(desk)
    desk.press_key(Key.Key_F, SHIFT)
    desk.press_key(Key.Key_Delete)


@act
def a_dragged_bend(desk):
    start = desk.pixel(208, 296)
    desk.drag(start, start + QPoint(-40, -24))


@act
def a_straightened_edge(desk):
    desk.document.selection.set_edge("r.x")
    desk.press_key(Key.Key_R, SHIFT)


@act
def nodes_with_a_bend_between_them(desk):
    choose(desk, "h", "r")
    desk.press_key(Key.Key_Down, ALT)


@act
def nodes_in_one_line(desk):
    choose(desk, "x", "h", "loss")
    desk.window.commands.by_id["align_middle"].trigger()


@act
def equal_gaps(desk):
    choose(desk, "x", "x1", "loss")
    desk.window.commands.by_id["distribute_across"].trigger()


@act
def a_bend(desk):
    desk.document.selection.set_edge("x1.a")
    desk.press_key(Key.Key_R)


@act
def a_stroke_that_cuts(desk):
    x = desk.scene.items_by_id["x2"].x() - 40
    desk.drag(desk.pixel(x, -40), desk.pixel(x, 260), modifiers=ALT)


# --- the canvas ---------------------------------------------------------------------------


@act
def a_target_by_key(desk):
    choose(desk, "x2")
    desk.press_key(Key.Key_T, CONTROL)


@act
def a_label_in_place(desk):
    choose(desk, "w")
    desk.press_key(Key.Key_F2)
    QTest.keyClicks(QApplication.focusWidget(), "weight")
    desk.press_key(Key.Key_Return)


@act
def a_value_in_place(desk):
    choose(desk, "w")
    desk.press_key(Key.Key_Return)
    line = QApplication.focusWidget()
    QTest.keyClick(line, Key.Key_A, CONTROL)
    QTest.keyClicks(line, "[1, 2]")
    desk.press_key(Key.Key_Return)


@act
def a_drag_of_several(desk):
    choose(desk, "x", "w", "b")
    desk.drag(desk.middle("x"), desk.middle("x") + QPoint(-80, -40))


@act
def nudges_in_a_row(desk):
    choose(desk, "x", "w")
    for _ in range(3):
        desk.press_key(Key.Key_Left, ALT)


@act
def a_new_edge(desk):
    desk.wire("x1.y", "free.x")


@act
def an_edge_in_the_place_of_another(desk):
    desk.wire("b.y", "x1.a")


@act
def a_cut_edge(desk):
    desk.document.selection.set_edge("x1.a")
    desk.press_key(Key.Key_Delete)


@act
def a_loosened_end(desk):
    desk.drag(desk.port("x1.a"), desk.pixel(150, -60))


@act
def a_removed_node(desk):
    choose(desk, "x1")
    desk.press_key(Key.Key_Delete)


@act
def removed_nodes_with_the_target(desk):
    choose(desk, "w", "h", "loss")
    desk.press_key(Key.Key_Delete)


@act
def a_removed_node_with_its_ends_reconnected(desk):
    choose(desk, "difference")
    desk.press_key(Key.Key_Delete, CONTROL)


@act
def a_bypass(desk):
    choose(desk, "loss")
    desk.press_key(Key.Key_B)


@act
def a_module_from_the_palette(desk):
    desk.drag_module("ReLU", 480, 320)


@act
def a_module_from_the_search_box(desk):
    choose(desk)
    desk.press_key(Key.Key_A, SHIFT)
    QTest.keyClicks(QApplication.focusWidget(), "tanh")
    desk.press_key(Key.Key_Return)


@act
def a_cut(desk):
    choose(desk, "w", "x1")
    desk.press_key(Key.Key_X, CONTROL)


@act
def a_paste(desk):
    choose(desk, "w", "x1", "x2")
    desk.press_key(Key.Key_C, CONTROL)
    desk.press_key(Key.Key_V, CONTROL)


@act
def a_duplicate(desk):
    choose(desk, "w", "x1", "x2")
    desk.press_key(Key.Key_D, CONTROL)


@act
def an_arrangement(desk):
    choose(desk)
    desk.press_key(Key.Key_L, CONTROL)
