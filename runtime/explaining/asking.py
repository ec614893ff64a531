"""What can be asked: a step, a node in both directions, or the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.port import PortRef
from graph.suggest import did_you_mean
from runtime.asked_port import asked_port
from runtime.errors import NoValue
from runtime.explaining.between import explain_ports
from runtime.explaining.edges import explain_edge
from runtime.explaining.explanation import Explanation
from runtime.explaining.nodes import NodeTelling
from runtime.explaining.tangents import explain_tangent
from runtime.explaining.updates import explain_update
from runtime.moments import apart, at

if TYPE_CHECKING:
    from runtime.records import Step
    from runtime.trace import Trace


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks for: a node, an edge `u.y:v.x`, two ports, or nothing for all."""

    node: str | None = None
    edge: str | None = None
    source: str | None = None
    end: str | None = None


def explained(trace: Trace, asked: Asked) -> list[Explanation]:
    """The explanations of what is asked for; raises `NoValue` where it is not in the run."""
    if asked.node is not None:
        return [*explain_node(trace, asked.node), *explain_updates(trace, asked.node)]
    if asked.edge is not None:
        return [explain_edge(trace, *_ends(asked.edge))]
    if asked.source is not None and asked.end is not None:
        ends = (asked_port(trace, text) for text in (asked.source, asked.end))
        return [explain_ports(trace, *ends)]
    return list(explain(trace))


def _ends(text: str) -> tuple[PortRef | None, PortRef]:
    """The two ends of `u.y:v.x`; the first is None in `:v.x`."""
    source, colon, target = text.partition(":")
    if not colon:
        raise NoValue(f'--edge: found "{text}", expected two ports such as u.y:v.x.')
    return (PortRef.parse(source) if source else None), PortRef.parse(target)


def explain_step(trace: Trace, step: Step) -> Explanation:
    """One step of a run: forward, of its tangent, reverse, or the update of a parameter."""
    if step.phase == "tangent":
        return explain_tangent(trace, step)
    if step.phase == "update":
        return explain_update(trace, step)
    telling = NodeTelling(trace, at(step.node, step.t))
    return telling.forward() if step.phase == "forward" else telling.reverse()


def explain_node(trace: Trace, node: str) -> tuple[Explanation, Explanation]:
    """A node forward and in reverse, by its address; inside time at its last step, or at `h@3`.

    Raises `NoValue` where there is no such node in the run.
    """
    key = _key(trace, node)
    telling = NodeTelling(trace, key)
    return telling.forward(), telling.reverse()


def explain_updates(trace: Trace, node: str) -> Iterator[Explanation]:
    """The updates of a node's parameters, inside a composite of all; none in a run without."""
    drawn = apart(PortRef(node, ""))[0].node
    for step in trace.steps if trace.update is not None else ():
        if step.phase == "update" and (step.node == drawn or step.node.startswith(f"{drawn}/")):
            yield explain_step(trace, step)


def explain(trace: Trace) -> Iterator[Explanation]:
    """All steps of a run in their order; then the leaves to which several gradients come back."""
    for step in trace.steps:
        yield explain_step(trace, step)
    for ref in leaves(trace):
        several = len(trace.plan.readers.get(ref, ())) > 1
        if several and trace.gradient(ref) is not None:
            yield NodeTelling(trace, ref.node).reverse()


def leaves(trace: Trace) -> Iterator[PortRef]:
    """The output ports of inputs, constants and parameters: what has no step and no time."""
    for ref in trace.ports:
        is_leaf = ref.node not in trace.plan.step_of and trace.plan.times(ref) is None
        if is_leaf and ref.node not in trace.plan.flat.instances:
            yield ref


def _key(trace: Trace, node: str) -> str:
    plan = trace.plan
    nodes = {apart(ref)[0].node for ref in plan.slot_of}
    drawn = apart(PortRef(node, ""))
    if drawn[0].node not in nodes:
        raise NoValue(f"{node}: found no such node in the run. {did_you_mean(node, nodes)}".strip())
    ports = [ref for ref in plan.slot_of if ref.node == node]
    if ports and (node in plan.step_of or drawn[1] is not None or plan.steps is None):
        step = plan.step_of.get(node)
        return node if step is None else step.key
    last = at(node, (plan.steps or 1) - 1)
    return last if any(ref.node == last for ref in plan.slot_of) else node
