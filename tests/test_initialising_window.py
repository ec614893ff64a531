"""The window that draws parameters anew: of all nodes or of the selected ones, undone as one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import Graph, PortRef, dumps
from runtime.feeds import tensor_array
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT
from tests.window_desk import desk_for

EXAMPLES = Path(str(files("assets"))) / "examples"
# The offscreen platform has no window manager for a second window; the window itself works.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.open(EXAMPLES / "xor.gradwire")
        yield made


def opened(desk):
    desk.window.commands.by_id["reinitialise"].trigger()
    return desk.window.initialising.opened


def press(desk, shown, button) -> None:
    QTest.mouseClick(button, LEFT)
    desk.qtbot.waitUntil(lambda: not shown.is_busy)


def choose(field, value) -> None:
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Key.Key_Home)
    while field.read() != value:
        QTest.keyClick(field, Key.Key_Down)


def weights(desk, port="hidden.weight") -> np.ndarray:
    return tensor_array(desk.document.root.tensors[PortRef.parse(port)])


def test_numbers_are_drawn_by_scheme_and_seed_and_come_back(desk):
    before = dumps(desk.document.root)
    shown = opened(desk)
    assert shown.what.count() == 1  # nothing is selected
    assert shown.seed.read() == desk.document.root.seed
    choose(shown.scheme, "xavier_uniform")
    assert "tanh" in shown.about.said
    press(desk, shown, shown.draw)
    first = weights(desk).copy()
    assert np.abs(first).max() <= np.sqrt(6 / 10)
    assert not weights(desk, "hidden.bias").any()
    assert desk.document.history.undo_text == "Draw parameters: xavier uniform, seed 0"
    press(desk, shown, shown.next)
    assert (weights(desk) != first).all()
    assert shown.seed.read() == 1
    for _ in range(2):
        desk.window.undoing.undo()
    assert dumps(desk.document.root) == before
    desk.type_into(shown.seed.lineEdit(), "0")
    press(desk, shown, shown.draw)
    np.testing.assert_array_equal(weights(desk), first)

    choose(shown.scheme, "ones")
    assert "stay alike" in shown.about.said
    press(desk, shown, shown.draw)
    desk.settle()
    gradient = desk.document.trace.gradient("hidden.weight")
    assert np.ptp(gradient, axis=0).max() == 0  # all rows alike: that is what one sees
    choose(shown.scheme, "own")
    press(desk, shown, shown.draw)
    assert PortRef.parse("hidden.weight") not in desk.document.root.tensors
    assert nameless(shown) == []


def test_only_what_is_selected_changes_if_one_wants(desk):
    desk.document.selection.set_nodes({"output"})
    shown = opened(desk)
    assert shown.what.read() == "chosen"
    assert shown.what.currentText() == "Only of output"
    hidden, output = weights(desk).copy(), weights(desk, "output.weight").copy()
    choose(shown.scheme, "normal")
    press(desk, shown, shown.draw)
    np.testing.assert_array_equal(weights(desk), hidden)
    assert (weights(desk, "output.weight") != output).all()
    desk.document.selection.set_nodes({"relu"})
    assert shown.what.currentText() == "Only of relu"
    press(desk, shown, shown.draw)
    assert shown.problem.said == "relu: found no parameter whose size is known, expected one."
    desk.document.selection.clear()
    assert shown.what.read() == "whole"


def test_what_is_edited_meanwhile_is_not_written_over(desk):
    shown = opened(desk)
    choose(shown.scheme, "normal")
    QTest.mouseClick(shown.draw, LEFT)
    desk.document.replace(Graph(title="Another"), None)
    desk.qtbot.waitUntil(lambda: not shown.is_busy)
    assert not desk.document.root.tensors
    assert desk.document.history.undo_text is None
