"""Activations as curves: slopes, kinks, and where they saturate."""

from __future__ import annotations

import numpy as np
import pytest

from graph.catalogue import default_catalogue
from runtime import Engine
from runtime.geometry.entrywise import entrywise
from runtime.geometry.window import Window
from runtime.modules.door import Elementwise
from tests.test_port_functions import curved

CURVES = [
    kind
    for kind in default_catalogue()
    if kind.group in ("Activations", "Arithmetic")
    and [port.role for port in kind().wired_ports].count("input") == 1
]


@pytest.mark.parametrize("kind", CURVES, ids=lambda kind: kind.name)
def test_the_slope_of_a_curve_is_its_difference(kind):
    graph = curved(kind.name, values=(0.4, 1.7, -1.2))
    trace = Engine(graph, partial=True).run(phase="forward")
    found = entrywise(trace, "n0")
    if not issubclass(kind, Elementwise) and kind.name != "PReLU":
        assert found is None  # Softmax acts on all entries at once
        return
    assert np.array_equal(found.outputs, trace.value("n0.y"), equal_nan=True)
    curve = found.curve(Window((-3.0,), (3.0,)), 2001)
    step = curve.x[1] - curve.x[0]
    slope = (curve.y[2:] - curve.y[:-2]) / (2 * step)
    far = np.array([min((abs(k - x) for k in curve.kinks), default=9) for x in curve.x[1:-1]])
    usual = np.isfinite(slope) & (far > 2 * step) & (np.abs(curve.x[1:-1]) > 0.5)
    assert usual.sum() > 800
    assert np.abs(slope - curve.slope[1:-1])[usual].max() < 2e-4


def test_kinks_are_found_where_they_are():
    def kinks(module: str, window=((-3.0,), (3.0,))):
        trace = Engine(curved(module), partial=True).run(phase="forward")
        return entrywise(trace, "n0").curve(Window(*window)).kinks

    assert kinks("ReLU") == kinks("PReLU") == kinks("Abs") == (0.0,)
    assert kinks("ReLU", ((-1.7,), (4.1,))) == (0.0,)  # between two samples
    assert kinks("HardTanh") == (-1.0, 1.0)
    assert kinks("Tanh") == ()


def test_saturation_is_where_little_slope_is_left():
    values = (-9.0, -1.0, 0.0, 2.0, 7.0)
    found = entrywise(Engine(curved("Sigmoid", values=values), partial=True).run(), "n0")
    curve = found.curve(found.window)
    assert found.flattened(curve).tolist() == [True, False, False, False, True]
    (low, left), (right, high) = curve.flat
    assert low == curve.x[0]
    assert high == curve.x[-1]
    assert left == pytest.approx(-right)
    # sigma' = 0.05 / 4 where sigma = (1 - sqrt(0.95)) / 2
    share = (1 - np.sqrt(0.95)) / 2
    assert left == pytest.approx(np.log(share / (1 - share)), abs=0.06)


def test_only_activations_saturate_and_no_slope_is_where_there_is_no_function():
    found = entrywise(Engine(curved("Log"), partial=True).run(), "n0")
    curve = found.curve(found.window)
    assert curve.flat == []
    assert np.isnan(curve.slope[curve.x < 0]).all()
    assert np.isfinite(curve.slope[curve.x > 0.1]).all()


def test_the_slope_has_a_gap_where_it_jumps():
    found = entrywise(Engine(curved("HardTanh"), partial=True).run(), "n0")
    curve = found.curve(Window((-3.0,), (3.05,)))
    x, slope = curve.pieces.T
    assert np.array_equal(np.unique(slope[np.isfinite(slope)]), [0, 1])
    jumps = np.flatnonzero(np.diff(np.nan_to_num(slope, nan=9)))
    assert all(np.isnan(slope[i : i + 2]).any() for i in jumps)
    assert [round(at, 2) for at in x[np.isnan(slope)]].count(1.0) >= 1
    assert curve.at_kinks == (0.0, 0.0)


def test_layers_and_random_nodes_have_no_curve():
    trace = Engine(curved("Linear", "Dropout", "Softmax"), partial=True).run(phase="forward")
    assert [entrywise(trace, node) for node in ("x", "n0", "n1", "n2")] == [None] * 4
