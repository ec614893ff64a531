"""The chain rule, written out in the drawer: what it follows, holds back and copies."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import PortRef, load
from gui.chain_rule import panel as panel_module
from gui.chain_rule.flow import Formula, Words, flow
from gui.chain_rule.typeset import typeset
from gui.theme import Theme
from runtime.explaining import as_latex, as_markdown, as_text, explain_edge, explain_step
from runtime.explaining.asking import explain
from tests.canvas_desk import LEFT
from tests.window_desk import WindowDesk, end

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class ChainDesk(WindowDesk):
    """A window with the tab open."""

    @property
    def panel(self):
        """The tab's panel."""
        return self.window.drawer.panel("chain_rule")

    def load(self, name: str) -> None:
        """Show an example in the same window, and wait for its numbers."""
        self.document.replace(load(example(name)), None)
        self.qtbot.waitUntil(lambda: self.document.is_fresh)

    def show_tab(self) -> None:
        """Open it by its keys, if it is not open."""
        if (
            self.window.drawer.current != "chain_rule"
        ):  # a new window begins as the last one was left
            self.press_key(Key.Key_L, CONTROL | SHIFT)
        assert self.window.drawer.current == "chain_rule"
        self.wait()

    def wait(self) -> None:
        """Until it is typeset."""
        self.qtbot.waitUntil(lambda: not self.panel.is_busy)
        QApplication.processEvents()

    def go(self, position: int) -> None:
        """Stand behind so many steps."""
        self.document.playhead.go(position)
        self.wait()

    @property
    def text(self) -> str:
        """What is read aloud."""
        return self.panel.sheet.accessibleDescription()

    @property
    def drawn(self) -> str:
        """What is painted: the words, and the signs of the formulas in their order."""
        items = self.panel.sheet.page.page.items
        assert self.panel.sheet.isVisible()
        words = (item.text for item in items if isinstance(item, Words))
        return " ".join(
            [*words, *(t for i in items if isinstance(i, Formula) for t in i.box.texts)]
        )

    def choose(self, index: int) -> None:
        """Choose what is explained, by arrow keys."""
        choice = self.panel.choice
        choice.setFocus(Qt.FocusReason.TabFocusReason)
        while choice.currentIndex() != index:
            down = choice.currentIndex() < index
            QTest.keyClick(choice, Key.Key_Down if down else Key.Key_Up)
        self.wait()


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    found = ChainDesk(qtbot, tmp_path, monkeypatch)
    yield found
    end(found.windows)


def example(name: str) -> Path:
    return Path(f"assets/examples/{name}.gradwire").resolve()


def test_a_journey_by_hand(desk):
    """One window: steps and their parts, what is selected, pairs of ports, copies."""
    desk.load("backprop_by_hand")
    desk.show_tab()
    follows_the_step(desk)
    follows_the_parts(desk)
    follows_the_selection(desk)
    links_lines_to_the_canvas(desk)
    writes_out_a_pair(desk)
    copies_what_is_shown(desk)


def follows_the_step(desk):
    """Forward and reverse: the words, the symbols, the numbers; the same as the command line's."""
    desk.go(0)
    assert "start" in desk.panel.nothing.said
    assert not desk.panel.sheet.isVisible()
    trace = desk.document.whole_trace
    for position, step in enumerate(trace.steps, 1):
        desk.go(position)
        assert desk.text == as_text([explain_step(trace, step)])
    desk.go(1)
    assert "x1" in desk.drawn
    assert desk.drawn.endswith("3 · 2 = 6")
    desk.go(8)
    assert "What came back, times the local Jacobian" in desk.drawn
    assert "𝜕" in desk.drawn
    desk.go(0)
    assert not desk.panel.sheet.isVisible()


