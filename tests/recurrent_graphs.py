"""Random recurrent graphs, and the same unrolled by hand: each node drawn once per time step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graph import Graph

WIDTH, BATCH = 3, 2
UNARY = ("Tanh", "Sigmoid", "Sin", "Softplus", "Identity")
BINARY = ("Add", "Multiply", "Subtract", "Maximum")


@dataclass
class Pair:
    """One network twice: `loop` has delay edges, `flat` a node per time step and no time.

    All values are [BATCH, WIDTH]. `ids` are the nodes inside time, `params` those outside.
    """

    steps: int
    seed: int
    loop: Graph = field(default_factory=Graph)
    flat: Graph = field(default_factory=Graph)
    ids: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.RandomState(self.seed)
        self._plans: list[tuple[str, str, list[tuple[str, str, int, str | None]]]] = []
        self._source("x", (self.steps, BATCH, WIDTH))
        self._outside("c", "Input", (BATCH, WIDTH))
        for place in range(self.random.randint(3, 8)):
            self._grow(f"n{place}")
        self._close()
        self._finish()

    def _source(self, id_: str, shape: tuple[int, ...]) -> None:
        numbers = self.random.standard_normal(shape)
        self.loop.add("Input", id_, shape=shape, sequence=True)
        self.loop.set_tensor(f"{id_}.y", numbers)
        self.ids.append(id_)
        for t in range(self.steps):
            self.flat.add("Input", f"{id_}_{t}", shape=shape[1:])
            self.flat.set_tensor(f"{id_}_{t}.y", numbers[t])

    def _outside(self, id_: str, module: str, shape: tuple[int, ...]) -> str:
        numbers = self.random.standard_normal(shape)
        for graph in (self.loop, self.flat):
            graph.add(module, id_, shape=shape)
            graph.set_tensor(f"{id_}.y", numbers)
        self.params.append(id_)
        return id_

    def _grow(self, id_: str) -> None:
        """Plan one node inside time: its inputs are earlier nodes, now or delayed."""
        kind = self.random.choice(["unary", "binary", "matmul"])
        if kind == "matmul":
            weight = self._outside(f"w{id_}", "Parameter", (WIDTH, WIDTH))
            self._plans.append((id_, "MatMul", [("a", *self._pick()), ("b", weight, 0, None)]))
        elif kind == "binary":
            inputs = [(port, *self._pick()) for port in "ab"]
            self._plans.append((id_, str(self.random.choice(BINARY)), inputs))
        else:
            self._plans.append((id_, str(self.random.choice(UNARY)), [("x", *self._pick())]))
        self.ids.append(id_)

    def _pick(self) -> tuple[str, int, str | None]:
        """(source, delay, initial) of an input: an earlier node, itself if delayed, or x."""
        delay = int(self.random.choice([0, 0, 1, 2]))
        source = str(self.random.choice([x for x in self.ids if x != "x"] or ["x"]))
        initial = "c" if delay and self.random.rand() < 0.4 else None
        return (source if delay or self.random.rand() < 0.7 else "x"), delay, initial

    def _close(self) -> None:
        """Make sure that there is a loop: the last node feeds the first, which reads x as well."""
        first, last = self._plans[0][0], self._plans[-1][0]
        self._plans[0] = (first, "Add", [("a", "x", 0, None), ("b", last, 1, None)])

    def _finish(self) -> None:
        for id_, module, _ in self._plans:
            self.loop.add(module, id_)
        for id_, _, inputs in self._plans:
            for port, source, delay, initial in inputs:
                start = f"{initial}.y" if initial else None
                self.loop.connect(f"{source}.y", f"{id_}.{port}", delay=delay, initial=start)
        zeros = np.zeros((BATCH, WIDTH))
        self.flat.add("Constant", "zero", shape=zeros.shape)
        self.flat.set_tensor("zero.y", zeros)
        for t in range(self.steps):
            for id_, module, _ in self._plans:
                self.flat.add(module, f"{id_}_{t}")
            for id_, _, inputs in self._plans:
                for port, source, delay, initial in inputs:
                    self.flat.connect(self._at(source, t - delay, initial), f"{id_}_{t}.{port}")
        self._target()

    def _at(self, source: str, t: int, initial: str | None) -> str:
        if source in self.params:
            return f"{source}.y"
        return f"{source}_{t}.y" if t >= 0 else f"{initial or 'zero'}.y"

    def _target(self) -> None:
        """The sum over all steps of the last node, and its last step once more."""
        last = self._plans[-1][0]
        self.loop.add("AllSteps", "all")
        self.loop.connect(f"{last}.y", "all.x")
        self.loop.add("LastStep", "end")
        self.loop.connect(f"{last}.y", "end.x")
        self.flat.add("Stack", "all", inputs=self.steps)
        for t in range(self.steps):
            self.flat.connect(f"{last}_{t}.y", f"all.x{t}")
        self.flat.add("Identity", "end")
        self.flat.connect(f"{last}_{self.steps - 1}.y", "end.x")
        for graph in (self.loop, self.flat):
            graph.add("Multiply", "mix")
            graph.connect("all.y", "mix.a")
            graph.connect("end.y", "mix.b")
            graph.add("Mean", "loss")
            graph.connect("mix.y", "loss.x")
            graph.configure(target="loss")
