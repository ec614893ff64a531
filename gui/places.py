"""What is known of a whole document, as one place of it sees it.

A place is the inside of an instance, by its address: there the node `one/lin` is `lin`. Check,
trace and report are worked out for the whole document; here they are read at a place. At the
document itself, where no composite stands in between, they are read as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from graph import Check, GradwireError, PortRef, Problem
from graph.addresses import node_at
from graph.naming import output_name
from graph.places import inside
from graph.time import inside_time
from runtime.moments import moment

if TYPE_CHECKING:
    from graph import Graph
    from graph.flattening import Flat
    from gui.document import Document
    from runtime.gradient_check import GradientReport, Verdict
    from runtime.trace import Trace

Thing = TypeVar("Thing")
SEVERITY = ("disagrees", "not finite", "kink", "agrees")  # of verdicts, the worst first


class Under(Mapping[PortRef, Thing], Generic[Thing]):
    """A table by port as a place sees it: what is inside, by the ports' names there."""

    def __init__(self, whole: Mapping[PortRef, Thing], place: str) -> None:
        self._whole, self._place = whole, place

    def __getitem__(self, ref: PortRef) -> Thing:
        return self._whole[address_of(self._place, ref)]

    def __iter__(self) -> Iterator[PortRef]:
        seen = (seen_from(self._place, ref) for ref in self._whole)
        return (ref for ref in seen if ref is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def mirror_at(root: Graph, address: str) -> tuple[Graph, str]:
    """(graph, address) of what is inside there; where that is gone, of what was around it."""
    while address:
        try:
            return inside(root, address), address
        except GradwireError:
            address = address.rpartition("/")[0]
    return root, address


def address_of(place: str, ref: PortRef) -> PortRef:
    """A port of a place, by its address in the document."""
    return PortRef(f"{place}/{ref.node}", ref.port) if place else ref


def seen_from(place: str, ref: PortRef) -> PortRef | None:
    """A port of the document, as a place calls it; None where it lies elsewhere."""
    if not place:
        return ref
    is_inside = ref.node.startswith(f"{place}/")
    return PortRef(ref.node[len(place) + 1 :], ref.port) if is_inside else None


def node_of(place: str, address: str) -> str | None:
    """The node of a place that an address leads to or into; None where it lies elsewhere."""
    seen = seen_from(place, PortRef(address, ""))
    return None if seen is None else seen.node.partition("/")[0]


def name_beside(
    root: Graph,
    port: PortRef,
    beside: str,
    named: Callable[[Graph, PortRef], str] = output_name,
) -> str:
    """A port as it is called where the node `beside` stands, both by their addresses."""
    place = beside.rpartition("/")[0]
    seen = seen_from(place, port)
    found = node_at(root, port.node)
    if seen is None or "/" in seen.node or found is None:
        return named(root, port)
    return named(found[0], seen)


def chosen_addresses(document: Document) -> tuple[str, ...]:
    """What is selected, by address: nodes in their order, or the port where an edge ends."""
    selection = document.selection
    if selection.edge is not None:
        return (str(address_of(document.place, selection.edge)),)
    chosen = list(selection.nodes)
    if len(chosen) > 1:
        chosen = [id_ for id_ in document.graph.nodes if id_ in selection.nodes]
    return tuple(address_of(document.place, PortRef(id_, "")).node for id_ in chosen)


def nodes_inside_time(document: Document) -> frozenset[str]:
    """The nodes of the place that is shown that run once per time step, or hold such nodes.

    The graph says so at once; what lies inside composites, or around the place, the check knows.
    """
    graph, check = document.graph, document.whole_check
    found = inside_time(graph)
    if check is not None and check.time.inside:
        seen = (seen_from(document.place, PortRef(id_, "")) for id_ in check.time.inside)
        heads = {ref.node.partition("/")[0] for ref in seen if ref is not None}
        found |= {id_ for id_ in heads if id_ in graph}
    return found


def seen_check(check: Check | None, place: str, graph: Graph) -> Check | None:
    """A check as a place sees it; `graph` is what is shown there. Mends are of the document."""
    if check is None or not check.flat.instances:
        return check
    problems = (_seen_problem(problem, place) for problem in check.problems)
    target = None if check.target is None else _seen_target(check.flat, check.target, place)
    about_target = check.target_problem
    if place and about_target is not None:
        about_target = replace(about_target, node=None, port=None)
    return replace(
        check,
        order=_order(check.order, place, graph),
        types=Under(check.types, place),
        problems=tuple(problem for problem in problems if problem is not None),
        target=target,
        target_problem=about_target,
        candidates=() if place else check.candidates,
    )


def _order(order: tuple[str, ...], place: str, graph: Graph) -> tuple[str, ...]:
    """The nodes of a place as their insides come in the run's order; those without at the end."""
    start = f"{place}/" if place else ""
    heads = (id_[len(start) :].partition("/")[0] for id_ in order if id_.startswith(start))
    return tuple(id_ for id_ in dict.fromkeys((*heads, *graph.nodes)) if id_ in graph)


def _seen_problem(problem: Problem, place: str) -> Problem | None:
    """A problem at a node of a place or inside one; None where it lies elsewhere."""
    if problem.node is None:
        return problem
    ref = seen_from(place, PortRef(problem.node, problem.port or ""))
    if ref is None:
        return None
    head, slash, _ = ref.node.partition("/")
    if not slash:
        return replace(problem, node=head)
    where = f"{ref.node}.{ref.port}" if ref.port else ref.node
    found = f"{problem.found} at {where}" if problem.found else where
    return replace(problem, node=head, port=None, found=found)


def _seen_target(flat: Flat, target: PortRef, place: str) -> PortRef | None:
    """The port of a place whose value is the target's, where it has one."""
    inner = flat.inner(target)
    direct = seen_from(place, inner)
    if direct is None or "/" not in direct.node:
        return direct
    for whole, found in flat.outputs.items():
        seen = seen_from(place, whole)
        if found == inner and seen is not None and "/" not in seen.node:
            return seen
    return None


def run_of(trace: Trace | SeenTrace) -> tuple[Trace, int | None]:
    """The whole run that is seen, and the time step that is shown of it."""
    return (trace.whole, trace.t) if isinstance(trace, SeenTrace) else (trace, None)


class SeenTrace:
    """A trace as a place sees it; what has no port there has none here either.

    With a time step `t` the ports inside time are read at it. Without, they have time as axis 0.
    """

    def __init__(self, whole: Trace, place: str, steps: tuple, t: int | None = None) -> None:
        self.whole, self.place, self.steps, self.t = whole, place, steps, t

    def __getattr__(self, name: str):
        return getattr(self.whole, name)  # device, dtype, mode, revision: of the whole run

    def at(self, t: int | None) -> SeenTrace:
        """The same at another time step."""
        return SeenTrace(self.whole, self.place, self.steps, t)

    @property
    def types(self) -> Mapping:
        """The type of every port."""
        return Under(self.whole.types, self.place)

    @property
    def target(self) -> PortRef | None:
        """What was differentiated, by its name here."""
        found = self.whole.target
        return None if found is None else _seen_target(self.whole.plan.flat, found, self.place)

    @property
    def failure(self):
        """Where the run ended early, if that was here or inside a composite here."""
        failure = self.whole.failure
        ref = seen_from(self.place, PortRef(failure.node, "")) if failure is not None else None
        return None if ref is None else replace(failure, node=ref.node.partition("/")[0])

    def has_run(self, node: str) -> bool:
        """Whether a node's forward step was played."""
        return self.whole.has_run(self._at(PortRef(node, "")).node)

    def value(self, port):
        """As `Trace.value`."""
        return self.whole.value(self._at(port))

    def gradient(self, port):
        """As `Trace.gradient`."""
        return self.whole.gradient(self._at(port))

    def tangent(self, port):
        """As `Push.tangent`, of the run's own; None where it has none."""
        push = self.whole.push
        return None if push is None else push.tangent(self._at(port))

    def part(self, port):
        """As `Trace.part`."""
        return self.whole.part(self._at(port))

    def why_no_gradient(self, port):
        """As `Trace.why_no_gradient`."""
        return self.whole.why_no_gradient(self._at(port))

    def jacobian(self, port, output=None, *, sample=None):
        """As `Trace.jacobian`."""
        if output is not None and "." in str(output):
            return self.total(port, output, sample=sample)
        return self.whole.jacobian(self._read_at(port), output, sample=sample)

    def jacobians(self, port):
        """As `Trace.jacobians`."""
        return self.whole.jacobians(self._read_at(port))

    def total(self, source, target, *, sample=None):
        """As `Trace.total`."""
        return self.whole.total(self._at(source), self._end(target), sample=sample)

    def ends(self, source, target) -> tuple[PortRef, PortRef]:
        """Two ports at their addresses in the run, as `jacobian` takes them."""
        source, target = PortRef.parse(source), PortRef.parse(target)
        start = self._address(source)
        if source.node == target.node and start.node not in self.whole.plan.flat.instances:
            return self._read_at(source), self._read_at(target)
        return self._at(source), self._end(target)

    def samples(self, source, target):
        """As `Trace.samples`."""
        end = self._end(target) if "." in str(target) else target
        return self.whole.samples(self._at(source), end)

    def edge(self, source, target):
        """As `Trace.edge`."""
        start = None if source is None else self._address(source)
        return self.whole.edge(start, self._address(target))

    def parts(self, step) -> tuple[str, ...]:
        """The parts of a step: those of the run, or the input ports of a composite."""
        address = self._at(PortRef(step.node, "")).node
        if address in self.whole.plan.flat.instances:
            inputs = (ref for ref in self.whole.plan.flat.inputs if ref.node == address)
            is_back = step.phase == "reverse"
            return tuple(x.port for x in inputs if is_back and self.whole.gradient(x) is not None)
        return self.whole.parts(replace(step, node=address))

    def _address(self, port) -> PortRef:
        return address_of(self.place, PortRef.parse(port))

    def _at(self, port) -> PortRef:
        """A port by its address, at the time step; a parameter belongs to all steps."""
        ref = self._address(port)
        return ref if ref in self.whole.plan.slot_of else self._moment(ref)

    def _read_at(self, port) -> PortRef:
        """The same, a parameter as it is read at the time step."""
        return self._moment(self._address(port))

    def _end(self, port) -> PortRef:
        """Where a total derivative ends: the target of the run is that of the last time step."""
        ref = self._address(port)
        return ref if ref == self.whole.target else self._at(port)

    def _moment(self, ref: PortRef) -> PortRef:
        inside = self.t is not None and self.whole.plan.times(ref) is not None
        return moment(ref, self.t) if inside else ref


class SeenReport:
    """What finite differences say, as a place sees it: of a composite's edge the worst inside."""

    def __init__(self, whole: GradientReport, place: str, flat: Flat) -> None:
        self.whole, self.leaves = whole, whole.leaves
        self.edges = _Verdicts(whole.edges, place, flat)


class _Verdicts(Under["Verdict"]):
    def __init__(self, whole: Mapping[PortRef, Verdict], place: str, flat: Flat) -> None:
        super().__init__(whole, place)
        self._inputs = flat.inputs

    def __getitem__(self, ref: PortRef) -> Verdict:
        address = address_of(self._place, ref)
        inner = self._inputs.get(address)
        if inner is None:
            return self._whole[address]
        found = [self._whole[port] for port in inner if port in self._whole]
        if not found:
            raise KeyError(ref)
        known = {word: rank for rank, word in enumerate(SEVERITY)}
        return min(found, key=lambda verdict: known.get(verdict.word, len(known)))
