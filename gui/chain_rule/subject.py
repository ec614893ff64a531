"""What is explained: a step, a node in both directions, an edge, a pair of ports, a path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph import PortRef
from gui.places import address_of
from runtime.explaining import (
    explain_edge,
    explain_node,
    explain_path,
    explain_ports,
    explain_step,
    explain_updates,
)
from runtime.moments import at, moment

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.explaining import Explanation
    from runtime.trace import Step, Trace


@dataclass(frozen=True, slots=True)
class StepSubject:
    """One step of a run, or that of a composite."""

    step: Step

    def explain(self, trace: Trace) -> tuple[Explanation, ...]:
        """What happens in it. Raises `NoValue` where the run does not have it."""
        key = at(self.step.node, self.step.t)
        if key in trace.plan.step_of or self.step.node not in trace.plan.flat.instances:
            return (explain_step(trace, self.step),)
        phase = self.step.phase
        if phase in ("tangent", "update"):
            inside = f"{self.step.node}/"
            steps = (x for x in trace.steps if x.phase == phase and x.t == self.step.t)
            return tuple(explain_step(trace, x) for x in steps if x.node.startswith(inside))
        both = explain_node(trace, key)
        return tuple(each for each in both if each.about["phase"] == self.step.phase)


@dataclass(frozen=True, slots=True)
class NodeSubject:
    """A node forward, in reverse and updated, by its address, at a time step if it has any."""

    node: str
    t: int | None

    def explain(self, trace: Trace) -> tuple[Explanation, ...]:
        """All of it. Raises `NoValue` where the run does not have the node."""
        key = at(self.node, self.t)
        node = key if key in trace.plan.step_of else self.node
        return (*explain_node(trace, node), *explain_updates(trace, node))


@dataclass(frozen=True, slots=True)
class EdgeSubject:
    """An edge by the port where it ends; `source` is None at a tensor of the node's own."""

    source: PortRef | None
    target: PortRef
    t: int | None

    def explain(self, trace: Trace) -> tuple[Explanation, ...]:
        """What flows, the local Jacobian, what comes back. Raises `NoValue` for no such edge."""
        inside = trace.plan.times(self.target) is not None
        end = moment(self.target, self.t) if inside else self.target
        return (explain_edge(trace, self.source, end),)


@dataclass(frozen=True, slots=True)
class PairSubject:
    """The derivative of one port by another, by their addresses in the run."""

    source: PortRef
    target: PortRef

    def explain(self, trace: Trace) -> tuple[Explanation, ...]:
        """The paths and the total. Raises `NoValue` where either has no value."""
        return (explain_ports(trace, self.source, self.target),)


@dataclass(frozen=True, slots=True)
class PathSubject:
    """One path from a port: the input and the output between which it goes through each step."""

    source: PortRef
    ways: tuple[tuple[PortRef, PortRef], ...]

    @property
    def target(self) -> PortRef:
        """Where it ends."""
        return self.ways[-1][1]

    def explain(self, trace: Trace) -> tuple[Explanation, ...]:
        """The product and what it adds. Raises `NoValue` where the run has no such path."""
        return (explain_path(trace, self.source, self.ways),)


Subject = StepSubject | NodeSubject | EdgeSubject | PairSubject | PathSubject


def current_step(document: Document) -> StepSubject | None:
    """The step on which the playhead stands: inside a composite that is under way, one of it."""
    head, trace = document.playhead, document.whole_trace
    step = head.step
    if trace is None or step is None:
        return None
    if head.part and head.composite is not None:
        return StepSubject(trace.steps[head.whole[0] - 1])
    node = address_of(document.place, PortRef(step.node, "")).node
    position, part = head.whole
    return StepSubject(replace(step, node=node, index=position if part else position - 1))


def selected(document: Document) -> NodeSubject | EdgeSubject | None:
    """The selected node or edge; None where nothing or several nodes are selected."""
    selection, place, t = document.selection, document.place, document.playhead.t
    if selection.edge is not None:
        edge = document.graph.incoming(selection.edge)
        source = None if edge is None else address_of(place, edge.source)
        return EdgeSubject(source, address_of(place, selection.edge), t)
    if selection.node is not None:
        return NodeSubject(address_of(place, PortRef(selection.node, "")).node, t)
    return None
