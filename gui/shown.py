"""What the playhead lets one see of a trace: the trace is complete, the playhead hides the rest.

Everything that shows a number (canvas, inspector, sentence) reads it here, so that no view is
ahead of another. A reading is one of a few words, or a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graph import GradwireError, PortRef
from gui.broadcast import Spread, spread_of
from gui.forward_mode.shown import ShownTangents
from gui.level import progress
from gui.places import SeenTrace, address_of, seen_from
from gui.readings import BLANK, Reading
from gui.timetable import timetable_of
from gui.updating.shown import ShownUpdates
from runtime.maps.budget import TooLarge
from runtime.moments import moment

if TYPE_CHECKING:
    from graph import Edge, Graph
    from graph.flattening import Flat
    from runtime.trace import Step, Trace


class Shown:
    """A trace as seen at a playhead: `position` steps are done, and `part` parts of the next.

    `graph` lets a port without a reverse step of its own (a source) wait for all its edges.
    Without a trace everything is blank. Position and part are those of the whole run; ports and
    nodes are named as at the place of a `SeenTrace`, and ports inside time shown at its time step.
    A composite's ports are those of its inside. `before` is what was shown until now: of the same
    trace, what came stays when one goes on, and what was blank stays so when one goes back.
    """

    def __init__(
        self,
        trace: Trace | SeenTrace | None = None,
        position: int = 0,
        part: int = 0,
        graph: Graph | None = None,
        before: Shown | None = None,
        *,
        is_guarded: bool = False,
    ) -> None:
        self.trace, self.position, self.part = trace, position, part
        self._graph = graph
        self.is_guarded = is_guarded  # what is ahead is to be predicted, its shape too
        is_seen = isinstance(trace, SeenTrace)
        self._whole: Trace | None = trace.whole if is_seen else trace
        self.place = trace.place if is_seen else ""
        self.t = trace.t if is_seen else None
        self._times = timetable_of(self._whole)
        self._tangents = ShownTangents(self._whole, position, self.t)
        self._updates = ShownUpdates(self._whole, position)
        # What has come, and what is blank still.
        self._there: dict[tuple[str, PortRef], Reading] = {}
        self._blank: dict[tuple[str, PortRef], Reading] = {}
        is_same = before is not None and before.trace is trace and before._graph is graph
        if is_same and not (is_guarded or before.is_guarded):
            if (position, part) >= (before.position, before.part):
                self._there = before._there.copy()
            else:
                self._blank = before._blank.copy()
        self._parts = self._parts_done()

    @property
    def step(self) -> Step | None:
        """The step that the playhead stands on: the one under way, or the last one done.

        Its node is one of the place: a composite where the step lies inside. None elsewhere.
        """
        found = self._whole_step()
        start = f"{self.place}/" if self.place else ""
        if found is None or not found.node.startswith(start):
            return None
        head, slash, _ = found.node[len(start) :].partition("/")
        return replace(found, node=head) if slash or start else found

    def _whole_step(self) -> Step | None:
        if self._whole is None or not self._whole.steps:
            return None
        steps = self._whole.steps
        if self.part and self.position < len(steps):
            return steps[self.position]
        return steps[min(self.position, len(steps)) - 1] if self.position else None

    @property
    def target(self) -> PortRef | None:
        """What was differentiated, by its name at the place."""
        return None if self.trace is None else self.trace.target

    @property
    def in_reverse(self) -> bool:
        """Whether the reverse pass has begun."""
        turn = self._times.turn
        return turn is not None and (
            self.position > turn or (self.position == turn and self.part > 0)
        )

    def steps_since(self, before: Shown, most: int) -> tuple[Step, ...] | None:
        """The steps from where another playhead stands to this one, both ends included.

        None where more than those may be seen otherwise: of another run or time step, where a
        pass begins or ends, or if they are more than `most`.
        """
        mine, its = self._state, before._state
        places = sorted((self.position, before.position))
        if mine != its or self._whole is None or places[1] - places[0] > most:
            return None
        return tuple(self._whole.steps[max(places[0] - 1, 0) : places[1] + 1])

    @property
    def _state(self) -> tuple:
        """What a step changes all over, if it changes it."""
        steps = self._whole.steps if self._whole is not None else ()
        passes = (bool(self.position), self.in_reverse, self.has_tangents, self.has_updates)
        is_done = self._whole is not None and self._whole.failure and self.position >= len(steps)
        return (id(self.trace), id(self._graph), self.t, self.is_guarded, *passes, bool(is_done))

    def is_ahead(self, node: str) -> bool:
        """Whether the node's forward step is still to come; of a composite, one inside."""
        address = address_of(self.place, PortRef(node, "")).node
        return self._is_ahead(address)

    def _is_ahead(self, address: str) -> bool:
        return self._is_ahead_at(address, self.t)

    def _is_ahead_at(self, address: str, t: int | None) -> bool:
        is_whole = address in self._flat.instances if self._whole is not None else False
        times = self._times
        at = times.last_inside(address, t) if is_whole else times.forward(address, t)
        return at is not None and at >= self.position

    def tells_type(self, port: PortRef) -> bool:
        """Whether the shape of a port may be told: not where that is to be predicted."""
        if not self.is_guarded:
            return True
        graph = self._graph
        if graph is None or port.node not in graph:
            return not self.is_ahead(port.node)
        edge, module = graph.incoming(port), graph.module(port.node)
        if edge is not None:
            return not self.is_ahead(edge.source.node)
        outputs = module.output_ports if module is not None else ()
        return port.port not in {output.name for output in outputs} or not self.is_ahead(port.node)

    def progress(self, node: str) -> tuple[str, int, int] | None:
        """(phase, steps done, steps in all) inside a composite that is under way, else None."""
        address = address_of(self.place, PortRef(node, "")).node
        if self._whole is None or address not in self._flat.instances:
            return None
        phase, done, count = progress(self._whole.steps, address, self.position)
        return (phase, done, count) if 0 < done < count else None

    @property
    def _flat(self) -> Flat:
        return self._whole.plan.flat

    def value(self, port: PortRef) -> Reading:
        """What an output port (or a parameter port) carries."""
        return self._keep("value", port)

    def carried(self, edge: Edge) -> Reading:
        """What an edge brings: of a delay edge the value of an earlier time step."""
        return self._keep("carried", edge.target) if edge.delay else self.value(edge.source)

    def gradient(self, port: PortRef) -> Reading:
        """What comes back over the edge that ends at an input port."""
        return self._keep("gradient", port)

    def port_gradient(self, port: PortRef) -> Reading:
        """The gradient of an output port: the sum over its edges."""
        return self._keep("port_gradient", port)

    def factor(self, port: PortRef) -> Reading:
        """The local derivative of the node's output with respect to an input port.

        `map` is the Jacobian; of several outputs, that of the first that is differentiable.
        """
        return self._keep("factor", port)

    @property
    def has_tangents(self) -> bool:
        """Whether a pass of forward mode has begun."""
        return self._tangents.is_there

    def tangent(self, port: PortRef) -> Reading:
        """The tangent of an output port, or of a parameter that its node owns."""
        return self._keep("tangent", port)

    def tangent_over(self, target: PortRef) -> Reading:
        """The tangent that an edge brings to an input port."""
        return self._keep("tangent_over", target)

    def tangent_factor(self, target: PortRef) -> Reading:
        """The local derivative that this tangent is multiplied by, once it is there."""
        return self._keep("tangent_factor", target)

    @property
    def has_updates(self) -> bool:
        """Whether the update of the parameters has begun."""
        return self._updates.is_there

    def update(self, port: PortRef) -> Reading:
        """What the update adds to a parameter, once its step is done."""
        return self._keep("update", port)

    def times_back(self, target: PortRef) -> tuple[bool, ...]:
        """For each time step whether the gradient at an input port has come back, or never will."""
        steps = self._whole.time_steps if self._whole is not None else None
        node = address_of(self.place, target).node
        inner = self._flat.inputs.get(address_of(self.place, target), ()) if steps else ()
        nodes = [ref.node for ref in inner] or [node]
        found = ([self._times.reverse(id_, t) for id_ in nodes] for t in range(steps or 0))
        return tuple(
            self.in_reverse and all(at is None or at < self.position for at in times)
            for times in found
        )

    def spread(self, target: PortRef) -> Spread | None:
        """How the value of an edge is broadcast where it ends; None if it is not, or untold."""
        if self.is_guarded and self.is_ahead(target.node):
            return None
        address, known = address_of(self.place, target), self._times.spreads
        if address not in known:
            known[address] = spread_of(self._whole, address)
        return known[address]

    def _keep(self, kind: str, port: PortRef) -> Reading:
        key = (kind, port)
        found = self._there.get(key) or self._blank.get(key)
        if found is None:
            address = address_of(self.place, port)
            found = BLANK if self._whole is None else getattr(self, f"_{kind}")(address)
            (self._blank if found.state == "blank" else self._there)[key] = found
        return found

    def _tangent(self, port: PortRef) -> Reading:
        return self._tangents.port(port)

    def _tangent_over(self, target: PortRef) -> Reading:
        return self._tangents.edge(target)

    def _update(self, port: PortRef) -> Reading:
        return self._updates.port(port)

    def _value(self, port: PortRef) -> Reading:
        port = self._flat.feeds.get(port, self._flat.inner(port))
        if self._is_ahead(port.node):
            return BLANK
        failure = self._whole.failure
        if failure is not None and failure.node == port.node:
            done = self.position >= len(self._whole.steps)
            return Reading("failed") if done else BLANK
        return _asked(lambda: self._whole.value(self._moment(port)))

    def _carried(self, port: PortRef) -> Reading:
        """At a delay's end; what stands before the first step is there from the start."""
        seen = seen_from(self.place, port)
        edge = self._graph.incoming(seen) if self._graph is not None and seen is not None else None
        before = (self.t or 0) - (edge.delay if edge is not None else 0)
        if edge is not None and before >= 0:
            source = self._flat.inner(address_of(self.place, edge.source))
            if self._is_ahead_at(source.node, before):
                return BLANK
        return _asked(lambda: self._whole.value(self._moment(port)))

    def _gradient(self, port: PortRef) -> Reading:
        if port in self._flat.inputs:
            return self._whole_gradient(port)
        at = self._times.reverse(port.node, self.t)
        if self._is_of_all_steps(port):
            at = self._times.all_reverse(port.node)
        if at is None:
            return self._word(port)
        if at < self.position or (at == self.position and port.port in self._parts):
            return self._gradient_of(port)
        return BLANK

    def _whole_gradient(self, port: PortRef) -> Reading:
        """What comes back over the edge of a composite, once all have brought it that read it."""
        inner = [self._gradient(reader) for reader in self._flat.inputs[port]]
        if any(reading.is_value for reading in inner):
            waits = any(reading.state == "blank" for reading in inner)
            return BLANK if waits else self._gradient_of(port)
        words = [reading for reading in inner if reading.state != "blank"]
        return words[0] if len(words) == len(inner) and words else BLANK

    def _port_gradient(self, port: PortRef) -> Reading:
        port = self._flat.inner(port)
        at = self._times.reverse(port.node, self.t)
        if at is not None:
            begun = at < self.position or (at == self.position and "sum" in self._parts)
            return self._gradient_of(port) if begun else BLANK
        word = self._word(port)
        if word.state != "blank":
            return word
        return self._gradient_of(port) if self._arrived(port) else BLANK

    def _factor(self, port: PortRef) -> Reading:
        gradient = self._gradient(port)
        return self._local(port) if gradient.is_value else gradient

    def _tangent_factor(self, port: PortRef) -> Reading:
        tangent = self._tangent_over(port)
        return self._local(port) if tangent.is_value else tangent

    def _local(self, port: PortRef) -> Reading:
        """The derivative of a node's output by an input, a map."""
        try:
            found = self._whole.jacobian(self._read_at(port))
        except TooLarge:
            return Reading("too large")
        except GradwireError:
            return BLANK
        return BLANK if found is None else Reading("value", map=found)

    def _gradient_of(self, port: PortRef) -> Reading:
        found = _asked(lambda: self._whole.gradient(self._moment(port)))
        return found if found.is_value else self._word(port)

    def _word(self, port: PortRef) -> Reading:
        """Why there is no gradient, once the reverse pass has begun."""
        if not self.in_reverse:
            return BLANK
        try:
            why = self._whole.why_no_gradient(self._moment(port))
        except GradwireError:  # the port is newer than the trace
            return BLANK
        return Reading(why) if why else BLANK

    def _arrived(self, port: PortRef) -> bool:
        """Whether every edge that leaves the port has brought its part."""
        graph = self._flat.graph if self._flat.instances else self._graph
        if graph is None or port.node not in graph:
            return self.position >= len(self._whole.steps)
        return self.in_reverse and all(map(self._has_come, graph.outgoing(port)))

    def _has_come(self, edge: Edge) -> bool:
        """Whether an edge has brought its part to its source: at the time step, or at all."""
        target = edge.target
        if self.t is None:
            return self._gradient(target).state != "blank"
        if edge.source.node in self._whole.plan.check.time.inside:
            at = self._times.reverse(target.node, self.t + edge.delay)
        else:
            at = self._times.all_reverse(target.node)
        return at is None or at < self.position

    def _is_of_all_steps(self, port: PortRef) -> bool:
        """Whether a port inside time has one tensor for all steps: a parameter's."""
        return self.t is not None and port in self._whole.plan.slot_of

    def _moment(self, port: PortRef) -> PortRef:
        """A port at the time step; a parameter belongs to all steps."""
        return port if self._is_of_all_steps(port) else self._read_at(port)

    def _read_at(self, port: PortRef) -> PortRef:
        """A port as it is read at the time step, if it is inside time."""
        if self.t is None or self._whole.plan.times(port) is None:
            return port
        return moment(port, self.t)

    def _parts_done(self) -> frozenset[str]:
        steps = () if self._whole is None else self._whole.steps
        if not self.part or self.position >= len(steps):
            return frozenset()
        return frozenset(self._whole.parts(steps[self.position])[: self.part])


def _asked(read: Callable[[], np.ndarray | None]) -> Reading:
    """What a trace answers; blank where it does not know the port, being older than it."""
    try:
        array = read()
    except GradwireError:
        return BLANK
    return BLANK if array is None else Reading("value", array=array)
