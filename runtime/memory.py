"""How much memory a run will take, forecast from shapes before any of it is taken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graph.port import PortType
from graph.tensor import itemsize
from runtime.errors import MemoryRefused
from runtime.moments import apart

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.plan import Plan

SHARE = 0.8
"""The part of the machine's memory that one run may take; `np.zeros` would grant more."""


def nbytes(type_: PortType) -> int:
    """Bytes of a tensor whose sizes are all known."""
    return math.prod(int(size) for size in type_.shape) * itemsize(type_.dtype)


def forecast(plan: Plan, *, reverse: bool) -> int:
    """Bytes of all values and, with `reverse`, of all gradients of a run that keeps everything."""
    total = sum(nbytes(type_) for type_ in plan.slots)
    if reverse:
        total += sum(nbytes(plan.slots[slot]) for slot in plan.reached)
        total += sum(
            nbytes(plan.slots[slot])
            for step in plan.reverse
            for slot, need in zip(step.inputs, step.need, strict=True)
            if need
        )
    return total


def ask_memory(plan: Plan, backend: Backend, *, reverse: bool) -> None:
    """Raise `MemoryRefused` where the run would take more than its share of the memory."""
    ask_bytes(plan, backend, plan.memory[reverse])


def ask_bytes(plan: Plan, backend: Backend, wanted: int) -> None:
    """Raise `MemoryRefused`, naming the largest tensor, where so much is not to be had."""
    have = backend.memory()
    if have is None or wanted <= have * SHARE:
        return
    ref, type_ = max(
        ((ref, plan.slots[slot]) for ref, slot in plan.slot_of.items()),
        key=lambda entry: nbytes(entry[1]),
    )
    ref, _ = apart(ref)
    raise MemoryRefused(
        f"{ref}: found {type_} in a run of {show_bytes(wanted)}, expected at most"
        f" {show_bytes(have * SHARE)} on {backend.name}. Use smaller sizes.",
        node=ref.node,
    )


def show_bytes(size: float) -> str:
    """Bytes in the unit that reads best."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} PiB"
