"""The update of a finished run: the optimizer's own code, listened to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.errors import BadSetting, NoTarget, NotFinite, RunError
from runtime.feeds import Host, frozen
from runtime.records import Step
from runtime.training.clipping import norm_of
from runtime.training.optimizers import Turn
from runtime.training.parameters import Parameters, named, shapes_of, shares, trainable
from runtime.updates.learning import Learning
from runtime.updates.record import Moved, Update

if TYPE_CHECKING:
    from runtime.trace import Trace


def updated(trace: Trace, learning: Learning) -> Trace:
    """The run with an update behind its reverse pass; the numbers are a `Trainer`'s (1e-12).

    Raises `RunError` where the run failed, `NoTarget` where nothing was differentiated,
    `BadSetting` where a name means no parameter, there is none, or the memory is of others, and
    `NotFinite` where the loss or a gradient is not, for then nothing may be updated.
    """
    found = update_of(trace, learning)
    own = [step for step in trace.steps if step.phase != "update"]
    steps = tuple(replace(step, index=at) for at, step in enumerate((*own, *found.steps)))
    return replace(trace, steps=steps, update=found)


def update_of(trace: Trace, learning: Learning) -> Update:
    """What one update does to every parameter of a run; the run is not changed. Raises as above."""
    _ask_finished(trace)
    plan = trace.plan
    stays = named(plan, learning.frozen, "frozen")
    slots = trainable(plan, stays)
    if not slots:
        text = "found none that is trained, expected one. Add a layer, or unfreeze one."
        raise BadSetting(f"parameters: {text}")
    kept = Parameters(np, plan.dtype, shapes_of(plan, slots))
    _fill(trace, kept, slots)
    before, came = kept.values.copy(), kept.gradients.copy()
    share = shares(plan, kept, learning.lr_factors)
    listening = _Listening()
    with np.errstate(all="ignore"):
        norm = norm_of(np, kept.gradients)
        if not np.isfinite(norm) or not _has_finite_loss(trace):
            raise NotFinite("found a loss or gradient that is not finite, so nothing is updated.")
        learning.clip.apply(np, [kept.gradients])
        taken = kept.gradients.copy()
        remembered = _memory(learning, kept)
        memory = {name: array.copy() for name, array in remembered.items()}
        turn = Turn(np, learning.rate * share, learning.count + 1, listening)
        learning.optimizer.update(turn, kept.values, kept.gradients, memory)
        delta = _delta(listening, before)
    found = {}
    for ref in slots:
        cut = partial(_cut, kept, ref)
        found[ref] = Moved(
            ref,
            before=cut(before),
            gradient=cut(came),
            taken=cut(taken),
            delta=cut(delta),
            after=cut(kept.values),
            quantities={name: cut(array) for name, array in listening.found.items()},
            memory={name: cut(array) for name, array in remembered.items()},
            rate=learning.rate * _share_at(share, kept.stretches[ref]),
        )
    steps = tuple(Step(at, "update", ref.node, None, ref.port) for at, ref in enumerate(found))
    number, shrunk = learning.count + 1, _shrunk(learning, came)
    return Update(learning, number, norm, shrunk, found, memory, tuple(stays), steps)


class _Listening:
    """Copies of what an optimizer tells; what is told twice is kept as it was last."""

    def __init__(self) -> None:
        self.found: dict[str, Host] = {}

    def __call__(self, name: str, numbers: Host) -> None:
        self.found[name] = np.array(numbers)


def _ask_finished(trace: Trace) -> None:
    if trace.failure is not None:
        node = trace.failure.node
        raise RunError(f"{node}: the run failed here, so nothing is updated.", node=node)
    if trace.target is None or not trace.has_reverse:
        raise NoTarget(trace.why_forward_only or "found no target, expected one.")


def _fill(trace: Trace, kept: Parameters, slots: dict[PortRef, int]) -> None:
    for ref, slot in slots.items():
        kept.put(ref, to_numpy(trace.values[slot]))
        total = trace.gradients.get(slot)
        kept.put_gradient(ref, None if total is None else to_numpy(total))


def _has_finite_loss(trace: Trace) -> bool:
    end = trace.plan.end
    return end is None or bool(np.isfinite(to_numpy(trace.values[end]).sum()))


def _memory(learning: Learning, kept: Parameters) -> dict[str, Host]:
    """What the optimizer remembers, of its own; the beginning where nothing was kept."""
    fresh = learning.optimizer.begin(np, kept.values)
    if not learning.memory:
        return fresh
    memory = {name: np.array(array, kept.values.dtype) for name, array in learning.memory.items()}
    shapes = {name: array.shape for name, array in memory.items()}
    if shapes != {name: array.shape for name, array in fresh.items()}:
        raise BadSetting("memory: found that of other parameters or of another optimizer.")
    return memory


def _delta(listening: _Listening, before: Host) -> Host:
    """What the rule adds: a decay of the parameter itself, and the step."""
    step = -listening.found.pop("step")
    shrunk = listening.found.get("p")
    return step if shrunk is None else (shrunk - before) + step


def _shrunk(learning: Learning, came: Host) -> float:
    """By how much the bound on the norm scales the gradients."""
    bounded = [came.copy()]
    if learning.clip.value is not None:
        np.clip(bounded[0], -learning.clip.value, learning.clip.value, out=bounded[0])
    return learning.clip.share(np, bounded)


def _cut(kept: Parameters, ref: PortRef, array: Host) -> Host:
    """A parameter's own stretch of an array over all numbers."""
    part: Host = frozen(np.array(array[kept.stretches[ref]]).reshape(kept.shapes[ref]))
    return part


def _share_at(share: Any, stretch: slice) -> float:
    """A parameter's share of the rate, which is the same for all its numbers."""
    if isinstance(share, float) or stretch.start == stretch.stop:
        return 1.0
    return float(share[stretch.start])
