"""Parameters that are frozen, and their factors of the rate: lock, command, inspector, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import Graph, PortRef, dumps, loads
from graph import edits as e
from graph.training import Training
from gui.document import Document
from gui.freezing.freezing import Freezing
from tests.composite_graphs import two_blocks
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key


def two_layers() -> Graph:
    graph = Graph(dtype="float64", target="loss")
    graph.add("Input", "x", shape=(2, 3))
    graph.add("Linear", "h", out_features=4)
    graph.add("Linear", "out", out_features=1)
    graph.add("Sum", "loss")
    for source, target in (("x.y", "h.x"), ("h.y", "out.x"), ("out.y", "loss.x")):
        graph.connect(source, target)
    places = {id_: (280.0 * number, 0.0) for number, id_ in enumerate(graph.nodes)}
    graph.apply(e.Move(places))
    return graph


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(two_layers(), None)
        made.window.workspaces.show("step")
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


def test_a_lock_is_set_by_key_told_drawn_and_undone(desk):
    document, overlays = desk.document, desk.scene.overlays
    desk.click(desk.middle("h"))
    desk.press_key(Key.Key_Z)
    assert document.root.training.frozen == ("h",)
    assert overlays.gutter("h") == ("lock",)
    assert "Frozen" in overlays.node_tip("h")
    assert desk.window.commands.by_id["freeze"].isChecked()
    section = desk.window.inspector.page.learning
    assert [row.frozen.isChecked() for row in section.rows.values()] == [True, True]

    QTest.keyClick(section.rows["weight"].frozen, Key.Key_Space)
    assert document.root.training.frozen == ("h.bias",)  # the other one stays
    assert overlays.gutter("h") == ("lock_inside",)
    assert overlays.badges(PortRef("h", "bias")) == ("lock",)
    assert not desk.window.commands.by_id["freeze"].isChecked()
    document.undo()
    assert document.root.training.frozen == ("h",)
    document.undo()
    assert document.root.training.frozen == ()
    assert overlays.gutter("h") == ()
    assert not section.rows["bias"].frozen.isChecked()

    desk.click(desk.middle("x"))
    assert not desk.window.commands.by_id["freeze"].isEnabled()
    assert not desk.window.inspector.page.learning.isVisible()


def test_a_factor_is_typed_refused_and_forgotten(desk):
    document = desk.document
    desk.click(desk.middle("out"))
    row = desk.window.inspector.page.learning.rows["weight"]
    desk.type_into(row.factor, "0.25")
    assert document.root.training.lr_factors == {"out.weight": 0.25}
    desk.type_into(row.factor, "-1")
    error = desk.window.inspector.page.learning.error
    assert "expected a number of at least 0" in error.said
    assert document.root.training.lr_factors == {"out.weight": 0.25}
    desk.type_into(row.factor, "1")
    assert document.root.training.lr_factors == {}
    assert not error.said


def freezing_of(graph: Graph, training: Training) -> tuple[Document, Freezing]:
    graph.apply(e.SetGraph({"training": training}))
    document = Document()
    document.replace(graph, None)
    return document, Freezing(document)


def test_a_composite_freezes_what_is_inside_and_inside_one_cannot_let_it_go(qapp):
    document, freezing = freezing_of(two_blocks(), Training(frozen=("one/lin.weight",)))
    refused = []
    document.refused.connect(refused.append)
    assert not freezing.is_frozen("one")
    assert freezing.holds_frozen("one")
    freezing.switch(("one",), True)
    assert freezing.frozen == ("one",)
    assert freezing.is_frozen("one/lin.bias")
    freezing.switch(("one/lin",), False)
    assert refused == ["one freezes all that is inside it. Unfreeze one first."]
    freezing.switch(("one",), False)
    assert freezing.frozen == ()
    freezing.switch(("one/lin.weight", "one/lin.bias"), True)
    assert freezing.is_frozen("one")  # by all its parts
    assert not freezing.is_frozen("two")


def test_the_last_factor_that_means_a_parameter_counts(qapp):
    training = Training(lr_factors={"out.weight": 2.0, "out": 0.5})
    document, freezing = freezing_of(two_layers(), training)
    assert freezing.factor("out.weight") == 0.5
    freezing.set_factor("out.weight", 3.0)
    assert freezing.factor("out.weight") == 3.0
    assert freezing.factor("out.bias") == 0.5
    freezing.set_factor("out", 1.0)
    assert document.root.training.lr_factors == {}


def test_what_is_tied_to_another_instance_is_frozen_there(qapp):
    text = dumps(two_blocks()).decode()
    assert text.count('{"id": "two", ') == 1
    graph = loads(text.replace('{"id": "two", ', '{"id": "two", "shares": "one", '))
    document, freezing = freezing_of(graph, Training())
    document.selection.set_nodes({"two"})
    assert not freezing.can_freeze
    assert list(freezing.ports_of("two/lin.weight")) == []
    document.selection.set_nodes({"one", "two"})
    freezing.toggle()
    assert freezing.frozen == ("one",)
