"""Hints for classic bugs: found where they are, silent where a graph is right, and mended."""

import json

import numpy as np
import pytest

from graph import Graph, History, PortRef, check, dumps, loads
from graph import edits as e
from runtime import Engine


def chain(*modules, shape=(3, 4), dtype=None, **settings):
    """`x` and then modules one behind the other, with ids made from their names."""
    graph = Graph(title="chain")
    kind = {} if dtype is None else {"dtype": dtype}
    last = graph.add("Input", "x", shape=shape, at=(0, 0), **kind)
    graph.set_tensor("x.y", np.arange(np.prod(shape), dtype="float64").reshape(shape) / 7)
    for column, module in enumerate(modules, 1):
        name, options = module if isinstance(module, tuple) else (module, {})
        node = graph.add(name, at=(144.0 * column, 0), **options)
        ports = graph.module(node).input_ports
        graph.connect(f"{last}.y", f"{node}.{ports[0].name}")
        last = node
    return graph, last


def with_target(graph, loss, shape, dtype=None):
    """Feed the loss's target with ones."""
    kind = {} if dtype is None else {"dtype": dtype}
    graph.add("Input", "t", shape=shape, **kind)
    graph.set_tensor("t.y", np.ones(shape, dtype or "float64"))
    graph.connect("t.y", f"{loss}.target")
    return graph


def classes(*modules):
    graph, loss = chain(*modules)
    return with_target(graph, loss, (3,), "int64")


def numbers(*modules, shape=(3, 4)):
    graph, loss = chain(*modules, shape=shape)
    type_ = graph.types.of(PortRef(loss, "prediction"))
    return with_target(graph, loss, type_.shape)


def codes(graph):
    return [(p.code, p.node, p.port) for p in check(graph).problems]


def mended(graph, code):
    """The graph after the first mend of the problem `code`, and what the mend is called."""
    (problem,) = [p for p in check(graph).findings if p.code == code]
    history, before = History(graph), dumps(graph)
    mend = problem.mends[0]
    history.do(mend.edit, mend.text)
    after = dumps(graph)
    history.undo()
    assert dumps(graph) == before  # one entry takes all of it back
    history.redo()
    assert dumps(graph) == after
    Engine(graph).run()
    return mend.text


LINEAR = ("Linear", {"out_features": 4})
FLATTEN = ("Flatten", {"start_axis": -1})


@pytest.mark.parametrize("between", [(), ("Identity",), (FLATTEN,), ("Identity", FLATTEN)])
@pytest.mark.parametrize(
    ("make", "module", "loss", "code"),
    [
        (classes, "Softmax", "CrossEntropyLoss", "softmax-before-loss"),
        (classes, "LogSoftmax", "CrossEntropyLoss", "softmax-before-loss"),
        (numbers, "Sigmoid", "BCEWithLogitsLoss", "sigmoid-before-loss"),
    ],
)
def test_a_loss_that_takes_logits_and_is_fed_probabilities(make, module, loss, code, between):
    graph = make(LINEAR, module, *between, loss)
    id_ = loss.lower()
    assert codes(graph) == [(code, id_, "prediction")]
    problem = check(graph).problems[0]
    assert problem.severity == "hint"
    assert problem.message.startswith(f"{id_}.prediction: found {module} before it, expected log")
    assert mended(graph, code) == f"Remove {module.lower()}"
    assert module.lower() not in graph
    assert not check(graph).findings


def test_what_is_read_elsewhere_too_stays_and_the_loss_goes_past_it():
    graph = classes(LINEAR, "Softmax", "CrossEntropyLoss")
    graph.add("Identity", "probabilities")
    graph.connect("softmax.y", "probabilities.x")
    assert mended(graph, "softmax-before-loss") == "Wire past softmax"
    assert graph.incoming(PortRef("crossentropyloss", "prediction")).source.node == "linear"
    assert graph.incoming(PortRef("probabilities", "x")).source.node == "softmax"


def test_a_bypassed_node_counts_as_not_there():
    graph = classes(LINEAR, "Softmax", "Tanh", "CrossEntropyLoss")
    assert codes(graph) == []
    graph.apply(e.SetNode("tanh", {"bypassed": True}))
    assert [code for code, *_ in codes(graph)] == ["softmax-before-loss"]
    graph.apply(e.SetNode("softmax", {"bypassed": True}))
    assert codes(graph) == []


