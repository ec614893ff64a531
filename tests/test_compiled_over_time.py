"""A compiled step of what is inside time: as the tape computes it, with larger products."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from graph import Graph, PortRef
from graph.expanding import expand_edit
from graph.records import Time
from runtime import SGD, Trainer
from tests.compiled_desk import both
from tests.effort import tries
from tests.recurrent_cases import CASES, graph_of
from tests.recurrent_graphs import Pair
from tests.test_compiled import SINGLE, agree

STEPS, BATCH, FEATURES, HIDDEN = 5, 2, 3, 4
CELLS = ("RNNCell", "GRUCell", "LSTMCell")


@pytest.mark.parametrize("case", CASES)
def test_loops_of_a_cell_compute_as_by_the_tape(case):
    agree(*both(graph_of(case, "float64")))
    agree(*both(graph_of(case, "float64"), fixed=("x",)))
    agree(*both(graph_of(case, "float32"), fixed=("x",)), limit=SINGLE)


@pytest.mark.parametrize("fixed", [(), ("x",), ("x", "c")])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_random_loops_compute_as_by_the_tape(steps, fixed):
    for seed in range(tries(3, 200)):
        agree(*both(Pair(steps, seed).loop, fixed=fixed))


# --- a cell, and what reads it ----------------------------------------------------------------


def cell(kind: str, *, shape=(STEPS, BATCH, FEATURES), delay=1, **settings) -> Graph:
    """x -> cell, its states fed back; nothing reads it yet."""
    graph = Graph(seed=1, time=Time())
    graph.add("Input", "x", shape=shape, sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal(shape))
    graph.add(kind, "cell", hidden_size=HIDDEN, **settings)
    graph.connect("x.y", "cell.x")
    graph.connect("cell.y", "cell.h", delay=delay)
    if kind == "LSTMCell":
        graph.connect("cell.c_next", "cell.c", delay=delay)
    return graph


def read(graph: Graph, *nodes: tuple[str, str, dict], source: str = "cell.y", to="loss") -> Graph:
    """A chain of nodes (module, id, settings) behind a port."""
    for module, id_, settings in nodes:
        graph.add(module, id_, **settings)
        graph.connect(source, f"{id_}.x")
        source = f"{id_}.y"
    if to == "loss":
        graph.add("Square", "square")
        graph.connect(source, "square.x")
        graph.add("Mean", "loss")
        graph.connect("square.y", "loss.x")
    return graph


LAST, ALL = ("LastStep", "last", {}), ("AllSteps", "all", {})
AT, TANH = ("AtStep", "at", {"step": 2}), ("Tanh", "act", {})
LINEAR = ("Linear", "out", {"out_features": 2})


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(
    "chain",
    [(LAST,), (ALL,), (LINEAR, LAST), (LINEAR, TANH, ALL), (AT,)],
    ids=("last", "all", "linear-last", "linear-all", "at-2"),
)
def test_every_reader_of_a_cell_gets_its_steps(kind, chain):
    agree(*both(read(cell(kind), *chain), fixed=("x",)))


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(
    "given",
    [
        {"shape": (STEPS, FEATURES)},
        {"shape": (STEPS, 1, FEATURES)},
        {"bias": False},
        {"shape": (1, BATCH, FEATURES)},
        {"delay": 2},
    ],
    ids=("unbatched", "batch-1", "no-bias", "one-step", "delay-2"),
)
def test_cells_of_every_form(kind, given):
    for fixed in ((), ("x",)):
        agree(*both(read(cell(kind, **given), ALL), fixed=fixed))


@pytest.mark.parametrize("source", ["cell.y", "cell.c_next"])
@pytest.mark.parametrize("leading", [LAST, ALL, AT], ids=("last", "all", "at-2"))
def test_either_output_of_an_lstm_alone_takes_the_gradient_back(source, leading):
    agree(*both(read(cell("LSTMCell"), leading, source=source)))


def test_two_readers_of_one_cell_add_up():
    graph = read(cell("LSTMCell"), ALL)
    read(graph, ("LastStep", "end", {}), source="cell.c_next", to="")
    graph.add("Add", "sum")
    graph.connect("loss.y", "sum.a")
    graph.add("Sum", "total")
    graph.connect("end.y", "total.x")
    graph.connect("total.y", "sum.b")
    graph.configure(target="sum")
    agree(*both(graph))


@pytest.mark.parametrize("kind", CELLS)
def test_layers_of_cells_one_on_the_other(kind):
    graph = cell(kind)
    graph.add(kind, "top", hidden_size=2)
    graph.connect("cell.y", "top.x")
    graph.connect("top.y", "top.h", delay=1)
    if kind == "LSTMCell":
        graph.connect("top.c_next", "top.c", delay=1)
    agree(*both(read(graph, LAST, source="top.y"), fixed=("x",)))


def test_a_cell_in_a_larger_loop_runs_step_by_step():
    graph = Graph(seed=1, time=Time())
    graph.add("Input", "x", shape=(STEPS, BATCH, FEATURES), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((STEPS, BATCH, FEATURES)))
    graph.add("GRUCell", "cell", hidden_size=HIDDEN)
    graph.connect("x.y", "cell.x")
    read(graph, ("LayerNorm", "norm", {}), to="")
    graph.connect("norm.y", "cell.h", delay=1)
    agree(*both(read(graph, LAST, source="norm.y")))


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("module", ["Dropout", "BatchNorm"])
@pytest.mark.parametrize("place", ["loop", "series"])
def test_masks_and_states_inside_time_are_those_of_their_steps(mode, module, place):
    if place == "series":
        graph = cell("LSTMCell", shape=(STEPS, 4, FEATURES))
        read(graph, (module, "odd", {}), ALL, source="cell.y")
    else:
        graph = Graph(seed=1, time=Time())
        graph.add("Input", "x", shape=(STEPS, 4, FEATURES), sequence=True)
        graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((STEPS, 4, FEATURES)))
        graph.add("RNNCell", "cell", hidden_size=HIDDEN)
        graph.connect("x.y", "cell.x")
        read(graph, (module, "odd", {}), to="")
        graph.connect("odd.y", "cell.h", delay=1)
        read(graph, LAST, source="odd.y")
    graph.configure(mode=mode)
    agree(*both(graph, fixed=("x",)))


@pytest.mark.parametrize("leading", [LAST, ALL], ids=("last", "all"))
def test_a_weight_may_be_shared_between_a_loop_and_what_has_none(leading):
    graph = Graph(seed=1, time=Time())
    graph.add("Input", "x", shape=(STEPS, BATCH, HIDDEN), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((STEPS, BATCH, HIDDEN)))
    graph.add("Parameter", "w", shape=(HIDDEN, HIDDEN))
    graph.add("Parameter", "h0", shape=(BATCH, HIDDEN))
    for id_ in ("into", "back", "after"):
        graph.add("MatMul", id_)
        graph.connect("w.y", f"{id_}.b")
    graph.add("Add", "sum")
    graph.add("Tanh", "h")
    for source, target in (("x.y", "into.a"), ("into.y", "sum.a"), ("back.y", "sum.b")):
        graph.connect(source, target)
    graph.connect("sum.y", "h.x")
    graph.connect("h.y", "back.a", delay=1, initial="h0.y")
    graph.connect("h.y", "after.a")
    agree(*both(read(graph, leading, source="after.y"), fixed=("x",)))


@pytest.mark.parametrize("fixed", [("x",), ("x", "w")])
@pytest.mark.parametrize("module", ["MatMul", "Linear"])
def test_a_loop_may_have_other_weights_at_each_step(module, fixed):
    """Their gradients belong to the step; those of the bias, which stays, add up."""
    x, weight = ("x", "weight") if module == "Linear" else ("a", "b")
    graph = Graph(seed=1, time=Time())
    for id_, shape in (("x", (STEPS, BATCH, 3)), ("w", (STEPS, 3, 3))):
        graph.add("Input", id_, shape=shape, sequence=True)
        graph.set_tensor(f"{id_}.y", np.random.RandomState(0).standard_normal(shape))
    graph.add("Tanh", "bent")
    graph.add(module, "back", **({"out_features": 3} if module == "Linear" else {}))
    graph.add("Add", "h")
    for source, target in (("w.y", "bent.x"), ("bent.y", f"back.{weight}"), ("x.y", "h.a")):
        graph.connect(source, target)
    graph.connect("back.y", "h.b")
    graph.connect("h.y", f"back.{x}", delay=1)
    agree(*both(read(graph, LAST, source="h.y"), fixed=fixed))


def test_a_cell_drawn_of_single_modules_computes_the_same():
    graph = read(cell("LSTMCell"), LAST)
    graph.apply(expand_edit(graph, "cell"))
    agree(*both(graph, fixed=("x",)))


# --- what is computed at once -----------------------------------------------------------------


def calls(graph: Graph, fixed=("x",), feeds=None) -> tuple[Counter, Counter]:
    """How often each function is called, forward and reverse."""
    program = both(graph, feeds, fixed=fixed)[0].passes.program
    names = [call.func.__name__ for call in program.calls]
    return Counter(names[: program.turn]), Counter(names[program.turn :])


@pytest.mark.parametrize("kind", CELLS)
def test_products_for_input_and_weights_are_made_once_for_all_steps(kind):
    forward, reverse = calls(read(cell(kind, bias=False), LAST))
    assert forward["matmul"] == 1 + STEPS
    assert reverse["dot"] == STEPS + 2  # to the state before each step; two weights


def by_hand(shape=(STEPS, BATCH, FEATURES), *chain: tuple[str, str, dict], delay=1) -> Graph:
    """tanh(W x + b + U h + c), drawn of single modules, and what reads it."""
    graph = Graph(seed=2, time=Time())
    graph.add("Input", "x", shape=shape, sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal(shape))
    for id_ in ("into", "back"):
        graph.add("Linear", id_, out_features=HIDDEN)
    graph.add("Add", "sum")
    graph.add("Tanh", "h")
    for source, target in (("x.y", "into.x"), ("into.y", "sum.a"), ("back.y", "sum.b")):
        graph.connect(source, target)
    graph.connect("sum.y", "h.x")
    graph.connect("h.y", "back.x", delay=delay)
    return read(graph, *chain, source="h.y")


def test_a_loop_drawn_by_hand_has_its_products_at_once_too():
    graph = by_hand((STEPS, BATCH, FEATURES), LAST)
    agree(*both(graph, fixed=("x",)))
    forward, reverse = calls(graph)
    assert forward["dot"] == 1 + STEPS
    assert reverse["dot"] == STEPS + 4  # back through U; two weights and two biases


@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (4, 2, 2, 3), (3, 0, 3), (3, 2, 0)])
def test_loops_of_tensors_of_every_form(shape):
    for chain in ((LAST,), (ALL,), ()):  # without one the target is inside time
        agree(*both(by_hand(shape, *chain)))
        agree(*both(by_hand(shape, *chain, delay=2), fixed=("x",)))


@pytest.mark.parametrize("kind", CELLS)
def test_the_target_may_be_inside_time(kind):
    agree(*both(read(cell(kind))))
    graph = cell(kind)
    graph.configure(target="cell.y")
    agree(*both(graph))


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_may_read_weights_that_lie_in_another_order(kind):
    graph = read(cell(kind), ALL)
    rows = graph.types.of(PortRef("cell", "weight_ih")).shape[0]
    graph.add("Parameter", "w", shape=(FEATURES, rows))
    graph.add("Transpose", "turned")
    graph.connect("w.y", "turned.x")
    graph.connect("turned.y", "cell.weight_ih")
    agree(*both(graph))


def test_a_node_without_a_loop_is_computed_for_all_steps_at_once():
    steps = 7
    graph = Graph(seed=2, time=Time())
    graph.add("Input", "x", shape=(steps, BATCH, FEATURES), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((steps, BATCH, FEATURES)))
    graph.add("Linear", "lin", out_features=HIDDEN)
    graph.connect("x.y", "lin.x")
    read(graph, ("Tanh", "act", {}), ALL, source="lin.y")
    agree(*both(graph, fixed=("x",)))
    forward, _ = calls(graph)
    assert forward["dot"] == 1
    assert forward["tanh"] == 1


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("LayerNorm", {}),
        ("RMSNorm", {}),
        ("Softmax", {}),
        ("LogSoftmax", {"axis": -2}),
        ("Softmax", {"axis": 0}),
        ("PReLU", {}),
        ("Transpose", {}),
    ],
)
def test_axes_of_a_node_stay_where_they_are_when_time_is_in_front(module, settings):
    graph = Graph(seed=2, time=Time())
    graph.add("Input", "x", shape=(STEPS, BATCH, FEATURES), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((STEPS, BATCH, FEATURES)))
    read(graph, (module, "odd", settings), ALL, source="x.y")
    for fixed in ((), ("x",)):
        agree(*both(graph, fixed=fixed))


def words(steps: int) -> Graph:
    """Rows of a table for a sequence of numbers."""
    graph = Graph(seed=2, time=Time())
    graph.add("Input", "x", shape=(steps, BATCH), sequence=True, dtype="int64")
    graph.set_tensor("x.y", np.random.RandomState(0).randint(0, 9, (steps, BATCH)))
    graph.add("Embedding", "word", num_embeddings=9, embedding_dim=3)
    graph.connect("x.y", "word.indices")
    return graph


def test_words_over_time_are_looked_up_at_once():
    few, many = (read(words(steps), ALL, source="word.y") for steps in (3, 30))
    agree(*both(few))
    assert calls(few) == calls(many)
    graph = words(STEPS)
    graph.add("GRUCell", "cell", hidden_size=HIDDEN)
    graph.connect("word.y", "cell.x")
    graph.connect("cell.y", "cell.h", delay=1)
    agree(*both(read(graph, LAST)))


def test_a_loop_of_single_numbers_is_one_function():
    graph = Graph(seed=2, time=Time(), dtype="float64")
    graph.add("Input", "x", shape=(4,), sequence=True)
    graph.set_tensor("x.y", np.array([0.5, -1.0, 2.0, 0.25]))
    graph.add("Parameter", "w", shape=())
    for module, id_ in (("Multiply", "into"), ("Add", "sum"), ("Tanh", "h")):
        graph.add(module, id_)
    for source, target in (("x.y", "into.a"), ("w.y", "into.b"), ("into.y", "sum.a")):
        graph.connect(source, target)
    graph.connect("sum.y", "h.x")
    graph.connect("h.y", "sum.b", delay=1)
    agree(*both(read(graph, LAST, source="h.y")))
    forward, reverse = calls(graph)
    assert sum(forward.values()) == sum(reverse.values()) == 1


def test_values_before_a_loop_may_have_fewer_axes():
    """[T, H] per step [H], added to [B, H]: time goes in front of both, not the batch's axis."""
    graph = Graph(seed=2, time=Time())
    for id_, shape in (("a", (3, HIDDEN)), ("b", (3, 3, HIDDEN))):
        graph.add("Input", id_, shape=shape, sequence=True)
        graph.set_tensor(f"{id_}.y", np.random.RandomState(0).standard_normal(shape))
    graph.add("Multiply", "both")
    for id_ in "ab":
        graph.connect(f"{id_}.y", f"both.{id_}")
    agree(*both(read(graph, ALL, source="both.y")))


def test_what_is_fed_over_time_is_read_where_it_lies():
    graph = read(cell("LSTMCell"), LAST)
    feeds = {"x": np.ones((STEPS, BATCH, FEATURES))}
    agree(*both(graph, feeds, fixed=("x",)))
    assert calls(graph, feeds=feeds)[0]["concatenate"] == 0
    assert calls(graph, ())[0]["concatenate"] == 1  # a tensor for each step is trained


def test_training_over_time_is_the_same_twice_and_with_frozen_weights():
    def trained(**settings) -> dict[str, np.ndarray]:
        graph = read(cell("LSTMCell"), LAST)
        trainer = Trainer(graph, SGD(lr=0.1), **settings)
        for _ in range(4):
            trainer.step({"x": np.ones((STEPS, BATCH, FEATURES))})
        return trainer.parameters

    one, other = trained(), trained()
    assert all(np.array_equal(one[name], other[name]) for name in one)
    half = trained(frozen=("cell.weight_hh",))
    assert not np.array_equal(half["cell.weight_ih"], one["cell.weight_ih"])
