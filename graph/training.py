"""How a graph is trained: the file's `training`. No number of a single run changes by it.

`frozen` and `lr_factors` name nodes, or parameters of nodes, by their address, also inside
composites. They follow a node that is renamed, and go with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graph.errors import BadAttribute
from graph.rules import METRICS, Adam, Clip, Optimizer, Plateau, Schedule, Stop
from graph.suggest import did_you_mean

MAX_EPOCHS = 1_000_000
MAX_NAMED = 10_000  # nodes and parameters that are frozen, or have a factor


@dataclass(frozen=True, slots=True)
class Training:
    """How often all samples are seen, by which rule parameters change, and when it ends.

    `lr_factors` gives nodes or parameters a share of the learning rate. `extra` keeps keys that
    begin with `x-`, by the part of the entry in which they stand; "" is the entry itself.
    """

    epochs: int = 10
    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule | Plateau = field(default_factory=Schedule)
    clip: Clip = field(default_factory=Clip)
    frozen: tuple[str, ...] = ()
    lr_factors: Mapping[str, float] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    stop: Stop = field(default_factory=Stop)
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def nodes(self) -> Iterator[str]:
        """The address of the node that each entry of `frozen` and `lr_factors` names."""
        yield from map(node_of, self.frozen)
        yield from map(node_of, self.lr_factors)

    def called(self, name: Callable[[str], str]) -> Training:
        """The same where nodes are called otherwise: `name` gives an address its new one."""
        return self._with(lambda at: name(node_of(at)) + at[len(node_of(at)) :], lambda at: True)

    def among(self, is_there: Callable[[str], bool]) -> Training:
        """The same without what names nodes that are not there."""
        return self._with(lambda at: at, lambda at: is_there(node_of(at)))

    def _with(self, name: Callable[[str], str], stays: Callable[[str], bool]) -> Training:
        frozen = tuple(name(at) for at in self.frozen if stays(at))
        factors = {name(at): x for at, x in self.lr_factors.items() if stays(at)}
        return replace(self, frozen=frozen, lr_factors=factors)


DEFAULT = Training()
"""How a graph is trained of which nothing is said."""


def node_of(named: str) -> str:
    """The node of `one/lin.weight`, and of `one/lin`."""
    return named.partition(".")[0]


def check_training(training: Any, is_there: Callable[[str], bool]) -> None:
    """Raise `BadAttribute` for the first thing that cannot be; None is the default."""
    if training is None:
        return
    if not isinstance(training, Training):
        raise _refused("training", repr(training)[:60], "a Training")
    if type(training.epochs) is not int or not 0 <= training.epochs <= MAX_EPOCHS:
        expected = f"a whole number from 0 to {MAX_EPOCHS:,}"
        raise _refused("epochs", repr(training.epochs), expected)
    _check_named("frozen", training.frozen, is_there)
    _check_named("lr_factors", tuple(training.lr_factors), is_there)
    for at, factor in training.lr_factors.items():
        if not isinstance(factor, int | float) or not 0 <= factor < math.inf:
            raise _refused("lr_factors", f"{at}: {factor!r}", "a number of at least 0")
    _check_figures(training)


def _check_figures(training: Training) -> None:
    if len(set(training.metrics)) < len(training.metrics):
        raise _refused("metrics", "one twice", "each metric once")
    for name in training.metrics:
        if name not in METRICS:
            expected, mend = f"one of {', '.join(METRICS)}", did_you_mean(name, METRICS)
            raise _refused("metrics", f'"{name}"', expected, mend)
    known = ("loss", *training.metrics)
    if training.stop.figure not in known:
        raise _refused("stop.figure", f'"{training.stop.figure}"', f"one of {', '.join(known)}")


def _check_named(kind: str, named: tuple[str, ...], is_there: Callable[[str], bool]) -> None:
    if len(named) > MAX_NAMED:
        raise _refused(kind, f"{len(named)} of them", f"at most {MAX_NAMED}")
    seen: set[str] = set()
    for at in named:
        if at in seen:
            raise _refused(kind, f"{at} twice", "each place once")
        seen.add(at)
        if not is_there(node_of(at)):
            raise _refused(kind, f"{at}, which is at no node", "a node, or a parameter of one")


def _refused(what: str, found: str, expected: str, mend: str = "") -> BadAttribute:
    where = what if what == "training" else f"training.{what}"
    return BadAttribute(node="graph", port=where, found=found, expected=expected, mend=mend)
