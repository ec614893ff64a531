"""Modules lowered by watching them compute: their own forward and vjp, on arrays that take notes.

A module's mathematics is written once, in terms of `ctx.xp` and the arrays it is given. Here both
are stand-ins (`notes`): what is done to them is not computed but becomes a call of the program, on
buffers made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.nothing import NOTHING
from runtime.array import Array
from runtime.compiled.notes import Notes, Traced, Untraceable, tracing
from runtime.compiled.site import Lowered, Site

if TYPE_CHECKING:
    from runtime.numbering import PlanStep


def lower(site: Site, step: PlanStep, ins: tuple[Array, ...]) -> Lowered:
    """The calls that the module's forward comes to, and later those of its vjp.

    Raises `Untraceable`, the pull too.
    """
    if step.module.is_random:
        raise Untraceable("random numbers")
    notes, own = Notes(site, ins), site.context(step)
    states = {port: Traced(notes, array) for port, array in own.state.items()}
    ctx = replace(own, xp=notes, state=states, kept=NOTHING, updates=NOTHING)
    wrapped = tuple(Traced(notes, array) for array in ins)
    with tracing():
        found = step.module.forward(ctx, wrapped)
    types = ((step.shapes[name], site.dtype_of(slot)) for name, slot in _outputs(step))
    outs = tuple(_taken(array, *type_) for array, type_ in zip(found, types, strict=True))
    for port, update in ctx.updates.items():
        site.commit(np.copyto, own.state[port], _taken(update, *_like(own.state[port])))
    kept = dict(zip(step.input_names, wrapped, strict=True))
    kept.update((name, Traced(notes, y)) for (name, _), y in zip(_outputs(step), outs, strict=True))
    kept.update(ctx.kept)

    def pull(gouts: tuple[Array | None, ...]) -> Sequence[Array | None]:
        arriving = tuple(None if gout is None else Traced(notes, gout) for gout in gouts)
        with tracing():
            parts = step.module.vjp(ctx, arriving, kept, site.need)
        return tuple(
            _part(part) if need else None for part, need in zip(parts, site.need, strict=True)
        )

    return outs, pull


def _outputs(step: PlanStep) -> list[tuple[str, int]]:
    return list(zip(step.output_names, step.outputs, strict=True))


def _like(array: Array) -> tuple[tuple[int, ...], str]:
    return array.shape, array.dtype.name


def _taken(found: Any, shape: tuple[int, ...], dtype: str) -> Array:
    """The array of an output; one of another dtype is cast."""
    if not isinstance(found, Traced) or found.shape != shape:
        raise Untraceable("an output that is no array of its shape")
    return found.astype(dtype, copy=False).array


def _part(found: Any) -> Array | None:
    return (
        found.array if isinstance(found, Traced) else None if found is None else np.asarray(found)
    )
