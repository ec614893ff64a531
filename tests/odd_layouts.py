"""Graphs that ask a module in odd ways: inputs turned, strided or shared, outputs read in part.

What lies in memory otherwise than it is drawn is where a compiled step can go wrong: an array that
is reshaped too early, a buffer that another lies on, a gradient that repeats its entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from graph import Graph, PortRef
from runtime.compiled import notes
from runtime.compiled.scalars import gathering
from runtime.kernels import attention, gelu
from runtime.kernels.images import columns, order, ways
from runtime.modules import layers
from tests.catalogue_cases import Case

# From where on something is done otherwise; small arrays get there only if these are small, too.
LIMITS = (
    (notes, "MANY", (1, 4, 1024)),
    (notes, "LEAST_REPEATED", (1, 3, 4096)),
    (gathering, "LEAST", (1, 3)),
    (gelu, "BLOCK", (3, 32768)),
    (attention, "CACHED", (8, 64, 2**18)),
    (layers, "DRAWN", (1, 3, 2**14)),
    (columns, "BLOCK", (1, 64, 200, 2 << 20)),
    (order, "APART", (8, 16, 1024)),
    (order, "TOGETHER", (1, 2, 8)),
    (ways, "ADDED", (0.55, 1e3)),
    (ways, "COPIED", (0.15, 1e3)),
    (ways, "TRANSFORMED", (1e-6, 8.0)),
    (ways, "MIXED", (1e-6, 0.5)),
)


@contextmanager
def other_limits(random: np.random.RandomState) -> Iterator[None]:
    """Every way of computing may be chosen for arrays of a few entries."""
    with pytest.MonkeyPatch.context() as patch:
        for room, name, choices in LIMITS:
            patch.setattr(room, name, choices[random.randint(len(choices))])
        yield


def odd_graph(case: Case, random: np.random.RandomState, dtype: str = "float64") -> Graph:
    """A case's module as `it`, with its numbers; the target is a sum over all that is read."""
    mode = case.mode if random.randint(2) else "train"
    return _Drawing(Graph(seed=1, dtype=dtype, mode=mode), random).graph_of(case)


class _Drawing:
    """A graph as it is drawn; sources are ports as text."""

    def __init__(self, graph: Graph, random: np.random.RandomState) -> None:
        self.graph, self.random = graph, random

    def graph_of(self, case: Case) -> Graph:
        self.graph.add(case.module.name, "it", **case.example.attributes)
        for port, array in case.states.items():
            self.graph.set_tensor(f"it.{port}", array)
        sources = self._feed(case)
        outputs = [port for port in case.module.output_ports if case.types[port.name].is_floating]
        some = [port for port in outputs if self._chance(3, 4)] or outputs[:1]
        terms = [self.read(f"it.{port.name}") for port in some for _ in range(self._upto(2))]
        terms += [self.read(source) for source in sources if self._chance(1, 3)]
        total = terms[0]
        for term in terms[1:]:
            total = self.node("Add", a=total, b=term)
        self.graph.configure(target=total)
        return self.graph

    def _feed(self, case: Case) -> list[str]:
        """Wire all inputs, and parameters now and then; what is floating of their sources."""
        known: list[tuple[str, np.ndarray]] = []
        for port, array in zip(case.module.wired_ports, case.ins, strict=True):
            if port.role == "parameter" and self._chance(1, 2):
                self.graph.set_tensor(f"it.{port.name}", array)
                continue
            is_any = port.name not in case.example.values and port.name not in case.module.domain
            alike = [s for s, x in known if (x.shape, x.dtype) == (array.shape, array.dtype)]
            shared = alike and is_any and self._chance(1, 3)
            source = alike[0] if shared else self.laid(array)
            known.append((source, array))
            self.graph.connect(source, f"it.{port.name}")
        return [source for source, array in known if array.dtype.kind == "f"]

    def laid(self, array: np.ndarray) -> str:
        """A source of these numbers, which may lie in memory in another order or with gaps."""
        ways = [self.leaf]
        if array.ndim > 1:
            ways += [self._turned, self._turned]
        if array.ndim:
            ways += [self._reversed, self._joined]
        if array.size:
            ways.append(self._with_gaps if array.ndim else self.leaf)
        return ways[self.random.randint(len(ways))](array)

    def leaf(self, array: np.ndarray) -> str:
        is_floating = array.dtype.kind == "f"
        kind = (
            ("Parameter", "Input", "Constant")[self.random.randint(3)] if is_floating else "Input"
        )
        dtype = {} if is_floating else {"dtype": str(array.dtype)}
        id_ = self.graph.add(kind, shape=array.shape, **dtype)
        self.graph.set_tensor(f"{id_}.y", np.array(array, order="C"))
        if not is_floating or self._chance(1, 2):
            return f"{id_}.y"
        return self.node("Negate", x=self.node("Negate", x=f"{id_}.y"))  # in a buffer

    def _turned(self, array: np.ndarray) -> str:
        axes = self.random.permutation(array.ndim)
        source = self.leaf(array.transpose(np.argsort(axes)))
        return self.node("Transpose", x=source, axes=tuple(axes.tolist()))

    def _reversed(self, array: np.ndarray) -> str:
        return self.node("Slice", x=self.leaf(np.flip(array, -1)), axis=-1, step=-1)

    def _with_gaps(self, array: np.ndarray) -> str:
        return self.node("Slice", x=self.leaf(np.repeat(array, 2, -1)), axis=-1, step=2)

    def _joined(self, array: np.ndarray) -> str:
        at = self.random.randint(len(array) + 1)
        id_ = self.graph.add("Concat", inputs=2, axis=0)
        for port, part in (("x0", array[:at]), ("x1", array[at:])):
            self.graph.connect(self.leaf(part), f"{id_}.{port}")
        return f"{id_}.y"

    def read(self, source: str) -> str:
        """A number of what is at a port: each entry counts otherwise, or all the same."""
        seen = self._seen(source)
        shape = self.graph.types.of(PortRef.parse(seen)).shape
        if 0 in shape or self._chance(1, 4):
            return self.node("Sum", x=seen)
        weights = self.leaf(self.random.standard_normal(shape))
        return self.node("Sum", x=self.node("Multiply", a=seen, b=weights))

    def _seen(self, source: str) -> str:
        """What is read of a port: as it is, turned, reversed, in part, summed or repeated."""
        rank = len(self.graph.types.of(PortRef.parse(source)).shape)
        if not rank:
            return source
        axis = self.random.randint(rank)
        axes = tuple(self.random.permutation(rank).tolist())
        views = (
            ("Identity", {}),
            ("Transpose", {"axes": axes}),
            ("Slice", {"axis": axis, "step": -1}),
            ("Slice", {"axis": axis, "step": 2}),
            ("Sum", {"axis": (axis,)}),
            ("BroadcastTo", {"shape": (2, *(-1,) * rank)}),
        )
        module, settings = views[self.random.randint(len(views))]
        return self.node(module, x=source, **settings)

    def node(self, module: str, **given) -> str:
        """A node: what is text feeds the port of that name, else it is a setting."""
        reads = {name: x for name, x in given.items() if isinstance(x, str)}
        settings = {name: x for name, x in given.items() if name not in reads}
        id_ = self.graph.add(module, **settings)
        for port, source in reads.items():
            self.graph.connect(source, f"{id_}.{port}")
        return f"{id_}.y"

    def _chance(self, some: int, of: int) -> bool:
        return bool(self.random.randint(of) < some)

    def _upto(self, most: int) -> int:
        return int(self.random.randint(1, most + 1))
