"""What a node shows of its state: marks while a run is under way, and changes that come softly."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor
from graph import edits as e
from gui.canvas import pulse
from gui.canvas.tips import tip_at
from gui.canvas.waiting_nodes import RUNNING_AFTER, STALE_AFTER
from gui.live import Live
from tests.canvas_desk import Desk, by_hand


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


class StandingClock:
    """Counts the milliseconds that a test lets go by, however long the machine takes."""

    def __init__(self) -> None:
        self._gone: int | None = None

    def isValid(self) -> bool:
        return self._gone is not None

    def restart(self) -> None:
        self._gone = 0

    def elapsed(self) -> int:
        return self._gone

    def let_go_by(self, milliseconds: int) -> None:
        self._gone = (self._gone or 0) + milliseconds


@pytest.fixture
def clock(monkeypatch) -> StandingClock:
    """The clock by which the canvas tells steps that are played from steps that one slides over."""
    clock = StandingClock()
    monkeypatch.setattr(pulse, "QElapsedTimer", lambda: clock)
    return clock


def marks(desk) -> dict[str, str]:
    return {id_: desk.scene.mood(id_).mark for id_ in desk.graph.nodes}


def change_b(desk) -> None:
    desk.document.do(e.SetTensor(PortRef("b", "y"), Tensor.scalar(5.0)), "Set b")


# --- running ----------------------------------------------------------------------------------


def test_nodes_that_a_long_run_is_about_are_marked_until_it_answers(desk, qtbot):
    desk.run()
    change_b(desk)
    desk.scene.waiting.show_busy(True)
    assert set(marks(desk).values()) == {""}
    qtbot.waitUntil(lambda: marks(desk)["x2"] == "running", timeout=3000)
    assert marks(desk)["loss"] == "running"
    assert marks(desk)["x1"] == ""
    desk.view.grab()
    desk.scene.waiting.show_busy(False)
    assert marks(desk)["x2"] == "stale"
    desk.run()
    assert set(marks(desk).values()) == {""}


def test_the_first_run_is_about_every_node(desk, qtbot):
    desk.scene.waiting.show_busy(True)
    qtbot.waitUntil(lambda: set(marks(desk).values()) == {"running"}, timeout=3000)
    desk.run()
    desk.scene.waiting.show_busy(False)
    assert set(marks(desk).values()) == {""}


def test_a_short_run_is_not_worth_a_mark(desk, qtbot):
    desk.run()
    change_b(desk)
    desk.scene.waiting.show_busy(True)
    desk.run()
    desk.scene.waiting.show_busy(False)
    qtbot.wait(RUNNING_AFTER + 100)
    assert set(marks(desk).values()) == {""}


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_window_tells_the_canvas_of_a_run(qtbot, tmp_path, monkeypatch):
    from tests.window_desk import desk_for

    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        told: list[bool] = []
        monkeypatch.setattr(desk.scene.waiting, "show_busy", told.append)
        desk.document.do(e.SetTensor(PortRef("b", "y"), Tensor.scalar(5.0)), "Set b")
        desk.settle()
        assert told[0] is True
        assert told[-1] is False
        assert isinstance(desk.window.live, Live)


# --- fades ------------------------------------------------------------------------------------


def test_without_motion_a_state_is_there_at_once(desk):
    desk.run(0)
    desk.view.grab()
    desk.document.playhead.go(1)
    mood = desk.scene.mood("loss")
    assert (mood.muted, mood.arrival) == (True, 1.0)


def test_with_motion_muting_comes_in_120_milliseconds(clock, desk, qtbot):
    desk.theme.motion = True
    desk.run(0)
    desk.view.grab()
    clock.let_go_by(350)  # more than three steps a second are shown at once
    desk.document.playhead.go(1)
    mood = desk.scene.mood("loss")
    assert (mood.was_muted, mood.muted) == (False, True)
    assert mood.arrival < 1.0
    early = desk.view.grab(QRect(0, 0, desk.view.width(), desk.view.height())).toImage()
    qtbot.waitUntil(lambda: desk.scene.mood("loss").arrival == 1.0, timeout=2000)
    late = desk.view.grab().toImage()
    assert early != late
    assert desk.scene.mood("loss").was_muted


def test_while_one_slides_states_are_there_at_once(clock, desk):
    desk.theme.motion = True
    desk.run(0)
    desk.view.grab()
    clock.let_go_by(350)
    for position in (1, 2, 0, 3):
        desk.document.playhead.go(position)
    mood = desk.scene.mood("loss")
    assert (mood.muted, mood.arrival) == (True, 1.0)


def test_a_mark_fades_in_and_a_printed_picture_knows_no_fades(desk, qtbot):
    desk.theme.motion = True
    desk.run()
    desk.view.grab()
    qtbot.waitUntil(lambda: desk.scene.mood("x2").arrival == 1.0, timeout=2000)
    change_b(desk)
    desk.scene.waiting.show_busy(True)
    qtbot.waitUntil(lambda: desk.scene.mood("x2").mark == "running", timeout=3000)
    mood = desk.scene.mood("x2")
    assert (mood.was_mark, mood.arrival < 1.0) == ("", True)
    desk.scene.is_printing = True
    assert desk.scene.mood("x2").arrival == 1.0
    desk.scene.is_printing = False
    desk.scene.waiting.show_busy(False)


# --- from afar --------------------------------------------------------------------------------


def test_the_current_step_has_its_ring_in_the_overview(desk):
    desk.run(5)
    desk.view.zoom_to(0.1)
    desk.view.centerOn(480, 100)
    node = desk.document.shown.step.node
    ink = desk.theme.color(desk.document.shown.step.phase).rgb()

    def coloured() -> set[tuple[int, int]]:
        QApplication.processEvents()
        image = desk.view.viewport().grab().toImage()
        area = [(x, y) for x in range(image.width()) for y in range(image.height())]
        return {place for place in area if image.pixel(*place) == ink}

    found = coloured()
    left, top, right, bottom = desk.scene.items_by_id[node].box()
    around = QRect(desk.pixel(left, top), desk.pixel(right, bottom)).adjusted(-6, -6, 6, 6)
    assert found
    assert all(around.contains(x, y) for x, y in found)
    desk.document.playhead.first()
    assert not coloured()


# --- marks and rings that come with time ------------------------------------------------------


def test_what_an_edit_reaches_is_stale_until_a_run_answers(desk, qtbot):
    desk.run()
    desk.document.do(e.SetTensor(PortRef("b", "y"), Tensor.scalar(5.0)), "Set b")
    assert desk.scene.mood("x2").mark == ""
    qtbot.waitUntil(lambda: desk.scene.mood("x2").mark == "stale", timeout=3000)
    assert desk.scene.mood("loss").mark == "stale"
    assert desk.scene.mood("x1").mark == ""
    desk.run()
    assert desk.scene.mood("x2").mark == ""


@pytest.mark.parametrize(
    ("values", "mark"),
    [({"dtype": "float32"}, "stale"), ({"seed": 3}, "stale"), ({"title": "T"}, "")],
)
def test_what_the_graph_sets_for_all_makes_all_stale(desk, qtbot, values, mark):
    desk.run()
    desk.document.do(e.SetGraph(values), "Set")
    qtbot.wait(2 * STALE_AFTER)
    assert {desk.scene.mood(id_).mark for id_ in desk.graph.nodes} == {mark}


def test_a_step_that_failed_is_marked(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.run()
    failure = SimpleNamespace(node="x2", step=1, message="x2: found no memory.")
    trace = desk.document.trace
    object.__setattr__(trace, "failure", failure)
    desk.document.accept_trace(trace)
    assert desk.scene.mood("x2").mark == "failed"
    assert "no memory" in tip_at(desk.view, desk.middle("x2"))
    assert desk.plates()["value", "x2.y"] == ["failed"]


def test_the_ring_pulses_where_motion_is_on(clock, desk):
    desk.run(1)
    desk.theme.motion = True
    clock.let_go_by(350)
    desk.document.playhead.next()
    assert desk.scene.mood("x2").swell > 0
    desk.document.playhead.next()
    assert desk.scene.mood("difference").swell == 0  # above 3 steps a second
