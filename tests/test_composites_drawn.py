"""Composites on the canvas and in the palette, in the real window."""

import pytest
from PySide6.QtGui import QColor

from graph import PortRef
from graph import edits as e
from graph.definition import Interface
from gui.icons import icon_image, icon_of
from tests.block_graphs import block, two_blocks
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(two_blocks(), None)
        made.view.zoom_to_fit()
        made.settle()
        yield made


def test_a_composite_has_a_double_outline_its_letter_and_its_ports(desk):
    face = desk.scene.face("one")
    assert face.shape.outline == "composite"
    assert (list(face.shape.inputs), list(face.shape.outputs)) == (["x"], ["y"])
    assert face.icon == "letter:B"
    desk.view.zoom_to(2.0)
    desk.view.reveal("one")
    left, top, _, _ = desk.scene.items_by_id["one"].box()
    picture = desk.view.grab().toImage()
    ink = desk.theme.color("line")
    # Going in from the top edge there are two lines with the node's ground between them.
    column = [picture.pixelColor(desk.pixel(left + 100, top + y / 2)) for y in range(-4, 12)]
    dark = [abs(c.lightness() - ink.lightness()) < 40 for c in column]
    runs = sum(a and not b for a, b in zip(dark, [*dark[1:], False], strict=True))
    assert runs == 2


def test_edges_of_a_composite_show_value_and_gradient_of_the_whole(desk):
    desk.document.playhead.last()
    desk.view.zoom_to(1.0)
    desk.view.reveal("one")
    assert desk.texts("value")["one.y"]
    assert "∂" in desk.texts("gradient")["two.x"]


def test_the_palette_lists_the_definitions_at_its_end(desk):
    palette = desk.window.palette_panel
    tree = palette.tree
    assert tree.topLevelItem(tree.topLevelItemCount() - 1).text(0) == "Composites"
    assert tree.names()[-1] == "Block"
    desk.document.do(e.Define(block("Other")), "Define Other")
    assert tree.names()[-2:] == ["Block", "Other"]
    desk.document.undo()
    assert tree.names()[-1] == "Block"
    palette.search.setText("block")
    desk.document.do(e.RenameDefinition("Block", "Blocks"), "Rename Block")
    assert tree.names() == ["Blocks"]


def test_a_definition_is_dragged_from_the_palette(desk):
    desk.view.zoom_to_fit()
    id_ = desk.drag_module("Block", 300, 240)
    assert desk.graph.nodes[id_].module == "Block"
    assert desk.document.history.undo_text == "Add Block"
    desk.document.undo()
    assert id_ not in desk.graph


@pytest.mark.parametrize(
    ("icon", "letter"), [("", "B"), ("Q", "Q"), ("<", "<"), ("&x", "&"), (" ", "B")]
)
def test_the_letter_is_that_of_the_definition_or_its_name(desk, icon, letter):
    old = desk.graph.definitions["Block"].interface
    given = Interface(old.doc, icon, old.inputs, old.outputs)
    desk.document.do(e.SetInterface("Block", given), "Set the letter")
    name = icon_of(desk.graph.catalogue.require("Block"))
    assert name == f"letter:{letter}"
    drawn, plain = (icon_image(n, QColor("black").name(), 32) for n in (name, "letter: "))
    assert drawn != plain


def test_a_composite_is_selected_and_wired_like_any_node(desk):
    desk.click(desk.middle("two"))
    assert desk.document.selection.node == "two"
    desk.document.do(e.Disconnect(PortRef("two", "x")), "Cut")
    desk.settle()
    desk.wire("one.y", "two.x")
    assert desk.graph.incoming(PortRef("two", "x")).source == PortRef("one", "y")
