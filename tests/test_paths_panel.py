"""All paths in the drawer: what is listed, what it lights on the canvas, how a search is ended."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor, load
from graph import edits as e
from gui.background import Dropped
from gui.chains import question as question_module
from gui.chains.rows import BAR, SHARE, SIZE
from gui.chains.words import routes
from gui.places import seen_from
from runtime import Engine
from runtime.chains import find_paths
from runtime.maps import TooLarge
from tests.canvas_desk import LEFT, NONE
from tests.chain_listing import ladder
from tests.window_desk import WindowDesk, end

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class PathDesk(WindowDesk):
    """A window with the tab open."""

    @property
    def panel(self):
        """The tab's panel."""
        return self.window.drawer.panel("paths")

    @property
    def table(self):
        """Its table."""
        return self.panel.table

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """What stands in the table."""
        return [row.cells for row in self.table.paths.rows]

    def load(self, name: str) -> None:
        """Show an example in the same window, and wait for its numbers."""
        self.document.replace(load(example(name)), None)
        self.qtbot.waitUntil(lambda: self.document.is_fresh)

    def show_tab(self) -> None:
        """Open it by its keys, if it is not open."""
        if self.window.drawer.current != "paths":  # a new window begins as the last one was left
            self.press_key(Key.Key_A, CONTROL | SHIFT)
        assert self.window.drawer.current == "paths"
        self.wait()

    def wait(self) -> None:
        """Until the search is over."""
        self.qtbot.waitUntil(lambda: not self.panel.is_busy)
        QApplication.processEvents()

    def choose(self, field, text: str) -> None:
        """Choose a port by typing."""
        QTest.mouseClick(field, LEFT)
        line = field.box.line
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Key.Key_Return)
        self.qtbot.waitUntil(lambda: field.box is None)

    def middle(self, row: int) -> QPoint:
        """A place in a row."""
        return self.table.visualRect(self.table.paths.index(row, 1)).center()

    def point(self, row: int) -> None:
        """Bring the mouse over a row, from below."""
        QTest.mouseMove(self.table.viewport(), QPoint(4, self.table.viewport().height() - 2))
        QTest.mouseMove(self.table.viewport(), self.middle(row))
        QApplication.processEvents()

    def leave(self) -> None:
        """Take the mouse away."""
        QApplication.sendEvent(self.table.viewport(), QEvent(QEvent.Type.Leave))

    @property
    def lit(self) -> dict[str, str]:
        """The edges that are lit on the canvas, with what stands at their ends."""
        overlays, graph = self.view.canvas.overlays, self.document.graph
        if not overlays:
            return {}
        marks = {edge.target: overlays.edge(edge.target) for edge in graph.edges}
        assert all(mark.width or mark.dimmed for mark in marks.values())
        return {str(target): mark.text for target, mark in marks.items() if mark.width}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    found = PathDesk(qtbot, tmp_path, monkeypatch)
    yield found
    end(found.windows)


def example(name: str) -> Path:
    return Path(f"assets/examples/{name}.gradwire").resolve()


def test_a_journey_over_three_paths(desk):
    """Hidden until the gradient has come; pointed at, chosen, taken from the selection."""
    desk.load("fan_out")
    desk.show_tab()
    assert desk.panel.summary.said == "3 paths. Their numbers lie ahead of the playhead."
    assert [row[1] for row in desk.cells] == sorted((row[1] for row in desk.cells), key=len)
    assert {row[2:] for row in desk.cells} == {("", "", "")}
    desk.point(2)
    assert desk.lit == {"sin.x": "", "product.b": "", "y.a": ""}
    desk.leave()
    assert desk.lit == {}
    desk.document.playhead.last()
    QApplication.processEvents()
    found = find_paths(desk.document.whole_trace, "x.y")
    named = routes(desk.graph, found.source, found.paths)
    assert [row[1] for row in desk.cells] == [route.short for route in named]
    assert [row[2] for row in desk.cells] == ["1", "0.9093", "−0.8323"]
    assert [row[3] for row in desk.cells] == ["93%", "84%", "−77%"]
    products = [desk.table.paths.index(row, SIZE).data() for row in range(3)]
    assert products == ["1", "1 · 0.9093 = 0.9093", "1 · 2 · (−0.4161) = −0.8323"]
    desk.window.resize(desk.window.minimumSize())
    QApplication.processEvents()
    assert desk.table.paths.index(2, SIZE).data() == "−0.8323"
    desk.window.resize(1280, 800)
    bars = [desk.table.paths.index(row, SHARE).data(BAR) for row in range(3)]
    assert bars == pytest.approx([1, 0.9093, -0.8323], abs=1e-4)
    assert "together 1.077" in desk.panel.summary.said
    lights_what_is_pointed_at(desk)
    writes_a_path_out(desk)
    takes_the_selection(desk)


