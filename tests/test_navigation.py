"""Moving about the canvas with wheel, touchpad, pinch, space and keys."""

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef
from gui.canvas.levels import FAR
from tests.canvas_desk import LEFT, Desk, by_hand
from tests.window_desk import desk_for

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
PLACE = QPoint(300, 200)
NO_BUTTON = Qt.MouseButton.NoButton
Phase, Gesture = Qt.ScrollPhase, Qt.NativeGestureType


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot, by_hand())
    desk.view.zoom_to(1.0)
    return desk


@pytest.fixture
def touchpad():
    return QPointingDevice(
        "pad",
        7,
        QInputDevice.DeviceType.TouchPad,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position | QInputDevice.Capability.Scroll,
        5,
        3,
    )


def turn(widget, angle, held=NONE, pixels=(0, 0), device=None, place=PLACE) -> QWheelEvent:
    phase = Phase.ScrollUpdate if device is not None else Phase.NoScrollPhase
    more = {} if device is None else {"device": device}
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(*pixels),
        QPoint(*angle),
        NO_BUTTON,
        held,
        phase,
        False,
        Qt.MouseEventSource.MouseEventNotSynthesized,
        **more,
    )
    QApplication.sendEvent(widget, event)
    return event


def seen_at(desk, pixel=PLACE) -> QPointF:
    return desk.view.mapToScene(pixel)


def moved(desk, before: QPointF) -> tuple[int, int]:
    """By how many pixels the canvas moved."""
    shift = (before - seen_at(desk)) * desk.view.zoom
    return round(shift.x()), round(shift.y())


# --- wheel ------------------------------------------------------------------------------------


def test_a_wheel_zooms_at_the_pointer_and_pans_where_the_settings_say_so(desk):
    viewport = desk.view.viewport()
    fixed = seen_at(desk)
    turn(viewport, (0, 240))
    assert desk.view.zoom == pytest.approx(1.44)
    assert (seen_at(desk) - fixed).manhattanLength() < 3
    desk.view.zoom_to(1.0)
    desk.view.navigation.wheel_zooms = False
    before = seen_at(desk)
    turn(viewport, (30, 120))
    assert desk.view.zoom == 1.0
    assert moved(desk, before) == (15, 60)


@pytest.mark.parametrize("zooms", [True, False])
def test_ctrl_zooms_and_shift_pans_sideways_whatever_the_settings(desk, touchpad, zooms):
    navigation, viewport = desk.view.navigation, desk.view.viewport()
    navigation.wheel_zooms = navigation.touchpad_zooms = zooms
    before = seen_at(desk)
    turn(viewport, (0, -120), SHIFT)
    assert moved(desk, before) == (-60, 0)
    assert desk.view.zoom == 1.0
    turn(viewport, (0, 240), CONTROL)
    assert desk.view.zoom == pytest.approx(1.44)
    turn(viewport, (0, -120), CONTROL, device=touchpad)
    assert desk.view.zoom == pytest.approx(1.2)


def test_a_touchpad_pans_by_its_pixels_and_zooms_where_the_settings_say_so(desk, touchpad):
    viewport = desk.view.viewport()
    before = seen_at(desk)
    turn(viewport, (-60, 40), pixels=(-30, 20), device=touchpad)
    assert moved(desk, before) == (-30, 20)
    before = seen_at(desk)
    turn(viewport, (-60, 40), device=touchpad)  # X11 gives no pixels
    assert moved(desk, before) == (-30, 20)
    assert desk.view.zoom == 1.0
    desk.view.navigation.touchpad_zooms = True
    turn(viewport, (0, 120), pixels=(0, 60), device=touchpad)
    assert desk.view.zoom == pytest.approx(1.2)


def test_over_minimap_and_zoom_bar_a_wheel_zooms_around_the_middle(desk):
    view = desk.view
    view.zoom_to(3.0)
    view.centerOn(500, 100)
    assert view.minimap.isVisible()
    for widget in (view.minimap, view.zoom_bar, view.zoom_bar.percent):
        middle = view.mapToScene(view.viewport().rect().center())
        before = view.zoom
        place = widget.mapTo(view.window(), QPoint(5, 5))
        # Through the window's handle: only so does Qt hand it on to the parents of a button.
        QTest.wheelEvent(view.window().windowHandle(), QPointF(place), QPoint(0, -120))
        QApplication.processEvents()
        assert view.zoom == pytest.approx(before / 1.2), widget
        away = view.mapToScene(view.viewport().rect().center()) - middle
        assert away.manhattanLength() < 2
    QTest.mouseClick(view.zoom_bar.percent, LEFT)
    assert view.zoom == 1.0


def test_a_wheel_over_a_plate_is_the_canvas_s(desk):
    desk.run()
    desk.view.grab()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    left, top, right, bottom = desk.scene.plates(seen, 1.0)[0].box
    turn(desk.view.viewport(), (0, 120), place=desk.pixel((left + right) / 2, (top + bottom) / 2))
    assert desk.view.zoom == pytest.approx(1.2)


# --- zoom -------------------------------------------------------------------------------------


