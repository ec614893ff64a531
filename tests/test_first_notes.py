"""The four notes of the first start, by mouse and by key."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor
from graph import edits as e
from gui.app import make_windows, open_first
from gui.callout_places import Ground, best_place, is_good, pointer
from gui.examples import examples, first_example
from gui.first_notes import NOTES, PLACED, next_button
from gui.settings import Settings
from tests.canvas_desk import LEFT, by_hand
from tests.window_desk import desk_for, end

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
IDS = {"next", "edge", "w", "wire"}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    """The first example in the workspace Step, with its notes in their places."""
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.window.resize(1280, 800)
        desk.window.workspaces.step()
        desk.window.files.read_example(first_example())
        desk.qtbot.waitUntil(lambda: desk.document.is_fresh)
        qtbot.wait(1)
        desk.view.zoom_to_fit()
        placed(desk)
        yield desk


def placed(desk):
    """Wait until the notes have followed."""
    QApplication.processEvents()
    desk.qtbot.wait(1)
    return {id_: c for id_, c in notes(desk).shown.items() if c.isVisible()}


def notes(desk):
    return desk.window.first_notes


def close(desk, id_):
    QTest.mouseClick(notes(desk).shown[id_].close_button, LEFT)


def boxes_of_nodes_and_numbers(desk):
    """What the notes must not cover, in pixels of the canvas."""
    view = desk.view
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    found = [item.box() for item in desk.scene.items_by_id.values()]
    found += [plate.bounds for plate in desk.scene.plates(seen, view.zoom)]
    return [QRect(view.mapFromScene(*b[:2]), view.mapFromScene(*b[2:])) for b in found]


# --- coming and going -------------------------------------------------------------------------


def test_the_first_start_shows_four_notes_and_the_second_none(qapp, qtbot, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    for count in (4, 0):
        windows = make_windows(qapp, settings)
        window = open_first(windows, None)
        assert len(window.first_notes.shown) == count
        assert window.workspaces.current == "step"
        assert window.document.playhead.is_at_start
        end(windows)


def test_they_stand_apart_inside_the_canvas_and_cover_no_number(desk):
    shown = placed(desk)
    assert set(shown) == IDS
    rects = [callout.geometry() for callout in shown.values()]
    for number, rect in enumerate(rects):
        assert desk.view.rect().contains(rect)
        assert not any(rect.intersects(other) for other in rects[:number])
        assert not any(rect.intersects(thing) for thing in boxes_of_nodes_and_numbers(desk))
        assert not rect.intersects(desk.view.zoom_bar.geometry())
    assert len(notes(desk).pointers.lines) == 4


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800), (1800, 1000)])
def test_all_of_them_find_room_in_every_window(desk, size):
    desk.window.resize(*size)
    desk.qtbot.wait(1)
    desk.view.zoom_to_fit()
    shown = placed(desk)
    assert set(shown) == IDS
    for callout in shown.values():
        rect = callout.geometry()
        assert desk.view.rect().contains(rect)
        assert not any(rect.intersects(thing) for thing in boxes_of_nodes_and_numbers(desk))


def test_their_lines_end_at_what_they_speak_about(desk):
    shown = placed(desk)
    ends = dict(zip(("w", "edge", "next", "wire"), notes(desk).pointers.lines, strict=True))
    near = {
        "w": desk.middle("w"),
        "wire": desk.port("y_true.y"),
        "edge": desk.port("x.y") + QPoint(14, 0),
    }
    for id_, place in near.items():
        start, tip = ends[id_]
        assert (QPoint(*map(round, tip)) - place).manhattanLength() < 60, id_
        assert shown[id_].geometry().adjusted(-2, -2, 2, 2).contains(QPoint(*map(round, start)))
    button = next_button(desk.window)
    x = desk.view.mapFromGlobal(button.mapToGlobal(button.rect().center())).x()
    assert abs(ends["next"][1][0] - x) < 3
    ring = notes(desk).ring
    assert ring.geometry().contains(QRect(button.mapTo(desk.window, QPoint()), button.size()))


def test_they_follow_the_camera_and_hide_while_their_subject_is_out_of_sight(desk):
    before = {id_: c.pos() for id_, c in placed(desk).items()}
    desk.view.camera.pan(QPoint(24, -30))
    after = {id_: c.pos() for id_, c in placed(desk).items()}
    for id_ in ("w", "edge", "wire"):
        assert (after[id_] - before[id_] - QPoint(24, -30)).manhattanLength() <= 2
    assert after["next"] == before["next"]
    for _ in range(3):
        desk.press_key(Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        for callout in placed(desk).values():
            rect = callout.geometry()
            assert not any(rect.intersects(thing) for thing in boxes_of_nodes_and_numbers(desk))
    desk.view.camera.pan(QPoint(3000, 0))
    assert set(placed(desk)) == {"next"}
    desk.view.zoom_to_fit()
    assert set(placed(desk)) == IDS


# --- what they say is done ----------------------------------------------------------------


def test_a_step_takes_the_first_away(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_PageDown)
    assert set(placed(desk)) == IDS - {"next"}
    assert not notes(desk).ring.isVisible()
    assert desk.settings.dismissed_notes == ["next"]


def test_a_click_on_an_edge_takes_the_second_away(desk):
    line = desk.scene.wires.line(next(x.target for x in desk.graph.edges if x.source.node == "x1"))
    desk.click(desk.pixel(*line[len(line) // 2]))
    assert desk.document.selection.edge is not None
    assert set(placed(desk)) == IDS - {"edge"}


def test_another_value_of_w_takes_the_third_away(desk):
    desk.document.do(e.SetTensor(PortRef.parse("x.y"), Tensor.scalar(5.0)), "Change x")
    assert "w" in notes(desk).shown
    desk.click(desk.middle("w"))
    desk.type_into(desk.window.inspector.page.value.line, "7")
    assert set(notes(desk).shown) == IDS - {"w"}


def test_a_wire_takes_the_fourth_away(desk):
    desk.wire("y_true.y", "x1.a")
    assert str(desk.graph.incoming(PortRef.parse("x1.a")).source) == "y_true.y"
    assert "wire" not in notes(desk).shown


# --- dismissing -------------------------------------------------------------------------------


def test_each_is_dismissed_by_its_button_and_stays_away(desk):
    for number, id_ in enumerate(("w", "next", "wire", "edge")):
        close(desk, id_)
        assert set(placed(desk)) == IDS - set(("w", "next", "wire", "edge")[: number + 1])
    assert not notes(desk).pointers.isVisible()
    other = desk.windows.open_example(first_example(), desk.windows.new(desk.window))
    assert other.first_notes.shown == {}


def test_all_are_dismissed_by_one_button(desk):
    button = notes(desk).all_button
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    assert placed(desk) == {}
    assert not button.isVisible()
    assert set(desk.settings.dismissed_notes) == IDS


def test_they_are_reached_read_and_dismissed_by_keys(desk):
    desk.window.panes.enter(desk.window.inspector)
    reached = []
    while QApplication.focusWidget() is not desk.view:
        desk.press_key(Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        reached.append(QApplication.focusWidget().accessibleName())
    assert {f"Dismiss: {note.lead}" for note in NOTES} <= set(reached)
    desk.document.selection.clear()
    desk.view.zoom_to_fit()
    assert set(placed(desk)) == IDS
    assert notes(desk).shown["w"].accessibleName() == (
        "Note: Change w. Click w, then type another value in the inspector. Every number follows."
    )
    notes(desk).shown["edge"].close_button.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Escape)
    assert "edge" not in notes(desk).shown
    assert QApplication.focusWidget() is notes(desk).shown["next"].close_button
    for _ in range(3):
        desk.press_key(Key.Key_Space)
    assert notes(desk).shown == {}
    assert QApplication.focusWidget() is desk.view
    assert desk.document.selection.kind == "graph"


def test_the_focus_leaves_a_note_that_goes_out_of_sight(desk):
    notes(desk).shown["w"].close_button.setFocus(Qt.FocusReason.TabFocusReason)
    desk.view.camera.pan(QPoint(3000, 0))
    placed(desk)
    assert QApplication.focusWidget() is desk.view
    assert desk.document.selection.kind == "graph"


def test_help_brings_them_back_on_the_example_at_its_start(desk):
    notes(desk).dismiss_all()
    desk.view.setFocus()
    desk.press_key(Key.Key_F5)
    desk.window.workspaces.build()
    desk.window.commands.by_id["first_notes"].trigger()
    assert desk.windows.all == [desk.window]
    assert desk.document.playhead.is_at_start
    assert desk.window.workspaces.current == "step"
    assert set(placed(desk)) == IDS
    assert QApplication.focusWidget() is notes(desk).shown["next"].close_button


def test_help_opens_the_example_beside_another_graph(desk):
    notes(desk).dismiss_all()
    desk.document.replace(by_hand(), None)
    desk.document.do(e.RemoveNode("w"), "Delete w")
    desk.window.commands.by_id["first_notes"].trigger()
    assert len(desk.windows.all) == 2
    assert set(desk.newest.first_notes.shown) == IDS
    assert notes(desk).shown == {}


def test_another_graph_in_the_window_takes_them_along(desk):
    desk.document.replace(by_hand(), None)
    assert notes(desk).shown == {}
    assert placed(desk) == {}
    assert desk.settings.dismissed_notes == []
    assert [x.stem for x in examples() if x == first_example()] == ["backprop_by_hand"]


def test_a_note_whose_subject_was_deleted_is_not_drawn(desk):
    desk.document.do(e.RemoveNode("w"), "Delete w")
    assert "w" not in placed(desk)
    desk.document.undo()
    assert "w" in placed(desk)


def test_every_note_is_placed_once():
    assert sorted(PLACED) == sorted(note.id for note in NOTES)


# --- where a callout stands -------------------------------------------------------------------


def test_the_place_of_a_callout_is_free_or_there_is_none():
    random = np.random.default_rng(0)
    found = 0
    for _ in range(60):
        corners = random.uniform(0, 560, (12, 2))
        boxes = np.hstack((corners, corners + random.uniform(20, 110, (12, 2))))
        ground = Ground((0, 0, 640, 480), boxes)
        anchor = tuple(boxes[0].tolist())
        box = best_place(anchor, (160, 70), ground)
        if box is None:
            continue
        found += 1
        apart = (
            (box[2] <= boxes[:, 0])
            | (box[0] >= boxes[:, 2])
            | (box[3] <= boxes[:, 1])
            | (box[1] >= boxes[:, 3])
        )
        assert apart.all()
        assert box[0] >= 0 <= box[1]
        assert box[2] <= 640
        assert box[3] <= 480
        start, tip = pointer(box, anchor)
        assert box[0] <= start[0] <= box[2]
        assert box[1] <= start[1] <= box[3]
        assert anchor[0] - 1 <= tip[0] <= anchor[2] + 1
        assert anchor[1] - 1 <= tip[1] <= anchor[3] + 1
    assert found > 20
    assert best_place((0, 0, 10, 10), (700, 70), Ground((0, 0, 640, 480))) is None


def test_a_place_is_good_only_while_nothing_lies_under_it_or_its_line():
    anchor, box = (10, 10, 30, 30), (100, 10, 200, 60)
    assert is_good(box, anchor, Ground((0, 0, 300, 300)))
    assert not is_good(box, anchor, Ground((0, 0, 150, 300)))
    for thing in ((150, 50, 160, 80), (60, 0, 70, 40)):
        assert not is_good(box, anchor, Ground((0, 0, 300, 300), np.array([thing])))
