"""Fitting: a line, a boundary, a perceptron."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch

LINE_X = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
LINE_T = (1.1, 1.9, 3.2, 3.9, 5.1, 5.8)  # about 2x + 1


def linear_regression():
    """A line through six points, one weight and one bias."""
    s = Sketch(
        "Linear regression",
        "One weight and one bias fit a line to six points. The gradient of the weight is the mean "
        "of 2 · error · x, the gradient of the bias the mean of 2 · error.",
    )
    x = s.given("x", np.reshape(LINE_X, (6, 1)))
    line = s.put("Linear", "line", x, out_features=1)
    t = s.given("t", np.reshape(LINE_T, (6, 1)))
    s.put("MSELoss", "loss", line, t)
    s.keep("line.weight", [[1.5]])
    s.keep("line.bias", [0.5])
    return s.place()


POINTS = ((0.5, 1.0), (1.0, 2.5), (2.0, 1.0), (3.0, 2.0), (3.0, 4.0), (4.0, 3.0))
CLASSES = (0, 0, 0, 1, 1, 1)


def logistic_regression():
    """A boundary between two classes, by its logits."""
    s = Sketch(
        "Logistic regression",
        "A line divides two classes. The loss takes the logits themselves, so that nothing "
        "overflows; on each logit the gradient is (probability − target) / 6.",
    )
    x = s.given("x", POINTS)
    logits = s.put("Linear", "logits", x, out_features=1)
    t = s.given("t", np.reshape(np.array(CLASSES, dtype=float), (6, 1)))
    s.put("BCEWithLogitsLoss", "loss", logits, t)
    s.put("Sigmoid", "probability", logits)
    s.keep("logits.weight", [[0.6, 0.3]])
    s.keep("logits.bias", [-2.0])
    s.train(0.3, 60)
    return s.place()


def perceptron():
    """Why nobody trains through Sign."""
    s = Sketch(
        "A perceptron with Sign",
        "The output is right or wrong and nothing between: the derivative of Sign is 0 everywhere, "
        "so no gradient reaches the weights. Put Tanh in its place and it does.",
    )
    x = s.given("x", [[2.0, 1.0], [1.0, 3.0], [-1.0, -2.0], [-2.0, 0.5]])
    total = s.put("Linear", "sum", x, out_features=1)
    sign = s.put("Sign", "sign", total)
    t = s.given("t", [[1.0], [1.0], [-1.0], [-1.0]])
    s.put("MSELoss", "loss", sign, t)
    s.keep("sum.weight", [[0.5, -1.0]])
    s.keep("sum.bias", [0.25])
    return s.place()


def two_linears():
    """Two linear layers are one."""
    s = Sketch(
        "Two Linears without an activation",
        "One after the other they compute no more than a single Linear, whose weight is the "
        "product of theirs. Above: both; below: the one. The difference is 0.",
        target="difference",
    )
    x = s.given("x", [[1.0, -0.5], [0.5, 2.0], [-1.0, 1.0]])
    first = s.put("Linear", "first", x, out_features=3, bias=False)
    second = s.put("Linear", "second", first, out_features=2, bias=False)
    a = s.given("w1", [[0.5, 1.0], [-1.0, 0.5], [2.0, -0.5]], module="Parameter", label="W1")
    b = s.given("w2", [[1.0, -1.0, 0.5], [0.0, 2.0, 1.0]], module="Parameter", label="W2")
    s.graph.connect(a, "first.weight")
    s.graph.connect(b, "second.weight")
    product = s.put("MatMul", "product", b, a, label="W2 W1")
    one = s.put("Linear", "one", x, bias=False, out_features=2)
    s.graph.connect(product, "one.weight")
    s.put("MSELoss", "difference", second, one)
    return s.place()
