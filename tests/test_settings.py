"""What is remembered: every choice comes back, and every window follows it at once."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from gui.settings import AUTOSAVE, Settings
from gui.title_bar import WorkspaceTab
from tests.canvas_desk import LEFT, by_hand
from tests.window_desk import desk_for

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
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
    desk.settings.keep_keys({"run": "F3"})
    for window in (desk.window, other):
        navigation = window.canvas.navigation
        assert not navigation.wheel_zooms
        assert navigation.touchpad_zooms
        assert window.commands.by_id["run"].shortcut().toString() == "F3"
    late = desk.windows.new()
    assert not late.canvas.navigation.wheel_zooms
    assert late.commands.by_id["run"].shortcut().toString() == "F3"


def test_without_snapping_a_node_stops_where_it_is_let_go(desk):
    desk.view.zoom_to(1.0)
    desk.settings.snaps = False
    start = desk.middle("x1")
    desk.drag(start, start + QPoint(37, 21))
    assert desk.graph.nodes["x1"].at == (277, 77)
    desk.settings.snaps = True
    start = desk.middle("x1")
    desk.drag(start, start + QPoint(2, 9))
    assert desk.graph.nodes["x1"].at == (280, 88)


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
    desk.press_key(Qt.Key.Key_J, CONTROL)
    assert desk.document.playhead.position == 1
    assert "(Ctrl+J)" in desk.window.commands.by_id["next"].toolTip()
    desk.settings.forget_keys()
    desk.press_key(Qt.Key.Key_PageDown)
    assert desk.document.playhead.position == 2


def test_sentences_name_the_keys_as_they_are_now(desk):
    said = desk.window.sentence
    assert said.sentence.text.endswith("Page Down takes the next one.")
    desk.settings.keep_keys({"next": "Ctrl+J"})
    assert said.sentence.text.endswith("Ctrl+J takes the next one.")
    desk.settings.keep_keys({"next": ""})
    assert said.sentence.text.endswith("Run > Next step takes the next one.")


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


# --- the dialog -------------------------------------------------------------------------------


@pytest.fixture
def pages(desk):
    desk.press_key(Qt.Key.Key_Comma, CONTROL)
    return desk.window.settings_dialog.pages


def test_the_dialog_shows_what_is_chosen_and_changes_it_at_once(desk, pages):
    assert not pages.isModal()
    general = pages.general
    QTest.keyClick(general.choices["wheel"], Qt.Key.Key_Down)
    assert desk.settings.wheel == "pans"
    assert not desk.view.navigation.wheel_zooms
    QTest.keyClick(general.flags["has_dots"], Qt.Key.Key_Space)
    assert not desk.scene.has_dots
    general.autosave.setFocus()
    general.autosave.selectAll()
    QTest.keyClicks(general.autosave, "90")
    QTest.keyClick(general.autosave, Qt.Key.Key_Return)
    assert desk.settings.autosave_seconds == 90
    desk.settings.touchpad = "zooms"
    desk.settings.snaps = False
    assert general.choices["touchpad"].read() == "zooms"
    assert not general.flags["snaps"].isChecked()


def test_every_field_of_the_dialog_has_a_label_and_is_reached_by_key(pages):
    labels = [label for label in pages.general.findChildren(QLabel) if label.buddy()]
    fields = {*pages.general.choices.values(), pages.general.autosave}
    assert {label.buddy() for label in labels} == fields
    named = [label.text() for label in labels] + [b.text() for b in pages.general.flags.values()]
    letters = [text[text.index("&") + 1].lower() for text in named]
    assert len(set(letters)) == len(letters)
    seen = set()
    for _ in range(20):
        seen.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert fields | set(pages.general.flags.values()) <= seen


def test_the_pages_are_turned_by_key(desk, pages):
    pages.tabs.setFocus()
    QTest.keyClick(pages.tabs, Qt.Key.Key_Right)
    assert pages.stack.currentWidget() is pages.keys
    QTest.keyClick(pages.tabs, Qt.Key.Key_Left)
    assert pages.stack.currentWidget() is pages.general
    QTest.keyClick(pages, Qt.Key.Key_Escape)
    assert desk.window.settings_dialog.pages is None


def press_keys(keys, key, held=NONE) -> None:
    """Press keys in the field that takes them."""
    keys.setFocus()
    QTest.keyClick(keys, key, held)


@pytest.fixture
def page(desk, pages):
    desk.window.settings_dialog.open_keys()
    return pages.keys


def test_a_command_gets_other_keys(desk, page):
    page.tree.choose("run")
    press_keys(page.keys, Qt.Key.Key_J, CONTROL)
    assert desk.settings.keys_of("run") == "Ctrl+J"
    assert page.tree.current.how == "Ctrl+J"
    desk.window.activateWindow()
    desk.qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.window)
    desk.view.setFocus()
    desk.press_key(Qt.Key.Key_J, CONTROL)
    assert desk.document.playhead.is_at_end
    page.tree.choose("run")
    QTest.mouseClick(page.reset, LEFT)
    assert desk.settings.keys_of("run") is None
    assert not page.reset.isEnabled()
    QTest.mouseClick(page.remove, LEFT)
    assert desk.window.commands.by_id["run"].shortcut().isEmpty()
    assert not page.remove.isEnabled()


def test_keys_that_another_command_has_are_named_and_can_be_taken_over(desk, page):
    page.tree.choose("run")
    press_keys(page.keys, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert page.word.text() == "Ctrl+Shift+Z belongs to Redo."
    assert desk.settings.keys_of("run") is None
    QTest.mouseClick(page.take_over, LEFT)
    assert desk.settings.keys_of("run") == "Ctrl+Shift+Z"
    assert desk.settings.keys_of("redo") == "Ctrl+Y"
    assert not page.take_over.isVisible()
    QTest.mouseClick(page.reset_all, LEFT)
    assert (desk.settings.keys_of("run"), desk.settings.keys_of("redo")) == (None, None)


def test_keys_that_move_about_are_refused(desk, page):
    page.tree.choose("run")
    for key, held in ((Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Left, ALT), (Qt.Key.Key_Space, NONE)):
        page.tree.choose("save")
        page.tree.choose("run")
        press_keys(page.keys, key, held)
        assert "Choose other keys" in page.word.text()
    assert desk.settings.keys_of("run") is None


def test_the_keys_of_the_table_chosen_again_are_no_change(desk, page):
    page.tree.choose("run")
    press_keys(page.keys, Qt.Key.Key_J, CONTROL)
    press_keys(page.keys, Qt.Key.Key_F5)
    assert desk.settings.keys_of("run") is None


def test_commands_are_searched_and_the_chosen_one_stays(page):
    page.tree.choose("run")
    QTest.keyClicks(page.search, "zoom")
    assert all("oom" in entry.what for entry in page.tree.shown())
    page.search.clear()
    assert page.tree.current.id == "run"
    assert page.label.text() == "Keys of Run"
