"""A convolution at one sample: what comes in, its filters, and what goes out."""

from __future__ import annotations

from dataclasses import dataclass

from graph.port import PortRef
from runtime.feeds import Host
from runtime.modules.convolution import Convolution
from runtime.moments import apart
from runtime.plan import Plan


@dataclass(frozen=True, eq=False)
class Filters:
    """The filters of a node, [out, in / groups, height, width], and its maps at one sample.

    `given` is [in, height, width], `made` [out, height, width]. What slides along one axis alone
    has the height 1. `is_transposed` says that the node's own weight begins with the channels that
    come in.
    """

    node: str
    weight: Host
    given: Host
    made: Host
    groups: int
    is_transposed: bool = False

    def index(self, out: int, into: int) -> str:
        """Where a filter stands in the node's own weight: `3, 0`."""
        if not self.is_transposed:
            return f"{out}, {into}"
        outs, ins = len(self.weight) // self.groups, self.weight.shape[1]
        return f"{out // outs * ins + into}, {out % outs}"


def convolutions(plan: Plan) -> tuple[str, ...]:
    """The addresses of the nodes that slide filters over samples, in running order."""
    steps = (step for step in plan.forward if isinstance(step.module, Convolution))
    return tuple(dict.fromkeys(apart(PortRef(step.key, "y"))[0].node for step in steps))


def ports_of(node: str) -> tuple[PortRef, PortRef, PortRef]:
    """The ports that a picture of a convolution reads: weight, input, output."""
    weight, given, made = (PortRef(node, name) for name in ("weight", "x", "y"))
    return weight, given, made


def filters_of(plan: Plan, node: str, weight: Host, given: Host, made: Host) -> Filters:
    """The picture of a node with these values at the ports, of one sample."""
    module = plan.step_of[node].module
    assert isinstance(module, Convolution)
    groups = int(module.settings["groups"])
    if module.is_transposed:
        weight = _out_first(weight, groups)
    if module.rank == 1:
        weight, given, made = (array[..., None, :] for array in (weight, given, made))
    return Filters(node, weight, given, made, groups, module.is_transposed)


def _out_first(weight: Host, groups: int) -> Host:
    """A weight [in, out / groups, ...] as [out, in / groups, ...]."""
    ins, outs, *kernel = weight.shape
    by_group = weight.reshape(groups, ins // groups, outs, *kernel).swapaxes(1, 2)
    return by_group.reshape(groups * outs, ins // groups, *kernel)
