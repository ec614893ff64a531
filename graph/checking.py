"""The check: types of all ports, the target, and a list of problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph import time_check
from graph.errors import BypassError, GraphError
from graph.flattening import Flat, flatten
from graph.hints import Hints
from graph.initialise import owned_ports
from graph.instances import flat_target, with_instances
from graph.mending import Mending
from graph.mending import found as those
from graph.model import Graph
from graph.module import Module
from graph.port import PortRef, PortType, Shape, show_shape
from graph.problem import Mend, Problem, Severity
from graph.suggest import did_you_mean, nearest
from graph.tensor import kind_of
from graph.time import ANY_LENGTH, Unfolding, given_to, inside_time, unfolding
from graph.types import infer_node
from graph.uncollected import uncollected
from graph.unify import delayed_types, with_sizes

Feeds = Mapping[str, tuple[str, tuple[int, ...]]]
EARLY = frozenset({"size", "time", "data"})
"""Codes of problems that are found before the nodes are visited."""


@dataclass(frozen=True, eq=False)
class Check:
    """What a check found. Two checks are compared by identity, for their tables are large.

    `types` holds every port whose type is known (inputs: what arrives), with sizes put in for
    names that tensors or feeds bind. `runnable` are the nodes that can run although others have
    errors. `target` is the port to differentiate; `target_problem` says why there is none, and
    `candidates` which ports could be it. `flat` is the graph with its instances drawn out: inner
    nodes stand in all tables under their address, and instances too. `time` says
    how the graph unfolds; the types of ports inside time are those of one step.
    """

    revision: int
    order: tuple[str, ...]
    types: Mapping[PortRef, PortType]
    problems: tuple[Problem, ...]
    runnable: frozenset[str]
    target: PortRef | None
    target_problem: Problem | None
    candidates: tuple[PortRef, ...]
    sizes: Mapping[str, int]
    flat: Flat
    time: Unfolding = field(default_factory=Unfolding)

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    @property
    def findings(self) -> tuple[Problem, ...]:
        """All problems, that of the target last."""
        return (
            self.problems if self.target_problem is None else (*self.problems, self.target_problem)
        )

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep some node from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


@uncollected()
def check(
    graph: Graph,
    feeds: Feeds | None = None,
    *,
    dtype: str | None = None,
    known: Iterable[Problem] = (),
) -> Check:
    """Check a graph; `feeds` gives dtype and shape of what will be fed, by node id or by port.

    `dtype` overrides the graph's floating dtype. `known` are problems that a graph alone cannot
    show, such as a file that is missing: nodes with an error among them do not run. Linear in the
    graph's size.
    """
    flat = flatten(graph)
    walk = _Walk(flat.graph, feeds or {}, dtype or graph.dtype)
    walk.problems.extend(known)
    walk.bind_sizes()
    order = flat.graph.order()
    walk.unfold(order)
    for id_ in order:
        walk.visit(id_)
    walk.close(order)
    target, problem, candidates = flat_target(flat, walk.types, walk.runnable)
    hints = Hints(flat.graph, order, walk.types, walk.runnable, walk.mending)
    walk.problems.extend(hints.all(flat.inner(target) if target else None))
    checked = Check(
        graph.revision,
        order,
        walk.types,
        tuple(walk.problems),
        frozenset(walk.runnable),
        target,
        problem,
        candidates,
        walk.sizes,
        flat,
        walk.time,
    )
    return with_instances(checked) if flat.instances else checked


@dataclass
class _Walk:
    """The state of one check on its way through the nodes."""

    graph: Graph
    feeds: Feeds
    dtype: str
    types: dict[PortRef, PortType] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    runnable: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    time: Unfolding = field(default_factory=Unfolding)
    delayed: Mapping[PortRef, PortType] = field(default_factory=dict)
    early: set[str | None] = field(default_factory=set)
    mending: Mending = field(init=False)
    _inferred: dict[Any, dict[str, PortType]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mending = Mending(self.graph)

    def bind_sizes(self) -> None:
        """Learn what the names in Input shapes stand for, from feeds and kept tensors."""
        for fed in self.feeds:
            if fed.partition(".")[0] not in self.graph:
                mend = did_you_mean(fed, self.graph.nodes)
                self._add("error", "unknown-feed", fed, "", "a feed for no node", "a node", mend)
        bound_by: dict[str, str] = {}
        for id_ in self.graph.nodes:
            for port, declared in _declared(self.graph.module(id_)).items():
                given = self._given(PortRef(id_, port))
                if given is None or len(declared) != len(given[1]):
                    continue
                for name, size in zip(declared, given[1], strict=True):
                    if isinstance(name, str):
                        self._bind(name, size, id_, bound_by)

    def _bind(self, name: str, size: int, id_: str, bound_by: dict[str, str]) -> None:
        known = self.sizes.setdefault(name, size)
        bound_by.setdefault(name, id_)
        if known != size:
            found, other = f"{name} = {size}", f"{name} = {known} as in {bound_by[name]}"
            self._add("error", "size", id_, "", found, other, "Feed equal sizes.")

    def unfold(self, order: tuple[str, ...]) -> None:
        """Learn what is inside time, how many steps there are, and what the delays carry."""
        inside = inside_time(self.graph)
        steps = None
        if inside:
            steps, problems = time_check.find_steps(self.graph, inside, self._length)
            self.problems.extend(problems)
            steps = None if problems else steps
        self.time = unfolding(self.graph, order, inside, steps)
        self.problems.extend(time_check.ways_out(self.graph, order, self.time))
        errors = (found for found in self.problems if found.severity == "error")
        self.early = {found.node for found in errors if found.code in EARLY}
        known = steps or ANY_LENGTH
        self.delayed = delayed_types(self.graph, order, self.dtype, self.sizes, known)

    def _length(self, id_: str) -> int | str | None:
        """The first axis of what a sequence gets."""
        module = self.graph.module(id_)
        for port in module.output_names if module is not None else ():
            if module is not None and port in module.over_time:
                given = self._given(PortRef(id_, port))
                length = given[1] if given is not None else _declared(module)[port]
                return self.sizes.get(str(length[0]), length[0]) if length else None
        return None

    def close(self, order: tuple[str, ...]) -> None:
        """Hold what the loops give against what was taken for it, and stop what waits in vain."""
        if not self.time.inside:
            return
        found = list(time_check.starts(self.graph, self.delayed, self.types, self.time))
        self.problems.extend(found)
        self.runnable -= {problem.node for problem in found if problem.node}
        self.runnable -= time_check.idle(self.graph, order, self.runnable, self.time)

    def visit(self, id_: str) -> None:
        """Work out one node's types and say what is wrong with it."""
        before = len(self.problems)
        module = self.graph.module(id_)
        if module is None:
            self._add_unknown(id_)
            return
        arriving = self._arrive(id_, module)
        try:
            found_types = self._infer(id_, module, arriving)
        except GraphError as error:
            mend = "Change what is wired, or the node's attributes."
            if isinstance(error, BypassError):
                mends = those(self.mending.stop_bypassing(id_))
            else:
                mends = self._squeezes(id_, module, arriving)
            self.problems.append(Problem.of(error, id_, "shape", mend, mends))
            return
        for port, type_ in found_types.items():
            self.types[PortRef(id_, port)] = type_
        self._check_value(id_, module)
        self._check_owned(id_, module)
        errors = any(p.severity == "error" and p.node == id_ for p in self.problems[before:])
        if not errors and id_ not in self.early and self._can_run(id_, module):
            self.runnable.add(id_)

    def _add_unknown(self, id_: str) -> None:
        name, names = self.graph.store.node(id_).module, self.graph.catalogue.names()
        near = nearest(name, names)
        mends = those(self.mending.become(id_, near)) if near else ()
        found, expected = f'unknown module "{name}"', "a module of the catalogue"
        mend = did_you_mean(name, names)
        self._add("error", "unknown-module", id_, "", found, expected, mend, mends)

    def _infer(
        self, id_: str, module: Module, arriving: Mapping[str, PortType]
    ) -> dict[str, PortType]:
        """Types of a node's ports; worked out once for all nodes that are alike to their inputs."""
        key = module, self.graph.store.node(id_).bypassed, tuple(arriving.items())
        if key not in self._inferred:
            found = infer_node(self.graph, id_, arriving, self.dtype)
            self._inferred[key] = {
                port: with_sizes(type_, self.sizes) for port, type_ in found.items()
            }
        return self._inferred[key]

    def _can_run(self, id_: str, module: Module) -> bool:
        """Whether what a node gives is known and all that feeds it runs."""
        known = [(id_, name) in self.types for name in module.output_names]
        if not (any(known) if self._is_fed(id_) else all(known)):
            return False
        for edge in self.graph.arriving(id_).values():
            is_there = edge.source.node in self.runnable and edge.source in self.types
            if not (is_there or edge.delay):
                return False
        return True

    def _squeezes(
        self, id_: str, module: Module, arriving: dict[str, PortType]
    ) -> tuple[Mend, ...]:
        """What would mend a loss of [B] against [B, 1]: the column made a row."""
        if module.outline() != "loss":
            return ()
        for port, type_ in arriving.items():
            if type_.shape[-1:] != (1,):
                continue
            row = PortType(type_.dtype, type_.shape[:-1])
            try:
                module.infer({**arriving, port: row}, self.dtype)
            except GraphError:
                continue
            return those(self.mending.squeeze(PortRef(id_, port), type_.shape))
        return ()

    def _arrive(self, id_: str, module: Module) -> dict[str, PortType]:
        """Types at the node's inputs; missing edges are problems, unknown types are not."""
        arriving = {}
        edges = self.graph.arriving(id_)
        for port in module.wired_ports:
            edge = edges.get(port.name)
            if edge is None:
                if port.role == "input":
                    mend = "Wire an output to it."
                    self._add("error", "unwired", id_, port.name, "no edge", "a tensor", mend)
                continue
            given = self.delayed.get(edge.target) if edge.delay else self.types.get(edge.source)
            if given is not None:
                given = given_to(module, given, self.time.steps or ANY_LENGTH)
                arriving[port.name] = self.types[edge.target] = given
        return arriving

    def _check_value(self, id_: str, module: Module) -> None:
        """A source needs values that fit what it declares."""
        for port, declared in _declared(module).items():
            self._check_given(PortRef(id_, port), declared)

    def _check_given(self, ref: PortRef, declared: tuple[int | str, ...]) -> None:
        module = self.graph.module(ref.node)
        assert module is not None
        type_ = self.types[ref]
        if ref.port in module.over_time:  # what is given has time as its first axis
            type_ = with_sizes(PortType(type_.dtype, declared), self.sizes)
        given = self._given(ref)
        if given is None:
            self._check_missing(ref, type_, declared, module)
            return
        mends: tuple[Mend, ...] = ()
        if "shape" in module.attributes and ref.node not in self.feeds:
            text = f"Change the shape to {show_shape(given[1])}"
            mends = (self.mending.set(ref.node, text, {"shape": given[1]}),)
        self._check_tensor(
            ref.node, ref.port, type_, given, "Change its shape or its value.", mends
        )

    def _check_missing(
        self, ref: PortRef, type_: PortType, declared: tuple[int | str, ...], module: Module
    ) -> None:
        """Say that a source's port has no value; what is behind a port of several cannot run."""
        if ref.port in module.owned():
            if not type_.is_known:
                found = f"the shape {show_shape(type_.shape)}"
                self._add("error", "size", ref.node, "", found, "sizes that are numbers")
            return
        expected, mend = f"a tensor {show_shape(declared)}", "Set a value or feed one."
        if self._is_fed(ref.node):  # its other ports run
            self._add("hint", "no-value", ref.node, ref.port, "no value", expected, mend)
            del self.types[ref]
            return
        ones = those(self.mending.fill(ref, type_.dtype, type_.shape))
        self._add("error", "no-value", ref.node, "", "no value", expected, mend, ones)

    def _check_tensor(
        self,
        id_: str,
        port: str,
        type_: PortType,
        given: tuple[str, tuple[int, ...]],
        mend: str,
        mends: tuple[Mend, ...],
    ) -> None:
        """Say where a kept or fed tensor does not fit; `mends` are for its shape."""
        dtype, shape = given
        fits = len(shape) == len(type_.shape) and all(
            isinstance(want, str) or want == have
            for want, have in zip(type_.shape, shape, strict=True)
        )
        if not fits:
            found, expected = show_shape(shape), show_shape(type_.shape)
            self._add("error", "tensor-shape", id_, port, found, expected, mend, mends)
        if kind_of(dtype) == "floating" and not type_.is_floating:
            self._add("error", "tensor-kind", id_, port, dtype, type_.dtype, mend)

    def _check_owned(self, id_: str, module: Module) -> None:
        """Parameters and states: a kept tensor fits, a missing one can be initialised."""
        if not module.owned() or _declared(module):
            return
        for ref in owned_ports(self.graph, id_):
            type_ = self.types.get(ref)
            if type_ is None:
                continue
            tensor = self.graph.tensors.get(ref)
            if tensor is not None:
                mend = f"Clear {ref.port}, or change what is wired."
                given, clear = (tensor.dtype, tensor.shape), (self.mending.clear(ref),)
                self._check_tensor(id_, ref.port, type_, given, mend, clear)
            elif not type_.is_known:
                found, expected = show_shape(type_.shape), "sizes that are numbers"
                mend = "Give the Input numbers instead of names on these axes."
                self._add("error", "size", id_, ref.port, found, expected, mend)

    def _given(self, ref: PortRef) -> tuple[str, tuple[int, ...]] | None:
        """dtype and shape of what a source's port gets: fed, kept, or its own."""
        module = self.graph.module(ref.node)
        if module is None:
            return None
        is_first = module.output_names[0] == ref.port
        fed = self.feeds.get(str(ref)) or (self.feeds.get(ref.node) if is_first else None)
        if fed is not None:
            return fed
        tensor = self.graph.tensors.get(ref)
        if tensor is not None:
            return tensor.dtype, tensor.shape
        return None if self._is_fed(ref.node) else module.brings().get(ref.port)

    def _is_fed(self, id_: str) -> bool:
        """Whether any port of a node is fed: then it brings nothing of its own."""
        if not self.feeds:
            return False
        if id_ in self.feeds:
            return True
        module = self.graph.module(id_)
        return module is not None and any(f"{id_}.{x}" in self.feeds for x in module.output_names)

    def _add(
        self, severity: Severity, code: str, node: str, port: str, found: str, expected: str,
        mend: str = "", mends: tuple[Mend, ...] = (),
    ) -> None:  # fmt: skip
        port_ = port or None
        self.problems.append(Problem(severity, code, node, port_, found, expected, mend, mends))


def _declared(module: Module | None) -> Mapping[str, Shape]:
    """The shapes that a source declares, by port; none for other modules."""
    return module.declared() if module is not None and module.outline() == "source" else {}
