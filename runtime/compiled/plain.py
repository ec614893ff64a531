"""How a step is lowered whose module says nothing: by its own forward and vjp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from graph.nothing import NOTHING
from runtime.array import Array
from runtime.compiled.site import Lowered, Site
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, sum_to

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

Arrays = tuple[Array, ...]


def lower(site: Site, step: PlanStep, ins: Arrays) -> Lowered:
    """Two calls, which make what arrays they like and copy the results into buffers."""
    module, ctx = step.module, site.context(step)
    outs = tuple(
        site.make(step.shapes[name], site.dtype_of(slot))
        for name, slot in zip(step.output_names, step.outputs, strict=True)
    )
    # What the module keeps may be a view of any port, so the reverse call names them all.
    kept = dict(zip((*step.input_names, *step.output_names), (*ins, *outs), strict=True))
    site.call(_forward, module, ctx, ins, outs)
    for port, state in ctx.state.items():
        site.commit(_update, ctx, port, state, kept)

    def pull(gouts: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
        parts = tuple(
            site.gradient(place) if need else None for place, need in enumerate(site.need)
        )
        site.call(_reverse, module, ctx, gouts, kept, site.need, parts)
        return parts

    return outs, pull


def _forward(module: Differentiable, ctx: Context, ins: Arrays, outs: Arrays) -> None:
    ctx.kept = ctx.updates = NOTHING
    for found, out in zip(module.forward(ctx, ins, outs), outs, strict=True):
        if found is not out:
            _put(found, out)


def _reverse(
    module: Differentiable,
    ctx: Context,
    gouts: tuple[Array | None, ...],
    kept: Mapping[str, Array],
    need: tuple[bool, ...],
    outs: tuple[Array | None, ...],
) -> None:
    parts = module.vjp(ctx, gouts, {**kept, **ctx.kept}, need)
    for part, out in zip(parts, outs, strict=True):
        if out is not None:
            _put(np.zeros((), out.dtype) if part is None else sum_to(part, out.shape), out)


def _update(ctx: Context, port: str, state: Array, kept: Mapping[str, Array]) -> None:
    """What the module said a state becomes; that may be a view of a port, so `kept` is named."""
    if port in ctx.updates:
        _put(ctx.updates[port], state)


def _put(found: Array, out: Array) -> None:
    if found.shape != out.shape and found.shape:
        raise ValueError(f"found shape {found.shape}, expected {out.shape}")
    np.copyto(out, found, casting="unsafe")
