"""Landscapes of a loss: a ball between two valleys, and a line that outliers pull."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch
from graph.rules import SGD, Adam
from graph.training import Training
from runtime.data.generated import generate


def ball_in_the_valley():
    """Two parameters whose loss has a valley before the deepest one."""
    s = Sketch(
        "The ball in the valley",
        "Plain gradient descent stays in the first valley; momentum rolls on into the deepest. "
        "The loss is sin 2x + (x/2)² + y²/2: at x = 2.08 it has a local minimum, at x = −0.70 the "
        "lowest. Open Training > Landscape and let the optimizers race.",
    )
    x = s.given("x", 4.0, module="Parameter")
    y = s.given("y", 1.5, module="Parameter")
    twice = s.put("Multiply", "angle", x, s.given("two", 2.0, module="Constant"), label="2x")
    hills = s.put("Sin", "hills", twice)
    half = s.given("half", 0.5, module="Constant")
    bowl = s.put("Square", "bowl", s.put("Multiply", "half_x", x, half, label="x/2"))
    squared = s.put("Square", "squared", y, label="y²")
    trough = s.put("Multiply", "trough", squared, half, label="y²/2")
    ground = s.put("Add", "ground", hills, bowl)
    s.put("Add", "loss", ground, trough)
    s.graph.configure(training=Training(150, SGD(0.03, momentum=0.9)))
    return s.place()


def line_with_outliers():
    """The same points, fitted by three losses."""
    s = Sketch(
        "A line with outliers",
        "Three losses fit a line to the same points, three of which lie far above. The square "
        "follows them, the absolute value does not; Huber is the square nearby and the absolute "
        "value far away. The true line is 2x + 1: train, then compare the three weights.",
        target="total",
    )
    data = generate("line", seed=3, samples=24, noise=0.15, outliers=0.125)
    points, targets = (np.round(data.arrays[name], 2) for name in "xt")
    x, t = s.given("x", points), s.given("t", targets)
    losses = []
    for name, module in (("mse", "MSELoss"), ("l1", "L1Loss"), ("huber", "HuberLoss")):
        line = s.put("Linear", f"line_{name}", x, out_features=1)
        s.keep(f"line_{name}.weight", [[-0.5]])
        s.keep(f"line_{name}.bias", [0.0])
        losses.append(s.put(module, name, line, t))
    both = s.put("Add", "both", *losses[:2])
    s.put("Add", "total", both, losses[2])
    s.graph.configure(training=Training(400, Adam(0.05)))
    return s.place()
