"""The examples that come with the program: their files, titles, sentences and order."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from gui.dropped_files import SUFFIX
from runtime.data.system import system_set

FIRST = "backprop_by_hand"
# From one number to networks in time: the order in which they are shown.
ORDER = (
    FIRST, "xor", "softmax_classifier", "fan_out", "cancelling", "linear_regression",
    "line_with_outliers", "ball_in_the_valley", "logistic_regression", "perceptron", "two_linears",
    "learned_features", "radial_features", "vanishing", "divergence", "autoencoder", "digits",
    "two_inputs", "rnn", "lstm", "gru", "attention_head", "transformer_block",
    "learn_xor", "learn_spirals", "learn_iris", "digits_mlp", "digits_cnn", "digits_autoencoder",
    "sine_lstm", "echo", "adding", "fashion_mnist",
)  # fmt: skip


NEEDS = {"fashion_mnist": "fashion-mnist"}
"""The set of the system that an example is trained on."""


class Words(NamedTuple):
    """What is said of an example."""

    title: str
    sentence: str


def examples() -> list[Path]:
    """The example files, in their order; one that has no place in it comes last.

    One whose samples come with a package of the system is offered where that is installed.
    """
    place = {name: number for number, name in enumerate(ORDER)}
    every = Path(str(files("assets") / "examples")).glob(f"*{SUFFIX}")
    found = [path for path in every if _is_installed(NEEDS.get(path.stem))]
    return sorted(found, key=lambda path: (place.get(path.stem, len(place)), path.stem))


def _is_installed(name: str | None) -> bool:
    return name is None or system_set(name).path is not None


def first_example() -> Path:
    """What is shown the first time."""
    return next(path for path in examples() if path.stem == FIRST)


@cache
def words_of(path: Path) -> Words:
    """An example's title and the first sentence of its note, read without building the graph."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    known = document if isinstance(document, dict) else {}
    title, note = known.get("title"), known.get("note")
    name = path.stem.replace("_", " ").capitalize()
    first = note.partition(". ")[0].rstrip(".") + "." if isinstance(note, str) and note else ""
    return Words(title if isinstance(title, str) and title else name, first)


def title_of(path: Path) -> str:
    """An example's title, else the file's name."""
    return words_of(path).title
