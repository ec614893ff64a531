"""A whole story: where the gradient of a deep network dies is found by breakpoints, and mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, load
from graph import edits as e
from gui.examples import examples
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        path = next(path for path in examples() if path.stem == "vanishing")
        copy = tmp_path / "vanishing.gradwire"
        copy.write_bytes(Path(path).read_bytes())
        made.open(copy)
        yield made


def go_on(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_F4)
    desk.qtbot.waitUntil(lambda: not desk.window.holding.is_busy)
    QApplication.processEvents()


def test_breakpoints_find_where_a_gradient_dies_and_a_pinned_run_shows_the_mend(desk):
    document, window = desk.document, desk.window
    first = next(id_ for id_ in document.order if document.graph.nodes[id_].module == "Sigmoid")
    # Hold where the gradient of the first activation has become small.
    desk.view.setFocus()
    document.selection.set_nodes([first])
    window.commands.by_id["condition"].trigger()
    form = window.drawer.panel("breakpoints").form
    for field, keys in ((form.of, 2), (form.test, 2)):
        field.setFocus()
        for _ in range(keys):
            QTest.keyClick(field, Key.Key_Down)
        QTest.keyClick(field, Key.Key_Return)
    desk.type_into(form.bound, "0.01")
    document.playhead.first()
    go_on(desk)
    stop = window.holding.stop
    assert stop.mark.at == first
    assert stop.found.figure < 0.01
    assert document.shown.in_reverse
    assert document.shown.step.node == first
    # Watch it and the last activation: the history says how much is lost between them.
    last = [id_ for id_ in document.order if document.graph.nodes[id_].module == "Sigmoid"][-1]
    for id_ in (first, last):
        desk.view.setFocus()
        document.selection.set_nodes([id_])
        desk.press_key(Key.Key_V)
    window.drawer.show_tab("watch")
    panel = window.drawer.panel("watch")
    desk.qtbot.waitUntil(lambda: not panel.histories.is_busy)
    document.playhead.last()
    small, large = (panel.model.points(row, 3)[-1].figure for row in (0, 1))
    assert small < 0.1 * large
    # Pin the run, let the activations through, and see the gradients grow.
    desk.view.setFocus()
    desk.press_key(Key.Key_F10)
    every = [id_ for id_, node in document.graph.nodes.items() if node.module == "Sigmoid"]
    bypassed = (e.SetNode(id_, {"bypassed": True}) for id_ in every)
    document.do(e.Batch(tuple(bypassed)), "Bypass")
    desk.settle()
    desk.qtbot.waitUntil(lambda: not window.comparing.is_busy)
    change = window.comparing.difference(PortRef(first, "x")).gradient
    assert change.after > 10 * change.before
    # All of it is in the file, and one undo each takes it back.
    document.save()
    again = load(document.path)
    assert again.marks.breakpoints[0].when.bound == 0.01
    assert [port.node for port in again.marks.watches] == [first, last]
    while document.history.undo_text is not None:
        document.undo()
    assert document.root.marks.breakpoints == ()
    assert document.root.marks.watches == ()
