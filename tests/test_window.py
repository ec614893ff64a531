"""The window: its commands, its parts, its questions and its faults."""

import logging
import sys

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
)

from graph import Graph, PortRef
from graph import edits as e
from gui.app import Faults
from tests.canvas_desk import by_hand
from tests.window_desk import LEFT, NONE, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def empty(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def desk(empty):
    empty.document.replace(by_hand(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.settle()
    return empty


def facts(desk):
    QApplication.processEvents()
    return desk.window.status.texts()


# --- commands ---------------------------------------------------------------------------------


def test_commands_are_greyed_where_they_mean_nothing(empty):
    commands = empty.window.commands.by_id
    for name in ("next", "play", "export", "arrange", "delete", "target", "forward"):
        assert not commands[name].isEnabled(), name
    empty.document.replace(by_hand(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    for name in ("next", "play", "export", "arrange", "forward"):
        assert commands[name].isEnabled(), name


# --- parts ------------------------------------------------------------------------------------


def test_it_is_laid_out_as_drawn(desk):
    window = desk.window
    window.resize(1280, 800)
    assert window.size().toTuple() == (1280, 800)
    assert window.menuBar().height() == 24
    assert window.title_bar.height() == 40
    assert window.left.width() == 216
    assert window.right.width() == 320
    assert window.sentence.height() == 32
    assert window.timeline.height() == 60
    assert window.status.height() == 24
    assert window.drawer.isHidden()
    assert window.minimumSize().toTuple() == (1024, 640)
    window.resize(1024, 640)
    assert window.size().toTuple() == (1024, 640)


def test_whatever_takes_the_focus_has_a_name(desk):
    kinds = (
        QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit,
    )  # fmt: skip
    for subject in ({}, {"x"}):
        desk.document.selection.set_nodes(subject)
        for widget in (w for kind in kinds for w in desk.window.findChildren(kind)):
            is_reached = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible()
            if not is_reached or isinstance(widget, QScrollBar):
                continue
            named = widget.accessibleName() or getattr(widget, "text", str)()
            holders = (QComboBox, QAbstractItemView, QAbstractSpinBox)
            inner = isinstance(widget.parent(), holders)
            assert named or inner, (type(widget).__name__, widget.objectName())


def test_no_style_sheet_is_asked_about_all_that_a_window_holds(desk):
    """One above a page of the inspector made each of its widgets dearer."""
    page = desk.window.inspector.page
    while page is not None:
        assert not page.styleSheet(), type(page).__name__
        page = page.parentWidget()


def test_between_the_docks_is_a_line_of_one_pixel(desk):
    desk.settle()
    window = desk.window
    grid = window.palette().color(QPalette.ColorRole.Mid)
    picture, right = window.grab().toImage(), window.right.geometry()
    assert right.left() - window.canvas.mapTo(window, window.canvas.rect().topRight()).x() == 2
    assert picture.pixelColor(right.left() - 1, right.center().y()).name() == grid.name()
    handle = window.palette_panel.parentWidget().parentWidget().handle(1)
    assert handle.contentsRect().height() == 1


def test_the_status_bar_tells_the_facts(desk):
    desk.qtbot.waitUntil(lambda: desk.document.report is not None)
    found = facts(desk)
    assert found["problems"] == "No problems"
    assert found["target"] == "Target: loss"
    assert found["counts"] == "8 nodes, 7 edges, 2 parameters"
    assert (found["dtype"], found["device"]) == ("float64", "CPU")
    assert found["verdict"] == "7 of 7 edges agree"
    assert found["zoom"].endswith("%")
    desk.press_key(Key.Key_F5)
    assert facts(desk)["target"] == "Target: loss = 3"


def test_the_title_says_what_is_open_and_whether_it_is_saved(desk, tmp_path):
    bar = desk.window.title_bar
    assert bar.title.text() == "Backpropagation by hand"
    assert bar.edited.isHidden()
    desk.document.do(e.SetGraph({"title": "Mine"}), "Rename the graph")
    assert bar.title.text() == "Mine"
    assert not bar.edited.isHidden()
    assert desk.window.isWindowModified()
    desk.window.files.write(tmp_path / "mine.gradwire")
    assert bar.edited.isHidden()
    desk.document.replace(Graph(), None)
    assert bar.title.text() == "Untitled"


def test_each_workspace_remembers_its_docks(desk):
    window = desk.window
    assert window.workspaces.current == "build"
    assert not window.left.isHidden()
    desk.press_key(Key.Key_2, CONTROL)
    assert window.workspaces.current == "step"
    assert window.left.isHidden()
    window.commands.by_id["right"].trigger()
    assert window.right.isHidden()
    desk.press_key(Key.Key_1, CONTROL)
    assert not window.right.isHidden()
    window.workspaces.step()
    assert window.right.isHidden()
    window.workspaces.keep()

    other = desk.windows.new()
    assert other.workspaces.current == "step"
    assert other.right.isHidden()
    assert other.left.isHidden()


def test_a_workspace_is_chosen_by_its_tab(desk):
    tabs = {
        tab.text(): tab
        for tab in desk.window.title_bar.findChildren(QAbstractButton)
        if tab.isCheckable() and tab.text() in ("Build", "Step")
    }
    assert len(tabs) == 2
    QTest.mouseClick(tabs["Step"], LEFT)
    assert desk.window.workspaces.current == "step"
    assert tabs["Step"].isChecked()
    assert not tabs["Build"].isChecked()


def test_colours_can_be_chosen_and_are_remembered(desk):
    desk.window.commands.by_id["theme_dark"].trigger()
    assert desk.theme.is_dark
    assert desk.settings.theme == "dark"
    panel = desk.theme.color("panel").name()
    assert panel in desk.window.statusBar().styleSheet()
    desk.window.commands.by_id["theme_light"].trigger()
    assert not desk.theme.is_dark


@pytest.mark.parametrize("choice", ["theme_dark", "theme_light"])
def test_every_field_takes_the_colours_chosen(desk, choice):
    desk.window.leading.show_graph()
    desk.window.commands.by_id["theme_dark"].trigger()
    desk.window.commands.by_id[choice].trigger()
    QApplication.processEvents()
    wanted = desk.theme.color("node").name()
    fields = [f for f in desk.window.findChildren(QLineEdit) if f.isVisible()]
    papers = [p.viewport() for p in desk.window.findChildren(QPlainTextEdit) if p.isVisible()]
    assert len(fields) > 2  # the search of the palette, the title, the inside of the seed
    assert papers
    assert {w.palette().color(QPalette.ColorRole.Base).name() for w in fields + papers} == {wanted}


def test_the_palette_is_searched_and_places_what_it_found(desk):
    palette = desk.window.palette_panel
    desk.press_key(Key.Key_F, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is palette.search
    QTest.keyClicks(palette.search, "softm")
    assert palette.tree.names()[0] == "Softmax"
    assert "Add" not in palette.tree.names()
    QTest.keyClick(palette.search, Key.Key_Return)
    assert "softmax" in desk.graph
    palette.search.clear()
    assert len(palette.tree.names()) == len(list(desk.graph.catalogue))


def test_modules_placed_by_key_do_not_cover_each_other(empty):
    tree = empty.window.palette_panel.tree
    tree.setCurrentItem(tree.item_of("Add"))
    for _ in range(3):
        QTest.keyClick(tree, Key.Key_Return)
    places = {node.at for node in empty.graph.nodes.values()}
    assert len(places) == 3


# --- problems ---------------------------------------------------------------------------------


def test_a_click_on_a_problem_goes_there(desk):
    desk.document.do(e.Disconnect(PortRef("x2", "b")), "Cut")
    desk.settle()
    assert facts(desk)["problems"] == "1 error, 1 hint"
    QTest.mouseClick(desk.window.status.problems, LEFT)
    assert not desk.window.drawer.isHidden()
    drawer = desk.window.drawer.panel("problems")
    index = drawer.model.index(0, 0)
    assert "x2.b" in index.data()
    QTest.mouseClick(drawer.list.viewport(), LEFT, NONE, drawer.list.visualRect(index).center())
    assert desk.document.selection.node == "x2"
    QTest.mouseClick(desk.window.drawer.close_button, LEFT)
    assert desk.window.drawer.isHidden()


def test_a_problem_of_a_wired_port_leads_to_the_node_that_can_be_mended(desk):
    desk.document.do(desk.graph.attribute_edit("x", {"shape": (2,)}), "Change")
    desk.settle()
    drawer = desk.window.drawer.panel("problems")
    QTest.mouseClick(desk.window.status.problems, LEFT)
    index = drawer.model.index(0, 0)
    QTest.mouseClick(drawer.list.viewport(), LEFT, NONE, drawer.list.visualRect(index).center())
    assert desk.document.selection.node == "x"
    assert desk.document.selection.edge is None


def test_the_closed_drawer_gives_its_room_back(desk):
    QApplication.processEvents()
    before = desk.view.height(), desk.window.sentence.y(), desk.window.timeline.y()
    for _ in range(2):
        QTest.mouseClick(desk.window.status.problems, LEFT)
        desk.qtbot.waitUntil(lambda: desk.view.height() < before[0])
        QTest.mouseClick(desk.window.drawer.close_button, LEFT)
        desk.qtbot.waitUntil(lambda: desk.view.height() == before[0])
    assert (desk.view.height(), desk.window.sentence.y(), desk.window.timeline.y()) == before


def test_stepping_brings_the_node_of_the_step_into_sight(desk):
    desk.window.appearance.zoom_100()
    desk.view.camera.look_at(QPointF(9000, 9000), 1.0)
    desk.press_key(Key.Key_PageDown)
    node = desk.document.playhead.step.node
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    left, top, right, bottom = desk.view.canvas.items_by_id[node].box()
    assert seen.contains(QRectF(left, top, right - left, bottom - top))


def test_stepping_leaves_the_camera_where_the_node_is_in_sight(desk):
    desk.view.zoom_to_fit()
    before = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    desk.press_key(Key.Key_PageDown)
    desk.press_key(Key.Key_PageDown)
    assert desk.view.mapToScene(desk.view.viewport().rect()).boundingRect() == before


def test_with_errors_the_sentence_says_where_they_are_listed(empty):
    empty.drag_module("Multiply", 100, 100)
    empty.settle()
    assert "Ctrl+Shift+M lists what is wrong" in empty.window.sentence.sentence.text


def test_refusals_are_said_in_the_status_bar(desk):
    desk.document.refuse("x2.b: found this, expected that.")
    assert desk.window.status.currentMessage() == "x2.b: found this, expected that."
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    assert facts(desk)["counts"]


# --- faults -----------------------------------------------------------------------------------


def test_a_fault_goes_to_the_log_and_to_the_window(desk, monkeypatch, caplog):
    faults = Faults()
    faults.happened.connect(desk.window.say)
    try:
        raise RuntimeError("made up")
    except RuntimeError:
        logger = logging.getLogger("gradwire")
        monkeypatch.setattr(logger, "propagate", True)
        faults.take(*sys.exc_info())
    assert "made up" in desk.window.status.currentMessage()
    assert "gradwire.log" in desk.window.status.currentMessage()
    assert "made up" in caplog.text
