"""Depth: gradients that vanish, paths that cancel, distributions."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch

LAYERS = 8
WIDTH = 4
GAP = 240


def vanishing():
    """One deep net three times: sigmoid, ReLU, residual."""
    s = Sketch(
        "Why deep nets forget how to learn",
        "Three nets of eight layers with the same weights. Through sigmoids the gradient shrinks "
        "about fourfold at every layer; through ReLUs it holds; past residual edges it hardly "
        "changes.",
    )
    random = np.random.RandomState(1)
    x = s.given("x", random.uniform(-1, 1, (5, WIDTH)).round(2))
    t = s.given("t", random.uniform(-1, 1, (5, 1)).round(2))
    weights = [(random.normal(0, 0.8, (WIDTH, WIDTH)) / 1.2).round(2) for _ in range(LAYERS)]
    last = random.normal(0, 0.7, (1, WIDTH)).round(2)
    losses, rows = [], {}
    for row, kind in enumerate(("sigmoid", "relu", "residual")):
        at = x
        for layer, weight in enumerate(weights):
            read = at
            at = s.put("Linear", f"{kind}{layer}", read, out_features=WIDTH, bias=False)
            s.keep(f"{kind}{layer}.weight", weight)
            place = (GAP + GAP * 2 * layer, 420 * row)
            rows[f"{kind}{layer}"] = place
            module = {"sigmoid": "Sigmoid", "relu": "ReLU", "residual": "Tanh"}[kind]
            at = s.put(module, f"{kind}{layer}_act", at)
            rows[f"{kind}{layer}_act"] = (place[0] + GAP, place[1])
            if kind == "residual":
                at = s.put("Add", f"{kind}{layer}_add", read, at)
                rows[f"{kind}{layer}_add"] = (place[0] + GAP + 120, place[1] + 100)
        at = s.put("Linear", f"{kind}_out", at, out_features=1, bias=False)
        s.keep(f"{kind}_out.weight", last)
        losses.append(s.put("MSELoss", f"{kind}_loss", at, t))
        rows[f"{kind}_out"] = (GAP + GAP * 2 * LAYERS, 420 * row)
        rows[f"{kind}_loss"] = (GAP + GAP * 2 * LAYERS + GAP, 420 * row)
    both = s.put("Add", "two", losses[0], losses[1])
    s.put("Add", "loss", both, losses[2])
    end = GAP + GAP * 2 * LAYERS + 2 * GAP
    rows |= {"x": (0, 420), "t": (end - 2 * GAP, 1140), "two": (end, 210), "loss": (end + 200, 420)}
    graph = s.place(rows)
    for kind, title in (("sigmoid", "Sigmoid"), ("relu", "ReLU"), ("residual", "Residual")):
        s.frame(title, [id_ for id_ in graph.nodes if id_.startswith(kind)])
    return graph


def cancelling():
    """Two paths whose gradients add up to nothing."""
    s = Sketch(
        "Two paths that cancel",
        "x reaches the loss over two paths. Along one the derivative is 6, along the other −6: the "
        "sum is 0, though neither path is dead.",
    )
    x = s.given("x", np.array(3.0), module="Parameter")
    square = s.put("Square", "square", x)
    six = s.given("six", np.array(6.0), module="Constant", label="6")
    line = s.put("Multiply", "line", x, six, label="6 x")
    s.put("Subtract", "loss", square, line, label="x² − 6 x")
    return s.place()


def divergence():
    """A softmax pulled to a distribution."""
    s = Sketch(
        "Softmax with KL divergence",
        "The loss measures how far the softmax is from a target distribution. On the logits the "
        "gradient is as simple as can be: prediction − target.",
    )
    x = s.given("x", [[1.0, 0.0, -1.0], [0.5, 0.5, 0.0]])
    logits = s.put("Linear", "logits", x, out_features=4)
    logs = s.put("LogSoftmax", "logs", logits, label="log-softmax")
    t = s.given("t", [[0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25]])
    s.put("KLDivLoss", "loss", logs, t, reduction="sum")
    s.keep("logits.weight", np.round(np.random.RandomState(4).uniform(-1, 1, (4, 3)), 2))
    s.keep("logits.bias", [0.0, 0.1, -0.1, 0.2])
    return s.place()
