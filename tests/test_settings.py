"""What is remembered: every choice comes back, and every window follows it at once."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from gui.settings import AUTOSAVE, Settings
from gui.title_bar import WorkspaceTab
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


# --- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "other"),
    [
        ("theme", "system", "dark"),
        ("wheel", "zooms", "pans"),
        ("touchpad", "pans", "zooms"),
        ("snaps", True, False),
        ("has_dots", True, False),
        ("has_motion", True, False),
        ("autosave_seconds", 30, 90),
    ],
)
def test_a_choice_is_told_once_and_comes_back(qapp, tmp_path, name, first, other):
    path = tmp_path / "settings.ini"
    settings = Settings(path)
    told: list[str] = []
    settings.changed.connect(told.append)
    assert getattr(settings, name) == first
    for value in (first, other, other):
        setattr(settings, name, value)
    assert told == [name]
    del settings
    assert getattr(Settings(path), name) == other


def test_nonsense_in_the_file_is_as_if_nothing_was_chosen(qapp, tmp_path):
    path = tmp_path / "settings.ini"
    path.write_text("[General]\nwheel=flies\ntheme=pink\nautosave_seconds=soon\nsnaps=perhaps\n")
    settings = Settings(path)
    assert (settings.wheel, settings.theme) == ("zooms", "system")
    assert (settings.autosave_seconds, settings.snaps) == (30, True)
    settings.autosave_seconds = 10**9
    assert settings.autosave_seconds == AUTOSAVE[1]


def test_keys_come_back_whatever_they_are(qapp, tmp_path):
    path = tmp_path / "settings.ini"
    settings = Settings(path)
    settings.keep_keys({"run": "Ctrl+,", "next": "N; F3", "undo": ""})
    del settings
    again = Settings(path)
    assert again.keys_of("run") == "Ctrl+,"
    assert again.keys_of("next") == "N; F3"
    assert again.keys_of("undo") == ""
    again.keep_keys({"run": None})
    assert (again.keys_of("run"), again.keys_of("next")) == (None, "N; F3")
    again.forget_keys()
    assert again.keys_of("next") is None


# --- windows follow ---------------------------------------------------------------------------


def test_every_window_follows_a_choice(desk):
    other = desk.windows.new()
    desk.settings.wheel = "pans"
    desk.settings.touchpad = "zooms"
    desk.settings.theme = "dark"
    desk.settings.keep_keys({"run": "F3"})
    for window in (desk.window, other):
        navigation = window.canvas.navigation
        assert not navigation.wheel_zooms
        assert navigation.touchpad_zooms
        assert window.theme.is_dark
        assert window.commands.by_id["theme_dark"].isChecked()
        assert window.commands.by_id["run"].shortcut().toString() == "F3"
    late = desk.windows.new()
    assert not late.canvas.navigation.wheel_zooms
    assert late.commands.by_id["run"].shortcut().toString() == "F3"


def test_without_snapping_a_node_stops_where_it_is_let_go(desk):
    desk.view.zoom_to(1.0)
    desk.settings.snaps = False
    desk.view.centerOn(desk.view.canvas.items_by_id["x"])  # the border would pan
    start = desk.middle("x")
    desk.drag(start, start + type(start)(37, 21))
    assert desk.graph.nodes["x"].at == (37, 21)
    desk.settings.snaps = True
    start = desk.middle("x")
    desk.drag(start, start + type(start)(2, 9))
    assert desk.graph.nodes["x"].at == (40, 32)


def test_the_dots_of_the_grid_can_be_left_out(desk):
    desk.view.zoom_to(1.0)
    dot = QColor(desk.theme.color("grid")).rgb()

    def dots() -> int:
        image = desk.view.viewport().grab().toImage()
        across, down = range(0, image.width(), 1), range(0, 120)
        return sum(image.pixel(x, y) == dot for x in across for y in down)

    assert dots() > 20
    desk.settings.has_dots = False
    QApplication.processEvents()
    assert dots() == 0


def test_a_changed_key_does_it_and_the_old_one_does_not(desk):
    desk.settings.keep_keys({"next": "Ctrl+J"})
    desk.press_key(Qt.Key.Key_PageDown)
    assert desk.document.playhead.position == 0
    desk.press_key(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert desk.document.playhead.position == 1
    assert "(Ctrl+J)" in desk.window.commands.by_id["next"].toolTip()
    desk.settings.forget_keys()
    desk.press_key(Qt.Key.Key_PageDown)
    assert desk.document.playhead.position == 2


def test_a_letter_as_a_key_belongs_to_the_canvas(desk):
    desk.settings.keep_keys({"next": "N; F3"})
    field = desk.window.palette_panel.search
    field.setFocus()
    desk.press_key(Qt.Key.Key_N)
    assert (field.text(), desk.document.playhead.position) == ("n", 0)
    desk.press_key(Qt.Key.Key_F3)
    assert desk.document.playhead.position == 1
    desk.view.setFocus()
    desk.press_key(Qt.Key.Key_N)
    assert desk.document.playhead.position == 2
    desk.settings.keep_keys({"next": "N"})
    desk.press_key(Qt.Key.Key_N)
    assert desk.document.playhead.position == 3
    desk.press_key(Qt.Key.Key_F3)
    assert desk.document.playhead.position == 3


def test_the_zoom_bar_and_the_tabs_tell_changed_keys(desk):
    desk.settings.keep_keys({"zoom_in": "Ctrl+J", "step": "Ctrl+9"})
    assert "(Ctrl+J)" in desk.view.zoom_bar.larger.toolTip()
    tips = [tab.toolTip() for tab in desk.window.title_bar.findChildren(WorkspaceTab)]
    assert any("(Ctrl+9)" in tip for tip in tips)
