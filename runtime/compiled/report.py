"""What was done with each step of a plan on its way to a compiled one."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from runtime.compiled.fates import FATES, Fate
from runtime.compiled.passes import Simplified
from runtime.compiled.program import Program
from runtime.compiled.units import Unit
from runtime.moments import apart
from runtime.numbering import PlanStep

if TYPE_CHECKING:
    from runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Part:
    """What is computed as one: the keys of its steps, their nodes, and how many calls that takes.

    `in_place` says whether its result lies where one of its inputs did.
    """

    keys: tuple[str, ...]
    nodes: tuple[str, ...]
    forward: int
    reverse: int
    in_place: bool

    @property
    def is_view(self) -> bool:
        """Whether nothing is computed forward: the result is the input, looked at otherwise."""
        return not self.forward


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a step: of a node, at a time step if it is inside time.

    `part` is what computes it, if anything does; a step that is shared has the part of `partner`,
    the step that it is now. Sources have neither: they have the fate of those that read them.
    """

    node: str
    t: int | None
    fate: Fate
    part: Part | None = None
    partner: str = ""


@dataclass(slots=True)
class NodeDone:
    """What became of a drawn node, over all its time steps: `times` of them if it is inside time.

    `fates` counts them. `fused` are the groups of nodes that it is computed in, `shared` the nodes
    whose results are taken for its own. Calls of what is fused stand at its last node. `is_view`
    and `in_place` are true where all its parts are.
    """

    node: str
    times: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    fused: list[tuple[str, ...]] = field(default_factory=list)
    shared: dict[str, None] = field(default_factory=dict)
    forward: int = 0
    reverse: int = 0
    is_view: bool = False
    in_place: bool = False

    @property
    def fate(self) -> Fate:
        """The first that one of its steps had."""
        return min(self.fates, key=FATES.index)

    def beside(self, fate: Fate, most: int) -> tuple[list[str], int]:
        """The first of the nodes that it is fused with, or shared; and how many they are.

        A graph may be one group of thousands, and each of them asks.
        """
        if fate == "shared":
            return list(self.shared)[:most], len(self.shared)
        nodes = self.fused[0] if len(self.fused) == 1 else tuple(dict.fromkeys(chain(*self.fused)))
        others = (node for node in nodes if node != self.node)
        return list(islice(others, most)), max(len(nodes) - 1, 0)


@dataclass(frozen=True, eq=False)
class Report:
    """A compiled step in words: `steps` and `sources` by their addresses, in the plan's order.

    `nbytes` is the memory in which all buffers lie, `nbytes_alone` what they would take if none
    shared it. `calls` are those of both passes; `was_calls` how many steps the plan has.
    """

    steps: Mapping[str, Done]
    sources: Mapping[str, Done]
    parts: tuple[Part, ...]
    calls: tuple[int, int]
    was_calls: tuple[int, int]
    nbytes: int
    nbytes_alone: int

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many steps had each fate; all are named."""
        found = Counter(done.fate for done in self.steps.values())
        return {fate: found[fate] for fate in FATES}

    @functools.cached_property
    def nodes(self) -> Mapping[str, NodeDone]:
        """The same by drawn node, sources first."""
        found: dict[str, NodeDone] = {}
        parts: dict[str, list[Part]] = {}
        for key, done in (*self.sources.items(), *self.steps.items()):
            node = found.setdefault(done.node, NodeDone(done.node))
            node.fates[done.fate] += 1
            node.times += done.t is not None
            if done.part is not None and done.fate != "shared":
                parts.setdefault(done.node, []).append(done.part)
                if done.part.keys[-1] == key:
                    node.forward += done.part.forward
                    node.reverse += done.part.reverse
            self._join(node, done)
        for id_, own in parts.items():
            found[id_].is_view = all(part.is_view for part in own)
            found[id_].in_place = all(part.in_place for part in own)
        return found

    def _join(self, node: NodeDone, done: Done) -> None:
        """Note with whom a step is computed."""
        if done.fate == "shared" and done.partner:
            node.shared[self.steps[done.partner].node] = None
        group = done.part.nodes if done.fate == "fused" and done.part is not None else None
        if group is not None and all(known is not group for known in node.fused):
            node.fused.append(group)


def report_on(
    plan: Plan, simplified: Simplified, units: Sequence[Unit], program: Program
) -> Report:
    """The report on a program of these units."""
    whole: dict[str, list[str]] = {}
    for key, into in simplified.joined.items():
        whole.setdefault(into, []).append(key)
    node_of = {step.key: step.node for step in plan.forward}
    groups: dict[tuple[str, ...], tuple[str, ...]] = {}
    parts: dict[tuple[str, ...], Part] = {}
    for unit, counted in zip(units, program.counted, strict=True):
        keys = tuple(key for step in unit.steps for key in (*whole.get(step.key, ()), step.key))
        nodes = tuple(dict.fromkeys(node_of[key] for key in keys))
        nodes = groups.setdefault(nodes, nodes)  # time steps have the same group
        forward, reverse = counted.forward, counted.reverse
        if keys in parts:  # what it reads was copied side by side before
            forward, reverse = forward + parts[keys].forward, reverse + parts[keys].reverse
        parts[keys] = Part(keys, nodes, forward, reverse, counted.in_place)
    part_of = {key: part for part in parts.values() for key in part.keys}
    return Report(
        {step.key: _done(step, simplified, part_of) for step in plan.forward},
        _sources(plan, simplified),
        tuple(parts.values()),
        (program.turn, len(program.calls) - program.turn),
        (len(plan.forward), len(plan.reverse)),
        program.nbytes,
        program.nbytes_alone,
    )


def _done(step: PlanStep, simplified: Simplified, part_of: Mapping[str, Part]) -> Done:
    if step.key in simplified.folded:
        return Done(step.node, step.t, "folded")
    partner = simplified.shared.get(step.key)
    if partner is not None:
        return Done(step.node, step.t, "shared", part_of[partner], partner)
    part = part_of.get(step.key)
    if part is None:
        return Done(step.node, step.t, "removed")
    return Done(step.node, step.t, "fused" if len(part.keys) > 1 else "kept", part)


def _sources(plan: Plan, simplified: Simplified) -> Mapping[str, Done]:
    """The nodes that give numbers, by the steps that read them."""
    reading: dict[Fate, set[int]] = {fate: set() for fate in FATES}
    reading["kept"].update(slot for slot in (plan.end,) if slot is not None)
    for step in simplified.steps:
        reading["kept"].update(step.inputs)
    for step in plan.forward:
        if step.key in simplified.shared:  # an equal constant may be read in its place
            reading["shared"].update(step.inputs)
        elif step.key in simplified.folded:
            reading["folded"].update(step.inputs)
    own = {step.node for step in plan.forward}
    found: dict[str, Done] = {}
    for source in plan.sources:
        drawn, t = apart(source.ref)
        fate = next((fate for fate in FATES if source.slot in reading[fate]), FATES[-1])
        before = found.get(source.ref.node)
        if drawn.node not in own and (before is None or _rank(fate) < _rank(before.fate)):
            found[source.ref.node] = Done(drawn.node, t, fate)
    return found


def _rank(fate: Fate) -> int:
    return FATES.index(fate)
