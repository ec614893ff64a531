"""How well the examples learn: each is trained with three seeds.

    OPENBLAS_NUM_THREADS=1 python benchmarks/learning.py [NAME ...] [--seeds 1,2,3]

Without names all are trained. The figures are written into the table of docs/learning.md, a row
each. Fashion-MNIST needs Debian's package `dataset-fashion-mnist`, or `GRADWIRE_DATASETS` naming
the folder in which it lies.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.gallery import learning
from graph import Graph, load, rules
from graph.training import Training
from runtime.data.batches import Part
from runtime.training.figures import figures
from runtime.training.session import Session

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "learning.md"
SEEDS = (1, 2, 3)


def example(name: str) -> Graph:
    """An example as it comes with the program."""
    return load(ROOT / "assets" / "examples" / f"{name}.gradwire")


@dataclass(frozen=True)
class Row:
    """One line of the table: what is trained, which figure of which part, and what it should be.

    `at_most` turns the comparison round. `settings` are of the Data node, `training` stands in for
    the graph's own.
    """

    name: str
    what: str
    graph: Callable[[], Graph]
    goal: float
    figure: str = "accuracy"
    part: Part = "test"
    at_most: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    training: Training | None = None

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"{'<' if self.at_most else '>'} {shown(self.goal, self.figure)}"

    def holds(self, figure: float) -> bool:
        """Whether a figure reaches the goal."""
        return figure < self.goal if self.at_most else figure > self.goal


def shown(figure: float, name: str) -> str:
    """A share in percent, an error as a number."""
    return f"{figure:.3g}" if name == "loss" else f"{100 * figure:.1f} %"


def adding(cell: str, epochs: int) -> Callable[[], Graph]:
    """The adding problem over 100 steps; an LSTM takes the longest, and a plain RNN has as long."""
    return lambda: learning.adding_by(
        cell, steps=100, samples=4000, batch=50, epochs=epochs, units=32
    )


def fashion(**how: Any) -> Training:
    """Five epochs on Fashion-MNIST."""
    return Training(epochs=5, metrics=("accuracy",), **how)


ROWS = (
    Row("xor", "XOR, 2-8-1, 200 updates", lambda: example("learn_xor"), 0.999, part="train"),
    Row(
        "spirals", "two spirals, 2-32-32-2", lambda: example("learn_spirals"), 0.97,
        part="validation",
    ),
    Row("iris", "iris, 4-16-3", lambda: example("learn_iris"), 0.95, part="validation"),
    Row("digits-mlp", "digits, 64-256-10, 360 for the test", lambda: example("digits_mlp"), 0.97),
    Row("digits-cnn", "digits by kernels, 360 for the test", lambda: example("digits_cnn"), 0.98),
    Row(
        "digits-mlp-last", "the same 64-256-10, tested on the last 360 of the file",
        lambda: example("digits_mlp"), 0.97, settings={"split": "order", "scale": "standardise"},
    ),
    Row(
        "digits-cnn-last", "the same kernels, tested on the last 360 of the file",
        lambda: example("digits_cnn"), 0.98, settings={"split": "order"},
    ),
    Row(
        "autoencoder", "digits through 16 numbers and back, R² of the pixels",
        lambda: example("digits_autoencoder"), 0.75, figure="r2",
    ),
    Row(
        "sine", "a wave continued by an LSTM, squared error", lambda: example("sine_lstm"), 0.02,
        figure="loss", part="train", at_most=True,
    ),
    Row(
        "echo", "bits said again 3 steps later by an RNN", lambda: example("echo"), 0.99,
        figure="multi_label_accuracy", part="validation",
    ),
    Row(
        "adding-lstm", "adding over 100 steps by an LSTM, squared error (a guess of 1: 0.17)",
        adding("LSTMCell", 28), 0.05, figure="loss", part="validation", at_most=True,
    ),
    Row(
        "adding-gru", "the same by a GRU", adding("GRUCell", 16), 0.05, figure="loss",
        part="validation", at_most=True,
    ),
    Row(
        "adding-rnn", "the same by a plain RNN, which is to fail", adding("RNNCell", 28), 0.1,
        figure="loss", part="validation",
    ),
    Row(
        "fashion-adam", "Fashion-MNIST, 784-128-10, Adam 0.001, 2,345 updates",
        learning.fashion_mnist, 0.865, training=fashion(optimizer=rules.Adam(lr=1e-3)),
    ),
    Row(
        "fashion-cosine", "the same, standardised, Adam 0.003, cosine", learning.fashion_mnist,
        0.88, settings={"scale": "standardise"},
        training=fashion(optimizer=rules.Adam(lr=3e-3), schedule=rules.Cosine()),
    ),
    Row(
        "fashion-cnn", "Fashion-MNIST by kernels", learning.fashion_cnn, 0.9,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the seeds came to: the figure, updates and seconds of each."""

    figures: tuple[float, ...]
    updates: int
    seconds: tuple[float, ...]

    def line(self, row: Row) -> str:
        """The row of the table."""
        found = ", ".join(shown(figure, row.figure) for figure in self.figures)
        word = "yes" if all(map(row.holds, self.figures)) else "**no**"
        took = sorted(self.seconds)[len(self.seconds) // 2]
        cells = (row.name, row.what, row.wanted, found, word, f"{self.updates:,}", f"{took:.1f}")
        return f"| {' | '.join(cells)} |"


def measure(row: Row, seeds: tuple[int, ...]) -> Result:
    """Train with each seed; what a run comes to is judged at its end, in evaluation mode."""
    found, seconds, updates = [], [], 0
    for seed in seeds:
        graph = row.graph()
        graph.configure(seed=seed)
        if row.settings:
            graph.set("data", **row.settings)
        if row.training is not None:
            graph.configure(training=row.training)
        session = Session(graph)
        start = time.process_time()
        while not session.is_over:
            session.step()
        seconds.append(time.process_time() - start)
        updates = session.position.update
        found.append(judged(row, session))
        print(f"  seed {seed}: {shown(found[-1], row.figure)} in {seconds[-1]:.1f} s", flush=True)
    return Result(tuple(found), updates, tuple(seconds))


def judged(row: Row, session: Session) -> float:
    """The row's figure, of the samples that it names."""
    metrics = () if row.figure == "loss" else (row.figure,)
    return figures(session.trainer, session.feeder, row.part, metrics)[row.figure]


def write(lines: dict[str, str]) -> None:
    """Put the measured rows into the page's table, the others as they are."""
    text = PAGE.read_text(encoding="utf-8").splitlines()
    head = next(i for i, line in enumerate(text) if line.startswith("| ---")) + 1
    end = next((i for i in range(head, len(text)) if not text[i].startswith("|")), len(text))
    kept = {line.split("|")[1].strip(): line for line in text[head:end]} | lines
    rows = [kept[row.name] for row in ROWS if row.name in kept]
    PAGE.write_text("\n".join([*text[:head], *rows, *text[end:]]) + "\n", encoding="utf-8")


def main() -> int:
    """Measure; 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    asked = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        print("OPENBLAS_NUM_THREADS is not 1: times and last digits depend on the machine's cores")
    missed = 0
    for row in ROWS:
        if asked.names and row.name not in asked.names:
            continue
        print(f"{row.name}: {row.what}", flush=True)
        result = measure(row, tuple(map(int, asked.seeds.split(","))))
        missed += not all(map(row.holds, result.figures))
        write({row.name: result.line(row)})
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