def follows_the_parts(desk):
    """Only what was played has numbers."""
    head = desk.document.playhead
    desk.go(7)
    head.next_part()
    head.next_part()
    desk.wait()
    lines = desk.panel.sheet.found[0].lines
    assert [bool(line.numbers) for line in lines] == [True, True, False]
    assert "lie ahead" in desk.drawn
    head.next()
    desk.wait()
    assert all(line.numbers for line in desk.panel.sheet.found[0].lines)
    assert "lie ahead" not in desk.drawn


def follows_the_selection(desk):
    """What is ahead of the playhead shows its rule and not its numbers, not even when copied."""
    desk.choose(1)
    assert "Select" in desk.panel.nothing.said
    desk.document.selection.set_edge("x2.a")
    desk.go(4)
    assert "6" in desk.text  # the value that flows
    assert "∂L" in desk.text
    assert "lie ahead" in desk.text
    reverse = next(line for line in desk.panel.sheet.found[0].lines if line.line.words == "")
    assert reverse.symbols
    assert not reverse.numbers
    desk.document.playhead.set_limit((4, 0))  # what is ahead is predicted: no rule either
    assert "∂L" not in desk.text
    assert "6" in desk.text
    desk.document.playhead.set_limit(None)
    assert "∂L" in desk.text
    copied(desk, 0)
    assert r"1 \cdot 1" not in QGuiApplication.clipboard().text()
    desk.go(8)
    trace = desk.document.whole_trace
    edge = explain_edge(trace, PortRef("x1", "y"), PortRef("x2", "a"))
    assert desk.text == as_text([edge])
    desk.document.selection.set_nodes(["x2"])
    desk.wait()
    assert [each.explanation.about["phase"] for each in desk.panel.sheet.found] == [
        "forward",
        "reverse",
    ]
    desk.document.selection.clear()
    desk.wait()
    assert "Select" in desk.panel.nothing.said


def copied(desk, row: int):
    """Choose a way to copy from the button's menu, by keys."""
    QTest.mouseClick(desk.panel.copy, LEFT)
    menu = desk.panel.findChildren(QMenu)[-1]
    desk.qtbot.waitUntil(menu.isVisible)
    for _ in range(row + 1):
        QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    QApplication.processEvents()
    return QGuiApplication.clipboard()


def copies_what_is_shown(desk):
    """As LaTeX, as Markdown, and as a picture that is dark on white in the dark theme too."""
    desk.theme.choose("dark")
    desk.choose(0)
    shown = [each.explanation for each in desk.panel.sheet.found]
    assert copied(desk, 0).text() == as_latex(shown)
    assert copied(desk, 1).text() == as_markdown(shown)
    image = copied(desk, 2).image()
    assert image.width() >= 960
    assert image.pixelColor(2, 2) == QColor("white")
    row = [
        image.pixelColor(x, y).lightness()
        for y in range(0, image.height(), 3)
        for x in range(0, image.width(), 3)
    ]
    assert min(row) < 60
    assert sum(light < 128 for light in row) > 200


def links_lines_to_the_canvas(desk):
    """The line that is pointed at lights its edge; a click selects it."""
    desk.choose(0)
    desk.go(8)
    page, overlays = desk.panel.sheet.page, desk.view.canvas.overlays
    rooms = {str(of.port): room.center().toPoint() for room, of in page.page.rooms}
    assert set(rooms) == {"x1.y", "x1.a", "x1.b"}
    QTest.mouseMove(page, rooms["x1.a"])
    assert overlays.edge(PortRef("x1", "a")).ink == "reverse"
    assert overlays.edge(PortRef("x1", "b")) is None
    QTest.mouseMove(page, rooms["x1.y"])
    assert overlays.edge(PortRef("x2", "a")).ink == "reverse"
    assert overlays.edge(PortRef("x1", "a")) is None
    QTest.mouseClick(page, LEFT, pos=rooms["x1.b"])
    assert desk.document.selection.edge == ("x1", "b")
    QApplication.sendEvent(page, QEvent(QEvent.Type.Leave))
    assert not overlays
    desk.document.selection.clear()