def lights_what_is_pointed_at(desk):
    """The numbers are those of the path alone: 1, then times x, then times cos x."""
    desk.point(2)
    assert desk.lit == {"y.a": "1", "product.b": "2", "sin.x": "−0.8323"}
    desk.point(0)
    assert desk.lit == {"y.b": "1"}
    overlays = desk.view.canvas.overlays
    assert overlays.dims("sin")
    assert not overlays.dims("x")
    desk.leave()
    assert desk.lit == {}
    QTest.mouseClick(desk.table.viewport(), LEFT, NONE, desk.middle(1))
    desk.leave()
    assert desk.lit == {"product.a": "0.9093", "y.a": "1"}
    QTest.keyClick(desk.table, Key.Key_Down)
    assert set(desk.lit) == {"sin.x", "product.b", "y.a"}
    desk.window.drawer.close_drawer()
    assert desk.lit == {}
    desk.show_tab()
    desk.table.setFocus()
    QTest.keyClick(desk.table, Key.Key_Escape)
    assert desk.table.chosen is None
    assert desk.lit == {}


def writes_a_path_out(desk):
    """The chosen one, typeset in the tab of the chain rule."""
    assert not desk.panel.write.isEnabled()
    QTest.mouseClick(desk.table.viewport(), LEFT, NONE, desk.middle(2))
    QTest.mouseClick(desk.panel.write, LEFT)
    chain_rule = desk.window.drawer.panel("chain_rule")
    desk.qtbot.waitUntil(lambda: chain_rule.isVisible() and not chain_rule.is_busy)
    (line,) = chain_rule.sheet.found[0].explanation.lines
    assert line.result == pytest.approx(2 * math.cos(2.0))
    assert line.words.endswith("sin → product → y")
    desk.show_tab()
    QTest.keyClick(desk.table, Key.Key_Up)
    QTest.keyClick(desk.table, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: chain_rule.isVisible() and not chain_rule.is_busy)
    assert chain_rule.sheet.found[0].explanation.lines[0].words.endswith("product → y")
    desk.show_tab()
    QTest.keyClick(desk.table, Key.Key_Escape)


def takes_the_selection(desk):
    """Of an edge its own paths alone; of two nodes from the first to the second."""
    take = desk.panel.ends.take
    assert not take.isEnabled()
    desk.document.selection.set_edge("product.b")
    QTest.mouseClick(take, LEFT)
    desk.wait()
    assert [row[1:3] for row in desk.cells] == [("product.b → y.a", "2")]
    desk.document.selection.set_nodes(["product", "x"])
    QTest.mouseClick(take, LEFT)
    desk.wait()
    assert [row[1] for row in desk.cells] == ["x → product.a", "x → sin → product.b"]
    desk.choose(desk.panel.ends.target, "target")
    desk.wait()
    assert len(desk.cells) == 3
    desk.document.do(e.SetNode("sin", {"label": "wave"}), "Label")
    desk.wait()
    assert desk.cells[2][1] == "x → wave → product.b → y.a"
    keeps_the_choice_over_edits(desk)


def keeps_the_choice_over_edits(desk):
    """Another value, another id: the same path is lit with its new numbers."""
    QTest.mouseClick(desk.table.viewport(), LEFT, NONE, desk.middle(2))
    desk.document.do(e.SetTensor(PortRef("x", "y"), Tensor.of(np.array(1.0))), "Value")
    desk.settle()
    desk.wait()
    assert desk.table.chosen.whole == "x → wave → product.b → y.a"
    assert desk.lit == {"y.a": "1", "product.b": "1", "sin.x": "0.5403"}
    desk.document.do(e.Rename("x", "angle"), "Rename")
    desk.settle()
    desk.wait()
    assert str(desk.panel.ends.source.port) == "angle.y"
    assert desk.cells[0][1].startswith("angle → ")


def test_paths_that_cancel(desk):
    """No shares: sides, and the word."""
    desk.load("cancelling")
    desk.document.playhead.last()
    desk.show_tab()
    assert "2 paths, which cancel: together they give 0." in desk.panel.summary.said
    assert [row[2:] for row in desk.cells] == [("6", "+", "with 2"), ("−6", "−", "with 1")]
    bars = [desk.table.paths.index(row, SHARE).data(BAR) for row in range(2)]
    assert bars == [1, -1]


