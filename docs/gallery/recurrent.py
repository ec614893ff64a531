"""Loops in time: a plain recurrent net drawn from its parts, and the two gated cells."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch

STEPS, BATCH, HIDDEN = 6, 3, 4


def _echo() -> tuple[np.ndarray, np.ndarray]:
    """A sequence of single numbers [T, B, 1], and the first of each as what is to be said last."""
    sequence = np.random.RandomState(8).uniform(-1, 1, (STEPS, BATCH, 1)).round(2)
    return sequence, sequence[0].copy()


def _read_last(s: Sketch, hidden: str, target: np.ndarray) -> None:
    """A linear reading of the last state, compared with the first number of the sequence."""
    last = s.put("LastStep", "last", hidden)
    said = s.put("Linear", "said", last, out_features=1)
    t = s.given("t", target)
    s.put("MSELoss", "loss", said, t)


def plain():
    """tanh(W x + U h), the state carried by a delay edge."""
    sequence, target = _echo()
    s = Sketch(
        "A recurrent network",
        "The state goes round: what tanh gives is added again one step later. The network is to "
        "say at the end what it heard first, and the gradient has to come back all the way.",
        seed=21,
    )
    x = s.given("x", sequence, sequence=True)
    heard = s.put("Linear", "heard", x, out_features=HIDDEN)
    kept = s.put("Linear", "kept", out_features=HIDDEN, bias=False)
    total = s.put("Add", "total", heard, kept)
    state = s.put("Tanh", "state", total)
    s.graph.connect(state, "kept.x", delay=1)
    _read_last(s, state, target)
    s.write_out()
    s.keep("kept.weight", np.round(0.9 * np.eye(HIDDEN) + 0.1, 2))
    s.train(0.2, 100)
    return s.place()


def gated(module: str, title: str, note: str, seed: int):
    """A cell of the library, its state carried by delay edges."""
    sequence, target = _echo()
    s = Sketch(title, note, seed=seed)
    x = s.given("x", sequence, sequence=True)
    cell = s.put(module, "cell", x, hidden_size=HIDDEN)
    s.graph.connect(cell, "cell.h", delay=1)
    if module == "LSTMCell":
        s.graph.connect("cell.c_next", "cell.c", delay=1)
    _read_last(s, cell, target)
    s.train(0.2, 100)
    return s.place()


def lstm():
    """An LSTM."""
    return gated(
        "LSTMCell",
        "An LSTM",
        "Beside its state the cell has a memory, which is only scaled and added to: along it the "
        "gradient comes back farther. Unroll it and compare the parts of each step.",
        22,
    )


def gru():
    """A GRU."""
    return gated(
        "GRUCell",
        "A GRU",
        "One gate says how much of the old state stays, another how much of it is heard when the "
        "new one is made. The target is the first number of the sequence.",
        23,
    )
