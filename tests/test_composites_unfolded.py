"""A composite's inside drawn in its place, by key, on the real window."""

import pytest
from PySide6.QtCore import QPointF, Qt

from graph import dumps
from graph import edits as e
from gui.canvas import scene
from tests.block_graphs import two_blocks
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(two_blocks(), None)
        made.view.zoom_to_fit()
        made.settle()
        made.document.playhead.last()
        made.click(made.middle("one"))
        made.view.setFocus()
        yield made


def size(desk, id_):
    left, top, right, bottom = desk.scene.items_by_id[id_].box()
    return right - left, bottom - top


def inner_pixels(desk):
    """The picture of where the inside is drawn."""
    desk.view.zoom_to(1.0)
    desk.view.reveal("one")
    left, top, right, bottom = desk.scene.items_by_id["one"].box()
    return (
        desk.view.grab()
        .toImage()
        .copy(
            *desk.pixel(left + 20, top + 60).toTuple(),
            int(right - left - 40),
            int(bottom - top - 80),
        )
    )


def test_the_inside_is_drawn_within_a_larger_box_and_closed_again(desk):
    before, small = dumps(desk.document.root), size(desk, "one")
    desk.press_key(Key.Key_E)
    large = size(desk, "one")
    assert large[0] > small[0] + 200
    assert large[1] > small[1]
    assert size(desk, "two") == small
    assert desk.window.commands.by_id["unfold"].isChecked()
    # Its output port stands at the new border, and the wire follows.
    right = desk.scene.items_by_id["one"].box()[2]
    assert desk.scene.items_by_id["one"].port_place("y")[0] == right
    assert desk.scene.wires.line(_port("two.x"))[0][0] == right
    desk.press_key(Key.Key_E)
    assert size(desk, "one") == small
    assert dumps(desk.document.root) == before
    assert desk.document.history.undo_text is None


def test_its_numbers_follow_the_playhead(desk):
    desk.press_key(Key.Key_E)
    at_end = inner_pixels(desk)
    desk.document.playhead.first()
    assert inner_pixels(desk) != at_end
    desk.document.playhead.last()
    assert inner_pixels(desk) == at_end


def test_it_follows_edits_of_its_inside_and_goes_with_its_node(desk):
    desk.press_key(Key.Key_E)
    width = size(desk, "one")[0]
    desk.document.do(e.Within("Block", e.Move({"act": (400.0, 0.0)})), "Move")
    assert size(desk, "one")[0] > width
    desk.press_key(Key.Key_Delete)
    assert "one" not in desk.scene.items_by_id
    desk.press_key(Key.Key_Z, CONTROL)
    assert "one" in desk.scene.items_by_id
    assert size(desk, "one") == size(desk, "two")


def test_it_stays_above_others_after_a_very_large_edit(desk, monkeypatch):
    desk.press_key(Key.Key_E)
    left, top, _, _ = desk.scene.items_by_id["one"].box()
    inner = QPointF(left + 100, top + 60)
    desk.document.do(e.Move({"two": (left + 80, top + 40)}), "Move two onto one")
    assert desk.scene.node_at(inner).id == "one"
    monkeypatch.setattr(scene, "AT_ONCE", 1)
    every = desk.graph.nodes.items()
    desk.document.do(e.Move({id_: (x.at[0], x.at[1] + 8) for id_, x in every}), "Move all")
    desk.settle()
    assert desk.scene.node_at(inner).id == "one"
    desk.press_key(Key.Key_E)
    assert desk.scene.node_at(inner + QPointF(0, 20)).id == "two"


def test_nodes_lie_above_each_other_as_the_file_lists_them(desk, monkeypatch):
    place = desk.graph.nodes["one"].at
    desk.document.do(e.Move({"two": place}), "Move two onto one")
    over = QPointF(place[0] + 10, place[1] + 10)
    assert desk.scene.node_at(over).id == "two"
    desk.document.do(e.Rename("one", "uno"), "Rename")
    assert desk.scene.node_at(over).id == "two"
    monkeypatch.setattr(scene, "AT_ONCE", 0)
    desk.document.do(e.Move({"uno": (place[0] + 8, place[1])}), "Move one")
    desk.settle()
    assert desk.scene.node_at(over).id == "two"


def test_it_stays_open_under_another_name(desk):
    desk.press_key(Key.Key_E)
    large = size(desk, "one")
    desk.document.do(e.Rename("one", "uno"), "Rename")
    assert size(desk, "uno") == large
    assert desk.window.commands.by_id["unfold"].isChecked()
    desk.press_key(Key.Key_Z, CONTROL)
    assert size(desk, "one") == large
    desk.press_key(Key.Key_E)
    assert size(desk, "one") == size(desk, "two")


def test_another_place_shows_it_closed(desk):
    small = size(desk, "two")
    desk.press_key(Key.Key_E)
    desk.view.entering.go("two")
    desk.view.entering.leave()
    assert size(desk, "one") == small


@pytest.mark.parametrize("zoom", [0.25, 0.5, 1.0, 2.0])
def test_it_is_painted_at_every_zoom(desk, zoom):
    desk.press_key(Key.Key_E)
    desk.view.zoom_to(zoom)
    desk.view.reveal("one")
    assert not desk.view.grab().isNull()


def _port(text):
    from graph import PortRef

    return PortRef.parse(text)
