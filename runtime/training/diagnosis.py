"""Why a training fails, in words: what its curves tell, and what one run of it tells.

Each finding says since when, by which figures, and what helps. Figures are judged over windows of
updates, so that the noise of single batches is not taken for a trend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph.port import PortRef
from runtime.feeds import Host
from runtime.health import Thresholds, judge, measure
from runtime.health.layers import trained
from runtime.numerals import format_number

if TYPE_CHECKING:
    from runtime.trace import Trace
    from runtime.training.history import Epoch

Kind = Literal[
    "diverging", "overfitting", "plateau", "dead units", "vanishing gradients", "symmetric units"
]

WINDOWS = 20  # into which the updates of a run are divided
RISEN = 2.0  # times the best loss, from which on a rise is no noise any more
WAITED = 3  # epochs that a validation loss has to get worse
WORSE = 1.1  # times its best, from which on it is worse
LEAST_FLAT = 40  # updates before a flat curve is told
FLAT = 0.005  # of the loss: within it a curve is flat
SOLVED = 0.02  # of the first loss: below it nothing is left to learn
SETTLED = 0.01  # of the first gradients: below it the training stands in a minimum


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a training: found, and how to mend it, each a sentence.

    `node` is the address of the node to blame, empty where it is no single one. `since` is the
    update, or for overfitting the epoch, from which on it is so. `go_back` is the update at which
    the run was best, where it is worth going back there.
    """

    kind: Kind
    found: str
    mend: str
    node: str = ""
    since: int | None = None
    go_back: int | None = None

    def __str__(self) -> str:
        return f"{self.found} {self.mend}"


def diagnose_curves(
    updates: Host, losses: Host, rates: Host, epochs: Sequence[Epoch], norms: Host | None = None
) -> tuple[Diagnosis, ...]:
    """What the curves of a run tell: `updates, losses, rates` [n], an entry an update, and epochs.

    `norms` [n] are those of the gradient: with them a minimum is not taken for a plateau. Of a run
    that diverges nothing else is told: first things first.
    """
    diverging = _diverging(updates, losses, rates)
    if diverging is not None:
        return (diverging,)
    found = (_overfitting(epochs), None if _is_settled(norms) else _plateau(updates, losses))
    return tuple(each for each in found if each is not None)


def diagnose_run(trace: Trace, thresholds: Thresholds | None = None) -> tuple[Diagnosis, ...]:
    """What a run with the parameters of the moment tells, node by node.

    Units that are alike are told first: their gradients are as sick as they are symmetric.
    """
    alike = tuple(_symmetric(trace))
    named = {found.node for found in alike}
    sick = (_of_health(*found) for found in _health(trace, thresholds or Thresholds()))
    return alike + tuple(found for found in sick if found is not None and found.node not in named)


# --- curves -----------------------------------------------------------------------------------


