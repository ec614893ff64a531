"""Compiled mode: what the canvas says of every node, before and after, and when it is asked."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from graph import edits as e
from gui.background import Dropped
from gui.canvas.node_item import NodeItem
from gui.canvas.tips import tip_at
from gui.compiling import compiling
from gui.compiling.compiling import compiled
from gui.compiling.outlines import ROOM, Outlines
from runtime import Trainer
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.composite_graphs import two_blocks
from tests.test_compile_command import FATES, graph_of_all_fates
from tests.test_compiled_passes import built, leaf, node
from tests.window_desk import desk_for

Key = Qt.Key
PLACES = {
    "w": (0, 0), "c": (0, 120), "d": (160, 240), "idle": (0, 360), "t": (620, 240),
    "factor": (160, 120), "scaled": (320, 0), "one": (480, 0), "two": (480, 120), "both": (640, 60),
    "aside": (160, 360), "logs": (800, 60), "loss": (960, 100),
}  # fmt: skip


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def show(desk, graph) -> None:
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: desk.document.is_fresh)
    desk.view.zoom_to_fit()


def compile_step(desk, graph) -> None:
    """Show a graph and press C on its canvas."""
    show(desk, graph)
    desk.view.setFocus()
    desk.press_key(Key.Key_C)
    desk.qtbot.waitUntil(lambda: legend(desk).isVisible())


def all_fates():
    graph = graph_of_all_fates()
    graph.apply(e.Move(PLACES))
    return graph


def legend(desk):
    return desk.window.compiling.legend


def rows(desk) -> dict[str, tuple[str, str]]:
    return {name: (row[1].said, row[2].said) for name, row in legend(desk).rows.items()}


def marks(desk) -> dict[str, str]:
    found = {id_: desk.scene.overlays.node(id_) for id_ in desk.graph.nodes}
    return {id_: mark.text for id_, mark in found.items() if mark is not None}


def click_key(desk, text: str) -> None:
    (key,) = [key for key in legend(desk).keys if key.text() == text]
    QTest.mouseClick(key, LEFT)


def test_every_node_says_what_became_of_it(desk):
    compile_step(desk, all_fates())
    report = desk.window.compiling.report
    told = marks(desk)
    for id_, fate in FATES.items():
        assert told.get(id_, "") == (_calls(report, id_) if fate == "kept" else fate)
    dimmed = {id_ for id_ in FATES if desk.scene.dims(id_)}
    assert dimmed == {id_ for id_, fate in FATES.items() if fate in ("shared", "folded", "removed")}
    assert "computed as one with loss" in tip_at(desk.view, desk.middle("logs"))
    assert "one computes the same" in tip_at(desk.view, desk.middle("two"))
    assert "Kept. Calls: 1 forward, 1 in reverse." in tip_at(desk.view, desk.middle("scaled"))


def _calls(report, id_: str) -> str:
    done = report.nodes[id_]
    if done.is_view:
        return "view"
    return f"{done.forward} + {done.reverse}" if done.forward else ""


def test_the_legend_counts_and_turns_to_the_graph_as_it_is_drawn(desk):
    compile_step(desk, all_fates())
    report, told = desk.window.compiling.report, rows(desk)
    assert [told[fate] for fate in ("kept", "fused", "shared", "folded", "removed")] == [
        ("8", "3"), ("", "2"), ("", "1"), ("", "1"), ("", "1"),
    ]  # fmt: skip
    assert told["forward"] == ("8 steps", f"{report.calls[0]} calls")
    assert told["memory"][1] == f"{report.nbytes} B"
    assert "8 forward" in legend(desk).accessibleDescription()
    assert not nameless(desk.window)
    after = set(marks(desk))
    click_key(desk, "Before")
    assert (after, marks(desk)) == (set(FATES) - {"w", "d", "t"}, {})  # sources say nothing
    click_key(desk, "After")
    assert set(marks(desk)) == after
    assert desk.window.commands.by_id["compiled"].isChecked()
    desk.press_key(Key.Key_C)
    assert (marks(desk), legend(desk).isVisible()) == ({}, False)
    assert not desk.window.commands.by_id["compiled"].isChecked()


def test_what_is_computed_as_one_has_one_outline(desk):
    compile_step(desk, all_fates())
    left, _, right, bottom = desk.scene.items_by_id["logs"].box()
    _, _, start, _ = desk.scene.items_by_id["both"].box()
    inside = desk.pixel((left + right) / 2, bottom + ROOM / 2)
    on_line = desk.pixel((left + right) / 2, bottom + ROOM)
    apart = desk.pixel((left + start) / 2, bottom + ROOM)
    ground = colour(desk, inside)
    click_key(desk, "Before")
    assert colour(desk, inside) == colour(desk, apart) != ground
    click_key(desk, "After")
    assert colour(desk, inside) == ground == desk.theme.color("selected").name()
    assert colour(desk, on_line) != ground


def test_an_outline_asks_nothing_of_nodes_that_are_not_seen(desk, monkeypatch):
    """A group may be a graph of thousands, and a part of it is painted at every step of a pan."""
    compile_step(desk, all_fates())
    outlines = Outlines(desk.scene, desk.window.compiling.report)
    assert frozenset({"logs", "loss"}) in outlines.groups
    asked, box = [], NodeItem.box
    monkeypatch.setattr(NodeItem, "box", lambda item: (asked.append(item.id), box(item))[1])
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    outlines.paint(painter, QRectF(-1e5, -1e5, 100, 100), 1.0)
    painter.end()
    assert asked == []


def colour(desk, pixel: QPoint) -> str:
    return desk.view.viewport().grab().toImage().pixelColor(pixel).name()


def test_an_edit_is_compiled_anew_and_a_move_is_not(desk, monkeypatch):
    asked = []
    report = Trainer.report
    monkeypatch.setattr(
        Trainer, "report", lambda *a: (asked.append(threading.current_thread()), report(*a))[1]
    )
    compile_step(desk, all_fates())
    assert asked[0] is not threading.main_thread()
    desk.drag(desk.middle("aside"), desk.middle("aside") + QPoint(0, 40))
    desk.qtbot.wait(50)
    assert len(asked) == 1
    desk.click(desk.middle("aside"))
    desk.press_key(Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: "aside" not in desk.window.compiling.report.nodes)
    assert len(asked) == 2
    assert rows(desk)["removed"][1] == "0"


def test_what_is_asked_of_a_graph_that_another_replaces_is_given_up_at_once(desk, monkeypatch):
    """And not a turn later, when its answer may be on its way already."""
    show(desk, all_fates())
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()
    given_up = []

    def held(graph, progress):
        begun.set()
        may_end.wait(30)
        try:
            progress(0.5)
        except Dropped:
            given_up.append(graph)
            raise
        finally:
            ended.set()
        return compiled(graph, progress)

    monkeypatch.setattr(compiling, "compiled", held)
    desk.window.compiling.toggle()
    desk.qtbot.waitUntil(begun.is_set)
    desk.document.replace(two_blocks(), None)
    may_end.set()
    assert ended.wait(30)  # and no turn of the window's loop meanwhile
    assert len(given_up) == 1
    desk.qtbot.waitUntil(lambda: desk.window.compiling.report is not None)


def test_a_parameter_that_is_frozen_is_a_constant(desk):
    graph = built(leaf("v"), leaf("w"), node("Exp", "raised", "v.y"), target="loss")
    graph.add("Multiply", "use")
    graph.add("Sum", "loss")
    for source, port in (("w.y", "use.a"), ("raised.y", "use.b"), ("use.y", "loss.x")):
        graph.connect(source, port)
    compile_step(desk, graph)
    assert rows(desk)["folded"][1] == "0"
    desk.window.freezing.switch(("v",), True)
    desk.qtbot.waitUntil(lambda: rows(desk)["folded"][1] == "1")
    assert marks(desk)["v"] == "folded"


def test_inside_a_composite_its_own_nodes_are_told(desk):
    graph = two_blocks()
    graph.apply(e.Move({id_: (200 * place, 0) for place, id_ in enumerate(graph.nodes)}))
    compile_step(desk, graph)
    report = desk.window.compiling.report
    calls = sum(report.nodes[f"one/{id_}"].forward for id_ in ("lin", "act", "add"))
    assert marks(desk)["one"].startswith(f"{calls} + ")
    assert desk.scene.overlays.node("one").tip == "Inside: 3 kept."
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.middle("one"))
    desk.qtbot.waitUntil(lambda: "lin" in desk.graph.nodes)
    assert set(marks(desk)) == {"lin", "act", "add"}
    assert marks(desk)["lin"] == _calls(report, "one/lin")


def test_what_cannot_be_compiled_or_does_not_learn_is_told(desk):
    without = built(leaf("w"), node("Exp", "a", "w.y"), node("Sin", "b", "w.y"), target=None)
    compile_step(desk, without)
    assert "target" in legend(desk).told.said
    assert marks(desk) == {}
    assert not any(key.isVisible() for key in legend(desk).keys)
    show(desk, built(leaf("c", "Constant"), node("Sum", "loss", "c.y")))
    desk.qtbot.waitUntil(lambda: set(marks(desk).values()) == {"folded"})
    assert legend(desk).told.said.startswith("Nothing is trained here")
    show(desk, built(leaf("w"), node("Sum", "loss", "w.y")))
    desk.qtbot.waitUntil(lambda: set(marks(desk)) == {"loss"})
    seen = {name for name, row in legend(desk).rows.items() if row[0].isVisible()}
    assert seen == {"kept", "forward", "reverse", "memory"}  # nothing else is on the canvas
    assert (legend(desk).told.said, rows(desk)["kept"]) == ("", ("1", "1"))
