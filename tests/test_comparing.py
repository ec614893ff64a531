"""Two runs compared: what differs, on the canvas and in the list, up to the playhead."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor
from graph import edits as e
from runtime import Engine
from runtime.comparing import compare
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.composite_graphs import two_blocks
from tests.inspector_desk import network
from tests.recurrent_graphs import Pair
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key = Qt.Key
VALUE, VALUE_BY, GRADIENT, GRADIENT_BY = range(1, 5)


def twice(graph, port, factor=1.5):
    """A run, and one after a tensor was scaled."""
    before = Engine(graph).run()
    graph.set_tensor(port, before.value(port) * np.asarray(factor))
    return before, Engine(graph).run(previous=before)


@pytest.mark.parametrize(
    ("graph", "port"), [(by_hand(), "x.y"), (network(), "x.y"), (two_blocks(), "x.y")]
)
def test_what_is_found_is_what_a_loop_over_all_edges_finds(graph, port):
    before, after = twice(graph, port)
    found = compare(before, after).differences
    assert found
    for target in after.plan.edges:
        entry = found.get(target)
        for of, read in (("value", "value"), ("gradient", "part")):
            old, new = getattr(before, read)(target), getattr(after, read)(target)
            change = getattr(entry, of) if entry is not None else None
            if old is None or np.array_equal(old, new):
                assert change is None
                continue
            apart = new.astype(float) - old
            norm = float(np.linalg.norm(apart))
            assert abs(change.by) == pytest.approx(norm)
            error = np.abs(apart).max() / max(1.0, np.abs(new).max())
            assert change.error == pytest.approx(error)


def test_equal_runs_do_not_differ_and_over_time_all_steps_count():
    graph = Pair(3, 0).loop
    before = Engine(graph).run()
    assert compare(before, Engine(graph).run()).differences == {}
    numbers = np.array(before.value("x.y"))
    numbers[1] += 0.5
    graph.set_tensor("x.y", numbers)
    found = compare(before, Engine(graph).run()).differences
    assert found
    assert all(x.value is None or x.value.by > 0 for x in found.values())


def test_edges_of_one_run_alone_other_shapes_and_numbers_that_are_no_numbers_are_told():
    graph = by_hand()
    before = Engine(graph).run()
    graph.set_tensor("x.y", Tensor.scalar(float("nan")))
    found = compare(before, Engine(graph).run()).differences
    assert found[PortRef("x1", "b")].error == float("inf")
    graph.disconnect("loss.x")
    graph.remove("loss")
    found = compare(before, Engine(graph, partial=True).run()).differences
    assert found[PortRef("loss", "x")].value.kind == "went"
    again = compare(Engine(graph, partial=True).run(), before).differences
    assert again[PortRef("loss", "x")].value.kind == "came"
    small = network()
    before = Engine(small).run()
    small.set_tensor("x.y", np.ones((2, 2)))
    small.set_tensor("t.y", np.ones((2, 1)))
    found = compare(before, Engine(small).run()).differences
    assert found[PortRef("hidden", "x")].value.kind == "shape"


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.document.playhead.last()
        yield made


def change(desk, port="x.y", number=3.0):
    edit = e.SetTensor(PortRef.parse(port), Tensor.scalar(number))
    desk.document.do(edit, "Set")
    wait(desk)


def wait(desk):
    desk.settle()
    desk.qtbot.waitUntil(lambda: not desk.window.comparing.is_busy)
    QApplication.processEvents()


def rows(panel):
    count = panel.model.rowCount()
    texts = ([panel.model.index(row, column).data() for column in range(5)] for row in range(count))
    return {row[0]: row[1:] for row in texts}


def plate_text(desk, port):
    desk.view.grab()
    return [label.text for p in desk.scene.field.of(PortRef.parse(port)) for label in p.labels]


def test_a_pinned_run_lights_the_edges_that_an_edit_changes(desk):
    desk.window.appearance.zoom_100()
    desk.view.setFocus()
    desk.press_key(Key.Key_F10)
    assert desk.window.commands.by_id["pin"].isChecked()
    assert not desk.scene.overlays
    change(desk)
    lit = desk.scene.overlays.edge(PortRef("x2", "a"))
    assert lit.width > 0
    assert plate_text(desk, "x2.a") == ["Δ +3"]
    assert plate_text(desk, "x1.a") == ["∂ Δ +1"]
    assert desk.scene.overlays.edge(PortRef("x2", "b")).dimmed
    assert "value 6 → 9, Δ +3" in desk.scene.overlays.edge_tip(PortRef("x2", "a"))
    desk.view.setFocus()
    desk.press_key(Key.Key_F10)
    assert not desk.scene.overlays
    assert desk.window.comparing.pinned is None


def test_the_list_tells_before_and_after_and_leads_to_the_edge(desk):
    desk.window.drawer.show_tab("compare")
    panel = desk.window.drawer.panel("compare")
    assert panel.summary.said == "Pin this run, change something, and see what differs."
    QTest.mouseClick(panel.pin, LEFT)
    wait(desk)
    assert panel.summary.said == "The newest run has the same numbers as the pinned one."
    change(desk)
    assert panel.summary.said == "5 of 7 edges differ from the pinned run."
    found = rows(panel)
    assert found["x1.y → x2.a"] == ["6 → 9", "Δ +3", "", ""]
    assert found["w.y → x1.a"] == ["", "", "2 → 3", "Δ +1"]
    names = list(found)
    QTest.mouseClick(panel.list.header().viewport(), LEFT, NONE, _heading(panel, VALUE_BY))
    assert set(rows(panel)) == set(names)
    first = next(iter(rows(panel)))
    row = panel.list.visualRect(panel.model.index(0, 0)).center()
    QTest.mouseClick(panel.list.viewport(), LEFT, NONE, row)
    assert str(desk.document.selection.edge) == first.partition(" → ")[2]
    change(desk, number=2.0)
    assert panel.model.rowCount() == 0


def _heading(panel, column):
    header = panel.list.header()
    place = header.rect().center()
    place.setX(header.sectionViewportPosition(column) + 20)
    return place


def test_what_lies_ahead_of_the_playhead_is_neither_lit_nor_listed(desk):
    desk.window.comparing.pin()
    change(desk)
    desk.window.drawer.show_tab("compare")
    panel = desk.window.drawer.panel("compare")
    desk.document.playhead.go(1)
    QApplication.processEvents()
    assert set(rows(panel)) == {"x.y → x1.b", "x1.y → x2.a"}
    assert "3 lie ahead of the playhead." in panel.summary.said
    assert desk.scene.overlays.edge(PortRef("loss", "x")).dimmed
    assert desk.scene.overlays.edge(PortRef("x2", "a")).text == "Δ +3"
    desk.document.playhead.go(3)
    desk.qtbot.waitUntil(lambda: "1 lies ahead of the playhead." in panel.summary.said)


def test_a_renamed_node_lets_the_pinned_run_go_and_so_does_another_document(desk):
    desk.window.comparing.pin()
    change(desk)
    desk.document.do(desk.graph.rename_edit("x1", "product"), "Rename")
    assert not desk.window.comparing.is_pinned
    desk.window.comparing.pin()
    desk.document.replace(by_hand(), None)
    assert not desk.window.comparing.is_pinned
