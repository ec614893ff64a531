"""The forward-mode pass: the loop of the forward pass once more, over tangents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from graph.port import PortRef
from runtime.array import Array
from runtime.backend import Backend
from runtime.errors import RunError
from runtime.feeds import frozen
from runtime.memory import ask_memory
from runtime.modules.context import Context
from runtime.modules.door import Kept
from runtime.numbering import PlanStep
from runtime.records import Step, Watch
from runtime.tangents.record import Push, joined
from runtime.tangents.seeding import Seed, seeded
from runtime.tape import explain
from runtime.trace import Trace

Tangents = tuple[Array | None, ...]


def push(trace: Trace, seed: Seed, watch: Watch | None = None) -> Push:
    """Push a tangent from a port through all that it leads to, at the values of a run.

    Each step's `jvp` is called once, with the tangents of its inputs. A tangent stops where
    truncation stops the gradient, so that for every seed the target's tangent is the product of
    seed and gradient. `watch(step)` is called before each step.

    Raises `FeedError` where the seed does not fit, `RunError` naming the node whose step failed,
    `MemoryRefused` where there is no room: tangents can take as much as values.
    """
    backend = Backend.open(trace.device)
    ask_memory(trace.plan, backend, reverse=False)
    slots, edges = seeded(trace, seed)
    with backend.active(), np.errstate(all="ignore"):
        seeds = {slot: frozen(backend.asarray(part)) for slot, part in slots.items()}
        entering = {ref: frozen(backend.asarray(part)) for ref, part in edges.items()}
        tangents: dict[int, Array] = dict(seeds)
        steps: list[Step] = []
        for step, arrived in reached(trace, tangents, entering):
            done = Step(len(steps), "tangent", step.node, step.t)
            if watch is not None:
                watch(done)
            for slot, out in zip(step.outputs, _step(trace, step, arrived), strict=True):
                if out is not None:
                    tangents[slot] = joined(out, seeds.get(slot))
            steps.append(done)
    return Push(trace.plan, seed, tuple(steps), tangents, entering)


def reached(
    trace: Trace, tangents: Mapping[int, Array], entering: Mapping[PortRef, Array]
) -> Iterator[tuple[PlanStep, Tangents]]:
    """The steps that ran and that a tangent comes to, with what arrives at their inputs.

    `tangents` may grow while they are gone through.
    """
    for step in trace.plan.forward:
        if step.key not in trace.records:
            return
        arrived = tuple(
            joined(tangents.get(slot), entering.get(ref)) if need else None
            for ref, slot, need in zip(step.reads, step.inputs, step.need, strict=True)
        )
        if any(tangent is not None for tangent in arrived):
            yield step, arrived


def pushed(trace: Trace, seed: Seed, watch: Watch | None = None) -> Trace:
    """The run with a pass of forward mode between its forward and its reverse one.

    Raises as `push` does, and `RunError` where the run itself failed.
    """
    if trace.failure is not None:
        node = trace.failure.node
        raise RunError(f"{node}: the run failed here, so no tangent goes through.", node=node)
    found = push(trace, seed, watch)
    own = [step for step in trace.steps if step.phase != "tangent"]
    turn = sum(step.phase == "forward" for step in own)
    steps = (*own[:turn], *found.steps, *own[turn:])
    numbered = tuple(replace(step, index=index) for index, step in enumerate(steps))
    return replace(trace, steps=numbered, push=found)


def _step(trace: Trace, step: PlanStep, arrived: Tangents) -> Tangents:
    record = trace.records[step.key]
    try:
        outs = jvp(step, record.context, arrived, record.kept())
    except Exception as error:
        when = "" if step.t is None else f" This is at time step {step.t}."
        raise RunError(explain(step.node, "tangent", error) + when, node=step.node) from error
    return outs


def jvp(step: PlanStep, ctx: Context, arrived: Tangents, kept: Kept) -> Tangents:
    """A node's own jvp, each tangent in the shape and dtype of its output, read-only."""
    outs = step.module.jvp(ctx, arrived, kept)
    return tuple(
        None if out is None else _taken(step, ctx, name, out)
        for name, out in zip(step.output_names, outs, strict=True)
    )


def _taken(step: PlanStep, ctx: Context, port: str, out: Array) -> Array:
    array = ctx.xp.asarray(out)
    if array.shape != step.shapes[port]:
        raise RunError(
            f"{port}: found a tangent of shape {list(array.shape)}, expected"
            f" {list(step.shapes[port])}. This is a fault of {step.module.name}."
        )
    return frozen(array.astype(ctx.dtype, copy=False))
