"""What figures and curves are called."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

from gui.numbers import format_count, format_number

C = "Curves"  # the context of the texts

FIGURES: Mapping[str, str] = {
    "loss": N(C, "Loss"),
    "rate": N(C, "Learning rate"),
    "norm": N(C, "Gradient norm"),
    "accuracy": N(C, "Accuracy"),
    "precision": N(C, "Precision"),
    "recall": N(C, "Recall"),
    "f1": N(C, "F1"),
    "mae": N(C, "Mean absolute error"),
    "r2": N(C, "R²"),
    "multi_label_accuracy": N(C, "Multi-label accuracy"),
}
KINDS: Mapping[str, str] = {
    "train": N(C, "training"),
    "validation": N(C, "validation"),
    "test": N(C, "test"),
    "batches": N(C, "each update"),
}


def tr(text: str) -> str:
    """A text of the curves in the user's language."""
    return QCoreApplication.translate(C, text)


def figure_name(figure: str) -> str:
    """`Gradient norm`; a metric without a name of its own keeps the file's."""
    known = FIGURES.get(figure)
    return tr(known) if known else figure.replace("_", " ").capitalize()


def place_text(x: float, axis: str) -> str:
    """`Update 1 452` or `Epoch 3.1`: where the cursor stands."""
    if axis == "update":
        return tr("Update {0}").format(format_count(round(x)))
    return tr("Epoch {0}").format(format_number(round(x, 2)))
