"""Where one looks on the canvas: wheel, pan, fit and reveal, the minimap and the zoom bar."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import edits as e
from gui.canvas.minimap import Minimap
from gui.canvas.overlay import EdgeMark
from gui.canvas.overview import Plan
from tests.canvas_desk import Desk, by_hand
from tests.canvas_pixels import seen


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def wheel(desk, pixel: QPoint, angle: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        pixel.toPointF(),
        desk.view.viewport().mapToGlobal(pixel).toPointF(),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(desk.view.viewport(), event)


def test_the_wheel_zooms_at_the_pointer(desk, qtbot):
    desk.view.zoom_to(1.0)
    pixel = QPoint(300, 200)
    fixed = desk.view.mapToScene(pixel)
    with qtbot.waitSignal(desk.view.zoom_changed):
        wheel(desk, pixel, 240)
    assert desk.view.zoom == pytest.approx(1.44)
    off = desk.view.mapToScene(pixel) - fixed
    assert abs(off.x()) <= 1.5
    assert abs(off.y()) <= 1.5


def test_zoom_stays_between_5_and_400_percent(desk):
    for _ in range(40):
        wheel(desk, QPoint(300, 200), 480)
    assert desk.view.zoom == 4.0
    for _ in range(40):
        wheel(desk, QPoint(300, 200), -480)
    assert desk.view.zoom == 0.05
    desk.view.grab()


def test_the_middle_button_pans(desk):
    before = desk.view.mapToScene(QPoint(0, 0))
    desk.drag(QPoint(300, 300), QPoint(360, 340), Qt.MouseButton.MiddleButton)
    after = desk.view.mapToScene(QPoint(0, 0))
    shift = (before - after) * desk.view.zoom
    assert (round(shift.x()), round(shift.y())) == (60, 40)


def test_fit_shows_all_and_reveal_brings_a_node_into_sight(desk):
    desk.view.zoom_to_fit()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert seen.contains(desk.scene.content_rect())
    assert not desk.view.minimap.isVisible()
    desk.view.zoom_to(3.0)
    desk.view.centerOn(0, 0)
    assert desk.view.minimap.isVisible()
    desk.view.reveal("loss")
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert seen.contains(desk.scene.items_by_id["loss"].pos() + QPointF(40, 30))
    desk.view.grab()


def test_the_minimap_shows_what_is_selected_without_drawing_the_graph_anew(desk, monkeypatch):
    desk.view.zoom_to(2.0)
    QApplication.processEvents()
    minimap = desk.view.minimap
    before = minimap.grab().toImage()
    drawn, paint = [], Plan.paint
    monkeypatch.setattr(Plan, "paint", lambda *a: drawn.append(1) or paint(*a))
    desk.document.selection.set_nodes(desk.graph.nodes)
    assert minimap.grab().toImage() != before
    desk.document.selection.clear()
    assert minimap.grab().toImage() == before
    assert not drawn
    desk.document.do(e.Move({"x": (-400.0, 0.0)}), "Move")
    assert minimap.grab().toImage() != before
    assert drawn


class Lit:
    """All edges stand out."""

    def edge(self, target):
        return EdgeMark(5, "tangent", "here")

    def node(self, id_):
        return None


def test_the_minimap_shows_the_graph_whatever_overlays_mark(desk):
    desk.view.zoom_to(2.0)
    minimap = desk.view.minimap
    before = minimap.grab().toImage()
    desk.scene.overlays.put("all", Lit())
    desk.document.do(e.Move({"x": (-400.0, 0.0)}), "Move")
    assert minimap.grab().toImage() != before
    desk.document.undo()
    assert minimap.grab().toImage() == before


def test_the_minimap_is_drawn_anew_for_a_screen_of_other_pixels(desk, monkeypatch):
    desk.view.zoom_to(2.0)
    minimap = desk.view.minimap
    before = minimap.grab().toImage()
    monkeypatch.setattr(Minimap, "devicePixelRatioF", lambda _: 2.0)
    kept = minimap.grab().toImage()
    assert kept != before
    desk.scene.content_changed.emit()
    assert minimap.grab().toImage() == kept


def test_the_minimap_is_drawn_before_it_is_seen(qtbot, desk, monkeypatch):
    drawn, paint = [], Plan.paint

    def note(plan, painter, *parts):
        drawn.extend([] if parts else [plan])  # of the view there are parts
        paint(plan, painter, *parts)

    monkeypatch.setattr(Plan, "paint", note)
    desk.view.zoom_to_fit()
    desk.document.do(e.Move({"x1": (248.0, 64.0)}), "Move")
    qtbot.waitUntil(lambda: drawn == [desk.scene.plan])
    assert not desk.view.minimap.isVisible()
    desk.view.zoom_to(2.0)
    desk.view.minimap.grab()
    assert len(drawn) == 1


def test_the_far_picture_shows_a_move_that_the_minimap_drew_first(desk):
    def look_from_afar():
        desk.view.camera.stand_at(desk.scene.content_rect().center(), 0.1)
        return seen(desk)

    desk.theme.motion = False
    before = look_from_afar()
    desk.view.zoom_to(1.5)
    start = desk.middle("x2")
    desk.drag(start, start + QPoint(240, 0))
    desk.view.minimap.grab()
    after = look_from_afar()
    assert (after != before).any()
    desk.scene.refresh()
    assert (after == seen(desk)).all()


def test_pressing_in_the_minimap_moves_the_view(desk):
    desk.view.zoom_to(3.0)
    desk.view.centerOn(0, 0)
    QTest.mousePress(desk.view.minimap, Qt.MouseButton.LeftButton, pos=QPoint(150, 56))
    middle = desk.view.mapToScene(desk.view.viewport().rect().center())
    assert middle.x() > 600


def test_a_touchpad_pans(desk):
    before = desk.view.mapToScene(QPoint(0, 0))
    event = QWheelEvent(
        QPoint(300, 200).toPointF(),
        desk.view.viewport().mapToGlobal(QPoint(300, 200)).toPointF(),
        QPoint(-30, 20),
        QPoint(-60, 40),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    QApplication.sendEvent(desk.view.viewport(), event)
    shift = (before - desk.view.mapToScene(QPoint(0, 0))) * desk.view.zoom
    assert (round(shift.x()), round(shift.y())) == (-30, 20)


def test_space_and_the_left_button_pan(desk):
    before = desk.view.mapToScene(QPoint(0, 0))
    desk.view.setFocus()
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    desk.drag(desk.middle("x"), desk.middle("x") + QPoint(40, 0))
    QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    assert desk.graph.nodes["x"].at == (0, 0)
    assert round((before - desk.view.mapToScene(QPoint(0, 0))).x() * desk.view.zoom) == 40


def test_flying_there_ends_where_one_wanted(desk, qtbot):
    desk.theme.motion = True
    desk.view.zoom_to(3.0)
    desk.view.zoom_to_fit()
    qtbot.waitUntil(lambda: desk.view.zoom <= 1.0, timeout=3000)
    desk.view.reveal("loss")


def test_the_zoom_bar_says_and_sets_the_zoom(desk):
    bar = desk.view.zoom_bar
    desk.view.zoom_to(1.0)
    QTest.mouseClick(bar.larger, Qt.MouseButton.LeftButton)
    assert desk.view.zoom == pytest.approx(1.25)
    assert bar.percent.text() == "125%"
    QTest.mouseClick(bar.smaller, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.smaller, Qt.MouseButton.LeftButton)
    assert desk.view.zoom == pytest.approx(0.8)
    QTest.mouseClick(bar.percent, Qt.MouseButton.LeftButton)
    assert desk.view.zoom == pytest.approx(1.0)
    QTest.mouseClick(bar.fit, Qt.MouseButton.LeftButton)
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert seen.contains(desk.view.canvas.content_rect())
