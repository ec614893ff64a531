"""The window by keys: F6 from pane to pane, Tab as one reads, Esc back to the canvas, tips."""

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip

from graph import PortRef
from gui import focus_tips
from gui.examples import examples
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.open(next(p for p in examples() if p.stem == "backprop_by_hand"))
        desk.view.setFocus()
        yield desk
        QToolTip.hideText()


def focused() -> str:
    """The name of the widget that has the focus, as a screen reader says it."""
    return QApplication.focusWidget().accessibleName()


# --- what takes the focus along -------------------------------------------------------------


@pytest.mark.usefixtures("tips_at_keys")
def test_what_is_disabled_under_the_keys_hands_them_to_its_neighbour(desk):
    """The key Next step at the last step, Previous step at the first; and no tip opens there."""
    buttons = desk.window.timeline.findChildren(QToolButton)
    head = desk.document.playhead
    for start, name, then in (
        (len(head.steps) - 1, "Next step", "Play"),  # behind it To the end is disabled too
        (1, "Previous step", "Next step"),
    ):
        head.go(start)
        key = next(b for b in buttons if b.accessibleName() == name)
        key.setFocus()
        desk.press_key(Key.Key_Space)
        assert not key.isEnabled()
        assert focused() == then
    desk.qtbot.wait(20 + focus_tips.pause(desk.window))
    assert not QToolTip.isVisible()


# --- F6 -------------------------------------------------------------------------------------


def test_f6_goes_round_the_panes_and_shift_f6_back(desk):
    desk.press_key(Key.Key_M, CONTROL | SHIFT)  # the drawer is open
    desk.graph.disconnect("loss.x")
    desk.settle()
    seen = [focused()]
    for _ in range(7):
        desk.press_key(Key.Key_F6)
        seen.append(focused())
    assert seen == [
        "Canvas", "Title", "Next step", "Problems", "Build", "Search modules", "Outline",
        "Canvas",
    ]  # fmt: skip
    for name in reversed(seen[:-1]):
        desk.press_key(Key.Key_F6, SHIFT)
        assert focused() == name


def test_the_window_hangs_on_nothing_that_tab_led_over(desk):
    """Else Python would lose what is in the window together with a field that is deleted."""
    for _ in range(3):
        desk.press_key(Key.Key_F6)
        desk.press_key(Key.Key_Tab)
    assert "parent..." not in shiboken6.dump(desk.window)


def test_f6_leaves_out_what_is_not_there(desk):
    desk.press_key(Key.Key_2, CONTROL)  # the workspace Step has no left side
    seen = set()
    for _ in range(6):
        desk.press_key(Key.Key_F6)
        seen.add(focused())
    assert not seen & {"Search modules", "Outline", "Problems"}
    assert {"Canvas", "Build", "Title"} <= seen


def test_a_pane_is_entered_where_it_was_left(desk):
    desk.press_key(Key.Key_F6)
    desk.press_key(Key.Key_Tab)
    left = focused()
    assert left != "Title"
    desk.press_key(Key.Key_F6)
    desk.press_key(Key.Key_F6, SHIFT)
    assert focused() == left


# --- Tab ------------------------------------------------------------------------------------


def test_tab_goes_through_the_whole_window_as_one_reads_and_back(desk):
    desk.window.panes.enter(desk.window.title_bar)
    seen = [QApplication.focusWidget()]
    while True:
        desk.press_key(Key.Key_Tab)
        if QApplication.focusWidget() is seen[0]:
            break
        if QApplication.focusWidget() is not seen[-1]:  # the canvas keeps it for its ports
            seen.append(QApplication.focusWidget())
        assert len(seen) < 60
    names = [widget.accessibleName() for widget in seen]
    wanted = [
        "Build",
        "Step",
        "Diagnose",
        "Train",
        "Live mode",
        "Present",
        "Find nodes",
        "Search modules",
        "Modules",
        "Outline",
        "Canvas",
    ]
    assert names[: len(wanted)] == wanted
    rest = ["Zoom out", "Zoom to fit", "Label", "Next step", "Play", "Steps", "Speed: 2 steps/s"]
    assert [name for name in names if name in rest] == rest
    back = []
    for _ in range(len(seen)):
        desk.press_key(Key.Key_Backtab, SHIFT)
        if QApplication.focusWidget() is desk.view:
            break
        back.append(QApplication.focusWidget())
    assert back == seen[:0:-1][: len(back)]


