"""All that one run computed, readable port by port and edge by edge, never changed."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph.initialise import sizes
from graph.port import PortRef, PortType
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.edge_view import EdgeView
from runtime.errors import NoValue
from runtime.feeds import Host, Loaded, frozen
from runtime.linking import floating_slot, total_jacobian
from runtime.local_jacobian import local_jacobian
from runtime.maps import LinearMap, Zero
from runtime.moments import apart, at, moment
from runtime.origin import Origin, find_origin
from runtime.over_time import (
    address,
    at_last,
    gradient_parts,
    stacked_gradients,
    stacked_values,
)
from runtime.records import Failure, Record, Step
from runtime.samples import count_samples
from runtime.total import TotalJacobian
from runtime.unusable import Why, why_none
from runtime.whole_gradient import whole_gradient

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.tangents.record import Push
    from runtime.tape import Tape
    from runtime.updates.record import Update

Name = str | PortRef
Times = int | tuple[int | None, int | None] | None

__all__ = ["EdgeView", "Failure", "Step", "Trace"]


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """A finished run. Arrays are NumPy's, read-only, in the run's dtype.

    `steps` are those that were played, the failed one included; `failure` says where a run ended
    early. `values` and `gradients` stand by slot; `terms` are what those gradients add up that are
    sums of several. `records` and `loaded` serve the next run, too. `push` is a tangent's pass,
    `update` the parameters', where there is one.
    """

    plan: Plan
    device: str
    steps: tuple[Step, ...]
    failure: Failure | None
    values: Mapping[int, Array]
    records: Mapping[str, Record]
    gradients: Mapping[int, Array]
    terms: Mapping[int, Sequence[Array]]
    loaded: Mapping[PortRef, Loaded]
    push: Push | None = None
    update: Update | None = None
    _host: dict[int, Host] = field(default_factory=dict)
    _maps: dict[tuple[PortRef, str, int | None], LinearMap] = field(default_factory=dict)
    _stacks: tuple[dict[PortRef, Host], dict[PortRef, Host | None]] = field(
        default_factory=lambda: ({}, {})
    )
    _totals: dict[tuple[PortRef, PortRef, int | None], TotalJacobian] = field(default_factory=dict)

    @classmethod
    def of(cls, tape: Tape) -> Trace:
        """What the tape holds now."""
        return cls(
            tape.plan,
            tape.backend.name,
            tuple(tape.steps),
            tape.failure,
            dict(tape.values),
            dict(tape.records),
            tape.gradients(),
            tape.terms(),
            tape.loaded,
        )

    def __repr__(self) -> str:
        end = f", failed at {self.failure.node}" if self.failure else ""
        return (
            f"<Trace of revision {self.revision}: {len(self.steps)} steps, target {self.target},"
            f" {self.dtype} on {self.device}{end}>"
        )

    # --- the run ---------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """The revision of the graph that ran."""
        return self.plan.revision

    @property
    def time_steps(self) -> int | None:
        """How many time steps it has; None where nothing is inside time."""
        return self.plan.steps

    @property
    def dtype(self) -> str:
        """The run's floating dtype."""
        return self.plan.dtype

    @property
    def mode(self) -> str:
        """`train` or `eval`."""
        return self.plan.mode

    @property
    def target(self) -> PortRef | None:
        """The port that was differentiated."""
        return self.plan.target

    @property
    def types(self) -> Mapping[PortRef, PortType]:
        """The type of every port, sizes as they were in this run."""
        return self.plan.check.types

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on what was assumed, such as the sum over a target that is no scalar."""
        return self.plan.warnings

    @property
    def why_forward_only(self) -> str | None:
        """Why there is nothing to differentiate, None where there is a target."""
        return self.plan.why_forward_only

    @property
    def has_reverse(self) -> bool:
        """Whether the reverse pass has begun."""
        return bool(self.gradients)

    @property
    def ports(self) -> tuple[PortRef, ...]:
        """Output, parameter and state ports that hold a value, in the order of the run."""
        plan = self.plan
        filled = (ref for ref, slot in plan.slot_of.items() if slot in self.values)
        drawn = dict.fromkeys(apart(ref)[0] for ref in filled) if plan.steps else filled
        return tuple(ref for ref in drawn if plan.edges.get(ref) is None)

    @property
    def edges(self) -> tuple[tuple[PortRef | None, PortRef], ...]:
        """(source, target) of every edge that ran; source None at a parameter of the node's own."""
        return tuple((source, target) for target, source in self.plan.edges.items())

    def has_run(self, node: str) -> bool:
        """Whether a node's forward step was played; an instance's when all of its inside was.

        Inside time that is so when the last time step was played.
        """
        if node in self.plan.flat.instances:
            inside = (step.key for step in self.plan.forward if step.node.startswith(f"{node}/"))
            return all(key in self.records for key in inside)
        return node in self.plan.step_of and self.plan.step_of[node].key in self.records

    def parts(self, step: Step) -> tuple[str, ...]:
        """How a step can be played in parts: `sum`, then the input ports that get a gradient."""
        record = self.records.get(at(step.node, step.t))
        if step.phase != "reverse" or record is None or record.parts is None:
            return ()
        parts = zip(record.step.reads, record.parts, strict=True)
        return ("sum", *dict.fromkeys(ref.port for ref, part in parts if part is not None))

    # --- numbers ---------------------------------------------------------------------------

    def value(self, port: Name, t: int | None = None) -> Host:
        """The value at a port; at an input what arrives. Raises `NoValue` where none does.

        Of a port inside time it is that of step `t`, or of all steps with time as axis 0.
        """
        ref = self._ref(port, t)
        if times := self._unfolded(ref):
            if ref not in self._stacks[0]:
                self._stacks[0][ref] = stacked_values(self, ref, times)
            return self._stacks[0][ref]
        slot = self._slot(ref)
        if slot not in self.values:
            raise NoValue(f"{ref}: found no value, for the run ended before it.")
        if slot not in self._host:
            self._host[slot] = frozen(to_numpy(self.values[slot]))
        return self._host[slot]

    def gradient(self, port: Name, t: int | None = None) -> Host | None:
        """dL/d(value): at an output the sum over its edges, at an input this edge's part.

        None where there is none; `why_no_gradient` says why. Of a port inside time it is that at
        step `t`, or at all steps with time as axis 0, zeros where none came back. A parameter
        outside time has the sum over all steps; with `t` it is the part of one.
        """
        ref = self._ref(port, t)
        if self._unfolded(ref):
            return self._stacked_gradients(ref)
        self._slot(ref)
        if self._is_whole(ref):
            return whole_gradient(self, ref)
        total = self.summed(ref)
        return self.part(ref) if total is None else frozen(to_numpy(total))

    def gradient_over_time(self, port: Name) -> Host | None:
        """The part of a port's gradient that each time step gives, time being axis 0.

        For a port that stays the same, a shared parameter first of all; their sum is the
        gradient, where nothing outside time reads the port. None where nothing came back.
        """
        ref = self._ref(port)
        return self.gradient(ref) if self._unfolded(ref) else gradient_parts(self, ref)

    def part(self, port: Name) -> Host | None:
        """The part of dL/d(value) over one edge, also at a parameter that the node itself owns.

        There `gradient` is the sum over all that read it: instances can be tied to this one.
        """
        ref = self._ref(port)
        if self._is_whole(ref) and not self._unfolded(ref):
            return whole_gradient(self, ref)
        if self.plan.times(ref):
            steps = self._stacked_gradients(ref)
            if steps is None or self._unfolded(ref):
                return steps
            summed: Host = frozen(steps.sum(0))
            return summed
        found = self.came_back(ref)
        return None if found is None else frozen(to_numpy(found))

    def came_back(self, ref: PortRef) -> Array | None:
        """What came back to an address, on the run's device: at an input its part, else the sum."""
        key, place = self.plan.read_at.get(ref, ("", 0))
        record = self.records.get(key)
        if record is not None and record.parts is not None and record.parts[place] is not None:
            return record.parts[place]
        return self.summed(ref)

    def summed(self, ref: PortRef) -> Array | None:
        """The gradient of the slot that a port owns, on the run's device; None at other ports."""
        slot = self.plan.slot_of.get(ref)
        if slot is None or self.plan.owners[slot] != ref:
            return None
        return self.gradients.get(slot)

    def why_no_gradient(self, port: Name, t: int | None = None) -> Why | None:
        """The reason why `gradient` is None; None where there is one, or it is not computed."""
        ref = self._ref(port, t)
        if times := self._unfolded(ref):
            reasons = [why_none(self, moment(ref, time)) for time in times]
            return None if None in reasons else reasons[0]
        self._slot(ref)
        return why_none(self, ref)

    def edge(self, source: Name | None, target: Name) -> EdgeView:
        """An edge by its two ends; source None for a parameter that the node owns."""
        end = self._ref(target)
        start = None if source is None else PortRef.parse(source)
        if end not in self.plan.edges or self.plan.edges[end] != start:
            raise NoValue(f"{start} -> {end}: found no such edge in the run.")
        return EdgeView(self, start, end)

    def jacobian(
        self,
        port: Name,
        output: Name | None = None,
        *,
        sample: int | None = None,
        t: Times = None,
    ) -> LinearMap | None:
        """The derivative of an output by a port, at the values of this run, on the CPU.

        `output` names an output of the port's own node ("y", by default its first floating one):
        then it is the local Jacobian. Or it names any other port ("loss.y"): then it is the total
        derivative over all paths, see `total`. None where the local one is not floating; the zero
        map where a bypassed node does not read the port. Raises `NoValue` where the node did not
        run, `TooLarge` where a node's Jacobian has no structure and too many entries.

        With `sample` it is the block of one entry of axis 0, [*output[1:]] by [*port[1:]]; the
        others are not built. Raises `SamplesMix` where samples do not stay apart (see `samples`),
        IndexError where there is no such sample.

        A port inside time is taken at step `t`, by default the last. So is the output of a total
        derivative: `t=(a, b)` takes the port at step a and the output at step b.
        """
        if output is not None and "." in str(output):
            return self.total(port, output, sample=sample, t=t)
        ref = self.located(port, t[0] if isinstance(t, tuple) else t)
        slot = self._slot(ref)
        if self._is_whole(ref):
            return self._whole_jacobian(ref, output, sample)
        step, name = self.plan.reader(ref)
        if step is None or step.key not in self.records:
            raise NoValue(f"{ref}: found no Jacobian, for the run ended before it.")
        outputs = self.plan.floating_outputs(step.key)
        if output is None:
            output = next(iter(outputs), "")
        if not self.plan.slots[slot].is_floating or output not in outputs:
            return None
        if not name:
            shape = sizes(self.plan.slots[slot])
            return Zero(step.shapes[output], shape, dtype=self.dtype)
        return self.local(step, name, output, sample)

    def local(self, step: PlanStep, port: str, output: str, sample: int | None = None) -> LinearMap:
        """The local Jacobian at a step, between ports as they are called there."""
        key = (PortRef(step.key, port), output, sample)
        if key not in self._maps:
            record = self.records[step.key]
            self._maps[key] = local_jacobian(self.plan, record, port, output, sample)
        return self._maps[key]

    def _whole_jacobian(
        self, ref: PortRef, output: Name | None, sample: int | None
    ) -> LinearMap | None:
        """That of an instance: the total derivative of its output over all that is inside."""
        outputs = self.plan.floating_outputs(ref.node)
        output = next(iter(outputs), "") if output is None else output
        if output not in outputs or not self.plan.is_floating(ref):
            return None
        return self.total(ref, PortRef(ref.node, str(output)), sample=sample)

    def total(
        self, source: Name, target: Name, *, sample: int | None = None, t: Times = None
    ) -> TotalJacobian:
        """d(target)/d(source) over all paths, made on first use; its `cost` says how it is built.

        From an output or parameter port all its edges count, from a wired input port that edge
        alone; `sample` and `t` as in `jacobian`; a parameter that all steps read counts at all of
        them. Raises `NoValue` where either has no value or is not floating.
        """
        first, last = t if isinstance(t, tuple) else (t, None)
        key = self.located(source, first), self.located(target, last), sample
        if key not in self._totals:
            self._totals[key] = total_jacobian(self, *key)
        return self._totals[key]

    def samples(self, source: Name, target: Name) -> int:
        """How many samples axis 0 of both ports counts, if each stays by itself between them.

        `target` is another port, or an output of the source's own node. Raises `SamplesMix`,
        naming the port at which samples mix, `NoValue` as `total` does.
        """
        start = self.located(source)
        end = self.located(target if "." in str(target) else PortRef(start.node, str(target)))
        for ref in (start, end):
            floating_slot(self, ref)
        return count_samples(self.plan, start, end)

    def located(self, port: Name, t: int | None = None) -> PortRef:
        """A port's address in the run: one inside time at step `t`, by default the last."""
        return at_last(self.plan, self._ref(port, t))

    def jacobians(self, port: Name, t: int | None = None) -> dict[str, LinearMap]:
        """The Jacobian per floating output of the node at an input port; none at integer ones."""
        ref = self.located(port, t)
        step, _ = self.plan.reader(ref)
        key = ref.node if step is None else step.key
        names = self.plan.floating_outputs(key) if step is not None or self._is_whole(ref) else ()
        found = {name: self.jacobian(ref, name) for name in names}
        return {name: linear for name, linear in found.items() if linear is not None}

    @functools.cached_property
    def origin(self) -> Origin | None:
        """Where NaN or infinity first appears, and the numbers that led to it; found once."""
        return find_origin(self)

    def _ref(self, port: Name, t: int | None = None) -> PortRef:
        """The port that a name means, also by an alias of its module; at a step, if given."""
        ref = PortRef.parse(port)
        step = self.plan.step_of.get(ref.node)
        ref = PortRef(ref.node, step.module.aliases.get(ref.port, ref.port)) if step else ref
        return address(self.plan, ref, t)

    def _stacked_gradients(self, ref: PortRef) -> Host | None:
        if ref not in self._stacks[1]:
            self._stacks[1][ref] = stacked_gradients(self, ref, self.plan.times(ref) or range(0))
        return self._stacks[1][ref]

    def _is_whole(self, ref: PortRef) -> bool:
        return apart(ref)[0].node in self.plan.flat.instances

    def _unfolded(self, ref: PortRef) -> range | None:
        """The steps of a drawn port that has a value at each; None for any other port."""
        return self.plan.drawn_times(ref)

    def _slot(self, ref: PortRef) -> int:
        slot = self.plan.slot_of.get(ref)
        if slot is None:
            raise NoValue(f"{ref}: found no such port in the run.")
        return slot
