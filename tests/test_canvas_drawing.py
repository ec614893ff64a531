"""What the canvas draws: annotations, levels of detail, faces and moods, and pictures of it."""

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from graph import Edge, Graph, Node, PortRef, Tensor
from graph import edits as e
from gui.canvas.plates import Layout
from gui.canvas.sight import Sight
from gui.canvas.tips import tip_at
from tests.canvas_desk import Desk, by_hand


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def network(batch: int = 4) -> Graph:
    """A layer on a batch, down to a squared error."""
    random = np.random.default_rng(0)
    graph = Graph()
    graph.add("Input", "x", shape=("B", 3), at=(0, 8))
    graph.add("Linear", "h", out_features=8, at=(240, 0))
    graph.add("ReLU", "relu", at=(640, 8))
    graph.add("Sum", "loss", at=(960, 8))
    for source, target in (("x.y", "h.x"), ("h.y", "relu.x"), ("relu.y", "loss.x")):
        graph.connect(source, target)
    graph.set_tensor("x.y", random.normal(size=(batch, 3)))
    return graph


# --- annotations ----------------------------------------------------------------------------


def test_the_example_reads_as_the_handbook_says(desk):
    desk.run()
    plates = desk.plates()
    assert plates["value", "x1.y"] == ["6"]
    assert plates["value", "difference.y"] == ["−3"]
    assert plates["gradient", "loss.x"] == ["∂ −1", "×−1"]
    assert plates["gradient", "difference.b"] == ["∂ 1", "×−1"]
    assert plates["gradient", "x2.a"] == ["∂ 1", "×1"]
    assert plates["gradient", "x1.a"] == ["∂ 2", "×2"]
    assert plates["gradient", "x1.b"] == ["∂ 3", "×3"]


def test_the_forward_phase_shows_values_alone(desk):
    desk.run(2)
    plates = desk.plates()
    assert plates["value", "x2.y"] == ["7"]
    assert ("value", "difference.y") not in plates
    assert not [kind for kind, _ in plates if kind == "gradient"]


def test_from_afar_there_are_rails_alone(desk):
    desk.run()
    desk.view.zoom_to(0.5)
    before = desk.scene.field.all
    desk.view.grab()
    assert desk.scene.field.all is before
    desk.view.zoom_to(0.1)
    assert not desk.view.grab().isNull()


def test_from_close_by_the_chain_rule_is_written_out(desk):
    desk.run()
    desk.view.zoom_to(2.0)
    desk.view.centerOn(300, 100)
    plates = desk.plates()
    assert plates["value", "x1.y"] == ["x1.y = 6"]
    assert plates["gradient", "x1.b"] == ["∂L/∂b = 1 × 3 = 3", "×3"]


def test_several_edges_carry_their_sum_under_the_value(qtbot):
    graph = Graph()
    for module, id_, at in (
        ("Input", "x", (0, 0)),
        ("Sin", "sin", (320, 0)),
        ("Add", "y", (640, 80)),
    ):
        graph.add(module, id_, at=at)
    for source, target in (("x.y", "sin.x"), ("sin.y", "y.a"), ("x.y", "y.b")):
        graph.connect(source, target)
    graph.set_tensor("x.y", Tensor.scalar(0.0))
    desk = Desk(qtbot, graph)
    desk.run()
    plates = desk.plates()
    assert plates["sum", "x.y"] == ["Σ∂ 2"]
    assert plates["value", "x.y"] == ["0"]
    assert ("sum", "sin.y") not in plates


def test_tensors_show_shape_norm_structure_and_a_picture(qtbot):
    desk = Desk(qtbot, network())
    desk.run()
    plates = desk.plates()
    assert plates["value", "h.y"] == ["[4, 8]"]
    norm, factor = plates["gradient", "relu.x"]
    assert norm.startswith("∂ ‖")
    assert factor == "diagonal"
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    pictures = {
        str(plate.port): plate.picture.kind
        for plate in desk.scene.plates(seen, 1.0)
        if plate.picture is not None
    }
    assert pictures["h.y"] == pictures["relu.x"] == "heat"


def test_pins_are_annotated_like_edges(qtbot):
    desk = Desk(qtbot, network())
    desk.run()
    name, value, gradient = desk.plates()["pin", "h.weight"]
    assert (name, value) == ("weight", "[8, 3]")
    assert gradient.startswith("∂ ‖")


def test_words_are_told_apart(qtbot):
    graph = Graph(target="sin")
    for id_, at in (("x", (0, 0)), ("aside", (0, 200))):
        graph.add("Input", id_, at=at)
    graph.set_tensor("x.y", Tensor.scalar(0.5))
    graph.set_tensor("aside.y", Tensor.scalar(-1.0))
    graph.add("Sin", "sin", at=(320, 0))
    graph.add("Log", "log", at=(320, 200))
    graph.connect("x.y", "sin.x")
    graph.connect("aside.y", "log.x")
    graph.add("Negate", "last", at=(640, 200))
    graph.connect("log.y", "last.x")
    desk = Desk(qtbot, graph)
    desk.run()
    plates = desk.plates()
    assert plates["gradient", "log.x"] == ["no path"]
    assert plates["value", "log.y"] == ["NaN"]
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    inks = {(p.kind, str(p.port)): p.labels[0].ink for p in desk.scene.plates(seen, 1.0)}
    assert inks["value", "log.y"] == "error"
    assert inks["gradient", "log.x"] == "muted"
    assert inks["value", "x.y"] == "forward"


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(240, {"∂", "×", "v"}), (168, {"∂", "v"}), (96, {"∂"})],
    ids=["all", "no factor", "gradient alone"],
)
def test_short_of_room_the_factor_goes_first_and_the_gradient_last(qtbot, gap, expected):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.add("Sin", "sin", at=(96 + gap, 0))
    graph.connect("x.y", "sin.x")
    graph.set_tensor("x.y", Tensor.scalar(0.1234))
    desk = Desk(qtbot, graph)
    desk.run()
    plates = desk.plates()
    texts = plates.get(("gradient", "sin.x"), [])
    found = {text[0] for text in texts} | ({"v"} if ("value", "x.y") in plates else set())
    assert found == expected


