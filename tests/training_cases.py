"""Three small graphs and settings to train them with, for trajectories of another framework."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph import Graph

STEPS = 100
# By name: the optimizer and its settings, then what stands around it.
SETTINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "sgd": ("SGD", {"lr": 0.1}, {}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.1}, {}),
    "nesterov": ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}, {}),
    "adagrad": ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "initial_accumulator_value": 0.1}, {}),
    "rmsprop": ("RMSProp", {"lr": 0.01}, {}),
    "centered": ("RMSProp", {"lr": 0.005, "momentum": 0.5, "centered": True, "alpha": 0.9}, {}),
    "adam": ("Adam", {"lr": 0.02, "weight_decay": 0.01}, {}),
    "adamw": ("AdamW", {"lr": 0.02, "betas": (0.8, 0.99), "weight_decay": 0.1}, {}),
    "clip_norm": ("SGD", {"lr": 0.1}, {"norm": 0.05}),
    "clip_value": ("SGD", {"lr": 0.1}, {"value": 0.01}),
    "cosine": ("SGD", {"lr": 0.1}, {"cosine": 60}),
    "steps": ("SGD", {"lr": 0.1}, {"every": 30}),
}


def numbers(name: str) -> dict[str, np.ndarray]:
    """What a graph is fed with, and the parameters it starts from, by address; float64."""
    draw = np.random.RandomState(len(name)).standard_normal
    small = {
        "mlp": {"l1.weight": (6, 4), "l1.bias": (6,), "l2.weight": (3, 6), "l2.bias": (3,)},
        "cnn": {
            "conv.weight": (3, 2, 3, 3),
            "conv.bias": (3,),
            "out.weight": (2, 27),
            "out.bias": (2,),
        },
        "norm": {"l1.weight": (5, 4), "bn.weight": (5,), "bn.bias": (5,), "l2.weight": (2, 5)},
    }[name]
    found = {ref: 0.5 * draw(shape) for ref, shape in small.items()}
    if name == "norm":
        found["bn.weight"] = 1 + 0.1 * found["bn.weight"]
    found["x"] = draw((7, 2, 5, 5) if name == "cnn" else (7, 4))
    found["t"] = np.arange(7) % 3 if name == "mlp" else draw((7, 2))
    return found


def graph_of(name: str) -> Graph:
    """The graph with its first parameters; feeds are `x` and `t`."""
    given = numbers(name)
    graph = Graph(title=name, target="loss", mode="train")
    graph.add("Input", "x", shape=given["x"].shape)
    graph.add("Input", "t", shape=given["t"].shape, **({"dtype": "int64"} if name == "mlp" else {}))
    rows = {
        "mlp": [
            ("Linear", "l1", {"out_features": 6}),
            ("Tanh", "act", {}),
            ("Linear", "l2", {"out_features": 3}),
        ],
        "cnn": [
            ("Conv2d", "conv", {"out_channels": 3, "kernel_size": (3, 3)}),
            ("ReLU", "act", {}),
            ("Flatten", "flat", {}),
            ("Linear", "out", {"out_features": 2}),
        ],
        "norm": [
            ("Linear", "l1", {"out_features": 5, "bias": False}),
            ("BatchNorm", "bn", {}),
            ("Sigmoid", "act", {}),
            ("Linear", "l2", {"out_features": 2, "bias": False}),
        ],
    }[name]
    before = "x.y"
    for module, id_, attributes in rows:
        graph.add(module, id_, **attributes)
        graph.connect(before, f"{id_}.x")
        before = f"{id_}.y"
    graph.add("CrossEntropyLoss" if name == "mlp" else "MSELoss", "loss")
    graph.connect(before, "loss.logits" if name == "mlp" else "loss.prediction")
    graph.connect("t.y", "loss.target")
    for ref, array in given.items():
        if "." in ref:
            graph.set_tensor(ref, array)
    return graph
