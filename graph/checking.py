"""The check: types of all ports, the target, and a list of problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from graph.port import PortRef, PortType, show_shape
from graph.problem import Mend, Problem, Severity
from graph.suggest import did_you_mean, nearest
from graph.tensor import kind_of
from graph.time import ANY_LENGTH, Unfolding, given_to, inside_time, is_sequence, unfolding
from graph.types import infer_node
from graph.unify import delayed_types, with_sizes

Feeds = Mapping[str, tuple[str, tuple[int, ...]]]
EARLY = frozenset({"size", "time"})  # codes of problems that are found before the nodes are visited


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


def check(graph: Graph, feeds: Feeds | None = None, *, dtype: str | None = None) -> Check:
    """Check a graph; `feeds` gives dtype and shape of what will be fed, by node id.

    `dtype` overrides the graph's floating dtype. Linear in the graph's size.
    """
    flat = flatten(graph)
    walk = _Walk(flat.graph, feeds or {}, dtype or graph.dtype)
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

    def __post_init__(self) -> None:
        self.mending = Mending(self.graph)

    def bind_sizes(self) -> None:
        """Learn what the names in Input shapes stand for, from feeds and kept tensors."""
        for fed in self.feeds:
            if fed not in self.graph:
                mend = did_you_mean(fed, self.graph.nodes)
                self._add("error", "unknown-feed", fed, "", "a feed for no node", "a node", mend)
        bound_by: dict[str, str] = {}
        for id_ in self.graph.nodes:
            declared, given = self._declared(id_), self._given(id_)
            if declared is None or given is None or len(declared) != len(given[1]):
                continue
            for name, size in zip(declared, given[1], strict=True):
                if not isinstance(name, str):
                    continue
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
        self.early = {problem.node for problem in self.problems if problem.code in EARLY}
        known = steps or ANY_LENGTH
        self.delayed = delayed_types(self.graph, order, self.dtype, self.sizes, known)

    def _length(self, id_: str) -> int | str | None:
        """The first axis of what a sequence gets."""
        declared, given = self._declared(id_), self._given(id_)
        length = given[1] if given is not None else declared
        return self.sizes.get(str(length[0]), length[0]) if length else None

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
            name = self.graph.nodes[id_].module
            near = nearest(name, self.graph.catalogue.names())
            mends = those(self.mending.become(id_, near)) if near else ()
            mend = did_you_mean(name, self.graph.catalogue.names())
            found, expected = f'unknown module "{name}"', "a module of the catalogue"
            self._add("error", "unknown-module", id_, "", found, expected, mend, mends)
            return
        arriving = self._arrive(id_)
        try:
            found_types = infer_node(self.graph, id_, arriving, self.dtype)
        except GraphError as error:
            mend = "Change what is wired, or the node's attributes."
            if isinstance(error, BypassError):
                mends = those(self.mending.stop_bypassing(id_))
            else:
                mends = self._squeezes(id_, module, arriving)
            self.problems.append(Problem.of(error, id_, "shape", mend, mends))
            return
        for port, type_ in found_types.items():
            self.types[PortRef(id_, port)] = with_sizes(type_, self.sizes)
        self._check_value(id_)
        self._check_owned(id_)
        outputs = all(PortRef(id_, port.name) in self.types for port in module.output_ports)
        fed_by_runnable = all(
            edge.delay or edge.source.node in self.runnable
            for edge in self.graph.arriving(id_).values()
        )
        errors = any(p.severity == "error" and p.node == id_ for p in self.problems[before:])
        if outputs and fed_by_runnable and not errors and id_ not in self.early:
            self.runnable.add(id_)

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

    def _arrive(self, id_: str) -> dict[str, PortType]:
        """Types at the node's inputs; missing edges are problems, unknown types are not."""
        module = self.graph.module(id_)
        arriving = {}
        for port in module.wired_ports if module else ():
            edge = self.graph.incoming(PortRef(id_, port.name))
            if edge is None:
                if port.role == "input":
                    mend = "Wire an output to it."
                    self._add("error", "unwired", id_, port.name, "no edge", "a tensor", mend)
                continue
            given = self.delayed.get(edge.target) if edge.delay else self.types.get(edge.source)
            if given is not None and module is not None:
                given = given_to(module, given, self.time.steps or ANY_LENGTH)
                arriving[port.name] = self.types[PortRef(id_, port.name)] = given
        return arriving

    def _check_value(self, id_: str) -> None:
        """A source needs a value that fits what it declares."""
        declared = self._declared(id_)
        if declared is None:
            return
        module = self.graph.module(id_)
        assert module is not None
        port = module.output_ports[0].name
        type_ = self.types[PortRef(id_, port)]
        if is_sequence(self.graph, id_):  # what is given has time as its first axis
            type_ = with_sizes(PortType(type_.dtype, declared), self.sizes)
        given = self._given(id_)
        if given is None:
            if port not in module.owned():
                expected, mend = f"a tensor {show_shape(declared)}", "Set a value or feed one."
                ones = those(self.mending.fill(PortRef(id_, port), type_.dtype, type_.shape))
                self._add("error", "no-value", id_, "", "no value", expected, mend, ones)
            elif not type_.is_known:
                found = f"the shape {show_shape(type_.shape)}"
                self._add("error", "size", id_, "", found, "sizes that are numbers")
            return
        mends: tuple[Mend, ...] = ()
        if id_ not in self.feeds:
            text = f"Change the shape to {show_shape(given[1])}"
            mends = (self.mending.set(id_, text, {"shape": given[1]}),)
        self._check_tensor(id_, port, type_, given, "Change its shape or its value.", mends)

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

    def _check_owned(self, id_: str) -> None:
        """Parameters and states: a kept tensor fits, a missing one can be initialised."""
        if self._declared(id_) is not None:
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

    def _declared(self, id_: str) -> tuple[int | str, ...] | None:
        """The shape a source declares; None for other nodes."""
        module = self.graph.module(id_)
        if module is None or module.outline() != "source":
            return None
        shape: tuple[int | str, ...] | None = module.settings.get("shape")
        return shape

    def _given(self, id_: str) -> tuple[str, tuple[int, ...]] | None:
        """dtype and shape of the tensor that a source gets: the feed before the kept one."""
        if id_ in self.feeds:
            return self.feeds[id_]
        module = self.graph.module(id_)
        tensor = module and self.graph.tensors.get(PortRef(id_, module.output_ports[0].name))
        return (tensor.dtype, tensor.shape) if tensor else None

    def _add(
        self, severity: Severity, code: str, node: str, port: str, found: str, expected: str,
        mend: str = "", mends: tuple[Mend, ...] = (),
    ) -> None:  # fmt: skip
        port_ = port or None
        self.problems.append(Problem(severity, code, node, port_, found, expected, mend, mends))
