"""The two passes: mirrored loops over the plan's steps."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

from graph.nothing import NOTHING
from graph.tensor import kind_of
from runtime.array import Array
from runtime.backend import Backend
from runtime.errors import RunError
from runtime.feeds import frozen
from runtime.modules.context import Context
from runtime.modules.door import Kept
from runtime.numbering import PlanStep
from runtime.records import Record, Watch
from runtime.tape import Tape, take_shape

if TYPE_CHECKING:
    from runtime.plan import Plan


dtype_named = functools.cache(np.dtype)
"""NumPy's dtype of a name: asked at every step."""


class Values(Protocol):
    """What a step is computed on: a plan's slots, on a device."""

    @property
    def plan(self) -> Plan:
        """What says the types of the slots."""

    @property
    def backend(self) -> Backend:
        """Where the arrays live."""

    def read(self, slot: int) -> Array:
        """The value in a slot."""


def forward(
    tape: Tape, watch: Watch | None = None, steps: Iterable[PlanStep] | None = None
) -> Iterator[None]:
    """Run every node in order, or `steps` alone; yields after each. Raises `StepFailed`."""
    values, earlier, played = tape.values, tape.earlier, tape.steps
    steps = tape.plan.forward if steps is None else steps
    for step, told in tape.named("forward", steps):
        if watch is not None:
            watch(told)
        played.append(told)
        try:
            record = None if earlier is None else earlier.forward(step)
            if record is None:
                ins = tuple(map(values.__getitem__, step.inputs))
                record = compute(tape, step, ins, tape.training_step)
            tape.write(record)
        except Exception as error:
            raise tape.fail(told, error) from error
        yield


def reverse(tape: Tape, watch: Watch | None = None) -> Iterator[None]:
    """Take dL/d(target) back through every node on a path; yields after each step."""
    records, earlier, played = tape.records, tape.earlier, tape.steps
    tape.start_reverse()
    for step, told in tape.named("reverse", tape.plan.reverse):
        if watch is not None:
            watch(told)
        played.append(told)
        try:
            record = records[step.key]
            gouts = tuple(map(tape.total, step.outputs))
            known = None if earlier is None else earlier.reverse(record, gouts)
            parts = known or pull_back(step, record.context, gouts, record.needed())
            tape.give_back(record, gouts, parts)
        except Exception as error:
            raise tape.fail(told, error) from error
        yield


def compute(
    values: Values, step: PlanStep, ins: tuple[Array, ...], training_step: int | None = None
) -> Record:
    """A step's outputs from its inputs, with what its module kept for the reverse pass.

    `training_step` keys the masks of a training.
    """
    ctx = context(values, step, training_step)
    outs = step.module.forward(ctx, ins)
    slots = zip(step.output_names, step.outputs, outs, strict=True)
    taken = tuple([_take(values, step, name, slot, out) for name, slot, out in slots])
    return Record(step, ctx, ins, taken)


def context(values: Values, step: PlanStep, training_step: int | None = None) -> Context:
    """The surroundings of a step's node in this run; random streams are keyed by its address."""
    backend, plan = values.backend, values.plan
    return Context(
        backend.xp,
        dtype_named(plan.dtype),
        step.shapes,
        plan.mode,
        plan.seed,
        step.key,
        training_step,
        {x: values.read(slot) for x, slot in step.states.items()} if step.states else NOTHING,
        backend.load_special,
        NOTHING,
        NOTHING,
    )


def _take(values: Values, step: PlanStep, port: str, slot: int, out: Array) -> Array:
    """An output as the plan foretold it, read-only; another shape or kind is the module's fault."""
    dtype, shape = values.plan.dtypes[slot], step.shapes[port]
    if type(out) is np.ndarray and out.dtype == dtype and out.shape == shape:
        return frozen(out)
    array = values.backend.xp.asarray(out)
    type_ = values.plan.slots[slot]
    if array.shape != shape or kind_of(array.dtype.name) != type_.kind:
        found = f"{array.dtype.name} {list(array.shape)}"
        raise RunError(
            f"{port}: found {found}, expected {type_}. This is a fault of {step.module.name}.",
            port=port,
        )
    return frozen(array.astype(dtype, copy=False))


def pull_back(
    step: PlanStep, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept
) -> tuple[Array | None, ...]:
    """A step's parts of the gradients of what it reads; None where nothing arrived or is needed."""
    for gout in gouts:
        if gout is not None:
            break
    else:
        return (None,) * len(step.inputs)
    try:
        if step.is_single:
            parts = _from_numbers(step, ctx, gouts, kept)
        else:
            parts = step.module.vjp(ctx, gouts, kept, step.need)
    except KeyError as error:
        port, name = str(error.args[0]), step.module.name
        if port in kept or port not in step.module.kept_names:
            raise
        raise RunError(
            f"{port}: found {name} reading it in reverse, expected a port that its `keeps` names."
            f" This is a fault of {name}.",
            port=port,
        ) from error
    shapes, dtype, taken = step.shapes, ctx.dtype, []
    for port, need, part in zip(step.module.wired_names, step.need, parts, strict=True):
        if part is None or not need:
            part = None
        elif type(part) is np.ndarray and part.shape == shapes[port] and part.dtype == dtype:
            part.setflags(write=False)
        else:
            part = take_shape(step, port, part, dtype)
        taken.append(part)
    return tuple(taken)


def _from_numbers(
    step: PlanStep, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept
) -> tuple[Array | None, ...]:
    """What `vjp` gives for arrays of one entry without axes, from the numbers in them.

    NumPy computes with numbers as with such arrays, to the bit, and in a fifth of the time.
    """
    (gout,) = gouts
    number = None if gout is None else gout[()]
    numbers = {name: array[()] for name, array in kept.items()}
    parts = step.module.vjp(ctx, (number,), numbers, step.need)
    return tuple([gout if part is number else part for part in parts])
