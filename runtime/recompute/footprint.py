"""What each step leaves in memory, and from that what a schedule will hold, without running it."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.array import Array
from runtime.backend import Backend
from runtime.feeds import Loaded
from runtime.memory import nbytes
from runtime.recompute.held import Block, Held, block
from runtime.recompute.schedule import Action, Schedule

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.records import Record

Name = tuple[str, int]
"""A slot's "value" or "gradient"."""

Piece = Name | int
"""Memory that a step takes: bytes of its own, or what it shares with a value or gradient."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one step leaves: for each output, for what is kept besides, for each part it gives back.

    `parts` are None before the reverse pass; so is the part of an input without a gradient.
    """

    outputs: tuple[Piece, ...]
    besides: tuple[Piece, ...]
    parts: tuple[Piece | None, ...] | None = None


def footprint(record: Record) -> Footprint:
    """What a step left, seen by which of its arrays live in the same memory."""
    step, known = record.step, dict[Hashable, Name]()

    def piece(array: Array, own: Name | None = None) -> Piece:
        key, size = block(array)
        found = known.get(key, size)
        if own is not None:
            known.setdefault(key, own)
        return found

    for slot, array in zip(step.inputs, record.ins, strict=True):
        piece(array, ("value", slot))
    outputs = tuple(
        piece(array, ("value", slot)) for slot, array in zip(step.outputs, record.outs, strict=True)
    )
    besides = tuple(map(piece, record.context.kept.values()))
    if record.parts is None or record.gouts is None:
        return Footprint(outputs, besides)
    for slot, gout in zip(step.outputs, record.gouts, strict=True):
        if gout is not None:
            piece(gout, ("gradient", slot))
    parts = tuple(None if part is None else piece(part) for part in record.parts)
    return Footprint(outputs, besides, parts)


def expected(plan: Plan) -> dict[str, Footprint]:
    """The footprints of all steps as far as shapes tell: what modules keep besides is not known."""
    return {
        step.key: Footprint(tuple(nbytes(plan.slots[slot]) for slot in step.outputs), ())
        for step in plan.forward
    }


def measure(plan: Plan, backend: Backend, loaded: Mapping[PortRef, Loaded]) -> dict[str, Footprint]:
    """The footprints of all steps, by key, from a forward pass that holds as little as it can."""
    return _Measuring(plan, backend, loaded).run()


class _Measuring:
    """One forward pass; what nobody reads any more goes at once."""

    def __init__(self, plan: Plan, backend: Backend, loaded: Mapping[PortRef, Loaded]) -> None:
        self.plan, self.backend = plan, backend
        self._values = {known.source.slot: known.array for known in loaded.values()}

    def read(self, slot: int) -> Array:
        return self._values[slot]

    def run(self) -> dict[str, Footprint]:
        steps = self.plan.forward
        last = {slot: place for place, step in enumerate(steps) for slot in step.outputs}
        last |= {slot: place for place, step in enumerate(steps) for slot in step.inputs}
        found = {}
        with self.backend.active(), np.errstate(all="ignore"):
            for place, step in enumerate(steps):
                ins = tuple(self._values[slot] for slot in step.inputs)
                record = passes.compute(self, step, ins)
                found[step.key] = footprint(record)
                self._values.update(zip(step.outputs, record.outs, strict=True))
                for slot in {*step.inputs, *step.outputs}:
                    if last[slot] == place:
                        del self._values[slot]
        return found


def foretell(
    plan: Plan, schedule: Schedule, footprints: Mapping[str, Footprint]
) -> Iterator[tuple[Action, int]]:
    """Each action of a schedule with the bytes that will be held while it is done."""
    telling = _Telling(plan, footprints)
    for action in schedule.actions:
        telling.do(action)
        yield action, telling.held.nbytes
        telling.let_go(action)


class _Telling:
    """A run on paper: blocks of memory without arrays."""

    def __init__(self, plan: Plan, footprints: Mapping[str, Footprint]) -> None:
        self.plan, self.footprints = plan, footprints
        self.held = Held()
        self._new = itertools.count()
        self._blocks: dict[Name, Block] = {}

    def do(self, action: Action) -> None:
        step = action.step
        if action.kind == "reverse":
            self._reverse(step)
            return
        found = self.footprints[step.key]
        names: list[Name] = [("value", slot) for slot in step.outputs]
        before = {name: self._blocks[name] for name in names if name in self._blocks}
        for name, piece in zip(names, found.outputs, strict=True):
            self._blocks[name] = self._block(piece)
            if name[1] in action.writes:
                before.pop(name, None)
                self.held.put(name[1], self._counted(name))
        if step.key in action.writes:
            self.held.put(step.key, [x for x in map(self._block, found.besides) if x[1]])
        self._blocks.update(before)  # what was computed again and is still held stays what it is

    def let_go(self, action: Action) -> None:
        for item in action.drops:
            self.held.drop(item)
        if action.kind == "reverse":
            for slot in action.step.outputs:
                self.held.drop(("gradient", slot))

    def _reverse(self, step: PlanStep) -> None:
        if step is self.plan.reverse[0]:
            assert self.plan.end is not None
            self._gradient(self.plan.end, nbytes(self.plan.slots[self.plan.end]))
        parts = self.footprints[step.key].parts
        for place, (slot, need) in enumerate(zip(step.inputs, step.need, strict=True)):
            piece = nbytes(self.plan.slots[slot]) if parts is None else parts[place]
            if need and piece is not None:
                self._gradient(slot, piece)

    def _gradient(self, slot: int, piece: Piece) -> None:
        name = ("gradient", slot)
        if name in self._blocks:  # a sum is new, whatever its parts share
            piece = nbytes(self.plan.slots[slot])
        self._blocks[name] = self._block(piece)
        self.held.put(name, self._counted(name))

    def _block(self, piece: Piece) -> Block:
        if isinstance(piece, int):
            return next(self._new), piece
        return self._blocks.get(piece, (None, 0))  # that of a source counts for nothing

    def _counted(self, name: Name) -> list[Block]:
        return [self._blocks[name]] if self._blocks[name][1] else []
