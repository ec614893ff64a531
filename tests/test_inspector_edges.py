"""An edge in the inspector: figures, product, verdict, pictures, states told apart."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef
from graph.edits import SetNode
from gui.background import Background
from gui.inspector.heat_map import MOST, Drawing, HeatMap, extent
from gui.inspector.statistics import Statistics, StatisticsView
from gui.inspector.tensor_panel import TensorPanel
from gui.shown import Reading
from gui.theme import Theme
from runtime.verdict import GradientReport, Verdict
from tests.inspector_desk import InspectorDesk, by_hand, network

VALUE, GRADIENT, JACOBIAN = range(3)


@pytest.fixture
def desk(qtbot):
    desk = InspectorDesk(qtbot, by_hand())
    desk.run()
    return desk


@pytest.fixture
def net(qtbot):
    desk = InspectorDesk(qtbot, network())
    desk.run()
    return desk


def figures(page):
    return tuple(
        f.label.said for f in (page.figures.value, page.figures.factor, page.figures.gradient)
    )


def press_tab(page, index):
    place = page.tabs.tabRect(index).center()
    QTest.mouseClick(page.tabs, Qt.MouseButton.LeftButton, pos=place)


def test_a_scalar_edge_reads_as_in_the_picture(desk):
    page = desk.edge("x1.a")
    desk.verify()
    assert page.heading.title.said == "Edge  w → x1.a"
    assert figures(page) == ("3", "×2", "∂ 2")
    assert page.product.said == "∂L/∂w = ∂L/∂x1 · ∂x1/∂w = 1 × 2 = 2"
    assert page.verdict.said.startswith("Finite differences agree (")
    assert page.jacobian.structure.said == "Diagonal"
    assert page.jacobian.caption.said == "Rows: 1 output; columns: 1 input"
    assert page.jacobian.number.number.said == "2"


def test_negative_factors_stand_in_brackets(desk):
    page = desk.edge("loss.x")
    assert figures(page) == ("−3", "×−1", "∂ −1")
    assert page.product.said.endswith("= 1 × (−1) = −1")


def test_it_follows_the_playhead(desk):
    page = desk.edge("x1.a")
    desk.document.playhead.first()
    assert figures(page) == ("3", "not yet", "not yet")
    assert page.product.said == "∂L/∂w = ∂L/∂x1 · ∂x1/∂w"
    press_tab(page, GRADIENT)
    assert page.gradient.caption.said == "No gradient yet: the playhead has not come so far."
    desk.document.playhead.last()
    assert figures(page) == ("3", "×2", "∂ 2")
    assert page.gradient.number.number.said == "2"


def test_the_chosen_tab_is_kept_for_the_next_edge(desk):
    page = desk.edge("x1.a")
    press_tab(page, VALUE)
    assert page.value.isVisible()
    assert not page.jacobian.isVisible()
    other = desk.edge("x1.b")
    assert other is not page
    assert other.value.isVisible()
    QTest.keyClick(other.tabs, Qt.Key.Key_Right)
    assert other.gradient.isVisible()


def test_an_edge_among_several_is_named_by_its_port(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=())
    graph.add("Multiply", "square")
    graph.connect("x.y", "square.a")
    graph.connect("x.y", "square.b")
    graph.set_tensor("x.y", np.array(3.0))
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.edge("square.a")
    text = "∂L/∂square.a = ∂L/∂square · ∂square/∂square.a = 1 × 3 = 3"
    assert page.product.said == text


def test_states_are_told_apart(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sign", "sign")
    graph.add("Sum", "total")
    graph.add("Sin", "aside")
    graph.connect("x.y", "sign.x")
    graph.connect("sign.y", "total.x")
    graph.connect("x.y", "aside.x")
    graph.set_tensor("x.y", np.array([1.0, np.nan]))
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    assert figures(desk.edge("aside.x")) == ("[2] NaN", "diagonal", "no path")
    assert desk.page.product.said == ""
    press_tab(desk.page, GRADIENT)
    said = desk.page.gradient.caption.said
    assert said == "No gradient: no path leads from here to the target."
    press_tab(desk.page, VALUE)
    assert desk.page.value.statistics.said["NaN"] == "1"
    page = desk.edge("sign.x")
    assert page.figures.gradient.label.said.startswith("∂ ‖")  # a zero, or NaN, but a gradient


def test_tensors_show_shapes_structure_and_statistics(net):
    page = net.edge("hidden.x")
    value, factor, gradient = figures(page)
    assert value == "[4, 2]"
    assert factor == "I₄ ⊗ 8×2"
    assert gradient.startswith("∂ ‖")
    assert page.product.said.splitlines()[1] == "1×32 · 32×8 = 1×8, as [4, 2]"
    assert page.jacobian.structure.said == "Kronecker: I₄ ⊗ 8×2"
    assert page.jacobian.caption.said.startswith("Rows: 32 outputs; columns: 8 inputs\n")
    press_tab(page, VALUE)
    statistics = page.value.statistics.said
    array = net.tensor("x.y")
    assert statistics["Numbers"] == "8"
    assert statistics["Norm"] == f"{np.linalg.norm(array):.4g}"


def test_the_cell_under_the_pointer_is_read(net):
    page = net.edge("hidden.x")
    press_tab(page, VALUE)
    QApplication.processEvents()
    heat = page.value.heat_map
    assert heat.picture.size().toTuple() == (56, 112)
    QTest.mouseMove(heat.picture, QPoint(42, 70))
    net.qtbot.waitUntil(lambda: heat.readout.said != "")
    assert heat.readout.said == f"[2, 1] = {net.tensor('x.y')[2, 1]:.6g}".replace("-", "−")
    heat.picture.setFocus()
    QTest.keyClick(heat.picture, Qt.Key.Key_Up)
    assert heat.readout.said.startswith("[1, 1] = ")


def test_jacobian_cells_are_named_by_both_indices(net):
    page = net.edge("hidden.x")
    linear = net.document.trace.jacobian("hidden.x")
    page.jacobian.heat_map.picture.point(9, 3)
    entry = linear.dense()[9, 3]
    expected = f"∂y[1, 1]/∂x[1, 1] = {entry:.6g}".replace("-", "−")
    assert page.jacobian.heat_map.readout.said == expected
    page.jacobian.table.copy()
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    np.testing.assert_array_equal(np.array(rows, float), linear.dense())


def test_a_large_jacobian_is_seen_by_windows_and_never_built(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(1_000_000,))
    graph.add("ReLU", "relu")
    graph.add("Sum", "total")
    graph.connect("x.y", "relu.x")
    graph.connect("relu.y", "total.x")
    graph.set_tensor("x.y", np.linspace(-1, 1, 1_000_000))
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.edge("relu.x")
    panel = page.jacobian
    qtbot.waitUntil(lambda: panel.places.isVisible(), timeout=20000)
    assert panel.places.row.maximum() == 999_999
    assert not panel.table.isVisible()
    for step in (panel.places.row, panel.places.column):
        step.setFocus()
        step.selectAll()
        QTest.keyClicks(step, "600000")
        QTest.keyClick(step, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.table.numbers.offsets == (600_000, 600_000), timeout=5000)
    assert panel.table.numbers.rowCount() == MOST
    assert panel.table.numbers.headerData(0, Qt.Orientation.Vertical) == "600000"
    panel.heat_map.picture.point(0, 0)
    assert panel.heat_map.readout.said == "∂y[600000]/∂x[600000] = 1"
    press_tab(page, VALUE)
    qtbot.waitUntil(lambda: page.value.statistics.said.get("Maximum") == "1", timeout=5000)
    assert page.value.heat_map.picture.height() <= 240


def test_a_parameter_pin_is_an_edge_with_its_tensor(net):
    page = net.edge("hidden.weight")
    assert page.heading.title.said == "Parameter  hidden.weight"
    assert page.product.said.startswith("∂L/∂hidden.weight = ∂L/∂hidden · ∂hidden/∂hidden.weight")
    net.click(page.owned.buttons["zeros"])
    assert not net.tensor("hidden.weight").any()
    assert net.page is page


def test_verdicts_are_sentences_with_an_icon_in_neutral_ink(desk):
    page = desk.edge("x1.a")
    assert page.verdict.said == "Not yet checked against finite differences"
    target = PortRef("x1", "a")
    for verdict, said in (
        (Verdict("disagrees", 0.31), "Finite differences disagree (0.31)"),
        (Verdict("kink", None), "At a kink, where finite differences say nothing"),
        (Verdict("no path"), "No finite differences: no path"),
    ):
        report = GradientReport(0, "float64", None, {target: verdict}, {}, {})
        desk.document.accept_report(report, desk.document.run_revision)
        assert page.verdict.said == said
        role = page.verdict.label.foregroundRole()
        ink = desk.theme.palette().color(role)
        assert ink == desk.theme.color("muted")


def test_rewiring_an_edge_makes_another_page(desk):
    page = desk.edge("x1.a")
    desk.graph.connect("b.y", "x1.a", replace=True)
    assert desk.page is not page
    assert desk.page.heading.title.said == "Edge  b → x1.a"
    desk.graph.disconnect("x1.a")
    assert desk.page.subject == ("graph", None)


def test_names_from_a_file_are_plain_text(desk):
    desk.graph.apply(SetNode("w", {"label": "<img src='file:///etc/passwd'> & <b>w</b>"}))
    page = desk.edge("x1.a")
    assert page.heading.title.textFormat() == Qt.TextFormat.PlainText
    assert "<img" in page.heading.title.said
    assert page.width() <= 320


# --- the parts by themselves -----------------------------------------------------------------


def test_statistics_leave_out_what_is_not_finite():
    array = np.array([[1.0, -2.0, 0.0], [np.nan, np.inf, 3.0]])
    found = Statistics.of(array)
    assert (found.minimum, found.maximum) == (-2, 3)
    assert found.mean == 0.5
    assert found.zeros == 1
    assert (found.nans, found.infinities) == (1, 1)
    assert found.norm == pytest.approx(np.sqrt(14))
    whole = Statistics.of(np.array([2, 4], np.int64))
    assert (whole.mean, whole.deviation, whole.nans) == (3, 1, 0)
    empty = dict(Statistics.of(np.zeros(0)).rows())
    assert empty["Mean"] == "–"


def test_statistics_of_a_large_tensor_come_from_the_background(qtbot):
    view = StatisticsView(Theme("light"))
    qtbot.addWidget(view)
    array = np.ones(3_000_000)
    view.show_array(array)
    assert view.said["Minimum"] == "…"
    view.show_array(array * 2)  # the newest question wins
    qtbot.waitUntil(lambda: view.said["Minimum"] == "2", timeout=5000)
    qtbot.wait(50)
    assert view.said["Minimum"] == "2"


def test_a_heat_map_is_symmetric_and_pools_by_the_greatest():
    matrix = np.zeros((1000, 3))
    matrix[777, 1] = -5
    matrix[3, 0] = np.inf
    drawing = Drawing.of(matrix)
    assert drawing.limit == 5
    assert drawing.cells.shape == (MOST, 3)
    assert drawing.cells.min() == -5
    assert extent(3, 5) == (140, 84)
    assert extent(1000, 1000) == (240, 240)
    assert extent(1, 1000)[1] == 20


def test_a_pooled_cell_reads_its_greatest_entry(qtbot):
    theme = Theme("light")
    heat = HeatMap(theme)
    qtbot.addWidget(heat)
    matrix = np.zeros((1000, 1000))
    matrix[777, 500] = -5
    heat.show_matrix(matrix, lambda row, column: f"{row},{column}")
    row, column = np.argwhere(Drawing.of(matrix).cells == -5)[0]
    heat.picture.point(int(row), int(column))
    assert heat.readout.said == "777,500 = −5"


def test_a_panel_says_why_there_is_nothing(qtbot, net):
    panel = TensorPanel(net.theme, "gradient")
    qtbot.addWidget(panel)
    said = {}
    for state in ("blank", "no path", "not differentiable", "too large", "failed"):
        panel.show_reading(Reading(state))
        said[state] = panel.caption.said
    assert len(set(said.values())) == 5
    panel.show_reading(Reading("value", np.zeros((0, 3))))
    assert panel.caption.said == "[0, 3] float64, 0 B"


def test_a_picture_that_comes_late_is_not_shown_of_what_has_none(qtbot, net):
    panel = TensorPanel(net.theme, "value")
    qtbot.addWidget(panel)
    large = np.ones((400, 400))  # its picture is made in the background
    panel.show_reading(Reading("value", large))
    panel.show_reading(Reading("value", np.array(2.0)))
    last = Background(panel)
    with qtbot.waitSignal(last.answered):  # the line is worked off in order
        last.ask(lambda: None, large.size)
    assert panel.number.isVisibleTo(panel)
    assert not panel.heat_map.isVisibleTo(panel)
