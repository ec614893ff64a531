"""What the settings of a training are called."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

S = "TrainingSettings"  # the context of the texts

SETTINGS: Mapping[str, str] = {
    "epochs": N(S, "Epochs"),
    "optimizer": N(S, "Optimizer"),
    "lr": N(S, "Learning rate"),
    "momentum": N(S, "Momentum"),
    "dampening": N(S, "Dampening"),
    "weight_decay": N(S, "Weight decay"),
    "nesterov": N(S, "Nesterov"),
    "lr_decay": N(S, "Rate decay"),
    "initial_accumulator_value": N(S, "First sum"),
    "eps": N(S, "Epsilon"),
    "alpha": N(S, "Alpha"),
    "centered": N(S, "Centred"),
    "betas": N(S, "Betas"),
    "schedule": N(S, "Schedule"),
    "warm_up": N(S, "Warm-up"),
    "every": N(S, "Every"),
    "factor_each": N(S, "Factor"),
    "updates": N(S, "Updates"),
    "least": N(S, "Least share"),
    "patience": N(S, "Patience"),
    "threshold": N(S, "Threshold"),
    "value": N(S, "Clip entries at"),
    "norm": N(S, "Clip norm at"),
    "metrics": N(S, "Metrics"),
    "figure": N(S, "Watch"),
    "keep_best": N(S, "Keep the best"),
}
KINDS: Mapping[str, str] = {
    "constant": N(S, "constant"),
    "step": N(S, "in steps"),
    "cosine": N(S, "cosine"),
    "plateau": N(S, "on a plateau"),
    "loss": N(S, "loss"),
}


def tr(text: str) -> str:
    """A text of the settings in the user's language."""
    return QCoreApplication.translate(S, text)


def title(setting: str) -> str:
    """`Learning rate` of `lr`."""
    known = SETTINGS.get(setting)
    return tr(known) if known else setting.replace("_", " ").capitalize()


def kind_title(name: str) -> str:
    """`in steps` of `step`; optimizers keep their names."""
    known = KINDS.get(name)
    return tr(known) if known else name.replace("_", " ")
