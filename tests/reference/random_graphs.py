"""Random graphs of 5 to 60 nodes: fan-out, shared parameters, several outputs, broadcasting."""

from __future__ import annotations

import numpy as np

from graph import GradwireError, Graph, PortRef, check
from graph.initialise import owned_tensors

SHAPES = ((), (3,), (1, 3), (2, 1), (2, 3), (3, 3), (2, 4, 3), (2, 2, 3, 4))
# Modules whose numbers stay tame, with settings to choose from.
CHOICES: tuple[tuple[str, tuple[dict, ...]], ...] = (
    ("Add", ({},)), ("Subtract", ({},)), ("Multiply", ({},)), ("Maximum", ({},)),
    ("Tanh", ({},)), ("Sigmoid", ({},)), ("Sin", ({},)), ("Cos", ({},)), ("GELU", ({},)),
    ("SiLU", ({},)), ("Softplus", ({},)), ("ELU", ({},)), ("LeakyReLU", ({},)), ("ReLU", ({},)),
    ("Softmax", ({}, {"axis": 0})), ("LogSoftmax", ({},)),
    ("MatMul", ({},)), ("Outer", ({},)), ("Dot", ({},)),
    ("Einsum", ({"equation": "...i,...i->..."}, {"equation": "ij,kj->ik"})),
    ("Transpose", ({},)), ("Flatten", ({},)), ("ExpandDims", ({"axis": 0}, {"axis": -1})),
    ("Squeeze", ({},)), ("BroadcastTo", ({"shape": (2, 3)}, {"shape": (4, -1, -1)})),
    ("Concat", ({"axis": -1}, {"axis": 0})), ("Stack", ({},)),
    ("Split", ({"axis": -1, "sizes": (1, -1)}, {"axis": 0, "sizes": (-1, 1)})),
    ("Slice", ({"axis": -1, "start": 1}, {"axis": 0, "step": -1})), ("Pad", ({},)),
    ("Sum", ({"axis": (-1,), "keepdims": True}, {"axis": (0,)})), ("Mean", ({"axis": (-1,)},)),
    ("Max", ({"axis": (-1,)},)), ("LogSumExp", ({"axis": (-1,)},)),
    *3 * (("Linear", ({"out_features": 3}, {"out_features": 3, "bias": False})),),
    ("LayerNorm", ({"eps": 0.1},)), ("RMSNorm", ({"eps": 0.1},)),
    ("Conv1d", ({"out_channels": 2, "kernel_size": (2,), "padding": (1,)},)),
    ("Conv2d", ({"out_channels": 2, "kernel_size": (2,)},)),
    ("AvgPool2d", ({},)), ("MaxPool2d", ({},)), ("GlobalAvgPool2d", ({},)),
    ("Attention", ({}, {"causal": True})),
    ("GRUCell", ({"hidden_size": 3},)), ("LSTMCell", ({"hidden_size": 3},)),
)  # fmt: skip
MOST_ENTRIES = 96


def random_graph(seed: int) -> Graph:
    """The graph of a seed, with a value for every leaf and the scalar target `loss`."""
    random = np.random.RandomState(seed)
    graph = Graph(title=f"Random graph {seed}", seed=seed)
    outputs = [_leaf(graph, random) for _ in range(random.randint(2, 5))]
    wanted = random.randint(5, 50)
    for _ in range(8 * wanted):
        if len(graph.nodes) >= wanted:
            break
        outputs += _grow(graph, random, outputs)
    _share_weights(graph, random)
    finish(graph)
    for id_ in tuple(graph.nodes):
        for port, tensor in owned_tensors(graph, id_).items():
            graph.set_tensor(port, np.asarray(tensor.values()).reshape(tensor.shape))
    return graph


def _leaf(graph: Graph, random: np.random.RandomState) -> PortRef:
    shape = SHAPES[random.randint(len(SHAPES))]
    id_ = graph.add(("Input", "Parameter")[random.randint(2)], shape=shape)
    # Numbers of float32, so that both dtypes get the same.
    value = random.uniform(-1, 1, shape).astype("float32").astype("float64")
    graph.set_tensor(PortRef(id_, "y"), value)
    return PortRef(id_, "y")


def _grow(graph: Graph, random: np.random.RandomState, outputs: list[PortRef]) -> list[PortRef]:
    """Add one node to what is there; its outputs, or none where nothing fits."""
    name, settings = CHOICES[random.randint(len(CHOICES))]
    id_ = graph.free_id(name)
    graph.add(name, id_, **settings[random.randint(len(settings))])
    module = graph.module(id_)
    try:
        for port in module.input_ports:
            if port.role == "input":
                near = max(len(outputs) - 12, 0) if random.randint(3) else 0
                graph.connect(outputs[random.randint(near, len(outputs))], PortRef(id_, port.name))
        expect_small(graph, id_)
    except GradwireError:
        graph.remove(id_)
        return []
    return [PortRef(id_, port.name) for port in module.output_ports]


def expect_small(graph: Graph, id_: str, least: int = 1, most: int = MOST_ENTRIES) -> None:
    """Raise where a node does not fit, or gives too little or too much."""
    if any(p.node == id_ and p.severity == "error" for p in check(graph).problems):
        raise GradwireError("does not fit")
    for port in graph.module(id_).output_ports:
        shape = graph.types.of(PortRef(id_, port.name)).shape
        if len(shape) > 5 or not least <= np.prod(shape) <= most:
            raise GradwireError("too small or too large")


def _share_weights(graph: Graph, random: np.random.RandomState) -> None:
    """One parameter for two layers, where two have weights of one shape."""
    layers = [id_ for id_, node in graph.nodes.items() if node.module == "Linear"]
    by_shape: dict[tuple, list[str]] = {}
    for id_ in layers:
        by_shape.setdefault(graph.types.of(PortRef(id_, "weight")).shape, []).append(id_)
    for shape, ids in by_shape.items():
        if len(ids) < 2:
            continue
        graph.add("Parameter", f"shared_{ids[0]}", shape=shape)
        value = random.uniform(-1, 1, shape).astype("float32").astype("float64")
        graph.set_tensor(f"shared_{ids[0]}.y", value)
        for id_ in ids[:2]:
            graph.connect(f"shared_{ids[0]}.y", f"{id_}.weight")


def finish(graph: Graph) -> None:
    """The mean of every output that leads nowhere, all added: the target.

    Of none the sum, which is 0; what is not floating leads nowhere anyway.
    """
    loose = [
        PortRef(id_, port.name)
        for id_ in tuple(graph.nodes)
        for port in graph.module(id_).output_ports
        if not graph.outgoing(PortRef(id_, port.name))
        and graph.types.of(PortRef(id_, port.name)).is_floating
    ]
    total: str | None = None
    for number, port in enumerate(loose):
        graph.add("Mean" if np.prod(graph.types.of(port).shape) else "Sum", f"mean_{number}")
        graph.connect(port, f"mean_{number}.x")
        if total is None:
            total = f"mean_{number}.y"
            continue
        graph.add("Add", f"total_{number}")
        graph.connect(total, f"total_{number}.a")
        graph.connect(f"mean_{number}.y", f"total_{number}.b")
        total = f"total_{number}.y"
    graph.add("Identity", "loss")
    graph.connect(total, "loss.x")
    graph.configure(target="loss")
