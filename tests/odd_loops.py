"""Random graphs inside time: every kind of node there, weights that change, several delays.

All values inside time are [BATCH, WIDTH], or [WIDTH] without a batch.
"""

from __future__ import annotations

import numpy as np

from graph import GradwireError, Graph, PortRef, check
from graph import edits as e
from graph.records import Time

UNARY = (
    *("Tanh", "Sigmoid", "ReLU", "GELU", "Softmax", "LogSoftmax", "LayerNorm", "RMSNorm", "Sin"),
    *("BatchNorm", "Dropout", "PReLU", "Identity", "Square", "ELU", "Softplus", "Clip", "SiLU"),
)
BINARY = ("Add", "Multiply", "Subtract", "Maximum")
CELLS = ("RNNCell", "GRUCell", "LSTMCell")


def odd_loop(seed: int) -> Graph | None:
    """The graph of a seed; None where what was drawn does not fit together."""
    drawing = _Drawing(np.random.RandomState(seed))
    try:
        graph = drawing.graph_of()
    except GradwireError:
        return None
    return None if any(p.severity == "error" for p in check(graph).problems) else graph


class _Drawing:
    """A graph as it is drawn; `inside` are ports of nodes in time, `outside` those they may read.

    An input of a node is wired once all nodes are there, for it may come from a later one.
    """

    def __init__(self, random: np.random.RandomState) -> None:
        self.random = random
        self.steps, self.width = self.one_of((1, 2, 3, 5)), self.one_of((1, 2, 3))
        self.shape = (self.width,) if not random.randint(8) else (random.randint(1, 4), self.width)
        self.graph = Graph(
            seed=random.randint(99),
            mode=self.one_of(("train", "eval")),
            time=Time(truncate=self.one_of((None, None, 1, 2, 3))),
        )
        self.inside: list[str] = []
        self.waiting: list[tuple[PortRef, int]] = []  # a port, and how many nodes were there

    def graph_of(self) -> Graph:
        self.leaf("Input", "x", (self.steps, *self.shape), sequence=True)
        self.outside = [
            self.leaf("Parameter", "p", self.shape),
            self.leaf("Input", "c", self.shape),
        ]
        self.weights = self.draw_weights()
        kinds = (self.unary, self.unary, self.binary, self.product, self.layer, self.cell, self.cut)
        for place in range(self.random.randint(2, 8)):
            first = len(self.inside)
            for port in self.one_of(kinds)(f"n{place}"):
                self.waiting.append((PortRef.parse(port), first))
        for port, first in self.waiting:
            self.wire(port, first)
        if not self.random.randint(6):
            some = [id_ for id_, node in self.graph.nodes.items() if node.module in UNARY]
            for id_ in some[:1]:
                self.graph.apply(e.SetNode(id_, {"bypassed": True}))
        self.aim()
        return self.graph

    # --- nodes: each gives the ports that are to be wired ------------------------------------

    def unary(self, id_: str) -> list[str]:
        module = self.one_of(UNARY)
        settings = {"axis": self.one_of((-1, 0))} if "Softmax" in module else {}
        return self.node(module, id_, ["x"], **settings)

    def binary(self, id_: str) -> list[str]:
        return self.node(self.one_of(BINARY), id_, ["a", "b"])

    def product(self, id_: str) -> list[str]:
        ports = self.node("MatMul", id_, ["a"])
        self.graph.connect(self.one_of(self.weights), f"{id_}.b")
        return ports

    def layer(self, id_: str) -> list[str]:
        bias = self.random.rand() < 0.5
        ports = self.node("Linear", id_, ["x"], out_features=self.width, bias=bias)
        if self.random.randint(2):
            self.graph.connect(self.one_of(self.weights), f"{id_}.weight")
        return ports

    def cut(self, id_: str) -> list[str]:
        """As much of two values side by side as one has."""
        self.graph.add("Concat", f"{id_}_both", inputs=2, axis=-1)
        start = self.width // 2
        self.node("Slice", id_, [], axis=-1, start=start, stop=start + self.width)
        self.graph.connect(f"{id_}_both.y", f"{id_}.x")
        return [f"{id_}_both.x0", f"{id_}_both.x1"]

    def cell(self, id_: str) -> list[str]:
        """A cell that feeds itself, or one in a larger loop."""
        module = self.one_of(CELLS)
        states = {"h": "y", "c": "c_next"} if module == "LSTMCell" else {"h": "y"}
        bias = bool(self.random.randint(4))
        ports = self.node(module, id_, ["x"], hidden_size=self.width, bias=bias)
        self.inside += [f"{id_}.c_next"] if len(states) > 1 else []
        if not self.random.randint(3):
            return ports + [f"{id_}.{state}" for state in states]
        delay = self.one_of((1, 1, 1, 2))
        for state, output in states.items():
            initial = self.one_of((None, *self.outside))
            self.graph.connect(f"{id_}.{output}", f"{id_}.{state}", delay=delay, initial=initial)
        return ports

    # --- inside ------------------------------------------------------------------------------

    def draw_weights(self) -> list[str]:
        """Weights [width, width]: kept, turned, another at each step, or made at each step."""
        size = (self.width, self.width)
        found = [self.leaf("Parameter", "w", size)]
        sequence = self.leaf("Input", "each", (self.steps, *size), sequence=True)
        for module, source in (("Transpose", found[0]), ("Tanh", sequence)):
            self.graph.add(module, f"from_{source[0]}")
            self.graph.connect(source, f"from_{source[0]}.x")
            found.append(f"from_{source[0]}.y")
        return [found[0], *(w for w in (*found[1:], sequence) if self.random.randint(2))]

    def wire(self, port: PortRef, first: int) -> None:
        """Feed a port with an earlier value of this step, or any one of a step before."""
        delay = self.one_of((0, 0, 0, 1, 1, 2))
        if not delay:
            known = ["x.y", *self.inside[:first], *self.inside[max(first - 2, 0) : first] * 2]
            source = self.one_of(known if self.random.randint(8) else self.outside)
            self.graph.connect(source, port)
            return
        initial = self.one_of((None, *self.outside))
        self.graph.connect(self.one_of(self.inside), port, delay=delay, initial=initial)
        if initial is None and not self.random.randint(3):
            self.graph.set_tensor(port, self.random.standard_normal((delay, *self.shape)))

    def aim(self) -> None:
        """The target: what leads nowhere is read at the last step, at one, at all; or inside."""
        loose = [s for s in self.inside if not self.graph.outgoing(PortRef.parse(s))]
        is_inside = not self.random.randint(6)
        terms = []
        for place, source in enumerate([*loose, self.one_of(self.inside)]):
            if not is_inside:
                module = self.one_of(("LastStep", "AllSteps", "AtStep"))
                at = {"step": self.random.randint(self.steps)} if module == "AtStep" else {}
                source = self.then(module, f"out{place}", source, **at)
            squares = self.then("Square", f"square{place}", source)
            terms.append(self.then("Mean", f"mean{place}", squares))
        for place, term in enumerate(terms[1:]):
            self.graph.add("Add", f"sum{place}")
            self.graph.connect(terms[0], f"sum{place}.a")
            self.graph.connect(term, f"sum{place}.b")
            terms[0] = f"sum{place}.y"
        self.graph.configure(target=terms[0])

    def leaf(self, module: str, id_: str, shape: tuple[int, ...], **settings) -> str:
        self.graph.add(module, id_, shape=shape, **settings)
        self.graph.set_tensor(f"{id_}.y", 0.7 * self.random.standard_normal(shape))
        return f"{id_}.y"

    def node(self, module: str, id_: str, ports: list[str], **settings) -> list[str]:
        self.graph.add(module, id_, **settings)
        self.inside.append(f"{id_}.y")
        return [f"{id_}.{port}" for port in ports]

    def then(self, module: str, id_: str, source: str, **settings) -> str:
        self.graph.add(module, id_, **settings)
        self.graph.connect(source, f"{id_}.x")
        return f"{id_}.y"

    def one_of(self, entries):
        return entries[self.random.randint(len(entries))]
