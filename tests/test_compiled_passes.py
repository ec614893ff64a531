"""What is made simpler before a plan is lowered, and that the numbers stay those of the tape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Graph, PortRef, default_catalogue
from runtime import SGD, RunError, Trainer
from runtime.feeds import tensor_array
from runtime.modules.context import Context
from runtime.modules.functions import Exp
from tests.compiled_desk import both
from tests.effort import tries
from tests.graph_strategy import graphs
from tests.test_compiled import agree


def built(*rows, target="loss", **fields) -> Graph:
    """A graph from rows (module, id, its inputs by port, attributes); leaves get numbers."""
    graph = Graph(target=target, mode="train", **fields)
    draw = np.random.RandomState(0).standard_normal
    for module, id_, reads, attributes in rows:
        graph.add(module, id_, **attributes)
        if "shape" in attributes and attributes.get("dtype") is None:
            graph.set_tensor(f"{id_}.y", draw([2 if n == "T" else n for n in attributes["shape"]]))
        for port, source in reads.items():
            graph.connect(source, f"{id_}.{port}")
    return graph


def leaf(id_, module="Parameter", shape=(3,), **attributes):
    return (module, id_, {}, {"shape": shape, **attributes})


def node(module, id_, *sources, **attributes):
    ports = {1: ("x",), 2: ("prediction", "target") if module.endswith("Loss") else ("a", "b")}
    return (module, id_, dict(zip(ports[len(sources)], sources, strict=True)), attributes)


def passes_of(graph, fixed=()):
    compiled, taped = both(graph, fixed=fixed)
    agree(compiled, taped)
    return compiled.passes.simplified


# --- folding ----------------------------------------------------------------------------------


def folding_graph() -> Graph:
    return built(
        leaf("c", "Constant"), leaf("w"),
        node("Multiply", "twice", "c.y", "c.y"), node("Exp", "raised", "twice.y"),
        node("Multiply", "use", "w.y", "raised.y"), node("Sum", "loss", "use.y"),
    )  # fmt: skip


def test_what_depends_on_constants_alone_is_computed_once(monkeypatch):
    found, calls = passes_of(folding_graph(), ["c"]), []
    assert found.folded == {"twice", "raised"}
    assert [step.key for step in found.steps] == ["use", "loss"]
    forward = Exp.forward
    monkeypatch.setattr(Exp, "forward", lambda *a: (calls.append(a), forward(*a))[1])
    compiled, _ = both(folding_graph(), fixed=["c"])
    for number in range(3):
        compiled.step(number)
    assert len(calls) == 1  # while it was compiled


def test_another_number_in_a_constant_is_folded_anew():
    graph = built(
        leaf("w"), leaf("c", "Constant", ()), node("Square", "s", "c.y"),
        node("Multiply", "use", "w.y", "s.y"), node("Sum", "loss", "use.y"),
    )  # fmt: skip
    trainer = Trainer(graph, SGD(lr=0.0))
    total = graph.tensors[PortRef("w", "y")]
    for number in (2.0, 3.0):
        graph.set_tensor("c.y", np.array(number))
        assert float(trainer.step()) == pytest.approx(number**2 * tensor_array(total).sum())
        assert trainer.report().counts["folded"] == 1


def test_what_is_trained_is_no_constant():
    assert passes_of(folding_graph()).folded == frozenset()


def test_a_target_of_constants_has_no_gradient():
    graph = built(leaf("c", "Constant"), node("Sum", "loss", "c.y"))
    found = passes_of(graph, ["c"])
    assert (found.folded, found.steps) == ({"loss"}, ())


def test_masks_and_states_are_not_folded():
    graph = built(
        leaf("c", "Constant", (4, 3)),
        node("Dropout", "mask", "c.y"), node("BatchNorm", "norm", "c.y"),
        node("Multiply", "both", "mask.y", "norm.y"), node("Sum", "loss", "both.y"),
    )  # fmt: skip
    assert passes_of(graph, ["c"]).folded == frozenset()


def test_constants_that_a_module_refuses_are_told_by_the_run():
    graph = built(
        leaf("c", "Constant", (2, 3)), leaf("t", "Constant", (2,), dtype="int64"), leaf("w"),
        node("CrossEntropyLoss", "wrong", "c.y", "t.y"), node("Sum", "own", "w.y"),
        node("Multiply", "loss", "own.y", "wrong.y"),
    )  # fmt: skip
    graph.set_tensor("t.y", np.array([0, 7]))
    with pytest.raises(RunError, match="class 7") as told:
        Trainer(graph).step()
    assert told.value.node == "wrong"


def test_frozen_parameters_are_constants():
    graph = built(
        leaf("v"), leaf("w"), node("Exp", "raised", "v.y"),
        node("Multiply", "use", "w.y", "raised.y"), node("Sum", "loss", "use.y"),
    )  # fmt: skip
    trainers = [Trainer(graph, frozen=["v"]), Trainer(graph)]
    for trainer in trainers:
        trainer.step()
    counts = [trainer.report().counts["folded"] for trainer in trainers]
    assert counts == [1, 0]


# --- sharing ----------------------------------------------------------------------------------


def test_the_same_of_the_same_is_computed_once():
    graph = built(
        leaf("w"), node("Exp", "a", "w.y"), node("Exp", "b", "w.y"),
        node("Sin", "above", "a.y"), node("Sin", "below", "b.y"),
        node("Add", "both", "above.y", "below.y"), node("Sum", "loss", "both.y"),
    )  # fmt: skip
    assert passes_of(graph).shared == {"b": "a", "below": "above"}


ORDERED = {"Add": False, "Multiply": False, "Subtract": True, "Power": True}


@pytest.mark.parametrize("module", ORDERED)
def test_inputs_change_places_only_where_that_changes_nothing(module):
    graph = built(
        leaf("v"), leaf("w"), node("Square", "x", "v.y"), node(module, "a", "x.y", "w.y"),
        node(module, "b", "w.y", "x.y"), node("Multiply", "both", "a.y", "b.y"),
        node("Sum", "loss", "both.y"),
    )  # fmt: skip
    assert passes_of(graph).shared == ({} if ORDERED[module] else {"b": "a"})


def test_what_commutes_gives_the_same_to_the_bit():
    numbers = np.array([0.0, -0.0, 1e308, -1e308, np.inf, -np.inf, 1 / 3, 5e-324, -7.1])
    for module in (m for m in default_catalogue() if getattr(m, "commutes", False)):
        shape = (9, 9)
        ctx = Context(np, np.dtype("float64"), {"a": shape, "b": shape, "y": shape})
        one, other = np.meshgrid(numbers, numbers)
        with np.errstate(all="ignore"):
            (here,) = module().forward(ctx, (one, other))
            (there,) = module().forward(ctx, (other, one))
        assert np.array_equal(here, there, equal_nan=True)
        assert np.array_equal(np.signbit(here[here == 0]), np.signbit(there[there == 0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (node("Softmax", "a", "w.y", axis=0), node("Softmax", "b", "w.y", axis=1)),
        (node("LeakyReLU", "a", "w.y", negative_slope=0.0), node("ReLU", "b", "w.y")),
        (node("Clip", "a", "w.y", min=0.0, max=1.0), node("Clip", "b", "w.y", min=-0.0, max=1.0)),
        (node("Dropout", "a", "w.y"), node("Dropout", "b", "w.y")),
        (node("BatchNorm", "a", "w.y"), node("BatchNorm", "b", "w.y")),
        (node("Linear", "a", "w.y", out_features=3), node("Linear", "b", "w.y", out_features=3)),
    ],
    ids=lambda row: f"{row[0]}-{row[1]}",
)
def test_what_differs_is_not_shared(one, other):
    graph = built(leaf("w", shape=(3, 3)), one, other, node("Add", "both", "a.y", "b.y"),
                  node("Sum", "loss", "both.y"))  # fmt: skip
    assert passes_of(graph).shared == {}


def test_constants_of_the_same_numbers_are_the_same():
    graph = built(
        leaf("w"), leaf("c", "Constant", ()), leaf("d", "Constant", ()), leaf("e", "Constant", ()),
        node("Multiply", "a", "w.y", "c.y"), node("Multiply", "b", "w.y", "d.y"),
        node("Multiply", "z", "w.y", "e.y"),
        node("Add", "ab", "a.y", "b.y"), node("Add", "all", "ab.y", "z.y"),
        node("Sum", "loss", "all.y"),
    )  # fmt: skip
    for name, number in (("c", 0.0), ("d", 0.0), ("e", -0.0)):
        graph.set_tensor(f"{name}.y", np.array(number))
    assert passes_of(graph, ["c", "d", "e"]).shared == {"b": "a"}


def test_the_target_is_computed_by_its_own_step():
    graph = built(
        leaf("w"), node("Sum", "first", "w.y"), node("Sum", "loss", "w.y"), node("Sum", "c", "w.y"),
    )  # fmt: skip
    assert passes_of(graph).shared == {}


def loops(second_starts_at: float) -> Graph:
    """Two loops that double what they hold, and one sum of both."""
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("T",), sequence=True)
    graph.set_tensor("x.y", np.array([1.0, 2.0, 3.0]))
    graph.add("Parameter", "w", shape=())
    graph.set_tensor("w.y", np.array(0.5))
    for name in "ab":
        graph.add("Multiply", f"{name}_scaled")
        graph.add("Add", name)
        graph.connect("w.y", f"{name}_scaled.a")
        graph.connect(f"{name}.y", f"{name}_scaled.b", delay=1)
        graph.connect(f"{name}_scaled.y", f"{name}.a")
        graph.connect("x.y", f"{name}.b")
    graph.set_tensor("b_scaled.b", np.array([second_starts_at]))
    graph.add("Multiply", "loss")
    graph.connect("a.y", "loss.a")
    graph.connect("b.y", "loss.b")
    return graph


def test_loops_that_are_the_same_are_one():
    shared = passes_of(loops(0.0), ["x", "a_scaled", "b_scaled"]).shared
    assert shared == {f"{n}@{t}": f"{o}@{t}" for n, o in (("b", "a"), ("b_scaled", "a_scaled"))
                      for t in range(3)}  # fmt: skip


def test_loops_that_start_otherwise_are_two():
    assert passes_of(loops(1.0), ["x", "a_scaled", "b_scaled"]).shared == {}


def test_a_loop_is_not_folded_at_its_first_step_alone():
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("T",), sequence=True)
    graph.set_tensor("x.y", np.array([1.0, 2.0, 3.0]))
    graph.add("Parameter", "w", shape=())
    graph.set_tensor("w.y", np.array(0.5))
    for module, id_ in (("Square", "square"), ("Exp", "fixed"), ("Multiply", "scaled"),
                        ("Add", "h"), ("LastStep", "loss")):  # fmt: skip
        graph.add(module, id_)
    graph.connect("h.y", "square.x", delay=1)
    graph.connect("x.y", "fixed.x")
    graph.connect("fixed.y", "scaled.a")
    graph.connect("w.y", "scaled.b")
    graph.connect("square.y", "h.a")
    graph.connect("scaled.y", "h.b")
    graph.connect("h.y", "loss.x")
    assert passes_of(graph, ["x", "square"]).folded == {f"fixed@{t}" for t in range(3)}


# --- joining ----------------------------------------------------------------------------------


def likelihood(shape, axis, reduction, *more) -> Graph:
    graph = built(
        leaf("w", shape=shape), leaf("t", "Constant", shape[:-1], dtype="int64"),
        node("LogSoftmax", "logs", "w.y", axis=axis),
        node("NLLLoss", "each", "logs.y", "t.y", reduction=reduction),
        node("Sum", "loss", "each.y"), *more,
    )  # fmt: skip
    graph.set_tensor("t.y", np.ones(shape[:-1], "int64"))
    return graph


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("shape", "axis"), [((4, 3), -1), ((1, 3), 1), ((3,), 0)])
def test_logarithms_of_a_softmax_and_their_likelihood_are_joined(shape, axis, reduction):
    assert passes_of(likelihood(shape, axis, reduction)).joined == {"logs": "each"}


def test_logits_that_overflow_are_joined_to_the_same_numbers():
    graph = likelihood((2, 3), -1, "mean")
    graph.set_tensor("w.y", np.array([[900.0, 0.0, -900.0], [1e308, 1e308, -1e308]]))
    passes_of(graph)


def test_along_another_axis_nothing_is_joined():
    assert passes_of(likelihood((3, 3), 0, "mean")).joined == {}


def test_what_others_read_too_is_not_joined():
    more = node("Sum", "other", "logs.y"), node("Add", "all", "loss.y", "other.y")
    graph = likelihood((4, 3), -1, "mean", *more)
    graph.configure(target="all")
    assert passes_of(graph).joined == {}


# --- all together -----------------------------------------------------------------------------


@given(graphs(), st.integers(0, 2**16))
@settings(max_examples=tries(15, 300), database=None, deadline=None)
def test_random_graphs_with_constants_compute_as_by_the_tape(graph, chosen):
    fixed = [id_ for place, id_ in enumerate(graph.nodes) if chosen >> place % 17 & 1]
    agree(*both(graph, fixed=fixed))
