"""A compiled step where sizes and numbers are unusual: as the tape computes it."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, PortRef
from runtime import SGD, Engine, Trainer
from runtime.errors import NotFinite, RunError
from tests.compiled_desk import both
from tests.test_compiled import agree


def squared(graph: Graph, source: str) -> Graph:
    """The mean of squares of a port is the target."""
    graph.add("Square", "squares")
    graph.connect(source, "squares.x")
    graph.add("Mean", "loss")
    graph.connect("squares.y", "loss.x")
    graph.configure(target="loss")
    return graph


def looked_up(module: str, dtype: str, rows: int, size: int) -> Graph:
    """Rows of a table by numbers of a dtype, each of them several times."""
    graph = Graph(seed=1)
    numbers = np.arange(64) * 7 % min(rows, np.iinfo(dtype).max + 1)
    graph.add("Input", "i", shape=(64,), dtype=dtype)
    graph.set_tensor("i.y", numbers.astype(dtype))
    if module == "Embedding":
        graph.add("Embedding", "rows", num_embeddings=rows, embedding_dim=size)
    else:
        graph.add("Parameter", "table", shape=(rows, size))
        graph.add("Gather", "rows")
        graph.connect("table.y", "rows.x")
    graph.connect("i.y", "rows.indices")
    return squared(graph, "rows.y")


@pytest.mark.parametrize("module", ["Embedding", "Gather"])
@pytest.mark.parametrize(
    ("dtype", "rows", "size"),
    [("uint8", 300, 4), ("uint8", 100, 64), ("int8", 100, 64), ("int16", 20, 3000)],
)
def test_places_in_a_table_may_be_beyond_the_integers_that_count_its_rows(
    module, dtype, rows, size
):
    agree(*both(looked_up(module, dtype, rows, size)))


def test_the_jacobian_of_a_table_does_too():
    trace = Engine(looked_up("Embedding", "int8", 100, 8)).run()
    total = trace.jacobian("rows.weight", "loss.y").dense().reshape(-1)
    assert np.allclose(total, trace.gradient(PortRef("rows", "weight")).reshape(-1), atol=1e-12)


@pytest.mark.parametrize("module", ["Conv2d", "ConvTranspose2d"])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("sizes", [(2, 0), (0, 1), (0, 0)], ids=str)
def test_images_without_channels_or_samples(module, padding, sizes):
    graph = Graph(seed=1)
    graph.add("Parameter", "x", shape=(*sizes, 5, 5))
    graph.add(module, "conv", out_channels=2, kernel_size=(3, 3), padding=(padding, padding))
    graph.connect("x.y", "conv.x")
    agree(*both(squared(graph, "conv.y")))


def beside_a_branch(module: str, **attributes: object) -> Graph:
    """A loss, and a node that reads what it reads without leading to it."""
    graph = Graph(dtype="float64", seed=1)
    graph.add("Parameter", "w", shape=(2, 3))
    graph.add(module, "beside", **attributes)
    graph.connect("w.y", "beside.prediction" if "Loss" in module else "beside.x")
    return squared(graph, "w.y")


def test_a_wrong_class_in_a_branch_that_leads_nowhere_stops_no_training():
    graph = beside_a_branch("CrossEntropyLoss")
    graph.add("Constant", "labels", shape=(2,), dtype="int64")
    graph.set_tensor("labels.y", np.array([0, 7]))
    graph.connect("labels.y", "beside.target")
    with pytest.raises(RunError, match="found class 7"):  # a run computes all that is drawn
        Engine(graph).run()
    agree(*both(graph))


def test_what_such_a_branch_holds_is_not_why_a_training_stops():
    graph = beside_a_branch("Log")
    graph.set_tensor("w.y", np.full((2, 3), -1e200))  # a NaN beside, and a loss that overflows
    with pytest.raises(NotFinite) as caught:
        Trainer(graph, SGD()).step()
    assert caught.value.node == "squares"


def test_nor_is_a_number_that_only_such_a_branch_reads():
    graph = beside_a_branch("Identity")
    graph.add("Constant", "odd", shape=(2, 3))
    graph.add("Add", "sum")
    graph.set_tensor("odd.y", np.full((2, 3), np.nan))
    graph.connect("beside.y", "sum.a")
    graph.connect("odd.y", "sum.b")
    graph.set_tensor("w.y", np.full((2, 3), 1e200))
    with pytest.raises(NotFinite) as caught:
        Trainer(graph, SGD()).step()
    assert caught.value.node == "squares"
