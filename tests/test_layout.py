"""Layout: forward is right, nothing overlaps, and the same graph gives the same places."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import fast_sugiyama
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import Graph, PortRef, arrange, layout, load
from graph.catalogue import Catalogue
from graph.layout import COLUMN_GAP, ROW_GAP, SNAP, node_size
from graph.records import Edge, Node
from tests.conftest import TOYS
from tests.work_counter import counted_calls

ROOT = Path(__file__).parent.parent


def made(count, pairs, module="Unknown", delay=0):
    """A graph of `count` nodes n0, n1, ... with an edge per pair."""
    nodes = [Node(f"n{i}", module) for i in range(count)]
    extra = {"delay": delay} if delay else {}
    edges = [
        Edge(PortRef(f"n{a}", "y"), PortRef(f"n{b}", f"p{i}"), extra)
        for i, (a, b) in enumerate(pairs)
    ]
    return Graph.assemble(nodes, edges, [], {}, {}, Catalogue(TOYS))


def crossings(places, pairs):
    """How many pairs of edges between neighbouring columns cross."""
    count = 0
    for (a, b), (c, d) in combinations(pairs, 2):
        (ax, ay), (bx, by) = places[f"n{a}"], places[f"n{b}"]
        (cx, cy), (dx, dy) = places[f"n{c}"], places[f"n{d}"]
        count += ax == cx and bx == dx and (ay - cy) * (by - dy) < 0
    return count


def assert_sound(graph, places):
    for x, y in places.values():
        assert x % SNAP == 0
        assert y % SNAP == 0
    for edge in graph.edges:
        start, end = edge.source.node, edge.target.node
        if start in places and end in places and not edge.delay:
            right = places[start][0] + node_size(graph, start)[0]
            assert right + COLUMN_GAP <= places[end][0]
    boxes = [(*at, *node_size(graph, id_)) for id_, at in places.items()]
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(boxes, 2):
        apart_x = max(bx - ax - aw, ax - bx - bw)
        apart_y = max(by - ay - ah, ay - by - bh)
        assert apart_x >= COLUMN_GAP or apart_y >= ROW_GAP


@st.composite
def dags(draw):
    count = draw(st.integers(1, 25))
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = draw(st.lists(pair, max_size=40))
    order = draw(st.permutations(range(count)))
    return count, [(order[a], order[b]) for a, b in pairs if a < b]


@given(dags(), st.booleans())
def test_any_graph_is_laid_out_soundly(dag, is_large):
    graph = made(*dag)
    with pytest.MonkeyPatch.context() as patch:
        if is_large:
            patch.setattr(layout, "QUICK", 0)
        places = arrange(graph)
        assert list(places) == list(graph.nodes)
        assert_sound(graph, places)
        assert arrange(graph) == places


@given(dags(), st.data())
def test_new_nodes_keep_clear_of_placed_ones(dag, data):
    graph = made(*dag)
    lacking = data.draw(st.sets(st.sampled_from(list(graph.nodes))))
    at = st.tuples(st.integers(-50, 50), st.integers(-50, 50))
    for id_ in graph.nodes.keys() - lacking:
        x, y = data.draw(at)
        graph.move(id_, (8.0 * x, 8.0 * y))
    before = {id_: node.at for id_, node in graph.nodes.items() if node.at is not None}
    places = arrange(graph, lacking)
    assert places.keys() == lacking
    for id_, (x, y) in places.items():
        width, height = node_size(graph, id_)
        for other, (ox, oy) in before.items():
            ow, oh = node_size(graph, other)
            assert x >= ox + ow or ox >= x + width or y >= oy + oh or oy >= y + height
    assert_sound(made(*dag), places)


def test_nothing_to_place_is_nothing_to_do(toys):
    assert arrange(Graph(toys)) == {}
    assert arrange(made(2, [(0, 1)]), ()) == {}


def test_a_chain_is_a_straight_line():
    places = arrange(made(5, [(i, i + 1) for i in range(4)]))
    assert list(places.values()) == [(240.0 * i, 0.0) for i in range(5)]


def test_columns_are_as_wide_as_their_widest_node_and_layers_leave_room_for_pins(toys):
    graph = Graph(toys)
    for id_, module in (("x", "Source"), ("h", "Dense"), ("s", "Total"), ("j", "Join")):
        graph.add(module, id=id_, **({"inputs": 5} if id_ == "j" else {}))
    graph.set("x", shape=(2,))
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "s.x")
    places = arrange(graph, ["x", "h", "s"])
    assert [places[id_][0] for id_ in "xhs"] == [0, 96 + 144, 96 + 144 + 144 + 144]
    assert node_size(graph, "x") == (96, 60)
    assert node_size(graph, "j") == (96, 156)  # five inputs and the place of a sixth
    assert node_size(graph, "h")[0] == 144
    assert node_size(graph, "h")[1] >= 60 + 24 + 16  # its pins hang below
    graph.set("h", bias=False)
    assert node_size(graph, "h")[0] == 144


def test_sizes_are_those_that_the_canvas_draws(toys):
    from gui.canvas.looks import shape_of

    graph = Graph(toys)
    for module in toys.names():
        id_ = graph.add(module)
        shape = shape_of(graph.module(id_))
        width, height = node_size(graph, id_)
        assert width == shape.width
        assert height >= shape.bottom


def test_a_source_stands_just_before_what_it_feeds():
    pairs = [(0, 1), (1, 2), (2, 3), (4, 3)]
    places = arrange(made(5, pairs))
    assert places["n4"][0] == places["n2"][0]


@pytest.mark.parametrize("quick", [0, 600])
def test_parallel_ways_do_not_cross(monkeypatch, quick):
    monkeypatch.setattr(layout, "QUICK", quick)
    pairs = [(row + 4 * step, row + 4 * step + 4) for row in (2, 0, 3, 1) for step in range(4)]
    graph = made(20, pairs)
    assert crossings(arrange(graph), pairs) == 0


def test_few_edges_cross_where_none_need_to():
    # A tree whose nodes stand in the file in a confusing order.
    order = [(i * 11) % 31 for i in range(31)]
    pairs = [(order[(i - 1) // 2], order[i]) for i in range(1, 31)]
    assert crossings(arrange(made(31, pairs)), pairs) == 0


def test_loops_in_time_point_anywhere():
    pairs = [(0, 1), (1, 0), (1, 1)]
    places = arrange(made(2, pairs, delay=1))
    assert len(set(places.values())) == 2


def test_nodes_without_edges_stand_in_rows_below():
    graph = made(102, [(0, 1)])
    places = arrange(graph)
    assert_sound(graph, places)
    lonely = [at for id_, at in places.items() if id_ not in ("n0", "n1")]
    assert min(y for _, y in lonely) >= 60 + ROW_GAP
    assert len({x for x, _ in lonely}) == len({y for _, y in lonely}) == 10


SHAPES = {
    "chain": lambda n: [(i, i + 1) for i in range(n - 1)],
    "star": lambda n: [(0, i) for i in range(1, n)],
    "layers": lambda n: [(i - 100 + back, i) for i in range(100, n) for back in (0, 7 * i % 41)],
    "skips": lambda n: [(i * 7919 % (i + 1), i + 1) for i in range(n - 1)],
    "lonely": lambda n: [],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [600, 10_000])
def test_large_graphs_take_no_long_time(shape, count):
    graph = made(count, SHAPES[shape](count))
    with counted_calls() as work:
        places = arrange(graph, list(graph.nodes))
    assert work.calls / count < 300
    assert len(set(places.values())) == count


def test_the_layout_library_is_asked_up_to_its_limit(monkeypatch):
    asked = []
    real = fast_sugiyama.from_edges
    monkeypatch.setattr(
        fast_sugiyama, "from_edges", lambda edges: asked.append(len(edges)) or real(edges)
    )
    for count in (layout.QUICK, layout.QUICK + 1, 10_000):
        arrange(made(count, SHAPES["chain"](count)))
    # Long edges count with all columns that they pass: 40 of them over 300 columns are too much.
    arrange(made(301, [*SHAPES["chain"](301), *((i, 300) for i in range(40))]))
    assert asked == [layout.QUICK - 1]


def test_what_is_asked_for_may_be_any_iterable():
    graph = made(4, [(0, 1), (1, 2)])
    assert arrange(graph, iter(["n1", "n0"])).keys() == {"n0", "n1"}


def test_places_are_the_same_in_every_process():
    code = (
        "from tests.test_layout import SHAPES, made; from graph import arrange;"
        "print([sorted(arrange(made(n, SHAPES[s](n))).items())"
        " for s in ('layers', 'skips') for n in (150, 900)])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
    assert "n149" in found.pop()


def test_the_layout_library_is_loaded_only_when_needed():
    code = "import sys, graph.layout; sys.exit('fast_sugiyama' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", sorted((ROOT / "assets" / "examples").glob("*.gradwire")))
def test_the_examples_can_be_arranged_anew(path):
    graph = load(path)
    places = arrange(graph)
    assert places.keys() == graph.nodes.keys()
    assert_sound(graph, places)
