"""Aligning, distributing, and the stroke that cuts: by menus and mouse on the real window."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph
from gui.canvas import geometry as geo
from gui.canvas.aligning import ACROSS, DOWN, distributed
from tests.canvas_desk import LEFT, by_hand
from tests.test_menus import choose as choose_entry
from tests.test_menus import right_click, texts
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        graph = by_hand()
        graph.add("Linear", "h", out_features=2, at=(100, 400))
        desk.document.replace(graph, None)
        desk.settle()
        desk.view.zoom_to_fit()
        desk.view.setFocus()
        yield desk


def select(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()


def bodies(desk, *ids):
    """Left, top, right, bottom `[n, 4]`."""
    items = [desk.scene.items_by_id[id_] for id_ in ids]
    return np.array(
        [(i.x(), i.y(), i.x() + i.outline.width, i.y() + i.outline.height) for i in items]
    )


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("align_left", lambda b: b[:, 0]),
        ("align_centre", lambda b: b[:, 0] + b[:, 2]),
        ("align_right", lambda b: b[:, 2]),
        ("align_top", lambda b: b[:, 1]),
        ("align_middle", lambda b: b[:, 1] + b[:, 3]),
        ("align_bottom", lambda b: b[:, 3]),
    ],
)
def test_aligned_nodes_share_a_line_and_one_undo_takes_it_back(desk, command, line):
    select(desk, "x1", "difference", "h")
    before = bodies(desk, "x1", "difference", "h")
    desk.window.commands.by_id[command].trigger()
    after = bodies(desk, "x1", "difference", "h")
    assert np.ptp(line(after)) <= 1
    other = (
        slice(0, None, 2)
        if command in ("align_top", "align_middle", "align_bottom")
        else slice(1, None, 2)
    )
    assert np.array_equal(before[:, other], after[:, other])
    assert before[:, :2].min() <= after[:, :2].min()
    assert after[:, 2:].max() <= before[:, 2:].max()
    desk.press_key(Key.Key_Z, CONTROL)
    assert np.array_equal(bodies(desk, "x1", "difference", "h"), before)
    assert desk.document.history.undo_text is None


@pytest.mark.parametrize(("command", "axis"), [("distribute_across", 0), ("distribute_down", 1)])
def test_distributed_nodes_have_equal_gaps(desk, command, axis):
    ids = ("w", "x1", "y_true", "h")
    select(desk, *ids)
    before = bodies(desk, *ids)
    desk.window.commands.by_id[command].trigger()
    after = bodies(desk, *ids)
    after = after[np.argsort(after[:, axis] + after[:, axis + 2])]
    gaps = after[1:, axis] - after[:-1, axis + 2]
    assert np.ptp(gaps) <= 2  # places are whole
    assert after[:, axis].min() == before[:, axis].min()
    desk.press_key(Key.Key_Z, CONTROL)
    assert np.array_equal(bodies(desk, *ids), before)


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=2),
        st.tuples(*[st.integers(-500, 500)] * 2, st.integers(10, 200), st.integers(10, 200)),
        min_size=3,
    ),
    st.sampled_from([ACROSS, DOWN]),
)
def test_distributing_leaves_equal_gaps_whatever_the_boxes(sizes, axis):
    boxes = {id_: (x, y, x + w, y + h) for id_, (x, y, w, h) in sizes.items()}
    places = distributed(boxes, axis)
    order = sorted(boxes, key=lambda id_: (boxes[id_][axis] + boxes[id_][axis + 2], id_))
    gaps = [
        places[after][axis] - places[before][axis] - boxes[before][axis + 2] + boxes[before][axis]
        for before, after in itertools.pairwise(order)
    ]
    assert max(gaps) - min(gaps) <= 2  # two roundings
    assert places[order[0]] == boxes[order[0]][:2]
    assert all(places[id_][1 - axis] == boxes[id_][1 - axis] for id_ in boxes)


def test_the_menu_of_several_nodes_aligns(desk):
    select(desk, "x1", "x2", "b")
    menu = right_click(desk, desk.middle("x2"))
    assert "Align and distribute" in texts(menu)
    inner = menu.findChild(QMenu, "align")
    assert texts(inner)[:2] == ["Align left edges", "Align centres"]
    assert len(texts(inner)) == 8
    inner.popup(QPoint(50, 50))
    choose_entry(inner, "Align top edges")
    assert np.ptp(bodies(desk, "x1", "x2", "b")[:, 1]) == 0
    menu.close()
    select(desk, "x1", "x2")
    assert not desk.window.commands.by_id["distribute_down"].isEnabled()
    select(desk, "x1")
    assert not desk.window.commands.by_id["align_left"].isEnabled()


def test_what_is_in_line_already_is_no_entry(desk):
    select(desk, "x2", "x1")
    desk.window.commands.by_id["align_top"].trigger()
    desk.document.history.mark_saved()
    desk.window.commands.by_id["align_top"].trigger()
    assert desk.document.is_saved


# --- the stroke ---------------------------------------------------------------------------


def stroke(desk, button=LEFT, modifiers=ALT, *, release=True):
    """From above to below, across what enters x2 and y_true's way."""
    right = desk.scene.items_by_id["x2"].x() - 40
    start, end = desk.pixel(right, -60), desk.pixel(right, 300)
    assert desk.scene.node_at(desk.view.mapToScene(start)) is None
    desk.press(start, button, modifiers)
    for share in (0.2, 0.6, 1.0):
        QTest.mouseMove(desk.view.viewport(), start + (end - start) * share)
        QApplication.processEvents()
    if release:
        desk.release(end, button, modifiers)


