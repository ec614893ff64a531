"""Every widget that takes the focus has a name for a screen reader."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialog

from graph import PortRef
from gui.examples import examples
from tests.accessible_walk import nameless
from tests.canvas_desk import by_hand
from tests.effort import tries
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key, Text = Qt.Key, QAccessible.Text
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


@pytest.mark.parametrize("command", ["settings", "shortcuts", "command_palette", "add", "about"])
def test_dialogs_have_names_for_everything(desk, command):
    found = []

    def look():
        windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        try:
            for window in windows:
                found.extend(nameless(window))
        finally:
            for dialog in windows:
                if isinstance(dialog, QDialog):
                    dialog.reject()

    QTimer.singleShot(300, look)
    desk.window.commands.by_id[command].trigger()
    desk.qtbot.wait(500)
    assert found == []


def test_an_empty_window_has_names_for_everything(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        assert not desk.graph.nodes
        assert nameless(desk.window) == []


# Every second one has sources, operators, layers, losses, cells; all of them composites and frames.
SEVERAL = ("softmax_classifier", "backprop_by_hand", "lstm", "digits", "transformer_block", "xor")


@pytest.mark.parametrize("example", SEVERAL[:: tries(2, 1)])
def test_everything_that_takes_the_focus_has_a_name(desk, example):
    desk.open(next(p for p in examples() if p.stem == example))
    desk.press_key(Key.Key_F5)
    desk.press_key(Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    desk.settle()
    assert nameless(desk.window) == []
    desk.document.selection.set_nodes(desk.graph.nodes)
    QApplication.processEvents()
    assert nameless(desk.window) == []
    kinds = {node.module: id_ for id_, node in desk.graph.nodes.items()}
    for id_ in kinds.values():  # one page of each kind
        desk.document.selection.set_nodes({id_})
        QApplication.processEvents()
        assert nameless(desk.window) == [], id_
    ends = {(desk.graph.nodes[x.target.node].module, x.target.port): x for x in desk.graph.edges}
    for edge in ends.values():
        desk.document.selection.set_edge(edge.target)
        tabs = desk.window.inspector.page.tabs
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            QApplication.processEvents()
            assert nameless(desk.window) == [], edge


def test_the_edge_page_of_a_matrix_has_names_everywhere(desk):
    desk.open(next(p for p in examples() if p.stem == "softmax_classifier"))
    desk.press_key(Key.Key_F5)
    desk.settle()
    layer = next(i for i, n in desk.graph.nodes.items() if n.module == "Linear")
    desk.document.selection.set_edge(PortRef(layer, "weight"))
    QApplication.processEvents()
    assert nameless(desk.window) == []
