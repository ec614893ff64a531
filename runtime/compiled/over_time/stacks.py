"""The steps of a port side by side in one array, as those read it that take all steps at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.array import Array
from runtime.compiled.site import Lowered, Site


@dataclass(frozen=True)
class Comes:
    """What arrives at a stack: a gradient of the `whole`, and those of some of its steps."""

    whole: Array | None
    parts: Mapping[int, Array]

    def at(self, t: int) -> list[Array]:
        """The parts of a step's gradient."""
        found = [] if self.whole is None else [self.whole[t, ...]]
        return found + ([self.parts[t]] if t in self.parts else [])


PullAll = Callable[[Sequence[Comes]], Sequence[Array | None]]
LowerAll = Callable[[Site, tuple[Array, ...]], tuple[Sequence[Array], PullAll]]
"""As `Lower` and `Pull`, but each output is a stack."""


def with_parts(
    lower: LowerAll, picks: Sequence[tuple[int, int]], site: Site, ins: tuple[Array, ...]
) -> Lowered:
    """Lower a unit whose outputs are stacks, and after them some steps: (stack, step) each."""
    stacks, pull_all = lower(site, ins)
    count = len(stacks)

    def pull(gouts: tuple[Array | None, ...]) -> Sequence[Array | None]:
        parts: list[dict[int, Array]] = [{} for _ in stacks]
        for (stack, t), gout in zip(picks, gouts[count:], strict=True):
            if gout is not None:
                parts[stack][t] = gout
        return pull_all([Comes(*both) for both in zip(gouts[:count], parts, strict=True)])

    return (*stacks, *(stacks[stack][t, ...] for stack, t in picks)), pull


def total(site: Site, shape: tuple[int, ...], comes: Comes) -> Array | None:
    """The gradient of a stack of that shape."""
    if not comes.parts:
        return comes.whole
    found = site.make(shape)
    if comes.whole is not None:
        site.call(np.copyto, found, comes.whole)
        for t, part in comes.parts.items():
            site.call(np.add, found[t, ...], part, found[t, ...])
    elif len(comes.parts) == shape[0]:
        beside(site, [comes.parts[t] for t in range(shape[0])], found)
    else:
        site.call(np.copyto, found, 0)
        for t, part in comes.parts.items():
            site.call(np.copyto, found[t, ...], part)
    return found


def gather(site: Site, ins: tuple[Array, ...]) -> Lowered:
    """Steps that lie apart, copied into one stack; a single output."""
    found = site.make((len(ins), *ins[0].shape), ins[0].dtype)
    beside(site, ins, found)

    def pull(gouts: tuple[Array | None, ...]) -> Sequence[Array | None]:
        (gradient,) = gouts
        assert gradient is not None
        return [gradient[t, ...] if need else None for t, need in enumerate(site.need)]

    return (found,), pull


def handed_on(site: Site, ins: tuple[Array, ...]) -> Lowered:
    """A stack that leads out of time as it is."""
    return ins, lambda gouts: gouts


def beside(site: Site, arrays: Sequence[Array], out: Array) -> None:
    """Copy arrays of one shape into `out` [steps, ...]."""
    site.call(np.concatenate, [array[None] for array in arrays], 0, out)


def base_of(arrays: Sequence[Array]) -> Array | None:
    """The array whose entries along axis 0 these are, one after the other; None if none is."""
    base = arrays[0].base
    if not isinstance(base, np.ndarray) or base.shape[1:] != arrays[0].shape or not base.size:
        return None
    stride, start = base.strides[0], base.ctypes.data
    first, left = divmod(arrays[0].ctypes.data - start, stride)
    follow = all(
        array.base is base and array.ctypes.data == start + (first + place) * stride
        for place, array in enumerate(arrays)
    )
    alike = base.dtype == arrays[0].dtype and base[0].strides == arrays[0].strides
    return base[first : first + len(arrays)] if follow and alike and not left else None
