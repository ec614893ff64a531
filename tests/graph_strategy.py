"""Random graphs of the whole catalogue for hypothesis: each node is a module's example, wired in.

What feeds a port is drawn: a value that is there already (fan-out, several outputs, sizes that
broadcast), or a new leaf of the example's shape. What does not fit, or gives numbers that nobody
would compare, is taken out again.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from graph import GradwireError, Graph, PortRef
from graph.module import Example, Module
from graph.port import Port
from runtime import Engine
from runtime.trace import Trace
from tests.catalogue_cases import Case, computing_cases
from tests.reference import random_graphs
from tests.reference.random_graphs import expect_small, finish

SHAPES = (*random_graphs.SHAPES, (1,), (1, 1), (0, 3), (2, 0))
MOST_ENTRIES = 500
LARGEST = 100.0  # of a value; differences of larger ones are rounding


def is_tame(case: Case) -> bool:
    """Whether differences can say something: some examples are there for their extreme numbers."""
    ctx, outs, kept = case.run()
    gouts = tuple(np.ones_like(y) if y.dtype.kind == "f" else None for y in outs)
    with np.errstate(all="ignore"):
        gradients = case.module.vjp(ctx, gouts, kept, case.floats())
    arrays = (*case.ins, *outs, *(g for g in gradients if g is not None))
    return all(np.abs(array).max(initial=0) < LARGEST for array in arrays)


# What leads out of time reads a loop, and there is none here.
CASES = [
    case
    for case in computing_cases()
    if case.mode == "eval" and not case.module.leads_out and is_tame(case)
]
NAMES = tuple(dict.fromkeys(case.module.name for case in CASES))


class Draws:
    """hypothesis, asked as NumPy's random state is."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self._numbers = np.random.RandomState(draw(st.integers(0, 2**16)))

    def randint(self, low: int, high: int | None = None) -> int:
        """A whole number of [low, high), or of [0, low)."""
        low, high = (0, low) if high is None else (low, high)
        return self.draw(st.integers(low, high - 1))

    def one_of(self, entries):
        """One of some things."""
        return entries[self.randint(len(entries))]

    def numbers(self, low: float, high: float, shape: tuple[int, ...]) -> np.ndarray:
        """Numbers between two; they are not shrunk one by one."""
        return self._numbers.uniform(low, high, shape)


@st.composite
def graphs(draw, module: str | None = None, most: int = 10):
    """A graph with a scalar target, `module` among its nodes if given."""
    random = Draws(draw)
    mode = draw(st.sampled_from(("eval", "train")))
    growing = Growing(Graph(seed=random.randint(9), mode=mode), random)
    for _ in range(random.randint(1, 3)):
        growing.leaf(random.one_of(SHAPES))
    names = [random.one_of(NAMES) for _ in range(random.randint(1, most))]
    for name in names:
        growing.add(random.one_of([case for case in CASES if case.module.name == name]))
    if module is not None:
        case = random.one_of([case for case in CASES if case.module.name == module])
        if not growing.add(case):
            assert growing.add(case, fresh=True), f"{case} stands alone and is refused"
    finish(growing.graph)
    return growing.graph


class Growing:
    """A graph that grows node by node, with a trace of what it computes so far."""

    def __init__(self, graph: Graph, random: Draws) -> None:
        self.graph, self._random = graph, random
        self._trace: Trace | None = None
        self._outputs: list[PortRef] = []

    def leaf(self, shape: tuple[int, ...], low: float = -1.0, high: float = 1.0) -> PortRef:
        """An Input or a Parameter with numbers."""
        kind = self._random.one_of(("Input", "Parameter"))
        return self._source(kind, self._random.numbers(low, high, shape))

    def add(self, case: Case, *, fresh: bool = False) -> bool:
        """Add a node of a case's settings; False where it does not fit. `fresh` leaves fit."""
        before = set(self.graph.nodes)
        id_ = self.graph.free_id(case.module.name)
        try:
            self.graph.add(case.module.name, id_, **case.example.attributes)
            module = self.graph.module(id_)
            for port in module.input_ports:
                self._wire(module, id_, port, case, fresh)
            expect_small(self.graph, id_, least=0, most=MOST_ENTRIES)
            trace = Engine(self.graph, partial=True).run(phase="forward", previous=self._trace)
            if not self._is_tame(trace, module, id_):
                raise GradwireError("numbers that nobody would compare")
        except GradwireError:
            for added in set(self.graph.nodes) - before:
                self.graph.remove(added)
            self._outputs = [ref for ref in self._outputs if ref.node in self.graph.nodes]
            return False
        self._trace = trace
        self._outputs += [PortRef(id_, port.name) for port in module.output_ports]
        return True

    def _wire(self, module: Module, id_: str, port: Port, case: Case, fresh: bool) -> None:
        """Feed one port; a parameter keeps its own tensor two times in three."""
        target = PortRef(id_, port.name)
        if port.role == "state" or (port.role == "parameter" and self._random.randint(3)):
            return
        known = [] if fresh else [ref for ref in self._outputs if self._may_feed(ref, module, port)]
        shape = self.graph.types.of(target).shape if port.role == "parameter" else None
        if shape is not None:
            known = [ref for ref in known if self.graph.types.of(ref).shape == shape]
        if known and self._random.randint(4):
            source = self._random.one_of(known[-8:])
        else:
            source = self._leaf_for(case, port) if shape is None else self.leaf(shape)
        self.graph.connect(source, target)

    def _may_feed(self, ref: PortRef, module: Module, port: Port) -> bool:
        """Whether kind and numbers are right; the shape is found out."""
        type_ = self.graph.types.of(ref)
        if type_ is None or (type_.kind != port.kind and port.kind != "any"):
            return False
        low, high = module.domain.get(port.name, (-math.inf, math.inf))
        kept = self.graph.tensors.get(ref)
        value = self._trace.value(ref) if kept is None else np.asarray(kept.values())
        return bool(np.all((value >= low) & (value <= high)))

    def _leaf_for(self, case: Case, port: Port) -> PortRef:
        """A leaf with the example's values, else numbers of the port's domain."""
        example: Example = case.example
        if port.name in example.values:
            type_ = case.types[port.name]
            array = np.array(example.values[port.name], type_.dtype)
            return self._source("Input", array)
        low, high = case.module.domain.get(port.name, (-1.0, 1.0))
        return self.leaf(tuple(example.shapes[port.name]), low, high)

    def _source(self, kind: str, array: np.ndarray) -> PortRef:
        dtype = {} if array.dtype.kind == "f" else {"dtype": str(array.dtype)}
        id_ = self.graph.add(kind, shape=array.shape, **dtype)
        self.graph.set_tensor(PortRef(id_, "y"), array)
        self._outputs.append(PortRef(id_, "y"))
        return PortRef(id_, "y")

    def _is_tame(self, trace: Trace, module: Module, id_: str) -> bool:
        if trace.failure is not None or id_ not in trace.records:
            return False
        values = [trace.value(PortRef(id_, port.name)) for port in module.output_ports]
        return all(np.abs(value).max(initial=0.0) < LARGEST for value in values)
