"""Graphs to train: Data nodes, parameters as they are drawn, and a training that reaches its goal.

`benchmarks/learning.py` trains them with three seeds each; docs/learning.md has its figures.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from docs.gallery.features import CORNERS, XOR
from docs.gallery.sketch import Sketch
from graph import Graph, rules
from graph.edits import Move
from graph.training import Training

FORGET = 1.0
INDENT = 240  # canvas units, of a row's first node


def _train(s: Sketch, epochs: int, **how: Any) -> None:
    s.graph.configure(training=Training(epochs=epochs, **how))


def _in_rows(s: Sketch, *firsts: str) -> Graph:
    """Place a long chain in rows, each beginning with one of these nodes, at the left."""
    graph = s.place()
    order = sorted(graph.nodes, key=lambda id_: graph.nodes[id_].at)
    cuts = [0, *(order.index(id_) for id_ in firsts), len(order)]
    rows = [order[start:end] for start, end in pairwise(cuts)]
    for row in rows[1:]:
        left = min(graph.nodes[id_].at[0] for id_ in row) - INDENT
        graph.apply(Move({i: (graph.nodes[i].at[0] - left, graph.nodes[i].at[1]) for i in row}))
    s.stack(rows, gap=120)
    return graph


def _classifier(s: Sketch, features: str, *widths: int, activation: str = "ReLU") -> None:
    """Linear layers with activations between them, and a cross entropy with data.t."""
    *hidden, classes = widths
    for number, width in enumerate(hidden, 1):
        features = s.put("Linear", f"hidden{number}", features, out_features=width)
        features = s.put(activation, f"{activation.lower()}{number}", features)
    logits = s.put("Linear", "logits", features, out_features=classes)
    s.put("CrossEntropyLoss", "loss", logits, "data.t")


def learn_xor():
    """Two numbers, eight hidden units, one logit."""
    s = Sketch(
        "Learn XOR",
        "Two inputs, eight hidden units, one logit: train it, and two lines bend round the "
        "corners. The four corners are one full batch, so an epoch is one update.",
        seed=1,
    )
    x = s.given("x", CORNERS, batch=True)
    hidden = s.put("Linear", "hidden", x, out_features=8)
    bent = s.put("Tanh", "tanh", hidden)
    logit = s.put("Linear", "logit", bent, out_features=1)
    t = s.given("t", XOR, batch=True)
    s.put("BCEWithLogitsLoss", "loss", logit, t)
    _train(s, 200, optimizer=rules.Adam(lr=0.05), metrics=("accuracy",))
    return s.place()


def learn_spirals():
    """Two spirals, two hidden layers."""
    s = Sketch(
        "Learn two spirals",
        "Two classes wound into each other: no line divides them, and no single bend. A quarter of "
        "the points is kept for validation.",
        seed=1,
    )
    s.put(
        "Data", "data", source="builtin:spirals", options={"samples": 600}, validation=0.25,
        batch=32,
    )  # fmt: skip
    _classifier(s, "data.x", 32, 32, 2, activation="Tanh")
    _train(s, 60, optimizer=rules.Adam(lr=0.01), metrics=("accuracy",))
    return s.place()


def learn_iris():
    """Three kinds of iris by four measures."""
    s = Sketch(
        "Learn to tell irises",
        "Three kinds of iris, told by the length and width of sepals and petals. The measures are "
        "standardised by the mean and deviation of the training part.",
        seed=1,
    )
    s.put(
        "Data", "data", source="builtin:iris", validation=0.3, scale="standardise", batch=16
    )  # fmt: skip
    _classifier(s, "data.x", 16, 3, activation="Tanh")
    _train(
        s, 60, optimizer=rules.AdamW(lr=0.01, weight_decay=0.05),
        metrics=("accuracy", "precision", "recall"),
    )  # fmt: skip
    return s.place()


def _digits(s: Sketch, batch: int) -> None:
    """8 x 8 digits; 360 of 1,797 are for the test."""
    s.put("Data", "data", source="builtin:digits", test=0.2004, batch=batch)


def digits_mlp():
    """Handwritten digits by layers of units."""
    s = Sketch(
        "Learn to read digits",
        "8×8 digits, flattened to 64 numbers, one hidden layer. 360 of the 1,797 digits are kept "
        "for the test. Deal them in the set's order, and the test has other writers.",
        seed=1,
    )
    _digits(s, 32)
    flat = s.put("Flatten", "flat", "data.x")
    _classifier(s, flat, 256, 10)
    _train(
        s, 25, optimizer=rules.AdamW(lr=0.003, weight_decay=0.1), schedule=rules.Cosine(),
        metrics=("accuracy",),
    )  # fmt: skip
    return s.place()


def digits_cnn():
    """Handwritten digits by kernels that slide."""
    s = Sketch(
        "Learn to read digits with kernels",
        "Two layers of kernels find strokes and shapes wherever they stand. 360 digits are kept "
        "for the test.",
        seed=1,
    )
    _digits(s, 64)
    maps = s.put("Conv2d", "strokes", "data.x", out_channels=16, kernel_size=(3,), padding=(1,))
    maps = s.put("BatchNorm", "norm1", maps)
    maps = s.put("ReLU", "on", maps)
    maps = s.put("Conv2d", "shapes", maps, out_channels=32, kernel_size=(3,), padding=(1,))
    maps = s.put("BatchNorm", "norm2", maps)
    maps = s.put("ReLU", "seen", maps)
    maps = s.put("MaxPool2d", "pool", maps)
    flat = s.put("Flatten", "flat", maps)
    flat = s.put("Dropout", "drop", flat, p=0.5)
    _classifier(s, flat, 10)
    _train(
        s, 12, optimizer=rules.AdamW(lr=0.005, weight_decay=0.1), schedule=rules.Cosine(),
        metrics=("accuracy",),
    )  # fmt: skip
    return _in_rows(s, "shapes")


def digits_autoencoder():
    """Digits through a waist of sixteen numbers, and back."""
    s = Sketch(
        "Learn to compress digits",
        "64 pixels go through a waist of sixteen numbers and are put together again: the target is "
        "the picture itself. What comes out can still be read.",
        seed=1,
    )
    _digits(s, 64)
    flat = s.put("Flatten", "flat", "data.x")
    found = s.put("Linear", "encode", flat, out_features=64)
    found = s.put("ReLU", "relu1", found)
    found = s.put("Linear", "code", found, out_features=16)
    found = s.put("Tanh", "waist", found)
    found = s.put("Linear", "open", found, out_features=64)
    found = s.put("ReLU", "relu2", found)
    found = s.put("Linear", "decode", found, out_features=64)
    found = s.put("Sigmoid", "picture", found)
    s.put("MSELoss", "loss", found, flat)
    _train(s, 40, optimizer=rules.Adam(lr=0.003), metrics=("r2",))
    return _in_rows(s, "open")


def sine_lstm():
    """A wave, read one number after the other and continued."""
    s = Sketch(
        "An LSTM continues a wave",
        "Sixteen points of a sine of any phase go in one by one; at each the cell says the next. "
        "Only its memory tells how fast the wave runs.",
        seed=1,
    )
    steps, waves = 16, 24
    phase = np.linspace(0, 2 * np.pi, waves, endpoint=False)
    pace = 0.3 + 0.3 * (np.arange(waves) * 7 % waves) / waves
    points = np.sin(phase + pace * np.arange(steps + 1)[:, None])[..., None].round(3)
    x = s.given("x", points[:-1], sequence=True, batch=True)
    cell = s.put("LSTMCell", "cell", x, hidden_size=16)
    s.graph.connect(cell, "cell.h", delay=1)
    s.graph.connect("cell.c_next", "cell.c", delay=1)
    said = s.put("Linear", "said", cell, out_features=1)
    t = s.given("t", points[1:], sequence=True, batch=True)
    every = s.put("AllSteps", "every", said)
    wanted = s.put("AllSteps", "wanted", t)
    s.put("MSELoss", "loss", every, wanted)
    _train(s, 300, optimizer=rules.Adam(lr=0.02), clip=rules.Clip(norm=1.0), metrics=("r2",))
    return s.place()


def echo():
    """Bits, said again three steps later."""
    s = Sketch(
        "A recurrent network echoes",
        "Bits go in, and come out again three steps later: the state has to hold three of them at "
        "once, each for its time.",
        seed=1,
    )
    s.put(
        "Data", "data", source="builtin:echo",
        options={"samples": 256, "steps": 12, "delay": 3}, batch=32, validation=0.25,
    )  # fmt: skip
    cell = s.put("RNNCell", "cell", "data.x", hidden_size=16)
    s.graph.connect(cell, "cell.h", delay=1)
    said = s.put("Linear", "said", cell, out_features=1)
    every = s.put("AllSteps", "every", said)
    heard = s.put("AllSteps", "heard", "data.t")
    s.put("BCEWithLogitsLoss", "loss", every, heard)
    _train(
        s, 40, optimizer=rules.Adam(lr=0.01), clip=rules.Clip(norm=1.0),
        metrics=("multi_label_accuracy",),
    )  # fmt: skip
    return s.place()


def adding():
    """Two marked numbers of a sequence, to be added at its end."""
    return adding_by("LSTMCell", steps=8, samples=512, epochs=60, units=12)


def adding_by(cell: str, *, steps: int, samples: int, epochs: int, units: int, batch: int = 32):
    """The adding problem at a length, by a cell of the library."""
    s = Sketch(
        "Learn to add what was marked",
        "Numbers go by, two of them marked; at the end their sum is asked for. The longer the "
        "sequence, the farther back the gradient has to reach.",
        seed=1,
    )
    options = {"samples": samples, "steps": steps}
    s.put("Data", "data", source="builtin:adding", options=options, batch=batch, validation=0.125)
    state = s.put(cell, "cell", "data.x", hidden_size=units)
    s.graph.connect(state, "cell.h", delay=1)
    if cell == "LSTMCell":
        s.graph.connect("cell.c_next", "cell.c", delay=1)
        # The forget gate begins open: Gers, Schmidhuber, Cummins, Learning to forget, 2000.
        s.keep("cell.bias_ih", np.repeat([0.0, FORGET, 0.0, 0.0], units))
    last = s.put("LastStep", "last", state)
    said = s.put("Linear", "said", last, out_features=1)
    s.put("MSELoss", "loss", said, "data.t")
    _train(
        s, epochs, optimizer=rules.Adam(lr=0.01), clip=rules.Clip(norm=1.0), metrics=("r2",)
    )  # fmt: skip
    return s.place()


def fashion_mnist():
    """Clothes by one hidden layer."""
    s = Sketch(
        "Learn to tell clothes",
        "60,000 pictures of clothes, 28×28, in ten kinds. They come with Debian's package "
        "dataset-fashion-mnist.",
        seed=1,
    )
    s.graph.configure(dtype="float32")
    s.put("Data", "data", source="system:fashion-mnist", batch=128)
    flat = s.put("Flatten", "flat", "data.x")
    _classifier(s, flat, 128, 10)
    _train(s, 5, optimizer=rules.Adam(lr=1e-3), metrics=("accuracy",))
    return s.place()


def fashion_cnn():
    """Clothes by kernels; trained by the benchmark alone."""
    s = Sketch("Learn to tell clothes with kernels", "Two layers of kernels and a waist.", seed=1)
    s.graph.configure(dtype="float32")
    s.put("Data", "data", source="system:fashion-mnist", batch=128, scale="standardise")
    maps = "data.x"
    for number, channels in ((1, 12), (2, 24)):
        maps = s.put(
            "Conv2d", f"kernels{number}", maps, out_channels=channels, kernel_size=(3,),
            padding=(1,),
        )  # fmt: skip
        maps = s.put("BatchNorm", f"norm{number}", maps)
        maps = s.put("ReLU", f"on{number}", maps)
        maps = s.put("MaxPool2d", f"pool{number}", maps)
    flat = s.put("Flatten", "flat", maps)
    flat = s.put("Dropout", "drop", flat, p=0.3)
    _classifier(s, flat, 64, 10)
    _train(
        s, 3, optimizer=rules.AdamW(lr=3e-3, weight_decay=0.02), schedule=rules.Cosine()
    )  # fmt: skip
    return s.place()
