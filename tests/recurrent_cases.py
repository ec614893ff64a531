"""Recurrent networks as graphs with delay edges: those that PyTorch has, and how they are named.

Each network reads a sequence [T, B, 3] with a hidden state of 4; the loss is the mean of squares
of all outputs, so that every step gets a gradient of its own.
"""

from __future__ import annotations

import hashlib

import numpy as np

from graph import Graph
from graph.records import Time

STEPS, BATCH, FEATURES, HIDDEN = 7, 2, 3, 4
CELLS = {"RNN": ("RNNCell", 1), "GRU": ("GRUCell", 3), "LSTM": ("LSTMCell", 4)}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
CASES = (*CELLS, "RNN-delay-2", "RNN-truncated-3", "LSTM-truncated-2")


def drawn(case: str, name: str, *shape: int) -> np.ndarray:
    """Numbers of a case, the same in both dtypes: they are rounded to float32."""
    seed = np.frombuffer(hashlib.sha256(f"{case}/{name}".encode()).digest(), "<u4")
    numbers = np.random.RandomState(seed).uniform(-0.8, 0.8, shape)
    return numbers.astype("float32").astype("float64")


def tensors(case: str) -> dict[str, np.ndarray]:
    """What a case starts from: the sequence, the first states, the weights."""
    kind, gates = CELLS[case.split("-")[0]]
    delay = delay_of(case)
    rows = gates * HIDDEN
    found = {
        "x": drawn(case, "x", STEPS, BATCH, FEATURES),
        "h": drawn(case, "h", delay, BATCH, HIDDEN),
        "weight_ih": drawn(case, "weight_ih", rows, FEATURES),
        "weight_hh": drawn(case, "weight_hh", rows, HIDDEN),
        "bias_ih": drawn(case, "bias_ih", rows),
        "bias_hh": drawn(case, "bias_hh", rows),
    }
    if kind == "LSTMCell":
        found["c"] = drawn(case, "c", delay, BATCH, HIDDEN)
    return found


def delay_of(case: str) -> int:
    """How many steps the state waits."""
    return 2 if "delay" in case else 1


def truncation_of(case: str) -> int | None:
    """How many steps a gradient goes back."""
    return int(case[-1]) if "truncated" in case else None


def graph_of(case: str, dtype: str) -> Graph:
    """The case as a graph: a cell whose state comes back over delay edges.

    A GRU's first state is an Input, the others keep theirs under the delayed port.
    """
    kind, _ = CELLS[case.split("-")[0]]
    given = tensors(case)
    graph = Graph(dtype=dtype, time=Time(truncate=truncation_of(case)))
    graph.add("Input", "x", shape=given["x"].shape, sequence=True)
    graph.set_tensor("x.y", given["x"])
    graph.add(kind, "cell", hidden_size=HIDDEN)
    for name in WEIGHTS:
        graph.set_tensor(f"cell.{name}", given[name])
    graph.connect("x.y", "cell.x")
    states = {"h": "cell.y"} | ({"c": "cell.c_next"} if "c" in given else {})
    for port, source in states.items():
        if kind == "GRUCell":
            graph.add("Input", "h0", shape=given["h"].shape[1:])
            graph.set_tensor("h0.y", given["h"][0])
            graph.connect(source, f"cell.{port}", delay=1, initial="h0.y")
        else:
            graph.connect(source, f"cell.{port}", delay=delay_of(case))
            graph.set_tensor(f"cell.{port}", given[port])
    graph.add("AllSteps", "all")
    graph.connect("cell.y", "all.x")
    graph.add("Square", "square")
    graph.connect("all.y", "square.x")
    graph.add("Mean", "loss")
    graph.connect("square.y", "loss.x")
    return graph


def numbers_of(case: str, dtype: str) -> dict[str, np.ndarray]:
    """What a run of the graph says, under the names that the reference has."""
    from runtime import Engine

    trace = Engine(graph_of(case, dtype)).run()
    found = {"outputs": trace.value("cell.y"), "loss": trace.value("loss.y")}
    found["d_x"] = trace.gradient("x.y")
    found |= {f"d_{name}": trace.gradient(f"cell.{name}") for name in WEIGHTS}
    if case == "GRU":
        return found | {"d_h": trace.gradient("h0.y")[None]}
    found["d_h"] = trace.gradient("cell.h")[: delay_of(case)]
    if case.startswith("LSTM"):
        found["d_c"] = trace.gradient("cell.c")[:1]
    return found
