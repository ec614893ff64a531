"""Drawing a graph in few lines, training it a little, and laying it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from graph import Graph, PortRef, arrange
from graph import edits as e
from graph.frames import Frame
from graph.grouping import group_edit
from graph.layout import node_size
from runtime import Engine

MARGIN = 40  # around the nodes of a frame, in canvas units
TITLE = 32  # the height of a frame's title


class Sketch:
    """A graph on its way. Nodes are put with what they read, in the order of their inputs."""

    def __init__(self, title: str, note: str, target: str | None = "loss", seed: int = 0) -> None:
        self.graph = Graph(title=title, note=note, target=target, seed=seed)

    def put(self, module: str, id_: str, *reads: str, label: str | None = None, **attributes: Any):
        """A node wired to ports such as `x.y`; returns its first output."""
        self.graph.add(module, id_, label=label, **attributes)
        inputs = [p.name for p in self.graph.module(id_).input_ports if p.role == "input"]
        for port, read in zip(inputs, reads, strict=False):
            self.graph.connect(read, f"{id_}.{port}")
        return f"{id_}.{self.graph.module(id_).output_ports[0].name}"

    def given(
        self,
        id_: str,
        values: Any,
        *,
        module: str = "Input",
        label: str | None = None,
        batch: bool = False,
        sequence: bool = False,
    ) -> str:
        """A source with its value; returns its output.

        With `batch` axis 0 has any size, B; with `sequence` it is time; with both it is time of
        any length, and axis 1 has any size.
        """
        array = np.asarray(values)
        is_floating = array.dtype.kind == "f"
        array = array if is_floating else array.astype("int64")
        kind = {} if is_floating else {"dtype": "int64"}
        free = (("T",) if sequence else ()) + ("B",) if batch else ()
        shape = (*free, *array.shape[len(free) :])
        if sequence:
            kind["sequence"] = True
        self.graph.add(module, id_, label=label, shape=shape, **kind)
        self.graph.set_tensor(f"{id_}.y", array)
        return f"{id_}.y"

    def keep(self, port: str, values: Any) -> None:
        """Keep a tensor at a parameter."""
        self.graph.set_tensor(port, np.asarray(values, dtype="float64"))

    def group(self, ids: Iterable[str], name: str, doc: str) -> str:
        """Make nodes one composite; returns its id."""
        grouped = group_edit(self.graph, set(ids), name)
        self.graph.apply(grouped.edit)
        interface = self.graph.definitions[name].interface
        described = type(interface)(
            doc, name[0], interface.inputs, interface.outputs, interface.attributes
        )
        self.graph.apply(e.SetInterface(name, described))
        return grouped.id

    def train(self, rate: float, updates: int, digits: int = 3, feeds=None) -> float:
        """Plain gradient descent on every parameter; then the numbers are rounded.

        Rounded, so that the file can be read. `feeds(step)` gives the feeds of a step. Returns the
        last loss.
        """
        engine = Engine(self.graph)
        trace = engine.run(feeds(0) if feeds else None)
        ports = [ref for ref in trace.ports if self._is_parameter(trace, ref)]
        for ref in ports:
            self.graph.set_tensor(ref, trace.value(ref))
        for step in range(updates):
            trace = Engine(self.graph).run(feeds(step) if feeds else None)
            for ref in ports:
                gradient = trace.gradient(ref)
                if gradient is not None:
                    self.graph.set_tensor(ref, trace.value(ref) - rate * gradient)
        for ref in ports:
            self.graph.set_tensor(ref, np.round(trace.value(ref), digits) + 0.0)
        trace = Engine(self.graph).run()
        return float(trace.value(trace.target))

    def write_out(self, digits: int = 3) -> None:
        """Write the parameters out as their rule gives them, rounded."""
        trace = Engine(self.graph, partial=True).run(phase="forward")
        for ref in trace.ports:
            if self._is_parameter(trace, ref):
                self.graph.set_tensor(ref, np.round(trace.value(ref), digits) + 0.0)

    def frame(self, title: str, ids: Iterable[str]) -> None:
        """A frame around nodes that have places."""
        boxes = [(*self.graph.nodes[id_].at, *node_size(self.graph, id_)) for id_ in ids]
        left, top = min(b[0] for b in boxes) - MARGIN, min(b[1] for b in boxes) - MARGIN - TITLE
        right = max(b[0] + b[2] for b in boxes) + MARGIN
        bottom = max(b[1] + b[3] for b in boxes) + MARGIN
        frame = Frame(title, (left, top, right - left, bottom - top))
        self.graph.apply(e.SetFrames((*self.graph.frames, frame)))

    def place(self, rows: dict[str, tuple[float, float]] | None = None) -> Graph:
        """Lay all out, insides too, or put nodes where `rows` says; returns the graph."""
        self.graph.apply(e.Move(rows if rows is not None else _whole(arrange(self.graph))))
        for definition in self.graph.definitions.values():
            definition.body.apply(e.Move(_whole(arrange(definition.body))))
        return self.graph

    def stack(self, groups: Iterable[Iterable[str]], gap: float = 200) -> None:
        """Move groups of placed nodes below each other, in this order."""
        top = min(node.at[1] for node in self.graph.nodes.values())
        for group in groups:
            nodes = [self.graph.nodes[id_] for id_ in group]
            least = min(node.at[1] for node in nodes)
            self.graph.apply(e.Move({n.id: (n.at[0], n.at[1] - least + top) for n in nodes}))
            top += max(n.at[1] + node_size(self.graph, n.id)[1] - least for n in nodes) + gap

    def _is_parameter(self, trace, ref: PortRef) -> bool:
        source = next((s for s in trace.plan.sources if s.ref == ref), None)
        if source is None:
            return False
        flat = trace.plan.flat.graph
        module = flat.module(ref.node)
        return ref.port in module.owned() and ref.port not in module.states


def _whole(places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {id_: (round(x), round(y)) for id_, (x, y) in places.items()}
