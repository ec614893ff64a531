"""Nodes that look as before are copied, and look the same as when they are painted."""

import weakref

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QPixmap

from gui.canvas import node_pictures
from gui.canvas.levels import FAR
from gui.canvas.looks import Mood
from tests.canvas_desk import by_hand
from tests.canvas_pixels import pixels, seen
from tests.window_desk import desk_for


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.document.playhead.last()
        made.view.zoom_to(1.0)
        made.qtbot.waitUntil(lambda: made.view.zoom == 1.0)
        made.settle()
        yield made


@pytest.fixture
def painted(monkeypatch):
    """The titles of the nodes that are painted, not copied."""
    titles, real = [], node_pictures.paint_node

    def paint_node(painter, face, *rest):
        titles.append(face.title)
        real(painter, face, *rest)

    monkeypatch.setattr(node_pictures, "paint_node", paint_node)
    return titles


def anew(desk):
    """What is seen when all nodes are asked for again."""
    desk.scene.update()
    return seen(desk)


def still(desk):
    """What is seen once nothing moves any more, painted anew."""
    scene = desk.scene
    desk.qtbot.waitUntil(lambda: not scene.fades.under_way and not scene.pulse.extra)
    desk.scene.pictures.forget()
    return anew(desk)


def differing(one, other):
    return int((np.abs(one - other).max(axis=2) > 8).sum())


def test_from_the_third_time_on_a_node_is_copied_and_looks_the_same(desk, painted):
    direct = still(desk)
    assert {"x1", "x2", "difference"} <= set(painted)
    anew(desk)  # here pictures are made
    painted.clear()
    copied = anew(desk)
    assert painted == []
    assert differing(direct, copied) == 0


def test_only_what_changed_is_painted_again(desk, painted):
    still(desk)
    anew(desk)
    painted.clear()
    desk.document.selection.set_nodes(["x1"])
    seen(desk)
    assert painted == ["x1"]
    before = seen(desk)
    assert differing(before, still(desk)) == 0


def test_another_theme_forgets_all(desk, painted):
    still(desk)
    in_sight = set(painted)
    light = seen(desk)
    painted.clear()
    desk.theme.choose("dark")
    dark = seen(desk)
    assert set(painted) == in_sight
    assert differing(light, dark) > 10_000
    assert differing(dark, still(desk)) == 0


def test_there_is_a_budget(desk, painted, monkeypatch):
    monkeypatch.setattr(node_pictures, "BUDGET", 1)
    still(desk)
    anew(desk)
    painted.clear()
    anew(desk)
    assert painted  # too little room to keep them all


# --- looks that pass by ----------------------------------------------------------------------


def paint_looks(desk, zoom, moods, opacity=1.0):
    """Paint a node with these moods, one after the other, by what the canvas itself paints with."""
    scene, bounds = desk.scene, desk.scene.items_by_id["x1"].boundingRect()
    face, texts = scene.face("x1"), scene.texts("x1")
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(desk.theme.color("canvas"))
    painter = QPainter(image)
    painter.setOpacity(opacity)
    painter.translate(30, 30)
    painter.scale(zoom, zoom)
    for mood in moods:
        look = node_pictures.Look(face, texts if zoom >= FAR else None, mood, zoom, 1.0)
        scene.pictures.paint(painter, "x1", look, bounds)
    painter.end()
    return pixels(image)


def test_a_node_that_stands_back_looks_the_same_from_the_first_time_on(desk):
    """The ring does not show through the ports, painted before it is copied or not."""
    first, *others = (paint_looks(desk, 1.0, [Mood(ring="forward")], 0.25) for _ in range(3))
    for other in others:
        assert differing(first, other) == 0


def test_a_fade_leaves_the_pictures_of_what_stays(desk, painted):
    settled = [Mood(), Mood(muted=True), Mood(ring="forward")]
    paint_looks(desk, 1.0, settled * 2)
    paint_looks(desk, 1.0, [Mood(arrival=share / 20) for share in range(20)])
    paint_looks(desk, 1.0, [Mood(swell=share / 5) for share in range(1, 20)])
    painted.clear()
    paint_looks(desk, 1.0, settled)
    assert painted == []


def test_fades_and_pulses_from_afar_keep_no_more_than_their_budget(desk, monkeypatch):
    alive, made = weakref.WeakSet(), []

    class Counted(QPixmap):
        def __init__(self, *sides):
            super().__init__(*sides)
            alive.add(self)
            made.append(_bytes(self))

    paint_looks(desk, 0.6, [Mood()])
    monkeypatch.setattr(node_pictures, "QPixmap", Counted)
    monkeypatch.setattr(node_pictures, "FAR_BUDGET", 200_000)
    for step in range(20):
        paint_looks(desk, 0.6, [Mood(swell=step + share / 20) for share in range(1, 20)])
        assert sum(_bytes(picture) for picture in alive) < 250_000
    assert len(made) == 380
    assert sum(made) > 1_000_000


def _bytes(picture):
    return picture.width() * picture.height() * 4


def test_a_node_of_which_a_part_is_painted_is_copied_when_the_rest_comes(desk, painted):
    desk.scene.pictures.forget()
    desk.view.centerOn(10_000, 0)
    seen(desk)
    painted.clear()
    node = desk.scene.items_by_id["x1"]
    desk.view.centerOn(node.x() - desk.view.viewport().width() / 2, node.y())
    for _ in range(10):  # it comes in from the right, a strip at a time
        seen(desk)
        desk.view.camera.pan(QPoint(-16, 0))
    assert painted.count("x1") == 1
    before = seen(desk)
    assert differing(before, still(desk)) == 0
