"""Frames that are folded: one box, its edges, what is in it, and what is edited behind it."""

import pytest
from PySide6.QtCore import QPoint, Qt

from graph import Frame, PortRef, dumps, loads
from graph import edits as e
from tests.frames_desk import BOX, INSIDE, frame, mark, opened, select, title, undo, with_frame

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with opened(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def framed(desk):
    return with_frame(desk)


def test_the_mark_folds_to_one_box_and_edges_go_to_its_border(framed):
    desk = framed
    desk.click(mark(desk))
    assert frame(desk).folded
    assert set(desk.scene.frames.held) == INSIDE
    assert not desk.scene.boxes.rows(INSIDE)
    left, top, right, bottom = desk.scene.frames.drawn_box(0)
    assert (right - left, bottom - top) == (176.0, 60.0)
    wires = desk.scene.wires
    assert {str(target) for target in wires.targets} == {
        "x1.a", "x1.b", "difference.a", "difference.b", "loss.x",
    }  # fmt: skip
    assert wires.line(PortRef("x1", "a"))[-1][0] == left
    assert wires.line(PortRef("difference", "b"))[0][0] == right
    heights = sorted(wires.line(PortRef("x1", port))[-1][1] for port in "ab")
    assert top < heights[0] < heights[1] < bottom
    desk.view.grab()
    desk.click(mark(desk))
    assert not frame(desk).folded
    assert len(wires) == len(desk.graph.edges)
    assert len(desk.scene.boxes.rows(INSIDE)) == len(INSIDE)


def test_a_folded_frame_moves_with_its_nodes_and_its_edges(framed):
    desk = framed
    desk.click(mark(desk))
    start = title(desk)
    desk.drag(start, start + QPoint(40, 40))
    dx = frame(desk).box[0] - BOX[0]
    assert dx > 0
    assert desk.graph.nodes["x1"].at[0] == 240 + dx
    line = desk.scene.wires.line(PortRef("x1", "a"))
    assert line[-1][0] == frame(desk).box[0]
    undo(desk)
    assert desk.scene.wires.line(PortRef("x1", "a"))[-1][0] == BOX[0]
    undo(desk)
    assert not frame(desk).folded
    assert len(desk.scene.wires) == 7


def test_keys_fold_the_frame_around_the_selected_node(framed):
    desk = framed
    select(desk, "x2")
    desk.press_key(Key.Key_G, SHIFT)
    assert frame(desk).folded
    assert desk.scene.frames.current == 0
    assert desk.document.selection.nodes == set()
    desk.press_key(Key.Key_G, SHIFT)
    assert not frame(desk).folded


def test_it_runs_and_saves_the_same_while_folded(framed):
    desk = framed
    desk.settle()
    before = desk.document.run_revision
    desk.click(mark(desk))
    assert desk.document.run_revision == before
    again = loads(dumps(desk.graph))
    assert again.frames[0].folded
    desk.document.replace(again, None)
    desk.settle()
    assert set(desk.scene.frames.held) == INSIDE
    assert len(desk.scene.wires) == 5


def test_a_frame_in_a_folded_frame_is_gone_with_it(framed):
    desk = framed
    inner = Frame("inner", (BOX[0] + 8, BOX[1] + 40, 130.0, 90.0), folded=True)
    desk.document.do(e.SetFrames((frame(desk), inner)), "Frame")
    desk.click(mark(desk))
    assert desk.scene.frames.drawn() == [0]
    assert set(desk.scene.frames.held.values()) == {0}
    desk.click(mark(desk))
    assert set(desk.scene.frames.held.values()) == {1}


def test_an_edge_drawn_and_a_node_removed_behind_a_folded_frame(framed):
    desk = framed
    desk.click(mark(desk))
    desk.document.do(e.RemoveNode("x2"), "Delete")
    assert set(desk.scene.frames.held) == {"x1", "b"}
    undo(desk)
    assert set(desk.scene.frames.held) == INSIDE
    assert len(desk.scene.wires) == 5