@pytest.mark.parametrize("zoom", [0.7, 1.0, 1.6, 3.0])
def test_annotations_cover_neither_nodes_nor_each_other(qtbot, zoom):
    desk = Desk(qtbot, network())
    desk.run()
    scene = desk.scene
    rect = scene.content_rect().adjusted(-200, -200, 200, 200)
    plates = scene.plates(rect, zoom)
    boxes = [plate.box for plate in plates]
    boxes += [plate.picture.box for plate in plates if plate.picture is not None]
    boxes += scene.boxes.array.tolist()
    assert len(boxes) > 8
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, (boxes[index], other)


@pytest.mark.parametrize("zoom", [0.7, 1.0, 1.49, 1.5, 4.0])
def test_annotations_stay_legible_at_every_zoom(desk, zoom):
    desk.run()
    plates = desk.scene.plates(desk.scene.content_rect(), zoom)
    sizes = {label.pixels for plate in plates for label in plate.labels}
    assert sizes
    assert min(sizes) >= 11 - (zoom < 1)
    assert max(sizes) <= 16


def test_an_empty_sight_has_no_plates(desk):
    layout = Layout(Sight(), desk.graph, desk.document.shown, desk.theme, 1.0)
    assert layout.plates() == []


# --- faces and moods ------------------------------------------------------------------------


def test_shapes_are_symbolic_before_the_run_and_real_after_it(qtbot):
    graph = network()
    graph.set_tensor("x.y", None)
    desk = Desk(qtbot, graph)
    assert desk.scene.texts("h") == ("Linear", "[B, 3] → [B, 8]")
    graph.set_tensor("x.y", np.zeros((5, 3)))
    desk.run()
    assert desk.scene.texts("h") == ("Linear 3→8", "[5, 3] → [5, 8]")


def test_moods_follow_playhead_and_check(desk):
    desk.run(2)
    assert desk.scene.mood("x2").ring == "forward"
    assert not desk.scene.mood("x2").muted
    assert desk.scene.mood("loss").muted
    assert desk.scene.mood("loss").is_target
    desk.document.playhead.last()
    assert desk.scene.mood("x1").ring == "reverse"
    assert not desk.scene.mood("loss").muted


def test_problems_stand_at_node_and_port(desk):
    desk.document.do(e.Disconnect(PortRef("x2", "b")), "Cut")
    desk.run()
    mood = desk.scene.mood("x2")
    assert mood.mark == "empty"
    assert mood.problem_ports == {"b"}
    assert "found no edge" in tip_at(desk.view, desk.port("x2.b"))
    assert "x2" in tip_at(desk.view, desk.middle("x2"))


def test_an_unknown_module_is_shown_as_such(qtbot):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.apply(e.AddNode(Node("odd", "FromTheFuture", at=(240, 0))))
    graph.apply(e.Connect(Edge(PortRef("x", "y"), PortRef("odd", "in"))))
    graph.set_tensor("x.y", Tensor.scalar(1.0))
    desk = Desk(qtbot, graph)
    face = desk.scene.face("odd")
    assert (face.shape.outline, face.icon, face.module) == ("unknown", "unknown", "FromTheFuture")
    assert PortRef("odd", "in") in desk.scene.wires
    desk.run()
    assert desk.scene.mood("odd").mark == "failed"
    desk.view.grab()


def test_bypassed_nodes_say_so(desk):
    desk.document.do(e.SetNode("loss", {"bypassed": True}), "Bypass")
    assert desk.scene.texts("loss")[0] == "bypassed Abs"


def test_a_theme_is_worn_at_once(desk):
    desk.theme.choose("dark")
    corner = desk.view.grab().toImage().pixelColor(3, 790)
    assert corner == QColor("#15181D")


# --- pictures -----------------------------------------------------------------------------------


def test_an_exported_picture_has_texts_and_no_selection(desk):
    desk.run()
    desk.document.selection.set_nodes({"x"})
    rect = desk.view.graph_rect()
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(rect.size().toSize())
    painter = QPainter(generator)
    desk.view.paint_graph(painter, QRectF(0, 0, rect.width(), rect.height()))
    painter.end()
    text = bytes(buffer.data()).decode()
    assert ">∂ 3<" in text
    assert ">Multiply<" in text
    assert not desk.scene.is_printing


def test_an_exported_picture_of_nothing_is_empty(qtbot):
    desk = Desk(qtbot)
    image = QImage(320, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    desk.view.paint_graph(painter)
    painter.end()
    assert image.pixelColor(10, 10) == QColor("#F4F6F8")
