"""A refusal is told where the person looks, and is gone when the next edit has worked."""

import pytest
from PySide6.QtCore import Qt

from graph import Graph, PortRef
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.view.setFocus()
        yield made


def notice_place(desk):
    """Where the panel's anchor is, in pixels of the viewport."""
    return desk.view.mapFromScene(desk.view.refusals._place)


def test_a_key_that_is_refused_tells_why_at_the_node(desk):
    desk.click(desk.middle("x"))
    desk.press_key(Key.Key_B)
    (sentence,) = desk.refused
    assert desk.view.refusals.text == sentence
    left, _, right, bottom = desk.scene.items_by_id["x"].box()
    place = notice_place(desk)
    assert abs(place.x() - desk.pixel(left, bottom).x()) <= 1
    assert abs(place.y() - desk.pixel(left, bottom).y()) <= 1
    assert right > left
    assert desk.window.statusBar().currentMessage() == sentence


def test_it_is_seen(desk):
    desk.click(desk.middle("x"))
    before = desk.view.grab().toImage()
    desk.press_key(Key.Key_B)
    after = desk.view.grab().toImage()
    place = notice_place(desk)
    seen = range(place.x(), place.x() + 330, 3), range(place.y(), place.y() + 80)
    others = sum(before.pixel(x, y) != after.pixel(x, y) for x in seen[0] for y in seen[1])
    assert others > 1000  # border, mark and letters on a panel


def test_the_next_edit_that_works_takes_both_away(desk):
    desk.click(desk.middle("x"))
    desk.press_key(Key.Key_B)
    assert desk.view.refusals.text
    desk.document.selection.set_nodes({"x1"})
    assert not desk.view.refusals.text  # it is about something else now
    assert desk.window.statusBar().currentMessage()
    desk.press_key(Key.Key_B)
    assert desk.graph.nodes["x1"].bypassed
    assert desk.window.statusBar().currentMessage() == ""


@pytest.mark.parametrize("how", ["press", "key", "undo", "another graph"])
def test_what_else_takes_it_away(desk, how):
    desk.document.do(*move(desk))
    desk.click(desk.middle("x"))
    desk.press_key(Key.Key_B)
    assert desk.view.refusals.text
    if how == "press":
        desk.click(desk.pixel(500, -120))
    elif how == "key":
        desk.press_key(Key.Key_Right)
    elif how == "undo":
        desk.document.undo()
    else:
        desk.document.replace(Graph(), None)
    assert not desk.view.refusals.text


def move(desk):
    from graph import edits as e

    return e.Move({"w": (0, 160)}), "Move"


def test_a_wire_that_is_refused_is_told_at_the_pointer(desk):
    end = desk.port("w.y")
    desk.drag(desk.port("x.y"), end)
    assert desk.refused
    assert desk.view.refusals.text == desk.refused[-1]
    place = notice_place(desk)
    assert (place - end).manhattanLength() <= 2


def test_with_nothing_chosen_the_status_bar_tells_it_alone(desk):
    desk.document.selection.clear()
    desk.document.refuse("Nothing to do.")
    assert desk.view.refusals.text == ""
    assert desk.window.statusBar().currentMessage() == "Nothing to do."


def test_at_the_port_that_the_keys_are_on(desk):
    desk.view.focus.go(PortRef("x1", "y"))
    desk.document.refuse("Not so.")
    x, y = desk.scene.port_place(PortRef("x1", "y"))
    place = desk.view.refusals._place
    assert abs(place.x() - x) <= 24
    assert abs(place.y() - y) <= 24


# --- other small things that were told at the wrong place -----------------------------------------


def test_the_search_box_comes_back_to_its_point_when_its_list_shrinks(desk):
    low = desk.pixel(200, 0)
    low.setY(desk.view.viewport().height() - 160)
    desk.view.placer.ask(desk.view.mapToScene(low))
    box = desk.view.placer.box
    assert box.y() < low.y()  # the whole list has no room below
    box.line.setText("softmax")
    assert box.y() == low.y() + 4
    assert box.x() == low.x() + 4
    box.line.setText("")
    assert box.geometry().bottom() <= desk.view.viewport().height() - 8


def test_an_empty_graph_has_a_sentence_and_no_table(desk):
    desk.document.replace(Graph(), None)
    desk.settle()
    page = desk.window.inspector.page
    assert not page.table.isVisible()
    assert page.totals.said == "No nodes yet. What is placed on the canvas is listed here."
    desk.drop("Input", desk.pixel(0, 0))
    desk.document.selection.clear()
    desk.settle()
    page = desk.window.inspector.page
    assert page.table.isVisible()
    assert page.totals.said.startswith("Nodes: 1.")


def test_the_first_notes_follow_the_keys_that_the_person_chooses(desk, qtbot):
    notes = desk.window.first_notes
    notes.show_again()
    qtbot.waitUntil(lambda: "wire" in notes.shown)
    assert notes.shown["wire"].text.said.endswith("Shift+A adds a node.")
    desk.settings.keep_keys({"add": "Ctrl+J"})
    assert notes.shown["wire"].text.said.endswith("Ctrl+J adds a node.")
    desk.settings.keep_keys({"add": ""})
    assert "adds a node" not in notes.shown["wire"].text.said
