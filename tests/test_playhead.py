"""The playhead: where it stands, and that it stands there still after an edit."""

from dataclasses import dataclass

import pytest

from gui.player import Player
from gui.playhead import Playhead


@dataclass(frozen=True)
class Step:
    """A step as the playhead needs it."""

    phase: str
    node: str
    t: int | None = None
    port: str = ""


class Trace:
    """Forward through the nodes and back; every reverse step has a sum and two inputs."""

    time_steps = None

    def __init__(self, *nodes, reverse=True):
        back = tuple(Step("reverse", node) for node in reversed(nodes)) if reverse else ()
        self.steps = tuple(Step("forward", node) for node in nodes) + back

    def parts(self, step):
        return ("sum", "a", "b") if step.phase == "reverse" else ()


@pytest.fixture
def head(qapp):
    head = Playhead()
    head.set_trace(Trace("u", "v", "w"))
    return head


def test_it_starts_before_the_first_step(head):
    assert (head.position, head.part, head.step) == (0, 0, None)
    assert head.is_at_start
    assert not head.is_at_end


def test_next_and_previous_stay_between_the_ends(head):
    head.previous()
    assert head.position == 0
    for _ in range(9):
        head.next()
    assert head.position == 6
    assert head.is_at_end
    assert head.step == Step("reverse", "u")
    head.previous()
    assert head.position == 5
    head.first()
    assert head.is_at_start


def test_forward_pass_stops_where_the_reverse_pass_begins(head):
    head.end_forward()
    assert head.step == Step("forward", "w")
    head.set_trace(Trace("u", "v", reverse=False))
    head.end_forward()
    assert head.position == 2


def test_a_reverse_step_is_taken_part_by_part(head):
    head.end_forward()
    seen = []
    for _ in range(4):
        head.next_part()
        seen.append((head.position, head.part))
    assert seen == [(3, 1), (3, 2), (4, 0), (4, 1)]
    assert head.step == Step("reverse", "v")  # under way
    head.next()
    assert (head.position, head.part) == (5, 0)


def test_a_forward_step_has_no_parts(head):
    head.next_part()
    assert (head.position, head.part) == (1, 0)


def test_previous_leaves_a_step_begun_by_parts_at_its_start(head):
    head.end_forward()
    head.next_part()
    head.previous()
    assert (head.position, head.part) == (3, 0)


def test_it_runs_to_a_node_forward_then_in_reverse_then_round(head):
    assert head.to_node("v")
    assert head.step == Step("forward", "v")
    assert head.to_node("v")
    assert head.step == Step("reverse", "v")
    assert head.to_node("v")
    assert head.step == Step("forward", "v")
    assert not head.to_node("a source")


@pytest.mark.parametrize("position", range(7))
def test_it_keeps_node_and_phase_through_an_edit(head, position):
    head.go(position)
    before = head.step
    head.set_trace(Trace("new", "u", "v", "more", "w"))
    assert head.step == before


def test_it_keeps_its_part_through_an_edit(head):
    head.go(3, 2)
    head.set_trace(Trace("new", "u", "v", "w"))
    assert (head.position, head.part) == (4, 2)
    head.set_trace(Trace("u", "v", "w", "new"))  # another step comes first now
    assert head.part == 0


def test_without_its_node_it_falls_back_to_the_step_before(head):
    head.to_node("v")
    head.set_trace(Trace("u", "w"))
    assert head.step == Step("forward", "u")


def test_at_the_end_it_stays_there_when_the_last_step_is_gone(head):
    head.last()
    head.set_trace(Trace("more", "v", "w"))
    assert head.is_at_end


def test_a_graph_in_pieces_does_not_make_it_forget(head):
    head.to_node("v")
    head.set_trace(Trace())
    assert head.position == 0
    head.set_trace(Trace("u", "v"))
    assert head.step == Step("forward", "v")


def test_another_graph_puts_it_at_the_start(head, qtbot):
    head.last()
    with qtbot.waitSignal(head.moved):
        head.restart()
    assert head.is_at_start
    assert head.steps == ()


def test_it_tells_only_when_it_moved(head, qtbot):
    with qtbot.assertNotEmitted(head.moved):
        head.go(0)
        head.previous()
        head.set_trace(Trace("u", "v", "w"))


def test_playing_ends_at_the_end(head, qtbot):
    player = Player(head)
    player.set_speed(100)
    assert player.speed == 10
    player.toggle()
    assert player.is_playing
    qtbot.waitUntil(lambda: head.is_at_end and not player.is_playing)
    player.toggle()
    assert head.is_at_start
    player.stop()
    assert not player.is_playing


def test_nothing_to_play(qapp):
    player = Player(Playhead())
    player.toggle()
    assert not player.is_playing


def test_beyond_its_limit_it_does_not_go_and_says_that_somebody_wanted_to(head):
    held, limited = [], []
    head.held.connect(lambda: held.append(head.whole))
    head.limited.connect(lambda: limited.append(head.limit))
    head.go(5)
    head.set_limit((3, 1))
    assert head.whole == (3, 1)
    head.go_whole(2, 0)
    for move in (head.last, lambda: head.go(4), lambda: head.go_whole(3, 2), head.next_part):
        move()
        assert head.whole == (3, 1)
    head.previous()
    head.go(1)
    assert (head.whole, len(held)) == ((1, 0), 4)
    head.set_limit(None)
    head.last()
    assert head.is_at_end
    assert limited == [(3, 1), None]