@pytest.mark.parametrize(
    ("make", "modules"),
    [
        (classes, (LINEAR, "CrossEntropyLoss")),
        (classes, (LINEAR, "ReLU", "CrossEntropyLoss")),
        (classes, (LINEAR, "LogSoftmax", "NLLLoss")),
        (numbers, (LINEAR, "BCEWithLogitsLoss")),
        (numbers, (LINEAR, "Sigmoid", "BCELoss")),
        (numbers, (LINEAR, "Softmax", "BCELoss")),
        (numbers, (LINEAR, "LogSoftmax", "KLDivLoss")),
        (numbers, (LINEAR, "Sigmoid", "MSELoss")),
        (numbers, (LINEAR, "Softmax", "MSELoss")),
        (numbers, (LINEAR, "ReLU", LINEAR, "Tanh", LINEAR, "MSELoss")),
        (numbers, (LINEAR, "ReLU", FLATTEN, LINEAR, "L1Loss")),
    ],
)
def test_nets_as_they_should_be_give_no_hint(make, modules):
    assert check(make(*modules)).findings == ()


@pytest.mark.parametrize(
    ("make", "modules", "code", "text"),
    [
        (classes, (LINEAR, "Softmax", "NLLLoss"), "softmax", "Change softmax to LogSoftmax"),
        (numbers, (LINEAR, "Softmax", "KLDivLoss"), "softmax", "Change softmax to LogSoftmax"),
        (classes, (LINEAR, "NLLLoss"), "logits", "Insert LogSoftmax between"),
        (numbers, (LINEAR, "BCELoss"), "logits", "Insert Sigmoid between"),
        (numbers, (LINEAR, "Tanh", FLATTEN, "BCELoss"), "logits", "Insert Sigmoid between"),
    ],
)
def test_losses_of_probabilities_fed_with_something_else(make, modules, code, text):
    graph = make(*modules)
    assert [found for found, *_ in codes(graph)] == [f"{code}-before-loss"]
    assert mended(graph, f"{code}-before-loss") == text
    assert not check(graph).findings


def test_an_exchanged_module_keeps_id_edges_place_and_settings():
    graph = classes(LINEAR, ("Softmax", {"axis": 1}), "NLLLoss")
    place = list(graph.nodes).index("softmax")
    mended(graph, "softmax-before-loss")
    node = graph.nodes["softmax"]
    assert (node.module, node.attributes, node.at) == ("LogSoftmax", {"axis": 1}, (288.0, 0))
    assert list(graph.nodes).index("softmax") == place


# --- two Linears ----------------------------------------------------------------------------


@pytest.mark.parametrize("between", [(), ("Identity",), (FLATTEN,)])
def test_two_linears_in_a_row(between):
    graph = numbers(LINEAR, *between, ("Linear", {"out_features": 2}), "MSELoss")
    assert codes(graph) == [("linear-linear", "linear2", "x")]
    assert mended(graph, "linear-linear") == "Insert ReLU between"
    assert graph.nodes["relu"].at is not None
    assert graph.incoming(PortRef("linear2", "x")).source == PortRef("relu", "y")
    assert not check(graph).findings


def test_a_linear_whose_result_is_used_twice_may_stand_before_another():
    graph = numbers(LINEAR, LINEAR, "MSELoss")
    graph.add("Identity", "other")
    graph.connect("linear.y", "other.x")
    assert codes(graph) == []


# --- [B] against [B, 1] ---------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "theirs"), [((5,), (5, 1)), ((5, 1), (5,))])
def test_a_row_against_a_column_in_a_loss(ours, theirs):
    nodes = [{"id": "loss", "module": "MSELoss"}]
    tensors = {}
    for id_, shape in (("p", ours), ("t", theirs)):
        nodes.append({"id": id_, "module": "Input", "attributes": {"shape": shape}})
        tensors[f"{id_}.y"] = {"dtype": "float64", "shape": shape, "values": [1, 2, 3, 4, 5]}
    edges = [{"from": "p.y", "to": "loss.prediction"}, {"from": "t.y", "to": "loss.target"}]
    file = {"gradwire": 1, "nodes": nodes, "edges": edges, "tensors": tensors}
    graph = loads(json.dumps(file))
    (problem,) = check(graph).problems
    assert (problem.severity, problem.node) == ("error", "loss")
    port = "target" if len(theirs) == 2 else "prediction"
    assert mended(graph, "shape") == f"Reshape {port} to [5]"
    assert check(graph).problems == ()
    assert Engine(graph).run().value("loss.y") == 0


@pytest.mark.parametrize(("ours", "theirs"), [((5,), (5, 1)), ((5, 1), (5,))])
def test_a_row_less_a_column_broadcasts_silently(ours, theirs):
    graph, _ = chain("Identity", "Subtract", "Square", "Mean", shape=ours)
    graph.add("Input", "t", shape=theirs)
    graph.set_tensor("t.y", np.ones(theirs))
    graph.connect("t.y", "subtract.b")
    column = "a" if len(ours) == 2 else "b"
    assert codes(graph) == [("broadcast", "subtract", column)]
    assert "found [5, 1] against [5], which makes [5, 5]" in check(graph).problems[0].message
    mended(graph, "broadcast")
    assert graph.types.of(PortRef("subtract", "y")).shape == (5,)
    assert not check(graph).findings


