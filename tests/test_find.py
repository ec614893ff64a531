"""The find bar: what answers, where the keys lead, the marks, and where the focus goes after."""

import re

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from graph import edits as e
from gui import fuzzy
from gui.document import Document
from gui.find import marks, search
from gui.find.bar import ROWS_AT_ONCE
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.canvas_pixels import frame, wait_crisp
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        graph = by_hand()
        graph.add("Linear", "head", label="classifier", out_features=2, at=(4000, 3000))
        graph.add("ReLU", "r", at=(4300, 3000))
        desk.document.replace(graph, None)
        desk.settle()
        desk.view.setFocus()
        yield desk


def find(desk, text):
    desk.press_key(Key.Key_F, CONTROL)
    bar = desk.window.find_bar
    assert QApplication.focusWidget() is bar.line
    QTest.keyClicks(bar.line, text)
    settle(desk)
    return bar


def settle(desk):
    bar = desk.window.find_bar
    desk.qtbot.wait(100)
    desk.qtbot.waitUntil(lambda: not bar.search.is_busy)


def ids(bar):
    return [match.id for match in bar.matches]


def test_the_title_bar_opens_it(desk):
    QTest.mouseClick(desk.window.title_bar.find, LEFT)
    assert QApplication.focusWidget() is desk.window.find_bar.line


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("classifier", ["head"]),  # a label
        ("head", ["head"]),  # an id
        ("linear", ["head"]),  # a module
        ("param", ["w", "b"]),
        ("clas linear", ["head"]),  # words in several texts
        ("x", ["x", "x1", "x2"]),
        ("head relu", []),
        ("zzz", []),
        ("", []),
    ],
)
def test_labels_ids_and_modules_answer(desk, query, found):
    bar = find(desk, query)
    assert ids(bar)[: len(found)] == found
    assert bool(found) == bool(ids(bar))


def test_a_problem_is_found_by_its_words_and_stands_behind_the_names(desk):
    sentences = [p.message for p in desk.document.check.problems if p.node == "r"]
    assert sentences
    bar = find(desk, "edge expected" if "expected" in sentences[0] else sentences[0].split()[0])
    match = next(match for match in bar.matches if match.id == "r")
    assert match.problem in [
        index.data(Qt.ItemDataRole.DisplayRole)
        for row in range(desk.window.drawer.panel("problems").model.rowCount())
        if (index := desk.window.drawer.panel("problems").model.index(row, 0)).isValid()
    ]
    named = [bool(match.problem) for match in bar.matches]
    assert named == sorted(named)


def test_enter_and_shift_enter_go_round_and_the_camera_goes_along(desk):
    bar = find(desk, "x")
    assert bar.count.text() == f"{len(bar.matches)} found"
    seen = []
    for _ in range(len(bar.matches) + 1):
        desk.press_key(Key.Key_Return)
        seen.append(desk.document.selection.node)
    assert seen[:-1] == ids(bar)
    assert seen[-1] == seen[0]
    desk.press_key(Key.Key_Return, SHIFT)
    assert desk.document.selection.node == ids(bar)[-1]
    assert bar.count.text() == f"{len(bar.matches)} of {len(bar.matches)}"
    assert QApplication.focusWidget() is bar.line


def test_what_is_out_of_sight_comes_into_sight(desk):
    desk.view.zoom_to(1.0)
    bar = find(desk, "classifier")
    assert not desk.view.viewport().rect().contains(desk.middle("head"))
    desk.press_key(Key.Key_Return)
    assert desk.view.viewport().rect().contains(desk.middle("head"))
    assert desk.window.inspector.page.name.field.text() == "head"
    assert bar.isVisible()


def test_shift_enter_at_first_goes_to_the_last(desk):
    bar = find(desk, "param")
    desk.press_key(Key.Key_Return, SHIFT)
    assert desk.document.selection.node == ids(bar)[-1] == "b"


def test_esc_closes_it_and_gives_the_focus_back(desk):
    bar = find(desk, "x1")
    desk.press_key(Key.Key_Return)
    desk.press_key(Key.Key_Escape)
    assert not bar.isVisible()
    assert QApplication.focusWidget() is desk.view
    assert desk.document.selection.node == "x1"
    tree = desk.window.outline
    tree.setFocus()
    desk.press_key(Key.Key_F, CONTROL)
    assert bar.line.selectedText() == "x1"
    QTest.keyClick(bar.list, Key.Key_Escape)
    assert QApplication.focusWidget() is tree


def test_f3_goes_on_from_the_canvas_while_the_bar_is_open(desk):
    bar = find(desk, "param")
    desk.view.setFocus()
    desk.press_key(Key.Key_F3)
    desk.press_key(Key.Key_F3)
    assert desk.document.selection.node == "b"
    desk.press_key(Key.Key_F3, SHIFT)
    assert desk.document.selection.node == "w"
    QTest.mouseClick(bar.buttons[2], LEFT)
    assert not bar.isVisible()
    assert not desk.window.commands.by_id["find_next"].isEnabled()