def _windows(values: Host) -> Host:
    """Means over windows of equal length, the last of them the newest values; [windows]."""
    size = max(len(values) // WINDOWS, 1)
    count = len(values) // size
    means: Host = values[len(values) - count * size :].reshape(count, size).mean(1)
    return means


def _diverging(updates: Host, losses: Host, rates: Host) -> Diagnosis | None:
    finite = np.isfinite(losses)
    means = _windows(np.where(finite, losses, np.inf))
    if len(means) < 4:
        return None
    best = int(means.argmin())
    last = means[-3:]
    rose = best < len(means) - 3 and bool((last > RISEN * means[best]).all())
    if not (rose and (last > means[0]).all() and last[-1] >= last[0]):
        return None
    size = max(len(losses) // WINDOWS, 1)
    end = len(losses) - (len(means) - 1 - best) * size
    since = int(updates[end - 1])
    rate = format_number(float(rates[-1]))
    found = (
        f"The training diverges since update {since}: the loss rose from"
        f" {format_number(float(means[best]))} to {format_number(float(last[-1]))}."
    )
    mend = f"The learning rate {rate} is too high. Go back to update {since} and take a tenth."
    return Diagnosis("diverging", found, mend, since=since, go_back=since)


def _overfitting(epochs: Sequence[Epoch]) -> Diagnosis | None:
    """A validation loss that gets worse while the training loss falls: the gap widens."""
    both = [x for x in epochs if "loss" in x.figures.get("validation", {})]
    if len(both) <= WAITED:
        return None
    shown = [x.figures["validation"]["loss"] for x in both]
    seen = [x.figures["train"]["loss"] for x in both]
    best = int(np.argmin(shown))
    is_old = len(both) - 1 - best >= WAITED
    is_worse = min(shown[-WAITED:]) > WORSE * shown[best] > 0
    has_gap = shown[-1] - seen[-1] > max(shown[best] - seen[best], 0)
    if not (is_old and is_worse and has_gap and seen[-1] < seen[best]):
        return None
    number = both[best].number
    found = (
        f"The training overfits since epoch {number}: the training loss fell from"
        f" {format_number(seen[best])} to {format_number(seen[-1])}, the validation loss rose from"
        f" {format_number(shown[best])} to {format_number(shown[-1])}."
    )
    mend = "Stop early and keep the best epoch, or take more samples, weight decay or Dropout."
    return Diagnosis("overfitting", found, mend, since=number, go_back=both[best].updates)


def _plateau(updates: Host, losses: Host) -> Diagnosis | None:
    """A loss that stays where it is, and is not small beside what it began with."""
    if len(losses) < LEAST_FLAT or not np.isfinite(losses).all():
        return None
    means = _windows(losses)
    flat = _flat_from(means)
    if len(means) - flat < len(means) // 3 or abs(means[-1]) < SOLVED * abs(means[0]):
        return None
    size = max(len(losses) // WINDOWS, 1)
    since = int(updates[max(len(losses) - (len(means) - flat) * size, 0)])
    at = format_number(float(means[-1]), 3)
    found = f"The training stands on a plateau since update {since}: the loss stays at {at}."
    mend = "If that is not good enough, take a higher learning rate, momentum, or more units."
    return Diagnosis("plateau", found, mend, since=since)


def _is_settled(norms: Host | None) -> bool:
    """Whether next to nothing of the gradient is left: the loss is where it can be by here."""
    if norms is None or len(norms) < WINDOWS or not np.isfinite(norms).all():
        return False
    means = _windows(norms)
    return bool(means[-1] < SETTLED * means[0])


def _flat_from(means: Host) -> int:
    """The first window from which on all are as good as equal."""
    reach = FLAT * abs(float(means[-1]))
    far = np.flatnonzero(np.abs(means - means[-1]) > reach)
    return int(far[-1]) + 1 if far.size else 0


# --- one run ----------------------------------------------------------------------------------


def _health(trace: Trace, thresholds: Thresholds) -> Iterator[tuple[str, str, float]]:
    """Trouble, node and figure of what the run's health says of dead units and vanishing."""
    health = measure(trace)
    for found in judge(health, thresholds):
        if found.trouble in ("dead", "vanishing", "vanishing over time"):
            assert found.figure is not None
            yield found.trouble, found.node, found.figure


def _of_health(trouble: str, node: str, figure: float) -> Diagnosis | None:
    if trouble == "dead":
        found = f"{node}: {figure:.0%} of its units are dead, 0 for every sample of this batch."
        mend = "No gradient reaches them. Take a lower learning rate, or LeakyReLU."
        return Diagnosis("dead units", found, mend, node)
    if trouble == "vanishing":
        found = f"{node}: its gradient is {format_number(figure)} times that of the last layer."
        mend = "It vanishes on the way back and the layer hardly learns. Take ReLU, or a norm."
        return Diagnosis("vanishing gradients", found, mend, node)
    found = f"{node}: the first time step adds {format_number(figure)} times what the last does."
    mend = "The gradient vanishes over time. Take LSTMCell or GRUCell, or shorter sequences."
    return Diagnosis("vanishing gradients", found, mend, node)


def _symmetric(trace: Trace) -> Iterator[Diagnosis]:
    """Layers whose units have the same weights and get the same gradients: they stay alike."""
    for node, refs in trained(trace.plan).items():
        module = trace.plan.flat.graph.module(node)
        weight = PortRef(node, "weight")
        has_units = getattr(module, "unit_axis", None) is not None
        if not has_units or weight not in refs or trace.value(weight).ndim < 2:
            continue
        units = trace.value(weight).shape[0]
        alike = all(_are_alike(trace, ref, units) for ref in refs)
        if units > 1 and alike:
            found = f"{node}: its {units} units have the same weights and get the same gradients."
            mend = "They stay alike whatever is learned. Draw the weights at random, with a seed."
            yield Diagnosis("symmetric units", found, mend, node)


def _are_alike(trace: Trace, ref: PortRef, units: int) -> bool:
    """Whether value and gradient are the same for every unit, which axis 0 counts."""
    value, gradient = trace.value(ref), trace.gradient(ref)
    if value.shape[:1] != (units,) or gradient is None:
        return False
    reach = 1e-9 * float(np.abs(gradient).max(initial=0.0))
    return bool((value == value[:1]).all() and (np.abs(gradient - gradient[:1]) <= reach).all())
