"""The total derivative between two ports: all paths, built in the direction that costs least."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, load
from gui.examples import examples
from runtime import Engine
from runtime.errors import NoValue
from runtime.maps.norms import counted
from runtime.maps.overview import overview
from runtime.maps.summary import summarise
from tests.catalogue_cases import error

EXACT = 1e-12


def chain(*modules: str, shape=(3,)) -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=shape)
    graph.set_tensor("x.y", np.linspace(-1, 2, int(np.prod(shape))).reshape(shape))
    last = "x.y"
    for number, module in enumerate(modules):
        graph.add(module, f"n{number}")
        graph.connect(last, f"n{number}.x")
        last = f"n{number}.y"
    return graph


def mlp(*sizes: int, batch: int | None = None) -> Graph:
    graph = Graph()
    shape = (sizes[0],) if batch is None else (batch, sizes[0])
    graph.add("Input", "x", shape=shape)
    graph.set_tensor("x.y", np.random.RandomState(3).standard_normal(shape))
    last = "x.y"
    for number, size in enumerate(sizes[1:]):
        graph.add("Linear", f"h{number}", out_features=size)
        graph.add("Tanh", f"a{number}")
        graph.connect(last, f"h{number}.x")
        graph.connect(f"h{number}.y", f"a{number}.x")
        last = f"a{number}.y"
    return graph


def forward(graph: Graph):
    return Engine(graph).run(phase="forward")


def differences(graph: Graph, source: str, target: str, step: float = 1e-6) -> np.ndarray:
    """By central differences in a kept tensor."""
    engine = Engine(graph)
    value = engine.run(phase="forward").value(source)
    columns = []
    for place in range(value.size):
        ends = []
        for sign in (1, -1):
            moved = value.copy()
            moved.flat[place] += sign * step
            graph.set_tensor(source, moved)
            ends.append(Engine(graph).run(phase="forward").value(target).reshape(-1))
        columns.append((ends[0] - ends[1]) / (2 * step))
    graph.set_tensor(source, value)
    return np.array(columns).T


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_to_the_target_it_is_the_gradient(path):
    graph = load(path)
    trace = Engine(graph).run()
    target = str(trace.plan.target)
    compared = 0
    for port in trace.ports:
        for t in trace.plan.times(port) or (None,):  # at each step of a port inside time
            gradient = trace.gradient(port, t)
            if gradient is None or trace.value(port, t).dtype != graph.dtype:
                continue
            total = trace.jacobian(port, target, t=t)
            assert error(total.dense().reshape(-1), gradient.reshape(-1)) < EXACT, port
            compared += 1
    assert compared >= 3


def test_over_one_edge_it_is_the_gradient_of_that_edge():
    graph = load(next(p for p in examples() if p.stem == "fan_out"))
    trace = Engine(graph).run()
    target = str(trace.plan.target)
    for _, end in trace.edges:
        gradient = trace.gradient(end)
        if gradient is not None:
            assert error(trace.total(end, target).dense(), gradient.reshape(1, -1)) < EXACT


def test_a_chain_of_elementwise_modules_is_diagonal():
    total = forward(chain("Tanh", "Sigmoid", "Square")).jacobian("x.y", "n2.y")
    assert total.structure == "diagonal"
    assert total.stored == 3
    x = np.linspace(-1, 2, 3)
    s = 1 / (1 + np.exp(-np.tanh(x)))
    expected = np.diag(2 * s * s * (1 - s) * (1 - np.tanh(x) ** 2))
    assert error(total.dense(), expected) < EXACT


def test_a_million_numbers_stay_a_diagonal():
    total = forward(chain("ReLU", "Tanh", shape=(1_000_000,))).jacobian("x.y", "n1.y")
    assert (total.structure, total.stored) == ("diagonal", 1_000_000)
    assert total.window(slice(5, 7), slice(5, 7)).shape == (2, 2)


@pytest.mark.parametrize(
    ("sizes", "direction"), [((9, 6, 2), "reverse"), ((2, 6, 9), "forward"), ((9, 2, 9), "mixed")]
)
def test_the_cheapest_direction_is_taken_and_all_agree(sizes, direction):
    graph = mlp(*sizes)
    total = forward(graph).jacobian("x.y", "a1.y")
    cost = total.cost
    assert cost.direction == direction
    assert cost.chosen.multiply_adds == min(
        c.multiply_adds for c in (cost.chosen, cost.forward, cost.reverse)
    )
    assert direction.capitalize() in cost.why
    assert (cost.through is not None) == (direction == "mixed")
    matrix = total.dense()
    columns = np.array([total.jvp(unit) for unit in np.eye(sizes[0])]).T
    rows = np.array([total.vjp(unit) for unit in np.eye(sizes[-1])])
    for found in (columns, rows):
        assert error(found, matrix) < EXACT
    assert error(matrix, differences(graph, "x.y", "a1.y")) < 1e-8


def test_windows_are_parts_of_the_matrix():
    total = forward(mlp(9, 2, 9)).jacobian("x.y", "a1.y")
    matrix = total.dense()
    for rows, columns in (
        (slice(2, 5), slice(None)),
        (slice(None), slice(7, 9)),
        (slice(0, 1), slice(3, 3)),
    ):
        assert error(total.window(rows, columns), matrix[rows, columns]) < EXACT


def test_paths_are_counted_and_shared_links_applied_once():
    graph = chain()
    last = "x.y"
    for number in range(200):
        graph.add("Add", f"d{number}")
        graph.connect(last, f"d{number}.a")
        graph.connect(last, f"d{number}.b")
        last = f"d{number}.y"
    total = forward(graph).jacobian("x.y", last)
    assert total.paths == 2**200
    assert total.structure == "scaled"
    assert total.dense()[0, 0] == 2.0**200


def test_a_parameter_and_a_batch():
    graph = mlp(3, 2, batch=4)
    total = forward(graph).jacobian("h0.weight", "a0.y")
    graph.set_tensor("h0.weight", forward(graph).value("h0.weight"))
    assert error(total.dense(), differences(graph, "h0.weight", "a0.y")) < 1e-8


def test_itself_no_path_and_what_has_no_derivative():
    graph = chain("Tanh", "ArgMax")
    trace = forward(graph)
    assert trace.jacobian("x.y", "x.y").structure == "identity"
    assert trace.total("n0.y", "x.y").structure == "zero"
    assert trace.total("n0.x", "x.y").structure == "zero"
    with pytest.raises(NoValue, match=r"n1\.y: found int64, expected a floating port"):
        trace.jacobian("x.y", "n1.y")
    with pytest.raises(NoValue, match=r"q\.y: found no value"):
        trace.jacobian("q.y", "x.y")


def test_progress_is_told_and_can_end_the_work(monkeypatch):
    monkeypatch.setattr("runtime.total.STACK_ENTRIES", 8)
    total = forward(mlp(6, 5, 4)).jacobian("x.y", "a1.y")
    told = []
    total.build(progress=told.append)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) > 2

    class Enough(Exception):
        pass

    def stop(share):
        raise Enough

    with pytest.raises(Enough):
        total.build(progress=stop)


def test_its_figures_are_those_of_its_matrix():
    diagonal = forward(chain("Tanh", "Sigmoid", "Square")).jacobian("x.y", "n2.y")
    assert summarise(diagonal).how == "In closed form, from the diagonal."
    total = forward(mlp(6, 5, 4)).jacobian("x.y", "a1.y")
    found, matrix = summarise(total), total.dense()
    assert found.how == f"From the whole matrix of {total.rows} × {total.columns}."
    values = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(found.singular_values, values, atol=1e-12)
    assert (found.rank, found.sparsity) == (np.linalg.matrix_rank(matrix), 0)
    assert found.norm == pytest.approx(np.linalg.norm(matrix))


def test_what_scales_and_reorders_a_large_map_is_counted_by_its_structure():
    """A ReLU and a Flatten after a Linear on a batch: too large for a matrix."""
    graph = mlp(60, 50, batch=60)
    graph.add("ReLU", "r")
    graph.add("Flatten", "f", start_axis=0)
    graph.connect("a0.y", "r.x")
    graph.connect("r.y", "f.x")
    total = forward(graph).jacobian("x.y", "f.y")
    assert min(total.rows, total.columns) > 2048
    weight = forward(graph).value("h0.weight")
    slopes = (1 - forward(graph).value("a0.y") ** 2) * (forward(graph).value("a0.y") > 0)
    norm, nonzeros = counted(total)
    assert norm == pytest.approx(np.sqrt((slopes**2 @ weight**2).sum()))
    assert nonzeros == np.count_nonzero(slopes) * 60
    picture = overview(total, 60, 60)
    assert picture.exact
    largest = (slopes[:, :, None] * np.abs(weight)).max((1, 2))
    np.testing.assert_allclose(picture.picture, np.diag(largest), rtol=1e-12)
