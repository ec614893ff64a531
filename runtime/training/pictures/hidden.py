"""A port of a few numbers a sample: where the samples lie, and what the rest of the graph decides.

Between the data and this port the graph bends the plane until what comes after can part the
classes; a grid over the data's plane shows how. Of more than two numbers the two directions are
seen in which the samples spread most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.initialise import sizes
from graph.port import PortRef
from runtime.feeds import Host
from runtime.geometry.window import Window
from runtime.moments import apart
from runtime.plan import Plan
from runtime.trained import trained_slots
from runtime.training.pictures.plane import Regions
from runtime.training.pictures.principal import Projection

MESH = 25  # points along a side of the grid that is sent through
LINES = 3  # of them from one line that is drawn to the next
WIDEST = 512  # numbers of a port that is shown
ROOMY = 1.6  # times as wide as it need be: a window that is taken anew


@dataclass(frozen=True, eq=False)
class Hidden:
    """Samples at `port`: `spots` [N, 2], seen in `window`; by `projection` where it is wider.

    `mesh` [side, side, 2] is where a grid over a plane of data comes to lie. `regions` is what is
    decided over this port's plane; both are None where there is no such thing.
    """

    port: PortRef
    spots: Host
    window: Window
    mesh: Host | None
    regions: Regions | None
    projection: Projection | None = None


def hidden_ports(plan: Plan, inputs: tuple[PortRef, ...]) -> tuple[PortRef, ...]:
    """The floating outputs [samples, numbers] that data reaches, as drawn, in running order.

    Of two numbers at least. Inside time a port stands once.
    """
    slots = {slot for ref, slot in plan.slot_of.items() if apart(ref)[0] in inputs}
    found: dict[PortRef, None] = {}
    for step in plan.forward:
        if slots.isdisjoint(step.inputs):
            continue
        slots.update(step.outputs)
        for ref, slot in zip(step.writes, step.outputs, strict=True):
            type_ = plan.slots[slot]
            if type_.is_floating and _is_wide_enough(sizes(type_)):
                found[plan.flat.outer(apart(ref)[0])] = None
    return tuple(found)


def behind_parameters(plan: Plan) -> frozenset[PortRef]:
    """The outputs, as drawn, that depend on what is trained."""
    slots = set(trained_slots(plan).values())
    found: set[PortRef] = set()
    for step in plan.forward:
        if not slots.isdisjoint(step.inputs):
            slots.update(step.outputs)
            found.update(plan.flat.outer(apart(ref)[0]) for ref in step.writes)
    return frozenset(found)


def _is_wide_enough(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and 2 <= shape[1] <= WIDEST


def around(spots: Host, before: Window | None = None) -> Window:
    """A window that holds all samples, square, so that angles look as they are.

    The one before stays as long as it fits, so that a picture does not tremble.
    """
    fresh = Window.over(spots).square
    if before is None or before.radius > ROOMY * fresh.radius:
        return fresh
    finite = spots[np.isfinite(spots).all(axis=1)]
    is_inside = ((finite >= before.low) & (finite <= before.high)).all()
    return before if is_inside else fresh
