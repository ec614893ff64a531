"""A convolution at one sample: what comes in, its filters, and what goes out."""

from __future__ import annotations

from dataclasses import dataclass

from graph.port import PortRef
from runtime.feeds import Host
from runtime.modules.convolution import Conv2d
from runtime.moments import apart
from runtime.plan import Plan


@dataclass(frozen=True, eq=False)
class Filters:
    """`weight` [out, in / groups, height, width] of a node, and its maps at one sample.

    `given` is [in, height, width], `made` [out, height, width].
    """

    node: str
    weight: Host
    given: Host
    made: Host
    groups: int


def convolutions(plan: Plan) -> tuple[str, ...]:
    """The addresses of the nodes that slide filters over images, in running order."""
    steps = (step for step in plan.forward if isinstance(step.module, Conv2d))
    return tuple(dict.fromkeys(apart(PortRef(step.key, "y"))[0].node for step in steps))


def ports_of(node: str) -> tuple[PortRef, PortRef, PortRef]:
    """The ports that a picture of a convolution reads: weight, input, output."""
    weight, given, made = (PortRef(node, name) for name in ("weight", "x", "y"))
    return weight, given, made


def groups_of(plan: Plan, node: str) -> int:
    """In how many groups of channels a convolution works."""
    return int(plan.step_of[node].module.settings["groups"])