def writes_out_a_pair(desk):
    """Chosen by typing; the numbers come when the gradient has come."""
    desk.go(0)
    desk.choose(2)
    ends = desk.panel.ends
    assert (str(ends.source.port), str(ends.target.port)) == ("w.y", "loss.y")
    assert "lie ahead" in desk.text
    desk.go(8)
    assert "2" in desk.panel.sheet.found[0].lines[-1].line.numbers[-1].text
    ends.source.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(ends.source, Key.Key_Return)
    line = ends.source.box.line
    QTest.keyClicks(line, "x1")
    QTest.keyClick(line, Key.Key_Return)
    desk.qtbot.waitUntil(lambda: str(ends.source.port) == "x1.y")
    desk.wait()
    assert desk.panel.sheet.found[0].explanation.about == {"from": "x1.y", "to": "loss.y"}
    desk.document.selection.set_nodes(["b"])
    QApplication.processEvents()
    QTest.mouseClick(ends.take, LEFT)
    desk.wait()
    assert str(ends.source.port) == "b.y"
    desk.document.selection.set_nodes(["x2", "x1"])
    QApplication.processEvents()
    QTest.mouseClick(ends.take, LEFT)
    desk.wait()
    assert (str(ends.source.port), str(ends.target.port)) == ("x1.y", "x2.y")


def test_inside_a_composite_and_in_time(desk):
    """At a place, steps and edges go by their addresses; in time by the step that is shown."""
    desk.load("transformer_block")
    desk.show_tab()
    assert desk.document.show_place("transformer_block/attend")
    desk.document.playhead.last()
    desk.wait()
    about = desk.panel.sheet.found[0].explanation.about
    assert about["node"].startswith("transformer_block/attend/")
    desk.choose(1)
    desk.document.selection.set_nodes(["attention"])
    desk.wait()
    about = [each.explanation.about for each in desk.panel.sheet.found]
    assert about[1] == {"phase": "reverse", "node": "transformer_block/attend/attention"}
    desk.load("lstm")
    desk.show_tab()
    desk.choose(1)
    desk.document.selection.set_nodes(["cell"])
    desk.document.playhead.last()
    desk.document.playhead.show_time(2)
    desk.wait()
    assert desk.panel.sheet.found[0].explanation.about["node"] == "cell@2"


def test_out_of_sight_nothing_is_worked_out_and_never_in_the_window_s_thread(desk, monkeypatch):
    desk.load("backprop_by_hand")
    threads = []

    def noted(*args):
        threads.append(threading.current_thread())
        return typeset(*args)

    monkeypatch.setattr(panel_module, "typeset", noted)
    desk.go(3)
    desk.show_tab()
    assert len(threads) == 1
    desk.go(4)
    desk.go(3)  # it is kept
    assert len(threads) == 2
    desk.window.drawer.close_drawer()
    for position in range(1, 8):
        desk.document.playhead.go(position)
    desk.wait()
    assert len(threads) == 2
    assert threading.main_thread() not in threads
    assert desk.window.settings is not None


def test_lines_break_at_their_equals_and_keep_everything(qapp, trace_by_hand):
    """However narrow it is, all parts are there, none covers another, and the results have inks."""
    found = typeset(explain(trace_by_hand), 17.0)
    parts = sum(
        2 * (len(line.symbols) + len(line.numbers)) + 1 for each in found for line in each.lines
    )
    heights = []
    for width in (1200, 600, 320):
        page = flow(found, width, 17.0, Theme("light"))
        formulas = [item for item in page.items if isinstance(item, Formula)]
        assert len(formulas) == parts
        assert {item.ink for item in formulas} == {"text", "forward", "reverse"}
        for item in formulas:
            assert item.x >= 0
            assert item.x + item.box.width <= page.width
            assert item.y + item.box.descent <= page.height
        heights.append(page.height)
    assert heights == sorted(heights)
    assert heights[0] < heights[-1]


@pytest.fixture
def trace_by_hand():
    from runtime import Engine

    return Engine(load(example("backprop_by_hand"))).run()
