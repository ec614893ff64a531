"""The table of commands: every row means something, and no key means two things."""

from operator import attrgetter

import pytest
from PySide6.QtGui import QKeySequence

from graph import edits as e
from gui.actions import MENUS, ROWS, WHEN, WHY
from gui.actions.keys import is_fixed, keys_of
from gui.actions.titles import TITLES
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def empty(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def desk(empty):
    empty.document.replace(by_hand(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.settle()
    return empty


def test_every_row_of_the_table_can_be_carried_out(empty):
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    for row in ROWS:
        assert row.menu in dict(MENUS)
        assert row.enabled in WHEN
        assert not row.checked or row.checked in WHEN
        assert callable(attrgetter(row.does or row.fills)(empty.window))
        assert row.tip or row.fills


def test_no_key_means_two_things():
    texts = [row.keys for row in ROWS if row.keys]
    keys = [key.toString() for text in texts for key in QKeySequence.listFromString(text)]
    assert len(set(keys)) == len(keys)
    assert "" not in keys
    assert {"PgDown", "PgUp", "Shift+PgDown", "F5", "Ctrl+Shift+Z", "Ctrl+Y"} <= set(keys)


def test_a_selection_asks_each_condition_once(desk, monkeypatch):
    asked = []
    for name, holds in WHEN.items():
        monkeypatch.setitem(
            WHEN, name, lambda w, name=name, holds=holds: asked.append(name) or holds(w)
        )
    desk.document.selection.set_nodes({"x1"})
    wanted = {name for row in ROWS for name in (row.enabled, row.checked) if name}
    assert wanted <= set(asked)
    for name in ("always", "has_nodes", "chosen_nodes"):
        assert sum(row.enabled == name for row in ROWS) > 1
        assert asked.count(name) == 1


def test_undo_and_redo_say_what_they_do(desk):
    undo, redo = (desk.window.commands.by_id[name] for name in ("undo", "redo"))
    assert not undo.isEnabled()
    desk.document.do(e.RemoveNode("loss"), "Delete loss")
    assert undo.text() == "Undo Delete loss"
    undo.trigger()
    assert "loss" in desk.graph
    assert redo.text() == "Redo Delete loss"
    assert not undo.isEnabled()


def test_tooltips_name_keys_and_say_one_sentence(empty):
    tip = empty.window.commands.by_id["next"].toolTip()
    assert tip == "Next step (PgDown): Take the playhead one step on; a composite is one step."


def test_titles_say_what_would_be_done(desk):
    delete, play = (desk.window.commands.by_id[name] for name in ("delete", "play"))
    assert delete.text() == "&Delete"
    desk.document.selection.set_nodes({"x", "w"})
    assert delete.text() == "&Delete 2 nodes"
    desk.document.selection.set_edge("x2.a")
    assert delete.text() == "&Cut the edge"
    play.trigger()
    assert play.text() == "Pause"
    play.trigger()
    assert play.text() == "Pla&y"


def test_the_keys_of_the_table_are_keys_a_command_may_have(empty):
    for row in ROWS:
        for keys in keys_of(row, empty.settings):
            assert not is_fixed(keys), row.id


def test_every_command_that_may_not_be_done_has_a_reason():
    conditions = {row.enabled for row in ROWS} - {"always"}
    assert conditions - WHY.keys() == set()
    assert WHY.keys() <= WHEN.keys()


def test_every_row_named_elsewhere_is_in_the_table():
    assert TITLES.keys() <= {row.id for row in ROWS}
