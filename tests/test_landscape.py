"""The loss as a landscape: the same loss as a run's, honest planes, races that are trainings."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from runtime import SGD, Adam, BadSetting, Engine, NoTarget, Trainer
from runtime.geometry.window import Window
from runtime.training.landscape.directions import (
    chosen_entries,
    down_the_gradient,
    main_directions,
    random_directions,
)
from runtime.training.landscape.objective import Objective
from runtime.training.landscape.racing import Racer, race
from runtime.training.landscape.sampling import (
    rings,
    sample_gradient,
    sample_line,
    sample_plane,
)
from runtime.training.landscape.ways import seen_on
from tests import landscapes
from tests.landscapes import entry, example, fed
from tests.training_cases import graph_of

line = pytest.fixture(scope="module")(landscapes.line)
valley = pytest.fixture(scope="module")(landscapes.valley)


# --- the loss as a function ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["mlp", "cnn", "norm"])
def test_loss_and_slope_are_those_of_a_run(name):
    graph, feeds = graph_of(name), fed(name)
    objective = Objective(graph, feeds)
    trace = Engine(graph, dtype="float64", mode="train").run(feeds)
    loss, gradient = objective.slope(objective.start)
    assert loss == objective.loss(objective.start) == float(trace.value("loss.y"))
    for ref, stretch in objective.parameters.stretches.items():
        np.testing.assert_array_equal(gradient[stretch], trace.gradient(ref).reshape(-1))


@pytest.mark.parametrize("name", ["mlp", "cnn", "norm"])
def test_steps_that_depend_on_nothing_moved_need_not_run(name):
    objective = Objective(graph_of(name), fed(name))
    last = list(objective.parameters.stretches.values())[-1]
    moving = np.zeros(objective.size, bool)
    moving[last] = True
    steps = objective.depending(moving)
    assert 0 < len(steps) < len(objective.plan.forward)
    theta = objective.start
    theta[last] += np.linspace(0, 0.3, last.stop - last.start)
    whole, part = objective.slope(theta), objective.slope(theta, steps)
    assert whole[0] == part[0] != objective.loss(objective.start)
    np.testing.assert_array_equal(whole[1], part[1])


def test_masks_are_held_so_that_the_loss_is_one_function():
    graph = Graph(target="loss", seed=4)
    graph.add("Parameter", "w", shape=(40,), init="ones")
    graph.add("Dropout", "drop")
    graph.add("Sum", "loss")
    graph.connect("w.y", "drop.x")
    graph.connect("drop.y", "loss.x")
    objective = Objective(graph)
    assert objective.loss(objective.start) == objective.loss(objective.start)
    moved = objective.start * 2
    assert objective.loss(moved) == pytest.approx(2 * objective.loss(objective.start))


def test_what_a_run_has_learned_stands_in_for_the_graphs_own():
    graph, feeds = graph_of("norm"), fed("norm")
    trainer = Trainer(graph, SGD(lr=0.1))
    for _ in range(3):
        trainer.step(feeds)
    objective = Objective(graph, feeds, trainer.parameters | trainer.state)
    graph.apply(trainer.edit())
    np.testing.assert_array_equal(objective.start, Objective(graph, feeds).start)
    assert objective.loss(objective.start) == float(trainer.step(feeds))


def test_frozen_parameters_are_no_part_of_the_landscape():
    objective = Objective(graph_of("mlp"), fed("mlp"), frozen=["l1"])
    assert [str(ref) for ref in objective.parameters.shapes] == ["l2.weight", "l2.bias"]
    with pytest.raises(BadSetting, match=r"frozen: found nobody"):
        Objective(graph_of("mlp"), fed("mlp"), frozen=["nobody"])


def test_entries_have_names_and_places(line):
    objective = Objective(graph_of("mlp"), fed("mlp"))
    for place in range(objective.size):
        assert objective.position(objective.entry(place)) == place
    assert str(objective.entry(7)) == "l1.weight[1, 3]"
    with pytest.raises(BadSetting, match=r"x\.y: found no parameter.*l1\.weight"):
        objective.position(entry("x.y"))
    with pytest.raises(BadSetting, match=r"l1\.weight\[9, 0\]: found no such entry"):
        objective.position(entry("l1.weight", 9, 0))
    with pytest.raises(BadSetting, match="twice"):
        chosen_entries(objective, [entry("l1.bias", 0)] * 2, objective.start)


def test_a_graph_without_a_target_or_parameter_has_no_landscape():
    graph = Graph()
    graph.add("Parameter", "w", shape=(2,))
    with pytest.raises(NoTarget):
        Objective(graph)
    graph = Graph(target="sum")
    graph.add("Constant", "c", shape=(2,))
    graph.set_tensor("c.y", np.ones(2))
    graph.add("Sum", "sum")
    graph.connect("c.y", "sum.x")
    with pytest.raises(BadSetting, match="found no parameter"):
        Objective(graph)


# --- where one looks -----------------------------------------------------------------------


def test_random_directions_are_as_long_as_each_filter():
    objective = Objective(graph_of("cnn"), fed("cnn"))
    theta = objective.start
    found = random_directions(objective, theta, seed=1)
    own = objective.parameters
    for ref, stretch in own.stretches.items():
        shape = own.shapes[ref]
        for vector in found.vectors:
            if len(shape) < 2:
                assert not vector[stretch].any()
                continue
            lengths = (
                np.linalg.norm(x[stretch].reshape(shape[0], -1), axis=1) for x in (vector, theta)
            )
            np.testing.assert_allclose(*lengths, rtol=1e-12)
    again = random_directions(objective, theta, seed=1)
    np.testing.assert_array_equal(found.vectors, again.vectors)
    assert (random_directions(objective, theta, seed=2).vectors != found.vectors).any()
    one, other = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    assert abs(one @ other) < 0.5


def test_parameters_out_of_range_have_no_directions(valley):
    objective, _ = valley
    for theta in (np.array([1e200, 1.0]), np.array([np.nan, 1.0])):
        with pytest.raises(BadSetting, match="out of range"):
            random_directions(objective, theta)
        with pytest.raises(BadSetting, match="out of range"):
            main_directions(theta, np.array([[1.0, 1.0], [2.0, 2.0]]))


def test_weights_of_zero_still_have_random_directions(valley):
    objective, _ = valley
    found = random_directions(objective, np.zeros(2))
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1)


def test_main_directions_hold_a_way_that_lies_in_a_plane():
    random = np.random.RandomState(0)
    basis = np.linalg.qr(random.standard_normal((50, 2)))[0].T
    way = random.standard_normal((20, 2)) * (5, 1) @ basis + random.standard_normal(50)
    found = main_directions(way[-1], way)
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(2), atol=1e-12)
    seen = seen_on(found, way)
    assert seen.share == pytest.approx(1)
    np.testing.assert_allclose(found.origin + seen.points @ found.vectors, way, atol=1e-10)
    assert seen.points[:, 0].var() > seen.points[:, 1].var()


def test_a_straight_way_has_a_second_direction_across():
    way = np.outer(np.linspace(1, 0, 9), [3.0, 4.0, 0.0])
    found = main_directions(way[-1], way)
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(2), atol=1e-12)
    assert abs(found.vectors[0] @ [0.6, 0.8, 0]) == pytest.approx(1)
    with pytest.raises(BadSetting, match="without a step"):
        main_directions(way[-1], way[-1:])


def test_the_share_of_a_way_tells_what_a_plane_hides(line):
    objective = Objective(graph_of("mlp"), fed("mlp"))
    plane = chosen_entries(objective, [entry("l1.bias", 0), entry("l1.bias", 1)], objective.start)
    way = np.tile(objective.start, (3, 1))
    first, hidden = (objective.position(entry("l1.bias", x)) for x in (0, 5))
    way[1:, first] += 3
    way[2:, hidden] += 4
    seen = seen_on(plane, way)
    assert seen.share == pytest.approx(9 / 25)
    np.testing.assert_allclose(seen.points, way[:, first : first + 2])


def test_oblique_directions_give_the_nearest_point():
    objective = Objective(graph_of("mlp"), fed("mlp"))
    plane = random_directions(objective, objective.start)
    inside = plane.theta(np.array([0.3, -0.7]))
    np.testing.assert_allclose(plane.coordinates(inside), [0.3, -0.7], atol=1e-12)
    off = inside + np.linalg.svd(plane.vectors)[2][-1] * 5  # at right angles to the plane
    np.testing.assert_allclose(plane.coordinates(off), [0.3, -0.7], atol=1e-12)


# --- samples -------------------------------------------------------------------------------


def test_a_grid_holds_the_losses_of_its_places(valley):
    objective, plane = valley
    told = []
    found = sample_plane(
        objective, plane, Window((-3, -2), (5, 2)), objective.start, side=9, progress=told.append
    )
    x, y = np.moveaxis(found.window.grid(9), -1, 0)
    np.testing.assert_allclose(found.losses, np.sin(2 * x) + x**2 / 4 + y**2 / 2, atol=1e-12)
    assert found.loss == pytest.approx(np.sin(8) + 4 + 1.125)
    assert told == [sample / 81 for sample in range(1, 82)]
    told.clear()
    finer = sample_plane(
        objective, plane, found.window, objective.start, 17, told.append, known=found
    )
    assert len(told) == 17**2 - 81  # what is known is not worked out again
    whole = sample_plane(objective, plane, found.window, objective.start, 17)
    np.testing.assert_array_equal(finer.losses, whole.losses)
    place, least = found.lowest
    assert least == found.losses.min()
    assert place.tolist() == [-1.0, 0.0]
    assert all(len(line) for line in found.lines.values())


def test_cancelled_work_ends_at_its_next_report(valley):
    objective, plane = valley
    rows = []

    def report(share):
        rows.append(share)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        sample_plane(objective, plane, Window((0, 0), (1, 1)), objective.start, 9, report)
    assert len(rows) == 1


def test_the_line_down_the_gradient_is_measured_in_learning_rates():
    graph = example("linear_regression")
    objective = Objective(graph)
    found = sample_gradient(objective, objective.start, points=41)
    assert found.at[0] < 0 < found.at[-1]
    assert found.loss == pytest.approx(float(found.losses[found.at == 0][0]))
    _, gradient = objective.slope(objective.start)
    assert found.slope == pytest.approx(-gradient @ gradient)
    rate = float(found.at[20])
    trainer = Trainer(graph, SGD(lr=rate))
    trainer.step()
    assert float(trainer.step()) == pytest.approx(found.losses[20])
    assert 0 < found.best < len(found.at) - 1
    assert found.losses[-1] >= found.loss
    near = np.abs(found.at) < 0.02 * found.at[-1]
    np.testing.assert_allclose(found.tangent[near], found.losses[near], rtol=0.02)


def test_at_the_bottom_there_is_no_way_down():
    with pytest.raises(BadSetting, match="a way downhill"):
        down_the_gradient(np.ones(2), np.zeros(2))


def test_numbers_out_of_range_are_left_out_of_the_rings():
    graph = Graph(target="log")
    graph.add("Parameter", "w", init="ones")
    graph.add("Log", "log")
    graph.connect("w.y", "log.x")
    objective = Objective(graph)
    directions = chosen_entries(objective, [entry("w.y")], objective.start)
    found = sample_line(objective, directions, Window((-1,), (1,)), 1.0, points=5)
    assert np.isnan(found.losses[0])
    assert np.isneginf(found.losses[2])
    assert found.best == 3
    assert rings(np.array([[np.nan, 1.0], [np.inf, 5.0]]), 2) == pytest.approx([1.9, 4.6])
    assert rings(np.full((3, 3), 2.0)) == []
    assert rings(np.full((3, 3), np.nan)) == []


# --- races ---------------------------------------------------------------------------------


def test_a_racer_goes_as_a_training_does(valley, line):
    for (objective, plane), name in ((valley, "ball_in_the_valley"), (line, "linear_regression")):
        for optimizer in (SGD(lr=0.03), SGD(lr=0.03, momentum=0.9, nesterov=True), Adam(lr=0.1)):
            (course,) = race(
                objective, plane, objective.start, [Racer("one", optimizer)], updates=25
            )
            trainer = Trainer(example(name), optimizer)
            losses = [float(trainer.step()) for _ in range(26)]
            np.testing.assert_allclose(course.losses, losses, rtol=1e-12)


def test_momentum_passes_the_valley_in_which_plain_descent_stays(valley):
    objective, plane = valley
    racers = [Racer("SGD", SGD(lr=0.03)), Racer("momentum", SGD(lr=0.03, momentum=0.9))]
    plain, rolling = race(objective, plane, objective.start, racers, updates=150)
    np.testing.assert_allclose(plain.points[-1], [2.082, 0.0156], atol=1e-3)
    np.testing.assert_allclose(rolling.points[-1], [-0.697, 0.0006], atol=1e-3)
    assert rolling.losses[-1] < plain.losses[-1] - 1
    assert plain.at(10_000)[1] == plain.losses[-1]


def test_a_racer_that_leaves_the_numbers_is_named(line):
    objective, plane = line
    told = []
    racers = [Racer("wild", SGD(lr=10.0)), Racer("calm", SGD(lr=0.1))]
    wild, calm = race(objective, plane, objective.start, racers, 50, told.append)
    assert wild.has_left
    assert len(wild.points) < 51
    assert np.isfinite(wild.points).all()
    assert not calm.has_left
    assert told[-1] == 1
    with pytest.raises(BadSetting, match="updates"):
        race(objective, plane, objective.start, racers, 0)
