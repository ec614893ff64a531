"""What a training is made of, as it is declared: names, settings, defaults and bounds.

How each rule computes is in `runtime.training`, whose classes come from these. Names and defaults
are those of `torch.optim` (PyTorch 2.13).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from graph.errors import BadSetting


@dataclass(frozen=True)
class Declared:
    """What a setting does, and the range it may be in; with `above` the least itself is refused.

    `is_whole` says that it is counted.
    """

    doc: str
    least: float = 0.0
    most: float = math.inf
    above: bool = False
    is_whole: bool = False


def setting(default: Any, doc: str, **bounds: Any) -> Any:
    """A field of a rule, with its default and what is declared of it; see `declared`."""
    bounds.setdefault("is_whole", type(default) is int)
    return field(default=default, metadata={"declared": Declared(doc, **bounds)})


def declared(rule: type[Rule]) -> dict[str, tuple[Any, Declared]]:
    """The settings of a rule by name: default, and what is declared of each."""
    return {x.name: (x.default, x.metadata["declared"]) for x in fields(rule)}


@dataclass(frozen=True)
class Rule:
    """The parent of all rules; raises `BadSetting` naming the setting that is out of range."""

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for name, (default, told) in declared(type(self)).items():
            _check(f"{self.name}.{name}", default, told, getattr(self, name))

    @property
    def settings(self) -> dict[str, Any]:
        """Name and settings as the file holds them."""
        return {"name": self.name} | {x.name: getattr(self, x.name) for x in fields(self)}


def _check(where: str, default: Any, told: Declared, value: Any) -> None:
    if value is None and default is None:
        return
    if isinstance(default, bool | str):
        if type(value) is not type(default):
            raise BadSetting(f"{where}: found {value!r}, expected {_KINDS[type(default)]}.")
        return
    numbers = value if isinstance(value, tuple) else (value,)
    if isinstance(default, tuple) and len(numbers) != len(default):
        raise BadSetting(f"{where}: found {value!r}, expected {len(default)} numbers.")
    for number in numbers:
        if not _fits(number, told):
            raise BadSetting(f"{where}: found {number!r}, expected {_range(told)}.")


def _fits(number: Any, told: Declared) -> bool:
    """Whether a number is of the kind and in the range; NaN and infinities are in none."""
    kinds = int if told.is_whole else int | float
    if isinstance(number, bool) or not isinstance(number, kinds):
        return False
    above = number > told.least if told.above else number >= told.least
    return above and number <= told.most and number < math.inf


def _range(told: Declared) -> str:
    kind = "a whole number" if told.is_whole else "a number"
    if told.most < math.inf:
        return f"{kind} from {told.least:g} to {told.most:g}"
    return f"{kind} {'above' if told.above else 'of at least'} {told.least:g}"


_KINDS = {bool: "true or false", str: "a text"}
_DECAY = "this share of a parameter is added to its gradient"
_EPS = "added to the divisor, so that nothing is divided by 0"
_BELOW_ONE = 1.0 - 1e-12


# --- optimizers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Optimizer(Rule):
    """An update rule with its settings; `lr` is the learning rate."""

    lr: float = setting(1e-3, "the learning rate")


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where it is above 0."""

    lr: float = setting(1e-3, "the learning rate")
    momentum: float = setting(0.0, "how much of the last step goes into the next")
    dampening: float = setting(0.0, "the share of the gradient that momentum leaves out")
    weight_decay: float = setting(0.0, _DECAY)
    nesterov: bool = setting(False, "look ahead along the momentum")

    name: ClassVar[str] = "SGD"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise BadSetting(
                "SGD.nesterov: found it without momentum or with dampening, expected momentum"
                " above 0 and dampening 0."
            )


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Each number has a rate of its own, which falls with all gradients so far."""

    lr: float = setting(1e-2, "the learning rate")
    lr_decay: float = setting(0.0, "how fast the learning rate falls with the updates")
    weight_decay: float = setting(0.0, _DECAY)
    initial_accumulator_value: float = setting(0.0, "what the sum of squares begins with")
    eps: float = setting(1e-10, _EPS)

    name: ClassVar[str] = "Adagrad"


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """The gradient over a running mean of its size."""

    lr: float = setting(1e-2, "the learning rate")
    alpha: float = setting(0.99, "how much of the mean of squares stays", most=1.0)
    eps: float = setting(1e-8, _EPS)
    weight_decay: float = setting(0.0, _DECAY)
    momentum: float = setting(0.0, "how much of the last step goes into the next")
    centered: bool = setting(False, "divide by the deviation instead of the size")

    name: ClassVar[str] = "RMSProp"


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square, without the bias of their start."""

    lr: float = setting(1e-3, "the learning rate")
    betas: tuple[float, float] = setting(
        (0.9, 0.999), "how much of the two means stays", most=_BELOW_ONE
    )
    eps: float = setting(1e-8, _EPS)
    weight_decay: float = setting(0.0, _DECAY)

    name: ClassVar[str] = "Adam"


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter itself."""

    weight_decay: float = setting(1e-2, "this share of the rate is taken off each parameter")

    name: ClassVar[str] = "AdamW"


# --- schedules -------------------------------------------------------------------------------

_WARM_UP = "updates over which the rate rises first"


@dataclass(frozen=True)
class Schedule(Rule):
    """The learning rate stays; with `warm_up` it rises first."""

    warm_up: int = setting(0, _WARM_UP)

    name: ClassVar[str] = "constant"


@dataclass(frozen=True)
class Steps(Schedule):
    """The rate is multiplied every so many updates."""

    every: int = setting(1000, "updates between two steps", least=1)
    factor_each: float = setting(0.1, "what the rate is multiplied by")

    name: ClassVar[str] = "step"


@dataclass(frozen=True)
class Cosine(Schedule):
    """The rate falls along half a cosine; without `updates` over the whole training."""

    updates: int | None = setting(
        None, "updates until the least share; left out, all of the training", least=1, is_whole=True
    )
    least: float = setting(0.0, "the share of the rate at the end", most=1.0)

    name: ClassVar[str] = "cosine"


@dataclass(frozen=True)
class Plateau(Rule):
    """The rate is multiplied where a figure has not become better for some epochs."""

    factor_each: float = setting(0.1, "what the rate is multiplied by")
    patience: int = setting(10, "epochs without a better figure that are waited")
    threshold: float = setting(1e-4, "the share by which better is better")
    least: float = setting(0.0, "the least share of the rate")

    name: ClassVar[str] = "plateau"


# --- bounds and ends -------------------------------------------------------------------------


@dataclass(frozen=True)
class Clip(Rule):
    """Bounds on the gradient before an update; None is no bound."""

    value: float | None = setting(None, "the bound on each entry", above=True)
    norm: float | None = setting(None, "the bound on the norm over all parameters", above=True)

    name: ClassVar[str] = "clip"


@dataclass(frozen=True)
class Stop(Rule):
    """When a training ends early, and which epoch's parameters it leaves.

    `figure` is watched, in the validation part where there is one, else in training. It ends where
    `figure` has not become better for `patience` epochs; None is never.
    """

    figure: str = setting("loss", "what is watched: loss, or a metric")
    patience: int | None = setting(
        None,
        "epochs without a better figure until it ends",
        least=1,
        is_whole=True,
    )
    keep_best: bool = setting(False, "leave the parameters of the best epoch")

    name: ClassVar[str] = "stop"


OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    kind.name: kind for kind in (SGD, Adagrad, RMSProp, Adam, AdamW)
}
SCHEDULES: Mapping[str, type[Schedule | Plateau]] = {
    kind.name: kind for kind in (Schedule, Steps, Cosine, Plateau)
}
METRICS: Mapping[str, str] = {
    "accuracy": "the share of samples whose class was found",
    "top_2": "the share of samples whose class is among the two largest scores",
    "top_5": "the share of samples whose class is among the five largest scores",
    "precision": "of what was taken for a class the share that is of it",
    "recall": "of what is of a class the share that was found",
    "f1": "the harmonic mean of precision and recall",
    "multi_label_accuracy": "the share of all labels that were found",
    "mae": "the mean of the absolute errors",
    "r2": "1 less the rest's variance over the target's",
}
LOWER_IS_BETTER = frozenset({"loss", "mae"})
