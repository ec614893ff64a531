"""Checkpoints in the window: a key sets them, the canvas shows them, undo takes them back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from graph.files import dumps, loads
from gui.accessible import words
from tests.block_graphs import two_blocks
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        yield made


def gutters(desk):
    scene = desk.view.canvas
    return {id_: found for id_ in scene.items_by_id if (found := scene.overlays.gutter(id_))}


def test_a_key_keeps_the_selected_nodes_and_lets_them_go_again(desk):
    window, history = desk.window, desk.document.history
    desk.document.selection.set_nodes({"x1", "x2", "w"})
    desk.press_key(Key.Key_K)
    assert window.checkpoints.all == ("x1", "x2")  # w is a source: it is there anyway
    assert gutters(desk) == {"x1": ("checkpoint",), "x2": ("checkpoint",)}
    assert window.commands.by_id["checkpoint"].isChecked()
    assert "Checkpoint: its outputs are kept" in words.node_description(desk.view.canvas, "x1")
    assert b'"checkpoints": ["x1", "x2"]' in dumps(desk.graph)
    desk.press_key(Key.Key_K)
    assert window.checkpoints.all == ()
    assert gutters(desk) == {}
    assert history.undo_text == "Remove checkpoints"
    window.commands.by_id["undo"].trigger()
    assert window.checkpoints.all == ("x1", "x2")
    assert gutters(desk) == {"x1": ("checkpoint",), "x2": ("checkpoint",)}


def test_a_checkpoint_is_no_reason_to_run_again(desk):
    trace = desk.document.whole_trace
    desk.document.selection.set_nodes({"x1"})
    desk.press_key(Key.Key_K)
    assert desk.document.is_fresh
    desk.settle()
    assert desk.document.whole_trace is trace


def test_sources_are_refused_with_a_sentence(desk):
    desk.document.selection.set_nodes({"w"})
    desk.press_key(Key.Key_K)
    assert desk.window.checkpoints.all == ()
    assert desk.refused == ["Sources are always kept. Select another node."]


def test_inside_a_composite_it_is_kept_at_its_address_alone(desk):
    desk.document.replace(two_blocks(), None)
    desk.settle()
    desk.document.show_place("one")
    desk.document.selection.set_nodes({"lin"})
    desk.press_key(Key.Key_K)
    assert desk.window.checkpoints.all == ("one/lin",)
    assert gutters(desk) == {"lin": ("checkpoint",)}
    desk.document.show_place("two")
    assert gutters(desk) == {}
    desk.document.show_place("")
    assert gutters(desk) == {"one": ("checkpoint_inside",)}
    assert loads(dumps(desk.document.root)).marks.checkpoints == ("one/lin",)
