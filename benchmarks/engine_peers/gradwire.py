"""This project's own training step, on graphs as a person would draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import engine_works as works
from graph import Graph
from graph.records import Time
from runtime import SGD, Trainer

Step = Callable[[], Any]


def step(spec: works.Spec) -> Step | None:
    """One step of a work."""
    makers = {
        works.Mlp: mlp,
        works.Scalars: scalars,
        works.LeNet: lenet,
        works.Lstm: lstm,
        works.Transformer: transformer,
    }
    return makers[type(spec)](spec)


def mlp(spec: works.Mlp) -> Step:
    """Cross-entropy over a chain of Linear and ReLU."""
    graph = _started(spec.sizes[0])
    at = "x.y"
    for number, (weight, bias) in enumerate(spec.weights()):
        at = _then(graph, at, "Linear", f"h{number}", out_features=len(bias))
        graph.set_tensor(f"h{number}.weight", weight)
        graph.set_tensor(f"h{number}.bias", bias)
        if number < len(spec.sizes) - 2:
            at = _then(graph, at, "ReLU", f"a{number}")
    return _trained(graph, at, spec.samples())


def scalars(spec: works.Scalars) -> Step:
    """A node for each operation, a Parameter for each number."""
    graph = Graph(dtype="float64", target=f"n{spec.nodes - 1}.y")
    for number, value in enumerate(spec.values()):
        graph.add("Parameter", f"p{number}", shape=())
        graph.set_tensor(f"p{number}.y", value)
    ports = [f"p{number}.y" for number in range(spec.parameters)]
    modules = {"add": "Add", "multiply": "Multiply", "tanh": "Tanh", "relu": "ReLU"}
    for number, (kind, one, other) in enumerate(spec.plan()):
        graph.add(modules[kind], f"n{number}")
        ends = (("a", one), ("b", other)) if kind in ("add", "multiply") else (("x", one),)
        for port, source in ends:
            graph.connect(ports[source], f"n{number}.{port}")
        ports.append(f"n{number}.y")
    return partial(Trainer(graph, SGD(lr=works.RATE)).step, {})


def lenet(spec: works.LeNet) -> Step:
    """Convolutions and pools, then three Linear."""
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=("B", 1, 28, 28))
    at = _then(graph, "x.y", "Conv2d", "c1", out_channels=6, kernel_size=(5, 5), padding=(2, 2))
    at = _chain(graph, at, ("ReLU", "r1", {}), ("MaxPool2d", "p1", {"kernel_size": (2, 2)}))
    at = _then(graph, at, "Conv2d", "c2", out_channels=16, kernel_size=(5, 5))
    at = _chain(graph, at, ("ReLU", "r2", {}), ("MaxPool2d", "p2", {"kernel_size": (2, 2)}))
    at = _then(graph, at, "Flatten", "flat")
    for number, units in enumerate((120, 84)):
        at = _then(graph, at, "Linear", f"l{number}", out_features=units)
        at = _then(graph, at, "ReLU", f"s{number}")
    at = _then(graph, at, "Linear", "out", out_features=10)
    return _trained(graph, at, spec.samples())


def lstm(spec: works.Lstm) -> Step:
    """An LSTMCell in a loop over time."""
    graph = Graph(dtype="float32", time=Time())
    x, t = spec.samples()
    graph.add("Input", "x", shape=(spec.steps, spec.batch, spec.inputs), sequence=True)
    graph.add("Input", "t", shape=(spec.batch, spec.units))
    graph.add("LSTMCell", "cell", hidden_size=spec.units)
    graph.connect("x.y", "cell.x")
    graph.connect("cell.y", "cell.h", delay=1)
    graph.connect("cell.c_next", "cell.c", delay=1)
    at = _then(graph, "cell.y", "LastStep", "last")
    return _squared(graph, at, x, t)


def transformer(spec: works.Transformer) -> Step:
    """Norm, attention, add; norm, two Linear with GELU, add."""
    graph = Graph(dtype="float32")
    x, t = spec.samples()
    for id_ in ("x", "t"):
        graph.add("Input", id_, shape=x.shape)
    at = _then(graph, "x.y", "LayerNorm", "norm1")
    heads = []
    for id_ in ("query", "key", "value"):
        heads.append(_then(graph, at, "Linear", id_, out_features=spec.width))
    graph.add("Attention", "attend", num_heads=spec.heads)
    for port, source in zip(("query", "key", "value"), heads, strict=True):
        graph.connect(source, f"attend.{port}")
    at = _then(graph, "attend.y", "Linear", "project", out_features=spec.width)
    middle = _added(graph, "add1", "x.y", at)
    at = _then(graph, middle, "LayerNorm", "norm2")
    at = _then(graph, at, "Linear", "up", out_features=spec.hidden)
    at = _chain(graph, at, ("GELU", "gelu", {}), ("Linear", "down", {"out_features": spec.width}))
    return _squared(graph, _added(graph, "add2", middle, at), x, t)


def _started(width: int) -> Graph:
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=("B", width))
    return graph


def _then(graph: Graph, source: str, module: str, id_: str, **attributes: Any) -> str:
    graph.add(module, id_, **attributes)
    graph.connect(source, f"{id_}.x")
    return f"{id_}.y"


def _chain(graph: Graph, at: str, *nodes: tuple[str, str, dict[str, Any]]) -> str:
    for module, id_, attributes in nodes:
        at = _then(graph, at, module, id_, **attributes)
    return at


def _added(graph: Graph, id_: str, *sources: str) -> str:
    graph.add("Add", id_)
    for port, source in zip("ab", sources, strict=True):
        graph.connect(source, f"{id_}.{port}")
    return f"{id_}.y"


def _trained(graph: Graph, logits: str, samples: Iterable[Any]) -> Step:
    x, t = samples
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("CrossEntropyLoss", "loss")
    graph.connect(logits, "loss.logits")
    graph.connect("t.y", "loss.target")
    return partial(Trainer(graph, SGD(lr=works.RATE)).step, {"x": x, "t": t})


def _squared(graph: Graph, at: str, x: Any, t: Any) -> Step:
    graph.add("MSELoss", "loss")
    graph.connect(at, "loss.prediction")
    graph.connect("t.y", "loss.target")
    return partial(Trainer(graph, SGD(lr=works.RATE)).step, {"x": x, "t": t})
