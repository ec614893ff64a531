"""The figures of a Jacobian in its panel: norm, rank, condition, determinant, singular values."""

import numpy as np
from PySide6.QtTest import QTest

from graph import Graph
from gui.inspector.jacobian import figures as figures_module
from tests.inspector_desk import network
from tests.jacobian_desk import (
    LEFT,
    chain,
    convolution,
    local,
    panel_of,
    softmax,
)


def figures_of(qtbot, panel) -> dict[str, str]:
    qtbot.waitUntil(lambda: "…" not in panel.figures.said.values(), timeout=20_000)
    return panel.figures.said


def test_the_figures_of_a_small_jacobian_are_there_at_once(qtbot):
    desk, panel = panel_of(qtbot, network(), "hidden.x")
    matrix = local(desk, "hidden.x").dense()
    values = np.linalg.svd(matrix, compute_uv=False)
    said = panel.figures.said
    assert said["Norm"] == f"{np.linalg.norm(matrix):.4g}"
    assert said["Zeros"] == "75%"
    assert said["Rank"] == "8"
    assert said["Condition"] == f"{values[0] / values[-1]:.4g}"
    assert "Determinant" not in said  # the matrix is not square
    assert panel.figures.spectrum.accessibleName().startswith("8 singular values on a logarithmic")
    for name, figure in panel.figures.cells.values():
        assert name.toolTip()
        assert figure.toolTip()


def test_the_figures_of_a_batch_come_from_its_structure(qtbot):
    _, panel = panel_of(qtbot, softmax(), "p.x")
    said = figures_of(qtbot, panel)
    assert said["Rank"] == "1\u2009152"  # nine of ten directions of each sample
    assert said["Determinant"] == "0"
    assert said["Condition"] == "∞"
    assert panel.figures.spectrum_name.said == "Singular values (1\u2009280)"
    heights = panel.figures.spectrum.heights(1280)
    assert (heights[:1152] > 0.5).all()
    assert (heights[1152:] < 0.1).all()  # rounding


def test_a_determinant_too_small_for_a_number_is_told_by_its_logarithm(qtbot):
    graph = Graph()
    graph.add("Input", "x", shape=(4000,))
    graph.add("Sigmoid", "s")
    graph.add("Sum", "loss")
    graph.connect("x.y", "s.x")
    graph.connect("s.y", "loss.x")
    graph.set_tensor("x.y", np.zeros(4000))
    _, panel = panel_of(qtbot, graph, "s.x")
    said = figures_of(qtbot, panel)
    assert said["Determinant"] == "e^−5545"  # 4000 log 0.25
    assert said["Condition"] == "1"


def test_figures_that_take_long_are_cancelled_and_dropped(qtbot):
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    figures = panel.figures
    qtbot.waitUntil(lambda: figures.progress.cancel.isVisible(), timeout=5000)
    QTest.mouseClick(figures.progress.cancel, LEFT)
    assert figures.progress.again.isVisible()
    assert set(figures.said.values()) == {"not yet"}
    QTest.mouseClick(figures.progress.again, LEFT)
    desk.choose(panel.output.field, 1)  # the figures of another derivative
    qtbot.waitUntil(lambda: figures.said.get("Rank") == "1", timeout=20_000)
    qtbot.wait(300)
    assert figures.said["Rank"] == "1"


def test_figures_that_nobody_asked_for_end_after_a_while(qtbot, monkeypatch):
    monkeypatch.setattr(figures_module, "UNASKED", 0.05)
    desk, panel = panel_of(qtbot, convolution(), "conv.x")
    figures = panel.figures
    qtbot.waitUntil(figures.progress.again.isVisible, timeout=20_000)
    assert figures.said["Rank"] == "not yet"
    weight = desk.document.trace.value("conv.weight")
    norm = np.linalg.norm(weight) * 30  # each of its numbers stands at 30 x 30 places
    assert figures.said["Norm"] == f"{norm:.4g}"
    assert figures.said["Zeros"] == "99%"
    assert figures.progress.words.said.startswith("The singular values take long")
    QTest.mouseClick(figures.progress.again, LEFT)  # now they have been asked for
    qtbot.wait(400)
    assert figures.progress.cancel.isVisible()
    QTest.mouseClick(figures.progress.cancel, LEFT)
    assert figures.said["Norm"] == f"{norm:.4g}"


def test_what_is_unknown_says_why(qtbot):
    graph = chain(1)
    graph.set_tensor("x.y", np.array([0.0, np.inf, 1.0]))
    _, panel = panel_of(qtbot, graph, "sin0.x")
    assert panel.figures.said["Rank"] == "unknown"
    why = "Some entries are not finite numbers"
    assert why in panel.figures.how.said
    assert why in panel.figures.cells["Rank"][1].toolTip()