def test_named_sizes_stay_open_in_the_mend():
    graph = Graph()
    graph.add("Input", "p", shape=("B",))
    graph.add("Input", "t", shape=("B", 1))
    graph.add("Subtract", "d")
    graph.connect("p.y", "d.a")
    graph.connect("t.y", "d.b")
    (problem,) = [p for p in check(graph).problems if p.code == "broadcast"]
    graph.apply(problem.mends[0].edit)
    for size in (2, 7):
        feeds = {"p": np.ones(size), "t": np.ones((size, 1))}
        assert Engine(graph).run(feeds, phase="forward").value("d.y").shape == (size,)


@pytest.mark.parametrize(
    ("ours", "theirs"), [((1,), (1, 1)), ((5,), ()), ((5,), (1,)), ((5,), (4, 5))]
)
def test_broadcasting_that_is_meant_gives_no_hint(ours, theirs):
    graph, _ = chain("Identity", "Subtract", "Mean", shape=ours)
    graph.add("Input", "t", shape=theirs)
    graph.set_tensor("t.y", np.ones(theirs))
    graph.connect("t.y", "subtract.b")
    assert codes(graph) == []


def test_differences_of_all_pairs_of_one_tensor_are_meant():
    graph, _ = chain(("Reshape", {"shape": (-1, 1)}), "Subtract", "Mean", shape=(5,))
    graph.connect("x.y", "subtract.b")
    assert codes(graph) == []


# --- parameters without a path --------------------------------------------------------------


def test_a_parameter_that_the_target_does_not_depend_on():
    graph = numbers(LINEAR, "MSELoss")
    graph.add("Parameter", "lonely", shape=(2,))
    graph.add("Linear", "aside", out_features=2)
    graph.connect("x.y", "aside.x")
    graph.configure(target="mseloss")
    found = check(graph).problems
    assert {(p.code, p.severity, p.node) for p in found} == {
        ("no-path", "warning", "lonely"),
        ("no-path", "warning", "aside"),
    }
    assert "expected a path to mseloss.y" in found[0].message
    graph.connect("lonely.y", "aside.bias")
    graph.connect("aside.y", "linear.x", replace=True)
    assert [p.code for p in check(graph).problems] == ["linear-linear"]


def test_without_a_target_nothing_is_said_of_paths():
    graph = Graph()
    graph.add("Parameter", "w", shape=(2,))
    assert codes(graph) == []


def test_a_path_of_integers_is_none():
    graph = numbers(LINEAR, "MSELoss")
    graph.add("Parameter", "w", shape=())
    graph.add("Add", "sum")
    graph.connect("linear.y", "sum.a")
    graph.connect("w.y", "sum.b")
    assert [p.node for p in check(graph).problems] == ["w"]
    graph.connect("sum.y", "mseloss.prediction", replace=True)
    assert codes(graph) == []


# --- hidden layers that start at zero -------------------------------------------------------


def test_a_hidden_layer_of_zeros_and_an_output_layer_of_zeros():
    graph = numbers(LINEAR, "ReLU", ("Linear", {"out_features": 1}), "MSELoss")
    graph.set_tensor("linear.weight", np.zeros((4, 4)))
    assert codes(graph) == [("zero-weight", "linear", "weight")]
    assert mended(graph, "zero-weight") == "Clear weight"
    assert PortRef("linear", "weight") not in graph.tensors
    graph.set_tensor("linear2.weight", np.zeros((1, 4)))
    graph.set_tensor("linear.bias", np.zeros(4))
    assert codes(graph) == []  # an output layer and biases may well start at zero


@pytest.mark.parametrize("init", ["zeros", "normal"])
def test_a_wired_weight_counts_like_an_owned_one(init):
    graph = numbers(LINEAR, "ReLU", ("Linear", {"out_features": 1}), "MSELoss")
    graph.add("Parameter", "w", shape=(4, 4), init=init)
    graph.connect("w.y", "linear.weight")
    expected = [("zero-weight", "w", "y")] if init == "zeros" else []
    assert codes(graph) == expected
    graph.set_tensor("w.y", np.eye(4))
    assert codes(graph) == []


def test_weights_of_matrix_products_count_as_well():
    graph, _ = chain("MatMul", "Tanh", "MatMul", "Mean")
    for id_, shape in (("w1", (4, 4)), ("w2", (4, 2))):
        graph.add("Parameter", id_, shape=shape, init="zeros")
    graph.connect("w1.y", "matmul.b")
    graph.connect("w2.y", "matmul2.b")
    assert codes(graph) == [("zero-weight", "w1", "y")]


def test_a_branch_that_joins_another_may_start_at_zero():
    graph, _ = chain("ReLU", LINEAR, "Add", ("Linear", {"out_features": 1}), "Mean")
    graph.connect("relu.y", "add.b")
    graph.set_tensor("linear.weight", np.zeros((4, 4)))
    assert codes(graph) == []
