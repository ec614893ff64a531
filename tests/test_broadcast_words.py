"""Edges whose value is broadcast say so: on the canvas, in the inspector and in tips."""

import numpy as np
import pytest

from graph import Graph, PortRef
from gui.accessible.words import port_values
from gui.canvas.tips import tip_of
from gui.outline import Outline
from gui.sentence import sentence_of
from tests.canvas_desk import Desk
from tests.inspector_desk import InspectorDesk


def added(a, b):
    """a + b, then a sum; far enough apart for words on the wires."""
    graph = Graph()
    gap = 400
    for id_, shape, y in (("a", a, 0), ("b", b, 160)):
        graph.add("Input", id_, shape=shape, at=(0, y))
        graph.set_tensor(f"{id_}.y", np.full(shape, 0.5))
    graph.add("Add", "s", at=(gap, 80))
    graph.add("Sum", "loss", at=(2 * gap, 80))
    for source, target in (("a.y", "s.a"), ("b.y", "s.b"), ("s.y", "loss.x")):
        graph.connect(source, target)
    return graph


def words(desk, zoom, position=None):
    desk.run(position)
    desk.view.zoom_to(zoom)
    desk.view.centerOn(desk.scene.content_rect().center())
    return {port: texts for (kind, port), texts in desk.plates().items() if kind == "value"}


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ((8,), (32, 8), "[8] → [32, 8]"),
        ((32, 1), (32, 8), "[32, 1] → [32, 8]"),
        ((), (4,), "0.5  [] → [4]"),
        ((2, 3), (2, 3), "[2, 3]"),
    ],
)
def test_a_plate_says_to_which_shape_its_value_is_broadcast(qtbot, a, b, wanted):
    desk = Desk(qtbot, added(a, b))
    found = words(desk, 1.0)
    assert found["a.y"][0] == wanted
    assert "→" not in found["b.y"][0]
    assert "→" not in found["s.y"][0]


