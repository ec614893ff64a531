"""Samples: where axis 0 of a value is a batch whose entries stay apart up to another value.

Each module says for a port and an output whether axis 0 goes through it sample by sample
(`keeps_samples`); here the answers are followed along every path between two ports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.initialise import sizes
from graph.port import PortRef, show_shape
from runtime.errors import SamplesMix
from runtime.paths import Hop

if TYPE_CHECKING:
    from runtime.plan import Plan


def count_samples(plan: Plan, source: PortRef, target: PortRef) -> int:
    """How many samples axis 0 of both ports counts, each of the target's from its own alone.

    Raises `SamplesMix`, naming the first port behind which samples do not stay apart.
    """
    count = _count(source, sizes(plan.slots[plan.slot_of[source]]))
    for hop in plan.hops(source, plan.slot_of[target]):
        ask_apart(plan, hop)
    shape = sizes(plan.slots[plan.slot_of[target]])
    if shape[:1] != (count,):
        raise SamplesMix(target.node, target.port, show_shape(shape), _batch(count))
    return count


def ask_apart(plan: Plan, hop: Hop) -> int:
    """How many samples a step keeps apart; raises `SamplesMix`."""
    step, shapes = hop.step, hop.step.shapes
    shape, module = shapes[hop.output], step.module
    count = _count(PortRef(step.node, hop.port), shapes[hop.port])
    if shape[:1] == (count,):
        if module.keeps_samples(hop.port, hop.output, shapes, plan.mode):
            return count
        found = f"samples that {module.name} mixes"
        if module.states:
            found += f" in mode {plan.mode}"
        expected = f"each of the {count} samples of {hop.output} from its own alone"
    else:
        found = f"samples that {module.name} joins to {show_shape(shape)}"
        expected = f"{hop.output} with {_batch(count)}"
    raise SamplesMix(step.node, hop.port, found, expected)


def ask_sample(sample: int, count: int) -> None:
    """Raise IndexError where there is no such sample."""
    if not 0 <= sample < count:
        raise IndexError(f"sample: found {sample}, expected 0 to {count - 1}")


def _count(ref: PortRef, shape: tuple[int, ...]) -> int:
    if not shape:
        raise SamplesMix(ref.node, ref.port, "a scalar", "axis 0 with one entry per sample")
    return shape[0]


def _batch(count: int) -> str:
    return f"axis 0 with {count} samples"
