"""The function between two ports of a run, its linear approximation, and the pictures' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, PortRef, load
from gui.examples import examples
from runtime import Engine
from runtime.errors import NoValue
from runtime.geometry.contours import contour, levels
from runtime.geometry.function import PortFunction
from runtime.geometry.sampling import LINES, SIDES, sample, stages
from runtime.geometry.slicing import CLOSE, Linear, Slice
from runtime.geometry.stretch import Stretch, square
from runtime.geometry.window import Window, round_up, ticks
from tests.composite_graphs import two_blocks

EXACT = 1e-12
GRAPHS = {path.stem: path for path in examples()}


def between(graph: Graph, source: str, target: str, t: int | None = None) -> PortFunction:
    trace = Engine(graph, partial=True).run()
    return PortFunction(trace, trace.located(source, t), trace.located(target, t))


def differences(function: PortFunction, x: np.ndarray, columns) -> np.ndarray:
    """Central differences of the function itself, [rows, columns]."""
    found = []
    for column in columns:
        step = np.zeros(len(x))
        step[column] = 1e-6 * max(1.0, abs(x[column]))
        above, below = function.at(x + step).y, function.at(x - step).y
        found.append((above - below) / (2 * step[column]))
    return np.stack(found, axis=1)


def curved(*modules: str, values=(0.3, -0.8)) -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=(len(values),))
    graph.set_tensor("x.y", np.array(values))
    last = "x.y"
    for number, module in enumerate(modules):
        attributes = {"out_features": 2} if module == "Linear" else {}
        graph.add(module, f"n{number}", **attributes)
        graph.connect(last, f"n{number}.x")
        last = f"n{number}.y"
    return graph


# --- the function ------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
def test_at_the_traces_own_numbers_it_is_the_trace(name):
    trace = Engine(load(GRAPHS[name]), partial=True).run()
    target = trace.located(trace.target)
    edges = [ref for _, ref in trace.edges if trace.gradient(ref) is not None]
    draw = np.random.RandomState(1)
    tried = [edges[i] for i in draw.choice(len(edges), min(4, len(edges)), replace=False)]
    for ref in tried:
        function = PortFunction(trace, trace.located(ref), target)
        moved = function.at(function.x)
        assert np.array_equal(moved.y, trace.value(target).reshape(-1)), ref
        pulled = np.asarray(trace.total(ref, target).vjp(np.ones(function.out_shape)))
        tangent = draw.standard_normal(function.columns)
        pushed = moved.push(tangent).sum()
        scale = max(1.0, abs(pushed))
        limit = EXACT if trace.dtype == "float64" else 1e-5
        assert abs(pushed - pulled.reshape(-1) @ tangent) < limit * scale, ref


@pytest.mark.parametrize("name", ["gru", "attention_head", "two_inputs", "autoencoder"])
def test_elsewhere_its_columns_are_its_slopes(name):
    """Finite differences of the function, at numbers that the trace never had."""
    trace = Engine(load(GRAPHS[name]), dtype="float64", partial=True).run()
    target = trace.located(trace.target)
    edges = [ref for _, ref in trace.edges if trace.gradient(ref) is not None]
    for ref in edges[:: max(1, len(edges) // 4)]:
        function = PortFunction(trace, trace.located(ref), target)
        x = function.x + 0.37
        columns = [0, function.columns - 1]
        found, wanted = function.at(x).columns(columns), differences(function, x, columns)
        assert np.abs(found - wanted).max() < 1e-6 * max(1.0, np.abs(wanted).max()), ref


def test_an_edge_moves_alone_and_a_port_moves_all_its_edges():
    graph = Graph()
    graph.add("Input", "x", shape=())
    graph.add("Multiply", "square")
    graph.connect("x.y", "square.a")
    graph.connect("x.y", "square.b")
    graph.set_tensor("x.y", np.array(3.0))
    edge, port = between(graph, "square.a", "square.y"), between(graph, "x.y", "square.y")
    five = np.array([5.0])
    assert edge.at(five).y == [15.0]
    assert port.at(five).y == [25.0]
    assert edge.at(five).columns([0]) == [[3.0]]
    assert port.at(five).columns([0]) == [[10.0]]


def test_the_trace_stays_as_it_was():
    function = between(load(GRAPHS["xor"]), "hidden.x", "loss.y")
    before = {slot: array.copy() for slot, array in function.trace.values.items()}
    function.at(function.x + 1).columns([0])
    for slot, array in function.trace.values.items():
        assert np.array_equal(array, before[slot])


def test_into_a_composite_all_inner_readers_move():
    function = between(two_blocks(), "one.x", "two.y")
    x = function.x + 0.2
    found, wanted = function.at(x).columns(range(6)), differences(function, x, range(6))
    assert {step.node for step in function.steps} >= {"one/lin", "one/add", "two/act"}
    assert np.abs(found - wanted).max() < 1e-7


def test_over_time_a_later_step_feels_an_earlier_one():
    graph = load(GRAPHS["rnn"])
    trace = Engine(graph).run()
    inside = next(id_ for id_ in trace.plan.check.time.inside if f"{id_}@0" in trace.plan.step_of)
    start, end = PortRef(f"{inside}@0", "y"), trace.located(trace.target)
    function = PortFunction(trace, start, end)
    assert len({step.t for step in function.steps}) > 1
    found = function.at(function.x).columns([0])
    assert np.abs(found - differences(function, function.x, [0])).max() < 1e-8


def chosen(rows: int) -> Graph:
    """The entry of a table that the greatest of x names; the derivative knows no such way."""
    graph = Graph()
    graph.add("Input", "x", shape=(4,))
    graph.add("Constant", "table", shape=(rows,))
    graph.add("ArgMax", "argmax", axis=0)
    graph.add("Gather", "entry")
    graph.add("Sum", "sum")
    graph.add("Add", "both")
    for source, target in (
        ("x.y", "argmax.x"), ("table.y", "entry.x"), ("argmax.y", "entry.indices"),
        ("x.y", "sum.x"), ("sum.y", "both.a"), ("entry.y", "both.b"),
    ):  # fmt: skip
        graph.connect(source, target)
    graph.set_tensor("x.y", np.array([3.0, 1.0, 2.0, 0.0]))
    graph.set_tensor("table.y", np.arange(10.0, 10.0 + rows))
    return graph


def test_numbers_flow_where_no_derivative_does():
    function = between(chosen(4), "x.y", "both.y")
    moved = function.at(np.array([0.0, 0.0, 0.0, 1.0]))
    assert moved.y == [1.0 + 13.0]
    assert np.array_equal(moved.columns([0, 3]), [[1.0, 1.0]])


def test_where_a_step_refuses_its_numbers_there_is_nothing():
    function = between(chosen(2), "x.y", "both.y")
    moved = function.at(np.array([0.0, 0.0, 5.0, 0.0]))
    assert np.isnan(moved.y).all()
    assert np.isnan(moved.columns([1])).all()


def test_a_point_at_a_kink_tells_the_convention():
    function = between(curved("ReLU", "Sin", "Abs"), "n0.x", "n2.y")
    assert function.at(np.array([0.5, -0.5])).kinks() == ("the derivative of Abs at 0 is 0",)
    assert function.at(np.array([0.5, 1.0])).kinks() == ()
    moved = function.at(np.array([0.0, 1.0]))
    assert moved.kinks()[0] == "the derivative of ReLU at 0 is 0"


def test_random_masks_are_those_of_the_trace():
    graph = curved("Dropout", "Sin", values=np.linspace(1, 2, 20))
    trace = Engine(graph, mode="train", partial=True).run(phase="forward")
    function = PortFunction(trace, PortRef("n0", "x"), PortRef("n1", "y"))
    assert np.array_equal(function.at(function.x).y, trace.value("n1.y"))
    assert (function.at(2 * function.x).y == 0).sum() == (trace.value("n1.y") == 0).sum() > 0


def test_what_has_no_derivative_is_refused_by_name():
    trace = Engine(chosen(4), partial=True).run(phase="forward")
    with pytest.raises(NoValue, match=r"argmax\.y: found int64"):
        PortFunction(trace, PortRef("x", "y"), PortRef("argmax", "y"))


# --- its linear approximation -------------------------------------------------------------


def slice_of(function: PortFunction, inputs, outputs) -> Slice:
    return Slice(function, function.x, tuple(inputs), tuple(outputs))


def test_a_slice_moves_its_own_coordinates_alone():
    function = between(curved("Square", "Sum", values=(1.0, 2.0, 3.0)), "n0.x", "n1.y")
    seen = slice_of(function, (2, 0), (0,))
    assert np.array_equal(seen.point, [3.0, 1.0])
    assert seen.at(np.array([[10.0, 1.0], [0.0, 0.0]])).tolist() == [[105.0], [4.0]]
    linear = seen.linear(np.array([5.0, 1.0]))
    assert linear.value == [30.0]
    assert linear.matrix.tolist() == [[10.0, 2.0]]


def test_the_approximation_is_good_near_and_bad_far_away():
    """Of x^2 at 3 the tangent is off by d^2: relative to its slope 6 that is d / 6."""
    function = between(curved("Square", values=(3.0,)), "n0.x", "n0.y")
    seen = slice_of(function, (0,), (0,))
    linear = seen.linear(seen.point)
    points = np.array([[3.0], [3.6], [9.0], [-3.0]])
    assert np.allclose(linear.error(points, seen.at(points)), [0, 0.1, 1, 1], atol=1e-12)
    assert linear.error(np.array([3.5]), np.array([12.25])) < CLOSE


def test_of_a_linear_function_it_is_the_function():
    graph = curved("Linear")
    graph.set_tensor("n0.weight", np.array([[2.0, 1.0], [-1.0, 3.0]]))
    function = between(graph, "n0.x", "n0.y")
    seen = slice_of(function, (0, 1), (0, 1))
    linear = seen.linear(seen.point)
    whole = sample(seen, Window.around(seen.point), 9)
    assert np.abs(linear(whole.points) - whole.values).max() < EXACT
    assert linear.error(whole.points, whole.values).max() < EXACT


def test_a_zero_derivative_has_no_relative_error():
    linear = Linear(np.zeros(1), np.zeros(1), np.zeros((1, 1)))
    assert linear.error(np.array([1.0]), np.array([0.0])) == 0
    assert np.isnan(linear.error(np.array([1.0]), np.array([2.0])))


def test_the_square_becomes_the_parallelogram():
    matrix = np.array([[1.0, 2.0], [0.5, -1.0]])
    stretch = Stretch.of(matrix)
    assert stretch.determinant == pytest.approx(-2.0)
    assert np.prod(stretch.factors) == pytest.approx(2.0)
    for inward, factor, outward in zip(
        stretch.inward, stretch.factors, stretch.outward, strict=True
    ):
        assert np.allclose(matrix @ inward, factor * outward)
    corners = square(np.array([3.0, 4.0]), 0.5) @ matrix.T
    x, y = corners[:-1].T
    area = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    assert area / 0.25 == pytest.approx(stretch.determinant)
    assert Stretch.of(np.array([[1.0, 2.0], [2.0, 4.0]])).is_flat
    assert Stretch.of(np.array([[1.0, np.nan], [0, 1]])) is None


# --- windows, grids, contours ------------------------------------------------------------


def test_a_window_shows_the_point_and_zero():
    window = Window.around(np.array([2.0, -7.0]))
    assert window.holds([2.0, -7.0])
    assert window.holds([0.0, 0.0])
    assert window.zoomed(2, np.array([2.0, -7.0])).radius == window.radius / 2
    assert Window.around(np.array([np.nan])).holds([0.0])
    over = Window.over(np.array([[0.0, 1.0], [4.0, 1.0], [np.nan, 9.0]]))
    assert over.holds([0.0, 1.0])
    assert over.holds([4.0, 1.0])
    assert not over.holds([4.0, 9.0])


def test_ticks_are_round_and_inside():
    assert ticks(-1.1, 1.05) == pytest.approx([-1, -0.5, 0, 0.5, 1])
    assert ticks(0, 0) == ticks(0, float("inf")) == []
    assert all(1e-7 <= x <= 9.4e-7 for x in ticks(1e-7, 9.4e-7))
    assert [round_up(x) for x in (1.0, 1.1, 4.0, 0.3, 60.0)] == pytest.approx([1, 2, 5, 0.5, 100])


def test_a_grid_has_its_first_input_along_the_columns():
    function = between(curved("Square", "Sum", values=(1.0, 2.0)), "n0.x", "n1.y")
    found = sample(slice_of(function, (0, 1), (0,)), Window((0, 10), (1, 12)), 3)
    assert found.values[..., 0].tolist() == [
        [100, 100.25, 101], [121, 121.25, 122], [144, 144.25, 145]
    ]  # fmt: skip


def test_fine_grids_are_left_out_where_the_function_is_large():
    small = between(curved("Square"), "n0.x", "n0.y")
    large = between(curved(*["Sin"] * 3, values=np.zeros(300_000)), "n0.x", "n2.y")
    assert stages(slice_of(small, (0, 1), (0,))) == SIDES
    assert stages(slice_of(small, (0,), (0,))) == LINES
    assert stages(slice_of(large, (0, 1), (0,))) == SIDES[:2]


def test_sampling_ends_where_nobody_waits():
    function = between(curved("Square"), "n0.x", "n0.y")
    shares = []

    def progress(share: float) -> None:
        shares.append(share)
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sample(slice_of(function, (0, 1), (0,)), Window.around(function.x), 9, progress)
    assert shares == sorted(shares)
    assert len(shares) < 81


def test_a_contour_is_where_the_function_has_the_level():
    window = Window((-2.0, -2.0), (2.0, 2.0))
    points = window.grid(65)
    heights = (points**2).sum(axis=-1)
    lines = contour(points, heights, 2.03)
    assert np.abs(np.linalg.norm(lines, axis=-1) - np.sqrt(2.03)).max() < 2e-3
    ends, times = np.unique(lines.reshape(-1, 2), axis=0, return_counts=True)
    assert len(ends) > 100
    assert (times == 2).all()


def test_both_lines_of_a_saddle_are_drawn_and_holes_stay_empty():
    points = Window((-1.0, -1.0), (1.0, 1.0)).grid(2)
    saddle = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for level in (-0.2, 0.2):
        lines = contour(points, saddle, level)
        assert lines.shape == (2, 2, 2)
        # Cut off are the corners that the middle, 0, lies on the other side of.
        corner = np.array([-1.0, -1.0]) if level > 0 else np.array([1.0, -1.0])
        assert min(np.linalg.norm(line.mean(axis=0) - corner) for line in lines) < 0.8
    hole = saddle.copy()
    hole[0, 0] = np.nan
    assert len(contour(points, hole, 0.2)) == 0


def test_the_steepest_slope_of_a_grid():
    function = between(curved("Square", "Sum", values=(1.0, 2.0)), "n0.x", "n1.y")
    found = sample(slice_of(function, (0, 1), (0,)), Window((-1, -1), (3, 3)), 33)
    assert found.steepest == pytest.approx(np.hypot(6, 6), rel=0.03)
    logarithm = between(curved("Log", "Sum", values=(1.0, 2.0)), "n0.x", "n1.y")
    assert np.isfinite(sample(slice_of(logarithm, (0, 1), (0,)), found.window, 9).steepest)


def test_levels_go_through_the_points_own_height():
    heights = np.linspace(-3, 17, 50)
    found = levels(heights, 4.4)
    assert 4.4 in found
    assert 5 <= len(found) <= 12
    assert heights.min() <= min(found)
    assert max(found) <= heights.max()
    assert levels(np.full(4, 2.0), 2.0) == levels(np.full(4, np.nan), 0.0) == []
