"""Arrivals: the positions of a run at which values and gradients come to ports.

A position is `(steps done, parts of the next one)`, as a playhead counts: behind the whole step 4
it is `(5, 0)`, behind the first part of it `(4, 1)`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.marks import Of
from graph.port import PortRef
from runtime.moments import apart, at, moment

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.trace import Trace

Position = tuple[int, int]
PASSES = ("forward", "reverse")  # which bring values and gradients


@dataclass(frozen=True, slots=True)
class Arrival:
    """A value or gradient that stands from a position on.

    `ports` are addresses in time (`h@3.y`) that a trace can read: one port's, or all outputs of a
    node. `t` is their time step. `via` is, of a part of a gradient, the input that it came from.
    """

    position: Position
    of: Of
    ports: tuple[PortRef, ...]
    t: int | None = None
    via: PortRef | None = None


class Arrivals:
    """The timetable of one trace. Ports and nodes are asked for by their drawn addresses.

    What a run that ended early did not come to has no arrival.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._writer: dict[int, int] = {}
        self._reader: dict[PortRef, int] = {}
        self._turned: dict[int, int] = {}  # the reverse step of a slot's writer
        self._parts: dict[int, list[tuple[Position, PortRef]]] = {}
        self._came: dict[PortRef, Position] = {}  # when a part of an input's gradient did
        self._steps: dict[str, list[int]] = {}
        forward, reverse = iter(trace.plan.forward), iter(trace.plan.reverse)
        for index, step in enumerate(trace.steps):
            if step.phase == "forward":
                self._note_forward(index, next(forward))
            elif step.phase == "reverse":
                self._note_reverse(index, next(reverse))

    def at_node(self, node: str) -> tuple[Arrival, ...]:
        """One for each step of a node: of a composite for each run of steps inside it.

        A source has none of its own: there its gradients count.
        """
        steps = self._trace.steps
        own = self._steps.get(node) or self._ends_inside(node)
        found = []
        for index in own:
            step = steps[index]
            of: Of = "value" if step.phase == "forward" else "gradient"
            ports = self._outputs(node, step.t)
            found.append(Arrival((index + 1, 0), of, ports, step.t))
        return tuple(found) if found else self.outputs_of(node, "gradient")

    def outputs_of(self, node: str, of: Of) -> tuple[Arrival, ...]:
        """The values or gradients of all outputs of a node."""
        ports = self._outputs(node, None)
        come = self.values if of == "value" else self.gradients
        return tuple(sorted((x for port in ports for x in come(port)), key=_position))

    def values(self, port: PortRef) -> tuple[Arrival, ...]:
        """When the value of a port comes, once for each time step; a source's is always there.

        At an input it is when what feeds it has run, or the node itself where that is a source.
        """
        found = []
        for ref, t in self._moments(port):
            slot = self._trace.plan.slot_of.get(ref)
            index = None if slot is None else self._writer.get(slot, self._reader.get(ref))
            if index is not None:
                found.append(Arrival((index + 1, 0), "value", (ref,), t))
        return tuple(found)

    def gradients(self, port: PortRef) -> tuple[Arrival, ...]:
        """When the gradient of a port stands: at an output the whole sum, at an input the part."""
        found = []
        for ref, t in self._moments(port):
            slot = self._trace.plan.slot_of.get(ref)
            if slot is None:
                continue
            if self._is_input(port):
                position = max(map(_position, self.parts(port, t)), default=None)
            elif slot in self._turned:
                position = self._behind_sum(self._turned[slot])
            else:
                position = max((when for when, _ in self._parts.get(slot, ())), default=None)
            if position is not None:
                found.append(Arrival(position, "gradient", (ref,), t))
        return tuple(sorted(found, key=_position))

    def parts(self, port: PortRef, t: int | None = None) -> tuple[Arrival, ...]:
        """The parts that a gradient is the sum of, in the order in which they came.

        At an output one for each edge that brought some; `t` asks for one time step.
        """
        plan = self._trace.plan
        ref = moment(port, t) if plan.times(port) is not None else port
        if self._is_input(port):
            inner = [x for x in plan.inner_inputs(ref) if x in self._came]
            return _in_order((self._came[x], x) for x in inner)
        slot = plan.slot_of.get(ref)
        return _in_order(self._parts.get(slot, ()) if slot is not None else ())

    # --- making ---------------------------------------------------------------------------

    def _note_forward(self, index: int, step: PlanStep) -> None:
        self._steps.setdefault(step.node, []).append(index)
        for slot in step.outputs:
            self._writer[slot] = index
        for ref in (*step.reads, *(PortRef(step.node, name) for name in step.states)):
            self._reader.setdefault(ref, index)
            self._reader.setdefault(apart(ref)[0], index)

    def _note_reverse(self, index: int, step: PlanStep) -> None:
        self._steps.setdefault(step.node, []).append(index)
        for slot in step.outputs:
            self._turned[slot] = index
        record = self._trace.records.get(step.key)
        if record is None or record.parts is None:
            return
        names = self._trace.parts(self._trace.steps[index])
        for ref, slot, part in zip(step.reads, step.inputs, record.parts, strict=True):
            if part is not None:
                behind = names.index(ref.port) + 1
                when = (index, behind) if behind < len(names) else (index + 1, 0)
                self._came[ref] = max(when, self._came.get(ref, when))
                self._parts.setdefault(slot, []).append((when, ref))

    # --- asking ---------------------------------------------------------------------------

    def _moments(self, port: PortRef) -> Iterator[tuple[PortRef, int | None]]:
        """A port's addresses in time; its own where it has one value for all."""
        times = self._trace.plan.drawn_times(port)
        if times is None:
            yield port, None
        else:
            yield from ((moment(port, t), t) for t in times)

    def _is_input(self, port: PortRef) -> bool:
        return port in self._trace.plan.edges

    def _behind_sum(self, index: int) -> Position:
        """Behind the first part of a reverse step, which is the sum of what arrived."""
        return (
            (index, 1) if len(self._trace.parts(self._trace.steps[index])) > 1 else (index + 1, 0)
        )

    def _outputs(self, node: str, t: int | None) -> tuple[PortRef, ...]:
        """The output ports of a node or composite, at a time step where they are inside time."""
        plan = self._trace.plan
        if node in plan.flat.instances:
            names = [ref.port for ref in plan.flat.outputs if ref.node == node]
        else:
            module = plan.flat.graph.module(node) if node in plan.flat.graph else None
            names = [] if module is None else [port.name for port in module.output_ports]
        key = at(node, t)
        return tuple(PortRef(key, name) for name in names)

    def _ends_inside(self, node: str) -> list[int]:
        """The last step of each run of steps that lie inside a composite."""
        if node not in self._trace.plan.flat.instances:
            return []
        inside, steps = f"{node}/", self._trace.steps
        is_own = (x.node.startswith(inside) and x.phase in PASSES for x in steps)
        keys = [(x.phase, x.t) if own else None for x, own in zip(steps, is_own, strict=True)]
        ends = zip(keys, [*keys[1:], None], strict=True)
        return [index for index, (key, after) in enumerate(ends) if key and key != after]


_known: weakref.WeakKeyDictionary[Trace, Arrivals] = weakref.WeakKeyDictionary()


def arrivals_of(trace: Trace) -> Arrivals:
    """The timetable of a trace, made on first use and kept as long as the trace."""
    if trace not in _known:
        _known[trace] = Arrivals(trace)
    return _known[trace]


def _position(arrival: Arrival) -> Position:
    return arrival.position


def _in_order(parts: Iterable[tuple[Position, PortRef]]) -> tuple[Arrival, ...]:
    found = (Arrival(when, "gradient", (ref,), apart(ref)[1], ref) for when, ref in parts)
    return tuple(sorted(found, key=_position))