def test_a_click_on_a_row_goes_there(desk):
    bar = find(desk, "param")
    place = bar.list.visualRect(bar.rows.index(1)).center()
    QTest.mouseClick(bar.list.viewport(), LEFT, NONE, place)
    assert desk.document.selection.node == "b"


def test_what_is_found_is_marked_on_the_canvas_until_the_bar_closes(desk):
    desk.view.zoom_to_fit()
    before = desk.view.viewport().grab().toImage()
    bar = find(desk, "x2")
    left, top, _, _ = desk.scene.items_by_id["x2"].box()
    around = desk.pixel(left - 8, top - 8)

    def differs():
        now = desk.view.viewport().grab().toImage()
        return any(
            now.pixel(around.x() + dx, around.y() + 12)
            != before.pixel(around.x() + dx, around.y() + 12)
            for dx in range(-4, 3)
        )

    assert differs()
    desk.press_key(Key.Key_Escape)
    assert not bar.isVisible()
    assert not differs()


def test_the_list_follows_the_graph(desk):
    bar = find(desk, "param")
    desk.document.do(e.SetNode("x", {"label": "parameterless"}), "Label")
    desk.qtbot.waitUntil(lambda: "x" in ids(bar))
    desk.document.do(e.RemoveNode("b"), "Delete b")
    desk.qtbot.waitUntil(lambda: "b" not in ids(bar))


def test_ctrl_shift_f_searches_the_palette(desk):
    desk.press_key(Key.Key_F, CONTROL | SHIFT)
    assert desk.window.palette_panel.isAncestorOf(QApplication.focusWidget())


def test_a_thousand_nodes_are_searched_without_holding_the_window(desk):
    graph = Graph()
    for number in range(1000):
        kind = ("ReLU", "Tanh", "Sigmoid", "Exp")[number % 4]
        graph.add(
            kind,
            f"layer{number}",
            label=f"block {number}",
            at=(number % 40 * 144, number // 40 * 100),
        )
    desk.document.replace(graph, None)
    desk.settle()
    bar = find(desk, "block 77")
    for _ in range(5):
        desk.press_key(Key.Key_Return)
    assert ids(bar)[0] == "layer77"  # the fixture of every test fails on longer bursts


def test_of_thousands_of_names_a_few_are_asked(desk, monkeypatch):
    graph, asked = Graph(), []
    for number in range(2 * search.MANY + 10):
        graph.add(("ReLU", "Tanh")[number % 2], f"n{number}", at=(number % 60 * 144, number * 2))
    graph.add("Exp", "last", label="n12 exp")
    document = Document()
    document.replace(graph, None)
    score = fuzzy.score
    monkeypatch.setattr(fuzzy, "score", lambda *texts: asked.append(texts) or score(*texts))
    looking = search.Search(document)
    looking.start("n12")
    desk.qtbot.waitUntil(lambda: not looking.is_busy)
    assert looking.matches[0].id == "n12"
    assert {match.id for match in looking.matches} == {
        *(id_ for id_ in graph.nodes if re.search("1.*2", id_)), "last"
    }  # fmt: skip
    assert len(asked) < 200


def test_marks_are_painted_where_something_is_painted(desk, monkeypatch):
    """So that a cursor that blinks above the canvas costs nothing of what lies elsewhere."""
    bar, painted = find(desk, "x"), []
    drawn = marks.paint_marks
    monkeypatch.setattr(
        "gui.find.bar.paint_marks",
        lambda painter, *rest: painted.append(painter.clipBoundingRect()) or drawn(painter, *rest),
    )
    for zoom in (0.1, 1.0):
        desk.view.zoom_to(zoom)
        frame(desk)
        wait_crisp(desk.qtbot, desk)
        painted.clear()
        some = QRect(20, 30, 40, 24)
        desk.view.viewport().repaint(some)
        wanted = desk.view.mapToScene(some).boundingRect().adjusted(-20, -20, 20, 20)
        assert any(wanted.contains(area) for area in painted)
    assert bar.matches


def test_thousands_of_rows_are_laid_out_some_at_a_time(desk):
    graph = Graph()
    for number in range(5 * ROWS_AT_ONCE):
        graph.add("ReLU", f"n{number}", at=(number % 40 * 144, number // 40 * 100))
    desk.document.replace(graph, None)
    desk.settle()
    bar = find(desk, "n")
    assert bar.rows.rowCount() == 5 * ROWS_AT_ONCE
    desk.press_key(Key.Key_Return, SHIFT)  # to the last one, though not all are laid out yet
    last = bar.rows.index(5 * ROWS_AT_ONCE - 1)
    assert bar.list.currentIndex() == last
    desk.qtbot.waitUntil(
        lambda: bar.list.viewport().rect().contains(bar.list.visualRect(last).center())
    )
    assert bar.list.layoutMode() == bar.list.LayoutMode.Batched