def test_from_close_by_the_range_follows(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    desk.run()
    desk.view.zoom_to(1.6)
    desk.view.centerOn(250, 60)
    assert desk.plates()["value", "a.y"] == ["[8] → [32, 8]  0.5 … 0.5"]


def test_where_there_is_little_room_the_words_are_dropped_before_the_shape(qtbot):
    graph = added((8,), (32, 8))
    graph.move("s", (176, -6))
    desk = Desk(qtbot, graph)
    assert words(desk, 1.0, position=2)["a.y"] == ["[8]"]


def test_edges_of_one_port_that_broadcast_unlike_say_so_at_their_ends(qtbot):
    graph = added((8,), (32, 8))
    graph.add("Square", "q", at=(400, -120))
    graph.connect("a.y", "q.x")
    desk = Desk(qtbot, graph)
    assert words(desk, 1.0)["a.y"] == ["[8]"]
    assert desk.plates()["spread", "s.a"] == ["[8] → [32, 8]"]
    assert ("spread", "q.x") not in desk.plates()


def test_tips_of_the_port_say_it_too(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    desk.run()
    tip = tip_of(desk.view, PortRef("s", "a"))
    assert tip.splitlines()[0] == "s.a: float64 [8], broadcast to [32, 8]"
    assert "broadcast" not in tip_of(desk.view, PortRef("s", "b"))


def test_the_edges_page_says_it_too(qtbot):
    desk = InspectorDesk(qtbot, added((), (4,)))
    desk.run()
    page = desk.edge("s.a")
    wanted = "Broadcast [] → [4]: axis 0 added. Its gradient is summed over axis 0."
    assert page.heading.subtitle.said == wanted
    assert desk.edge("s.b").heading.subtitle.said == ""


def test_batches_of_matrices_broadcast(qtbot):
    graph = Graph()
    for id_, shape in (("a", (5, 2, 3)), ("b", (3, 4))):
        graph.add("Input", id_, shape=shape)
        graph.set_tensor(f"{id_}.y", np.ones(shape))
    graph.add("MatMul", "m")
    graph.connect("a.y", "m.a")
    graph.connect("b.y", "m.b")
    types = {port: graph.types.of(PortRef("m", port)) for port in ("a", "b")}
    assert graph.module("m").spread("b", types) == (5, 3, 4)
    assert graph.module("m").spread("a", types) is None


STRETCHED = [
    ((8,), (32, 8), "axis 0 added", "summed over axis 0"),
    ((32, 1), (32, 8), "axis 1: 1 → 8", "summed over axis 1"),
    ((), (4, 2), "axes 0 and 1 added", "summed over axes 0 and 1"),
    ((3, 1), (2, 5, 3, 4), "axes 0 and 1 added, axis 3: 1 → 4", "summed over axes 0, 1 and 3"),
]


@pytest.mark.parametrize(("a", "b", "forward", "reverse"), STRETCHED)
def test_the_gradients_plate_says_over_which_axes_it_is_summed(qtbot, a, b, forward, reverse):
    desk = Desk(qtbot, added(a, b))
    words(desk, 1.0)
    found = {port: texts[0] for (kind, port), texts in desk.plates().items() if kind == "gradient"}
    assert found["s.a"].endswith(f"  {reverse}")
    assert found["s.a"].startswith("∂ ")
    assert "summed" not in found["s.b"] + found["loss.x"]
    spread = desk.document.shown.spread(PortRef("s", "a"))
    assert (spread.forward, spread.reverse) == (forward, reverse)
    # What the words say is what the numbers do.
    total = desk.document.trace.gradient("s.y").sum(axis=(*spread.added, *spread.stretched))
    assert np.array_equal(desk.document.trace.gradient("s.a").ravel(), total.ravel())


def test_in_the_forward_phase_nothing_is_said_to_be_summed(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    words(desk, 1.0, position=2)
    assert not any("summed" in text for texts in desk.plates().values() for text in texts)


def test_where_there_is_little_room_the_gradient_alone_stays(qtbot):
    graph = added((8,), (32, 8))
    graph.move("s", (240, -6))
    desk = Desk(qtbot, graph)
    words(desk, 1.0)
    assert desk.plates()["gradient", "s.a"][0].startswith("∂ ")
    assert "summed" not in desk.plates()["gradient", "s.a"][0]


def test_the_sentence_tells_both_ways(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    desk.run(1)
    assert "from a [8] → [32, 8], b [32, 8]" in sentence_of(desk.document).text
    desk.run(4)
    text = sentence_of(desk.document).text
    assert "gradient of a = gradient of y × 1, summed over axis 0 = [8] ‖90.51‖" in text
    assert text.endswith("of b = [32, 8] ‖16‖")


def test_screen_readers_hear_it(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    desk.run()
    told = port_values(desk.scene, PortRef("s", "a"))
    assert "Broadcast [8] to [32, 8]: axis 0 added. Its gradient is summed over axis 0" in told
    assert "Broadcast" not in port_values(desk.scene, PortRef("s", "b"))


def test_the_outlines_row_tells_it(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    outline = Outline(desk.document, desk.theme)
    qtbot.addWidget(outline)
    outline.show()
    qtbot.waitUntil(lambda: outline.row("s") is not None)
    outline.row("s").setExpanded(True)
    desk.run()
    row = outline.row("s").child(0)
    wanted = "Broadcast [8] → [32, 8]: axis 0 added. Its gradient is summed over axis 0."
    qtbot.waitUntil(lambda: row.toolTip(1) == wanted)
    assert outline.row("s").child(1).toolTip(1) == ""


@pytest.mark.parametrize(
    ("a", "b", "marked"),
    [
        ((8,), (32, 8), ["32"]),
        ((32, 1), (32, 8), ["8"]),
        ((), (4, 2), ["4", "2"]),
        ((12, 1, 1), (10, 12, 1, 7), ["10", "7"]),
    ],
)
def test_the_sizes_that_broadcasting_adds_are_underlined(qtbot, a, b, marked):
    desk = Desk(qtbot, added(a, b))
    words(desk, 1.0)
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    plates = {p.port.node: p for p in desk.scene.plates(seen, 1.0) if p.kind == "value"}
    (label,) = plates["a"].labels
    assert [label.text[start:end] for start, end in label.marked] == marked
    assert plates["b"].labels[0].marked == ()


def test_the_underline_is_drawn(qtbot):
    desk = Desk(qtbot, added((8,), (32, 8)))
    words(desk, 1.0)
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    plate = next(p for p in desk.scene.plates(seen, 1.0) if p.port == ("a", "y"))
    picture = desk.view.grab().toImage()
    corner = desk.view.mapFromScene(plate.box[0], plate.box[3])
    ink = desk.theme.color("forward")

    def is_ink(x, y):
        found = picture.pixelColor(x, y)
        return abs(found.red() - ink.red()) + abs(found.blue() - ink.blue()) < 120

    right = desk.view.mapFromScene(plate.box[2], 0).x()
    rows = range(corner.y() - 5, corner.y() + 1)
    longest = max(sum(is_ink(x, y) for x in range(corner.x(), right)) for y in rows)
    assert longest >= 10