@pytest.mark.parametrize(("button", "modifiers"), [(LEFT, ALT), (RIGHT, CONTROL)])
def test_one_stroke_cuts_all_it_crosses_in_one_entry(desk, button, modifiers):
    edges = desk.graph.edges
    stroke(desk, button, modifiers)
    cut = {str(edge.target) for edge in edges if edge not in desk.graph.edges}
    assert cut == {"x2.a", "x2.b"}
    assert desk.document.history.undo_text == "Cut 2 edges"
    assert QApplication.activePopupWidget() is None
    desk.press_key(Key.Key_Z, CONTROL)
    assert desk.graph.edges == edges


def test_esc_calls_the_stroke_off_and_the_marks_go(desk):
    before = desk.view.viewport().grab().toImage()
    stroke(desk, release=False)
    assert desk.view.viewport().grab().toImage() != before
    desk.press_key(Key.Key_Escape)
    desk.release(desk.pixel(400, 300), LEFT, ALT)
    assert len(desk.graph.edges) == 7
    assert desk.view.viewport().grab().toImage() == before


def test_a_stroke_through_nothing_and_a_click_cut_nothing(desk):
    desk.drag(desk.pixel(0, 500), desk.pixel(60, 560), modifiers=ALT)
    desk.click(desk.pixel(0, 500), ALT)
    assert len(desk.graph.edges) == 7
    assert desk.document.history.undo_text is None


def test_alt_on_a_node_still_moves_it_off_the_grid(desk):
    desk.drag(desk.middle("b"), desk.middle("b") + QPoint(13, 9), modifiers=ALT)
    assert len(desk.graph.edges) == 7
    assert desk.graph.nodes["b"].at != (240.0, 176.0)


@given(
    st.lists(st.tuples(*[st.integers(-40, 40)] * 2), min_size=2, max_size=5),
    *[st.tuples(*[st.integers(-40, 40)] * 2)] * 2,
)
def test_crossing_agrees_with_exact_arithmetic(points, a, b):
    lines = np.array([points], float) + 0.25  # off the stroke's lattice
    pieces = zip(lines[0][:-1], lines[0][1:], strict=True)
    expected = any(_cross(p, q, np.array(a), np.array(b)) for p, q in pieces)
    assert bool(geo.crossed_by(lines, a, b)[0]) == expected


def _cross(p, q, a, b):
    """Solve p + s (q - p) = a + t (b - a) and ask whether both shares are within the pieces."""
    matrix = np.array([q - p, a - b]).T
    if abs(np.linalg.det(matrix)) < 1e-9:
        return False  # parallel: on one line only where a quarter is an integer
    shares = np.linalg.solve(matrix, a - p)
    return bool(((shares >= -1e-12) & (shares <= 1 + 1e-12)).all())


def test_a_thousand_nodes_in_line_and_a_stroke_through_their_edges(desk):
    graph = Graph()
    for number in range(1000):
        graph.add("Exp", f"n{number}", at=(number % 40 * 144, number // 40 * 100))
        if number % 40:
            graph.connect(f"n{number - 1}.y", f"n{number}.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.qtbot.waitUntil(lambda: desk.scene.building.is_done)
    desk.view.zoom_to_fit()
    desk.drag(desk.pixel(120, -40), desk.pixel(120, 2600), modifiers=ALT)
    assert desk.document.history.undo_text == "Cut 25 edges"
    desk.press_key(Key.Key_A, CONTROL)
    desk.window.commands.by_id["align_middle"].trigger()
    desk.qtbot.waitUntil(lambda: desk.scene.building.is_done)
    assert len({node.at[1] for node in desk.graph.nodes.values()}) == 1