def test_many_paths_more_of_them_and_a_search_that_is_cancelled(desk, monkeypatch):
    """2^24 are counted to the last; a search reports, ends when asked, and begins again."""
    desk.document.replace(ladder(24, second="Tanh"), None)
    desk.settle()
    desk.document.playhead.last()
    desk.show_tab()
    count = f"{2**24:,}".replace(",", "\u2009")
    assert desk.panel.summary.said.startswith(f"{count} paths, together")
    assert len(desk.cells) == 10
    QTest.mouseClick(desk.panel.more, LEFT)
    desk.wait()
    assert len(desk.cells) == 20
    left = f"{2**24 - 20:,}".replace(",", "\u2009")
    assert desk.panel.rest.said.startswith(f"{left} paths more")
    refuses_more(desk, monkeypatch)
    ended = []

    def endless(*args, progress, **kwargs):
        try:
            while True:
                progress(0.5)
                time.sleep(0.005)
        except Dropped:
            ended.append(True)
            raise

    monkeypatch.setattr(question_module, "find_paths", endless)
    QTest.mouseClick(desk.panel.more, LEFT)
    progress = desk.panel.progress
    desk.qtbot.waitUntil(progress.cancel.isVisible)
    QTest.mouseClick(progress.cancel, LEFT)
    desk.qtbot.waitUntil(lambda: bool(ended))
    assert not desk.panel.is_busy
    assert len(desk.cells) == 20  # what was found before stays
    desk.choose(desk.panel.ends.source, "d1")
    desk.qtbot.waitUntil(progress.cancel.isVisible)
    QTest.mouseClick(progress.cancel, LEFT)
    desk.qtbot.waitUntil(progress.again.isVisible)
    assert desk.cells == []
    monkeypatch.undo()
    QTest.mouseClick(progress.again, LEFT)
    desk.wait()
    assert len(desk.cells) == 10


def refuses_more(desk, monkeypatch):
    """Where there is no room for more, it says so, and keeps what it has."""

    def refused(*args, **kwargs):
        raise TooLarge(20, 1 << 40, 8, 1 << 25)

    with monkeypatch.context() as patch:
        patch.setattr(question_module, "find_paths", refused)
        QTest.mouseClick(desk.panel.more, LEFT)
        desk.wait()
    assert "expected at most" in desk.panel.rest.said
    assert len(desk.cells) == 20
    assert desk.panel.more.isEnabled()


def test_paths_through_composites_and_time(desk):
    """The drawn edges of a path are lit at the place that is shown, and in the unrolled view."""
    desk.load("transformer_block")
    desk.document.playhead.last()
    desk.show_tab()
    row = desk.table.paths.rows[1]
    assert row.whole.startswith("attend_norm.weight → ")  # clear without its address
    QTest.mouseClick(desk.table.viewport(), LEFT, NONE, desk.middle(1))
    targets = [target for hop in row.path.hops for _, target in hop.edges]
    for place in ("", "transformer_block", "transformer_block/attend"):
        assert desk.document.show_place(place)
        desk.wait()
        seen = (seen_from(place, target) for target in targets)
        edges = {str(edge.target) for edge in desk.graph.edges}
        assert set(desk.lit) == {str(x) for x in seen if x is not None} & edges
        assert desk.lit
    desk.load("rnn")
    desk.document.playhead.last()
    desk.show_tab()
    QTest.mouseClick(desk.table.viewport(), LEFT, NONE, desk.middle(1))
    desk.window.unrolling.toggle()
    view = desk.window.unrolling.view
    found = desk.table.chosen.path
    moments = {(target, hop.read_t) for hop in found.hops for _, target in hop.edges}
    copies, overlays = view.document.copies, view.canvas.overlays
    lit = [e.target for e in view.document.graph.edges if overlays.edge(e.target).width]
    assert len(lit) > 3
    assert {copies.origin(target)[0] for target in lit} <= {target for target, _ in moments}
    assert all(
        copies.origin(target) in moments or copies.origin(target)[1] is None for target in lit
    )
    assert overlays.dims(copies.id_of("x", 0))


def test_names_of_paths_leave_out_what_most_have_in_common():
    """No two read the same; what parts them is there, in order."""
    trace = Engine(ladder(12, second="Tanh")).run()
    found = find_paths(trace, "x.y", top=60)
    named = routes(trace.plan.flat.origin, found.source, found.paths)
    assert len({route.short for route in named}) == 60
    assert named[0].short == "x → … → loss"  # straight on, as most of them do nearly everywhere
    for route, path in zip(named, found.paths, strict=True):
        curves = [hop.node for hop in path.hops if hop.node.startswith("s")]
        assert [stop for stop in route.short.split(" → ") if stop.startswith("s")] == curves
        assert len(route.whole.split(" → ")) == len(path.hops) + 1
