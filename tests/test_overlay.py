"""What overlays lay over the canvas, looked at in its pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from graph import PortRef
from gui.accessible import words
from gui.canvas import geometry as geo
from gui.canvas.badges import PAD, badge_boxes, badge_places
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.canvas.tips import tip_at
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

LIT = PortRef("x2", "a")


class Path:
    """One edge is lit with a word at its end; all others stand back, and one node is marked."""

    def edge(self, target):
        return EdgeMark(5, "tangent", "here") if target == LIT else EdgeMark(dimmed=True)

    def node(self, id_):
        return NodeMark("dead 3 of 8", "warning", "target", dimmed=id_ == "b")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.qtbot.waitUntil(lambda: made.document.is_fresh)
        made.press_key(Qt.Key.Key_F5)
        made.window.appearance.zoom_100()
        made.settle()
        yield made


def inks(desk):
    picture = desk.view.viewport().grab().toImage()
    width, height = picture.width(), picture.height()
    return {picture.pixelColor(x, y).name() for x in range(width) for y in range(height)}


def plate_text(desk, port):
    return [label.text for plate in desk.view.canvas.field.of(port) for label in plate.labels]


def test_an_edge_becomes_one_line_with_its_own_word(desk):
    tangent = desk.theme.color("tangent").name()
    assert tangent not in inks(desk)
    desk.view.canvas.overlays.put("path", Path())
    assert tangent in inks(desk)
    assert plate_text(desk, LIT) == ["here"]
    desk.view.canvas.overlays.take_away("path")
    assert tangent not in inks(desk)
    assert "here" not in plate_text(desk, LIT)


def test_from_very_far_it_is_still_seen(desk):
    desk.view.canvas.overlays.put("path", Path())
    desk.view.zoom_to(0.15)
    assert desk.theme.color("tangent").name() in inks(desk)


def test_the_latest_counts_and_gutters_are_all_drawn(desk):
    class Other(Path):
        def edge(self, target):
            return None

        def node(self, id_):
            return NodeMark(gutter="clock")

    overlays = desk.view.canvas.overlays
    overlays.put("path", Path())
    overlays.put("other", Other())
    assert overlays.edge(LIT).text == "here"
    assert overlays.node("x1").text == "dead 3 of 8"
    assert overlays.gutter("x1") == ("target", "clock")
    assert desk.view.canvas.dims("b")
    assert not desk.view.canvas.dims("x1")


class Badged:
    """A badge and a tip on every edge, and nothing else."""

    def edge(self, target):
        return EdgeMark(badge="check", tip=f"{target} agrees")

    def node(self, id_):
        return NodeMark(tip=f"{id_} is well")


def test_a_badge_leaves_the_edge_as_others_draw_it(desk):
    overlays = desk.view.canvas.overlays
    overlays.put("path", Path())
    overlays.put("badges", Badged())
    assert overlays.edge(LIT).text == "here"
    assert overlays.badges(LIT) == ("check",)
    overlays.take_away("path")
    assert overlays.edge(LIT) is None
    assert overlays.badges(LIT) == ("check",)


def test_badges_stand_on_wires_clear_of_plates_and_are_drawn(desk):
    scene = desk.view.canvas
    before = desk.view.viewport().grab().toImage()
    scene.overlays.put("badges", Badged())
    rows = range(len(scene.wires))
    plates = np.array([plate.bounds for plate in scene.plates(scene.sceneRect(), 1.0)])
    places = badge_places(scene, rows, 1.0, plates)
    assert set(places) == set(scene.wires.targets)
    discs = badge_boxes(places.values(), 1.0) + np.array([PAD, PAD, -PAD, -PAD])
    assert not any(len(geo.meeting(plates, tuple(box))) for box in discs.tolist())
    assert desk.view.viewport().grab().toImage() != before
    assert badge_places(scene, rows, 0.3, plates) == {}


def test_a_badge_beside_a_short_wire_says_its_tip(desk):
    """The view is zoomed so that plates take the whole wire."""
    scene = desk.view.canvas
    scene.overlays.put("badges", Badged())
    desk.view.viewport().grab()
    assert set(scene.badge_places) == set(scene.wires.targets)
    for target, (x, y) in scene.badge_places.items():
        if scene.node_at(QPointF(x, y)) is None:
            assert tip_at(desk.view, desk.pixel(x, y)) == f"{target} agrees"
    scene.overlays.take_away("badges")
    assert not scene.badge_places


def test_the_selected_wire_is_framed_behind_an_overlays_line(desk):
    desk.view.canvas.overlays.put("path", Path())
    tangent = desk.theme.color("tangent").name()
    x, y = geo.point_on_wire(desk.view.canvas.wires.line(LIT), 0.5)[0]
    desk.document.selection.set_edge(LIT)
    picture = desk.view.viewport().grab().toImage()
    pixel = desk.pixel(x, y)
    column = {picture.pixelColor(pixel.x(), pixel.y() + dy).name() for dy in range(-9, 10)}
    assert {tangent, desk.theme.color("text").name()} <= column


def test_tips_are_said_on_hover_and_read_aloud(desk):
    scene = desk.view.canvas
    scene.overlays.put("badges", Badged())
    x, y = geo.point_on_wire(scene.wires.line(LIT), 0.5)[0]
    assert tip_at(desk.view, desk.pixel(x, y)) == "x2.a agrees"
    assert tip_at(desk.view, desk.middle("x2")).endswith("x2 is well")
    assert words.node_description(scene, "x2").endswith("x2 is well.")
    assert words.port_description(scene, LIT).endswith("x2.a agrees.")
