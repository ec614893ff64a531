"""Regions of maps in a few cells, and the ports that a port leads to."""

from itertools import pairwise

import numpy as np
import pytest

from graph import Graph, PortRef
from runtime import Engine
from runtime.maps import Dense, Diagonal
from runtime.maps.reduced import reduced
from runtime.reach import reached_ports
from tests.composite_graphs import two_blocks
from tests.inspector_desk import network


def pooled(matrix, rows, columns):
    """The greatest size of each group, as plainly as can be."""
    down = np.linspace(0, matrix.shape[0], rows + 1).astype(int)
    across = np.linspace(0, matrix.shape[1], columns + 1).astype(int)
    groups = [
        [np.abs(matrix[a:b, c:d]).max() for c, d in pairwise(across)] for a, b in pairwise(down)
    ]
    return np.array(groups)


@pytest.mark.parametrize(
    ("rows", "columns", "cells"),
    [((0, 70), (0, 31), (10, 9)), ((3, 8), (11, 30), (10, 9)), ((69, 70), (0, 31), (10, 9))],
)
def test_each_cell_is_the_greatest_size_of_its_entries(rows, columns, cells):
    matrix = np.random.RandomState(0).standard_normal((70, 31))
    shares = []
    found = reduced(
        Dense(matrix.shape[:1], matrix.shape[1:], matrix),
        slice(*rows),
        slice(*columns),
        cells,
        shares.append,
    )
    part = matrix[slice(*rows), slice(*columns)]
    sizes = [min(pair) for pair in zip(part.shape, cells, strict=True)]
    np.testing.assert_array_equal(found.picture, pooled(part, *sizes))
    assert found.exact
    assert found.why == "Exact: every entry was read."
    assert shares[-1] == 1


def test_of_a_huge_region_some_rows_are_read_and_it_says_so():
    diagonal = Diagonal((100_000,), np.arange(1.0, 100_001))
    shares = []
    found = reduced(diagonal, slice(0, 50_000), slice(None), (50, 50), shares.append)
    assert not found.exact
    assert found.why.startswith("Of sampled rows (400 of 50\u2009000 rows)")
    assert np.count_nonzero(found.picture) == 50
    rows, columns = np.nonzero(found.picture)
    np.testing.assert_array_equal(columns, rows // 2)
    assert shares == sorted(shares)


def test_an_end_of_the_work_is_passed_on():
    def stop(share):
        raise InterruptedError

    diagonal = Diagonal((100_000,), np.ones(100_000))
    with pytest.raises(InterruptedError):
        reduced(diagonal, slice(None), slice(None), (50, 50), stop)


def test_nan_is_seen_and_an_empty_region_has_no_cells():
    matrix = np.ones((6, 6))
    matrix[5, 5] = np.nan
    found = reduced(
        Dense(matrix.shape[:1], matrix.shape[1:], matrix), slice(None), slice(None), (2, 2)
    )
    assert np.isnan(found.picture).tolist() == [[False, False], [False, True]]
    assert reduced(
        Dense(matrix.shape[:1], matrix.shape[1:], matrix), slice(3, 3), slice(None), (2, 2)
    ).picture.shape == (0, 2)


def test_reached_ports_are_those_behind_an_edge():
    plan = Engine(network()).run().plan
    names = [str(port) for port in reached_ports(plan, PortRef("relu", "x"))]
    assert names == ["relu.y", "out.y", "loss.y"]
    assert list(reached_ports(plan, PortRef("loss", "y"))) == []
    assert [str(p) for p in reached_ports(plan, PortRef("out", "weight"))] == ["out.y", "loss.y"]


def test_one_edge_of_several_leads_its_own_way_alone():
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "one")
    graph.add("Cos", "other")
    graph.add("ArgMax", "place")
    graph.connect("x.y", "one.x")
    graph.connect("x.y", "other.x")
    graph.connect("one.y", "place.x")
    graph.set_tensor("x.y", np.ones(2))
    plan = Engine(graph).run(phase="forward").plan
    assert [str(p) for p in reached_ports(plan, PortRef("one", "x"))] == ["one.y"]
    assert [str(p) for p in reached_ports(plan, PortRef("x", "y"))] == ["one.y", "other.y"]
    assert list(reached_ports(plan, PortRef("place", "y"))) == []  # an integer has no derivative


def test_an_instance_leads_to_its_own_outputs_first():
    plan = Engine(two_blocks()).run().plan
    names = [str(port) for port in reached_ports(plan, PortRef("one", "x"))]
    assert names[0] == "one.y"
    assert names.count("one.y") == 1
    assert set(names) > {"one/lin.y", "two.y", "loss.y"}
    assert "two/add.y" not in names  # it is two.y
