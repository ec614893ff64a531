"""What the screen shows while one steps is what it would show if all were painted anew.

A picture of the view is painted anew where the screen is not, so that only the screen is read.
"""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from gui.canvas import plate_field
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import come_to_rest, is_same
from tests.composite_graphs import two_blocks
from tests.effort import EXHAUSTIVE, tries
from tests.test_stepped import example

FAR, SMALL, MIDDLE, WHOLE, NEAR = 0.1, 0.4, 0.55, 1.0, 2.0


ZOOMS = (FAR, SMALL, MIDDLE, WHOLE, NEAR)
GRAPHS = {  # with the zooms that are tried every time
    "by hand": (by_hand, (WHOLE, FAR, SMALL)),
    "in time": (lambda: example("echo"), (NEAR, WHOLE)),
    "inside a composite": (two_blocks, (WHOLE, MIDDLE)),
    "layers": (lambda: example("softmax_classifier"), (MIDDLE, WHOLE)),
}


@pytest.fixture(params=GRAPHS)
def desk(qtbot, request, monkeypatch):
    """A desk with the zooms at which one looks."""
    monkeypatch.setattr(plate_field, "AT_ONCE", 10_000)  # else places depend on what came first
    make, zooms = GRAPHS[request.param]
    desk = Desk(qtbot, make())
    desk.zooms = ZOOMS if EXHAUSTIVE else zooms
    desk.view.resize(800, 500)
    desk.theme.motion = False
    desk.run(0)
    if request.param == "inside a composite":
        desk.document.show_place("one")
        desk.document.playhead.first()
    return desk


def look_at(desk, zoom: float) -> None:
    """A node that computes something, at a zoom."""
    steps = desk.document.playhead.steps
    left, top, right, bottom = desk.scene.items_by_id[steps[len(steps) // 3].node].box()
    desk.view.camera.look_at(QPointF((left + right) / 2, (top + bottom) / 2), zoom)


def walk(desk, count: int, random):
    """Steps on and back, by parts, and jumps as on the slider; where each has led to."""
    head = desk.document.playhead
    moves = (head.next, head.next, head.previous, head.next_part, head.previous_part)
    for _ in range(count):
        chance = random.random()
        if chance < 0.25:
            head.go(int(random.integers(len(head.steps) + 1)))
        elif chance < 0.5 and head.time_steps:
            head.show_time(int(random.integers(head.time_steps)))
        else:
            moves[int(random.integers(len(moves)))]()
        yield head.whole, head.t


def test_the_screen_follows_every_step(qtbot, desk):
    random, head = np.random.default_rng(11), desk.document.playhead
    for number, zoom in enumerate(desk.zooms):
        desk.theme.choose("dark" if number % 2 else "light")
        look_at(desk, zoom)
        shown, others = {}, 0
        for place in walk(desk, tries(5, 80), random):
            found = come_to_rest(qtbot, desk)
            if place in shown:
                assert is_same(found, shown[place]), (zoom, place)
            others += any(not is_same(found, old) for old in shown.values())
            shown[place] = found
        assert others or zoom == FAR
        for (whole, t), found in list(shown.items())[:: tries(3, 1)]:
            head.go_whole(*whole)
            if t is not None:
                head.show_time(t)
            desk.scene.refresh()
            assert is_same(found, come_to_rest(qtbot, desk)), (zoom, whole, t)