def test_one_hundred_percent_catches_and_small_turns_leave_it(desk, touchpad):
    viewport = desk.view.viewport()
    desk.view.zoom_to(0.9)
    turn(viewport, (0, 120))
    assert desk.view.zoom == 1.0  # it would have gone on to 108 %
    seen = []
    for _ in range(4):
        turn(viewport, (0, 8), CONTROL, device=touchpad)
        seen.append(desk.view.zoom)
    assert seen[0] == 1.0
    assert seen[-1] == pytest.approx(1.2 ** (32 / 120))
    desk.view.zoom_to(0.9)
    desk.view.zoom_to(3.0)
    assert desk.view.zoom == pytest.approx(3.0)


def test_the_zoom_ends_at_5_and_400_percent(desk):
    viewport = desk.view.viewport()
    for angle, end in ((960, 4.0), (-960, 0.05)):
        for _ in range(30):
            turn(viewport, (0, angle))
        assert desk.view.zoom == end
        desk.view.grab()


# --- pinch ------------------------------------------------------------------------------------


def pinch(desk, touchpad, kind, value=0.0, delta=(0, 0)) -> None:
    viewport = desk.view.viewport()
    place, screen = QPointF(PLACE), QPointF(viewport.mapToGlobal(PLACE))
    event = QNativeGestureEvent(kind, touchpad, 2, place, place, screen, value, QPointF(*delta))
    QApplication.sendEvent(viewport, event)


def test_pinching_zooms_at_the_fingers_and_takes_the_canvas_along(desk, touchpad):
    fixed = seen_at(desk)
    pinch(desk, touchpad, Gesture.ZoomNativeGesture, 0.5)
    assert desk.view.zoom == pytest.approx(1.5)
    assert (seen_at(desk) - fixed).manhattanLength() < 3
    before = seen_at(desk)
    pinch(desk, touchpad, Gesture.PanNativeGesture, delta=(12, -6))
    assert moved(desk, before) == (12, -6)
    for _ in range(2):  # the first is caught at 100 %
        pinch(desk, touchpad, Gesture.ZoomNativeGesture, -3.0)
    assert desk.view.zoom == pytest.approx(0.1)
    pinch(desk, touchpad, Gesture.RotateNativeGesture, 90)
    assert desk.view.zoom == pytest.approx(0.1)


# --- space, middle button, keys ---------------------------------------------------------------


def test_space_pans_only_while_it_is_held(desk):
    desk.view.setFocus()
    before = seen_at(desk)
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    assert desk.view.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    desk.drag(desk.middle("x"), desk.middle("x") + QPoint(40, 8))
    assert moved(desk, before) == (40, 8)
    QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    before = seen_at(desk)
    desk.drag(desk.middle("x"), desk.middle("x") + QPoint(40, 8))
    assert moved(desk, before) == (0, 0)
    assert desk.graph.nodes["x"].at == (40, 8)


def test_space_is_let_go_when_the_keys_go_elsewhere(desk):
    desk.view.setFocus()
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    desk.view.clearFocus()
    before = seen_at(desk)
    desk.drag(desk.middle("x"), desk.middle("x") + QPoint(40, 8))
    assert moved(desk, before) == (0, 0)


@pytest.mark.parametrize("place", ["on a node", "on the canvas"])
def test_the_middle_button_pans_wherever_it_is_pressed(desk, place):
    start = desk.middle("x") if place == "on a node" else QPoint(700, 600)
    before = seen_at(desk)
    desk.drag(start, start + QPoint(-50, 30), Qt.MouseButton.MiddleButton)
    assert moved(desk, before) == (-50, 30)
    assert desk.graph.nodes["x"].at == (0, 0)
    assert not desk.document.selection.nodes


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_home_fits_on_the_canvas_and_moves_the_caret_in_a_field(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        fitting = desk.view.zoom
        desk.view.zoom_to(2.0)
        field = desk.window.palette_panel.search
        field.setText("relu")
        field.setFocus()
        desk.press_key(Qt.Key.Key_Home)
        assert (desk.view.zoom, field.cursorPosition()) == (2.0, 0)
        desk.press_key(Qt.Key.Key_9, CONTROL)
        assert desk.view.zoom == fitting
        desk.view.zoom_to(2.0)
        desk.view.setFocus()
        desk.press_key(Qt.Key.Key_Home)
        assert desk.view.zoom == fitting


def test_a_fitted_graph_stays_fitted_in_a_view_of_another_size(desk):
    desk.view.zoom_to_fit()
    desk.view.resize(desk.view.width() // 2, desk.view.height() // 2)
    QApplication.processEvents()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert seen.contains(desk.scene.content_rect())

    desk.view.zoom_to(0.5)
    desk.view.resize(desk.view.width() * 2, desk.view.height() * 2)
    QApplication.processEvents()
    assert desk.view.zoom == 0.5


def test_once_it_has_run_a_fitted_graph_leaves_room_for_its_targets_numbers(desk):
    desk.view.zoom_to_fit()
    before = desk.view.zoom
    desk.run()
    assert desk.view.zoom <= before
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    boxes = [plate.box for plate in desk.scene.plates(seen, desk.view.zoom)]
    of_target = [plate.kind for plate in desk.scene.field.of(PortRef("loss", "y"))]
    assert of_target == ["value", "seed"]
    assert max(box[2] for box in boxes) < seen.right()


def test_but_not_where_that_would_cost_the_edges_theirs(desk):
    content = desk.scene.content_rect()
    desk.run()
    desk.view.resize(math.ceil(content.width() * FAR) + 4, 600)
    desk.view.zoom_to_fit()
    assert desk.view.zoom == FAR
    assert ("gradient", "x1.a") in desk.plates()
