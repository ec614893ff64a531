"""Frames: in the file, by mouse and keys on the real window, folded, and read aloud."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Frame, Graph, PortRef
from graph import edits as e
from gui.canvas.tips import tip_at
from tests.canvas_desk import LEFT, NONE
from tests.frames_desk import BOX, INSIDE, frame, mark, opened, select, title, undo, with_frame
from tests.test_menus import choose as choose_entry
from tests.test_menus import right_click, texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with opened(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def framed(desk):
    return with_frame(desk)


# --- making, naming, removing -------------------------------------------------------------


def test_the_title_is_readable_from_very_far(framed):
    desk = framed
    desk.view.zoom_to(0.15)
    left, top, _, _ = desk.scene.frames.drawn_box(0)

    def above():
        QApplication.processEvents()
        start = desk.pixel(left, top) - QPoint(0, 15)
        return desk.view.viewport().grab(QRect(start, QSize(40, 14))).toImage()

    named = above()
    wide = range(named.width())
    inks = [named.pixelColor(x, y).lightness() for x in wide for y in range(named.height())]
    assert min(inks) < 80  # the text's ink on the canvas
    desk.document.do(e.SetFrames((Frame("", BOX),)), "No title")
    assert above() != named


def test_f_frames_the_selection_and_asks_for_the_title(desk):
    select(desk, *INSIDE)
    desk.press_key(Key.Key_F)
    line = QApplication.focusWidget()
    QTest.keyClicks(line, "affine")
    desk.press_key(Key.Key_Return)
    assert frame(desk).title == "affine"
    assert set(desk.scene.frames.members(0)) >= INSIDE
    assert desk.view.hasFocus()
    undo(desk)
    undo(desk)
    assert desk.graph.frames == ()


def test_a_double_click_on_the_title_edits_it(framed):
    desk = framed
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, title(desk))
    QTest.keyClicks(QApplication.focusWidget(), "sum")
    desk.press_key(Key.Key_Return)
    assert frame(desk).title == "sum"


def test_delete_removes_the_selected_frame_and_keeps_its_nodes(framed):
    desk = framed
    desk.click(title(desk))
    assert desk.scene.frames.current == 0
    desk.press_key(Key.Key_Delete)
    assert desk.graph.frames == ()
    assert len(desk.graph.nodes) == 8
    undo(desk)
    assert frame(desk).box == BOX


def test_a_click_beside_and_esc_let_go_of_the_frame(framed):
    desk = framed
    desk.click(title(desk))
    desk.press_key(Key.Key_Escape)
    assert desk.scene.frames.current is None
    desk.click(title(desk))
    desk.click(desk.middle("x1"))
    assert desk.scene.frames.current is None
    desk.press_key(Key.Key_Delete)
    assert "x1" not in desk.graph
    assert len(desk.graph.frames) == 1


# --- moving and resizing ------------------------------------------------------------------


def test_the_title_moves_the_frame_with_the_nodes_in_it_as_one_entry(framed):
    desk = framed
    before = {id_: node.at for id_, node in desk.graph.nodes.items()}
    start = title(desk)
    desk.drag(start, start + QPoint(40, 64))
    dx, dy = frame(desk).box[0] - BOX[0], frame(desk).box[1] - BOX[1]
    assert dx > 0 < dy
    for id_, node in desk.graph.nodes.items():
        x, y = before[id_]
        assert node.at == ((x + dx, y + dy) if id_ in INSIDE else (x, y))
        assert (desk.scene.items_by_id[id_].x(), desk.scene.items_by_id[id_].y()) == node.at
    undo(desk)
    assert frame(desk).box == BOX
    assert {id_: node.at for id_, node in desk.graph.nodes.items()} == before


def test_esc_during_a_move_puts_everything_back(framed):
    desk = framed
    start = title(desk)
    desk.press(start)
    desk.move(start + QPoint(30, 30))
    desk.move(start + QPoint(60, 60))
    assert desk.scene.items_by_id["x1"].x() != 240
    desk.press_key(Key.Key_Escape)
    desk.release(start + QPoint(60, 60))
    assert desk.scene.items_by_id["x1"].x() == 240
    assert frame(desk).box == BOX
    assert desk.scene.frames.drawn_box(0)[0] == BOX[0]


@pytest.mark.parametrize("edges", ["l", "r", "t", "b", "rb", "lt"])
def test_each_edge_resizes(framed, edges):
    desk = framed
    left, top, right, bottom = desk.scene.frames.drawn_box(0)
    x = left if "l" in edges else right if "r" in edges else (left + right) / 2
    y = top if "t" in edges else bottom if "b" in edges else top + 44
    x = x if edges not in ("t", "b") else left + 20
    start = desk.pixel(x, y)
    desk.drag(start, start + QPoint(-24, -24))
    new = desk.scene.frames.drawn_box(0)
    for letter, a, b in zip("ltrb", (left, top, right, bottom), new, strict=True):
        assert (a != b) == (letter in edges)
    undo(desk)
    assert frame(desk).box == BOX


def test_it_gets_no_smaller_than_its_title(framed):
    desk = framed
    start = desk.pixel(*desk.scene.frames.drawn_box(0)[2:])
    desk.drag(start, start - QPoint(900, 500))
    assert frame(desk).box[2:] == (120.0, 64.0)


def test_alt_and_arrows_move_the_selected_frame(framed):
    desk = framed
    desk.click(title(desk))
    desk.press_key(Key.Key_Right, ALT)
    assert frame(desk).box[0] == BOX[0] + 8
    assert desk.graph.nodes["x1"].at == (248.0, 56.0)


def test_a_frame_in_a_frame_moves_along(framed):
    desk = framed
    inner = Frame("inner", (BOX[0] + 8, BOX[1] + 40, 130.0, 90.0))
    desk.document.do(e.SetFrames((frame(desk), inner)), "Frame")
    start = title(desk)
    desk.drag(start, start + QPoint(0, 50))
    assert frame(desk, 1).box[1] - inner.box[1] == frame(desk).box[1] - BOX[1] > 0


def test_arranged_nodes_take_their_frame_along_and_lose_their_bends(framed):
    desk = framed
    desk.document.do(e.SetRoute(PortRef("difference", "b"), ((640.0, 0.0),)), "Bend")
    desk.press_key(Key.Key_L, CONTROL)
    left, top, right, bottom = desk.scene.frames.drawn_box(0)
    for id_ in INSIDE:
        box = desk.scene.items_by_id[id_].box()
        assert left < box[0]
        assert top < box[1]
        assert box[2] < right
        assert box[3] < bottom
    assert desk.graph.incoming(PortRef("difference", "b")).route == ()
    undo(desk)
    assert frame(desk).box == BOX
    assert desk.graph.incoming(PortRef("difference", "b")).route == ((640.0, 0.0),)


def test_fitting_draws_it_close_around_its_nodes(framed):
    desk = framed
    desk.document.do(e.SetFrames((Frame("f", (150.0, -90.0, 480.0, 400.0)),)), "Frame")
    desk.click(title(desk))
    held = set(desk.scene.frames.members(0))
    desk.window.commands.by_id["fit_frame"].trigger()
    assert set(desk.scene.frames.members(0)) == held
    assert frame(desk).box[2] * frame(desk).box[3] < 480 * 400


# --- keys, menus, screen readers ----------------------------------------------------------


def test_shift_f_goes_from_frame_to_frame_and_says_where_one_is(framed):
    desk = framed
    far = Frame("far away", (5000.0, 5000.0, 200.0, 100.0))
    desk.document.do(e.SetFrames((frame(desk), far)), "Frame")
    said = []
    desk.view.framing.told.connect(said.append)
    desk.press_key(Key.Key_F, SHIFT)
    desk.press_key(Key.Key_F, SHIFT)
    assert desk.view.viewport().rect().contains(title(desk, 1))
    desk.press_key(Key.Key_F, SHIFT)
    assert said == ["Frame w x + b, open, 3 nodes", "Frame far away, open, 0 nodes", said[0]]


def test_a_right_click_on_the_title_opens_the_menu_of_the_frame(framed):
    desk = framed
    menu = right_click(desk, title(desk))
    assert texts(menu) == ["Frames"] or "Fold or unfold the frame" in texts(menu)
    inner = menu.findChild(type(menu), "frames") or menu
    inner.popup(QPoint(40, 40))
    choose_entry(inner, "Remove the frame")
    menu.close()
    assert desk.graph.frames == ()


def test_a_screen_reader_is_told_of_the_frames(framed):
    QAccessible.setActive(True)
    try:
        canvas = QAccessible.queryAccessibleInterface(framed.view)
        assert "Frame w x + b, open, 3 nodes" in canvas.text(QAccessible.Text.Description)
        framed.click(mark(framed))
        found = [canvas.child(i).text(QAccessible.Text.Name) for i in range(canvas.childCount())]
        assert INSIDE.isdisjoint(found)
    finally:
        QAccessible.setActive(False)


def test_a_tip_on_the_title_tells_the_whole_title_and_the_note(framed):
    desk = framed
    noted = Frame("<b>w x + b</b>", BOX, note="affine")
    desk.document.do(e.SetFrames((noted,)), "Frame")
    assert tip_at(desk.view, title(desk)) == "Frame <b>w x + b</b>, open, 3 nodes. affine"


def test_the_pointer_shows_what_a_press_would_do(framed):
    desk = framed
    left, _, _, bottom = desk.scene.frames.drawn_box(0)
    for place, shape in (
        (title(desk), Qt.CursorShape.SizeAllCursor),
        (mark(desk), Qt.CursorShape.PointingHandCursor),
        (desk.pixel(left, bottom - 30), Qt.CursorShape.SizeHorCursor),
        (desk.pixel(left + 20, bottom - 20), Qt.CursorShape.ArrowCursor),
    ):
        desk.move(place)
        assert desk.view.viewport().cursor().shape() == shape


def test_a_drag_inside_the_frame_still_selects_with_a_band(framed):
    desk = framed
    left, _, _, bottom = desk.scene.frames.drawn_box(0)
    desk.drag(desk.pixel(left + 12, bottom - 12), desk.pixel(left + 100, bottom - 60))
    assert desk.document.selection.nodes == {"b"}
    assert desk.graph.frames[0].box == BOX


def test_a_thousand_nodes_in_frames_fold_and_move_without_holding_the_window(desk):
    graph = Graph()
    for number in range(1000):
        graph.add("Exp", f"n{number}", at=(number % 40 * 144, number // 40 * 100))
        if number % 40:
            graph.connect(f"n{number - 1}.y", f"n{number}.x")
    frames = [Frame(f"rows {r}", (-24.0, r * 500 - 40.0, 5800.0, 480.0)) for r in range(5)]
    graph.apply(e.SetFrames(tuple(frames)))
    desk.document.replace(graph, None)
    desk.settle()
    desk.qtbot.waitUntil(lambda: desk.scene.building.is_done)
    desk.press_key(Key.Key_F, SHIFT)
    desk.press_key(Key.Key_G, SHIFT)
    assert len(desk.scene.frames.held) == 200
    desk.view.grab()
    desk.view.zoom_to(1.0)
    desk.press_key(Key.Key_Right, ALT)
    desk.press_key(Key.Key_G, SHIFT)
    assert len(desk.scene.wires) == len(graph.edges)