def test_the_focus_can_be_seen_wherever_it_is(desk):
    """Each widget that takes the focus by key looks different with it."""
    desk.press_key(Key.Key_M, CONTROL | SHIFT)
    desk.graph.disconnect("loss.x")
    desk.settle()
    desk.document.selection.set_nodes({"x"})
    unseen = []
    for group in desk.window.panes.stops():
        for widget in group:
            desk.window.panes.go(widget, Qt.FocusReason.TabFocusReason)  # what scrolls has scrolled
            desk.window.setFocus()
            QApplication.processEvents()
            corner = widget.mapTo(desk.window, QPoint(0, 0))
            area = widget.rect().translated(corner).adjusted(-4, -4, 4, 4)
            before = desk.window.grab(area).toImage()
            desk.window.panes.go(widget, Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            if desk.window.grab(area).toImage() == before:
                unseen.append((type(widget).__name__, widget.accessibleName()))
    assert unseen == []


# --- Esc ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pane", ["title_bar", "palette_panel", "outline", "inspector", "steps"])
def test_escape_returns_to_the_canvas_and_then_clears_the_selection(desk, pane):
    desk.document.selection.set_nodes({"x1"})
    desk.window.panes.enter(getattr(desk.window, pane))
    assert not desk.view.hasFocus()
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()
    assert desk.document.selection.node == "x1"
    assert desk.scene.focused == "x1"
    desk.press_key(Key.Key_Escape)
    assert desk.document.selection.kind == "graph"


def test_escape_on_the_zoom_bar_returns_to_the_canvas(desk):
    desk.document.selection.set_nodes({"x1"})
    desk.view.zoom_bar.fit.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()
    assert desk.document.selection.node == "x1"


def test_escape_in_an_edited_field_takes_the_edit_back_first(desk):
    desk.window.panes.enter(desk.window.inspector)
    field = QApplication.focusWidget()
    QTest.keyClicks(field, "abc")
    desk.press_key(Key.Key_Escape)
    assert field.hasFocus()
    assert field.text() == desk.graph.title
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()


# --- keys that work everywhere ----------------------------------------------------------------


@pytest.mark.parametrize("pane", ["title_bar", "palette_panel", "outline", "inspector", "steps"])
def test_page_down_is_the_next_step_wherever_one_is(desk, pane):
    desk.window.panes.enter(getattr(desk.window, pane))
    where = QApplication.focusWidget()
    desk.press_key(Key.Key_PageDown)
    desk.press_key(Key.Key_PageDown)
    assert desk.document.playhead.position == 2
    desk.press_key(Key.Key_PageUp)
    assert desk.document.playhead.position == 1
    assert QApplication.focusWidget() is where


def test_a_text_of_several_lines_keeps_page_down(desk):
    note = desk.window.inspector.page.note.paper
    note.setFocus()
    desk.press_key(Key.Key_PageDown)
    assert desk.document.playhead.position == 0


def test_arrows_in_the_palette_pass_the_headings_and_enter_places_beside_the_selection(desk):
    desk.document.selection.set_nodes({"loss"})
    desk.press_key(Key.Key_F, CONTROL | SHIFT)
    desk.press_key(Key.Key_Tab)
    tree = desk.window.palette_panel.tree
    assert tree.hasFocus()
    names = []
    for _ in range(6):
        desk.press_key(Key.Key_Down)
        names.append(tree.currentItem().text(0))
    assert set(names) <= set(tree.names())
    assert len(set(names)) == 6
    desk.press_key(Key.Key_Up)
    assert tree.currentItem().text(0) == names[-2]
    before = set(desk.graph.nodes)
    desk.press_key(Key.Key_Return)
    (made,) = set(desk.graph.nodes) - before
    assert desk.graph.nodes[made].at[0] > desk.graph.nodes["loss"].at[0]


def test_the_minimap_moves_the_view_by_arrows(desk):
    desk.view.zoom_to(4)
    minimap = desk.view.minimap
    assert minimap.isVisible()
    minimap.setFocus(Qt.FocusReason.TabFocusReason)
    before = desk.view.camera.centre
    desk.press_key(Key.Key_Right)
    desk.press_key(Key.Key_Down)
    after = desk.view.camera.centre
    assert after.x() > before.x()
    assert after.y() > before.y()


def test_a_renamed_node_keeps_the_field_that_one_was_in(desk):
    desk.document.selection.set_nodes({"x1"})
    desk.window.panes.enter(desk.window.inspector)
    while focused() != "Id":
        desk.press_key(Key.Key_Tab)
    desk.press_key(Key.Key_A, CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), "product")
    desk.press_key(Key.Key_Return)
    assert "product" in desk.graph
    desk.settle()
    assert focused() == "Id"
    assert QApplication.focusWidget().text() == "product"


# --- tips -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("tips_at_keys")
def test_the_tip_of_a_button_opens_at_the_focus_and_escape_hides_it(desk):
    desk.window.panes.enter(desk.window.steps)
    button = QApplication.focusWidget()
    assert not QToolTip.isVisible()
    desk.qtbot.waitUntil(QToolTip.isVisible, timeout=3000)
    assert QToolTip.text() == button.toolTip()
    desk.press_key(Key.Key_Escape)
    assert not QToolTip.isVisible()
    assert button.hasFocus()
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()


@pytest.mark.usefixtures("tips_at_keys")
def test_a_tip_that_an_edit_makes_untrue_goes(desk, monkeypatch):
    desk.graph.disconnect("loss.x")
    desk.settle()
    desk.view.focus.enter_at(PortRef("loss", "x"))
    desk.qtbot.waitUntil(QToolTip.isVisible, timeout=3000)
    assert "found no edge" in QToolTip.text()
    hidden, hide = [], QToolTip.hideText
    monkeypatch.setattr(QToolTip, "hideText", lambda: hidden.append(hide()))
    desk.graph.connect("difference.y", "loss.x")
    assert hidden  # Qt takes a moment longer


@pytest.mark.usefixtures("tips_at_keys")
def test_the_tip_of_a_node_and_of_a_port_opens_at_the_focus(desk):
    desk.press_key(Key.Key_F5)
    desk.settle()
    desk.document.selection.set_edge("x1.a")
    desk.view.grab()  # what a tip tells of a plate is known once the plate is drawn
    desk.press_key(Key.Key_F6)
    desk.press_key(Key.Key_F6, SHIFT)
    desk.qtbot.waitUntil(QToolTip.isVisible, timeout=3000)
    assert "x1.a: float64 []" in QToolTip.text()
    assert "Gradient (cotangent) over the edge to x1.a" in QToolTip.text()
    desk.press_key(Key.Key_Backtab, SHIFT)
    desk.qtbot.waitUntil(
        lambda: QToolTip.isVisible() and "x1 (Multiply)" in QToolTip.text(), timeout=3000
    )
    desk.press_key(Key.Key_Escape)
    assert not QToolTip.isVisible()
    assert desk.document.selection.node == "x1"
    desk.press_key(Key.Key_Escape)  # at once: Qt would have left the tip there for a while
    assert desk.document.selection.kind == "graph"
