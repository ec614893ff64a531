"""The unrolled graph: what is inside time once per step, side by side, delays leading on.

It is a graph of its own, made to be looked at: no run uses it. Plain data, fit for another thread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph import Graph, PortRef, dumps, loads
from graph.edits import SetTensor
from graph.naming import name_of
from graph.time import leads_out
from runtime.modules.sources import Data
from runtime.moments import at

GAP = 120.0  # between two copies
MOST_READ = 64  # time steps that a node which reads them all is wired to one by one
KEPT = ("gradwire", "dtype", "definitions")  # of the file


@dataclass
class Copies:
    """An unrolled graph, and what its nodes are copies of.

    `moments` gives node and time step of each copy, None outside time; `ports` the ports that are
    called otherwise in the copy.
    """

    graph: Graph
    steps: int
    moments: Mapping[str, tuple[str, int | None]]
    ports: Mapping[PortRef, PortRef]
    _ids: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = {moment: id_ for id_, moment in self.moments.items()}

    def id_of(self, node: str, t: int | None) -> str | None:
        """The copy of a node at a time step, or the node outside time."""
        return self._ids.get((node, t), self._ids.get((node, None)))

    def origin(self, port: PortRef) -> tuple[PortRef, int | None]:
        """The drawn port and the time step that a port of a copy stands for."""
        node, t = self.moments[port.node]
        drawn = self.ports.get(port)
        if drawn is not None:
            return drawn, int(port.port.removeprefix("x"))
        return PortRef(node, port.port), t


class _Unroller:
    """Writes the unrolled graph down as a file does, for that is read in linear time."""

    def __init__(
        self, graph: Graph, inside: frozenset[str], steps: int, widths: Mapping[str, float]
    ) -> None:
        self.graph, self.inside, self.steps = graph, inside, steps
        self.moments: dict[str, tuple[str, int | None]] = {}
        self.ports: dict[PortRef, PortRef] = {}
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, str]] = []
        self._ids: dict[tuple[str, int | None], str] = {}
        self._file = json.loads(dumps(_bare(graph)))
        self._attributes = {x["id"]: x.get("attributes", {}) for x in self._file["nodes"]}
        self._behind = self._after_time()
        lefts = {id_: self._at(id_)[0] for id_ in inside}
        left = min(lefts.values())
        right = max(x + widths.get(id_, 0.0) for id_, x in lefts.items())
        self.pitch = right - left + GAP
        self._right = right

    def unroll(self) -> Copies:
        for id_ in self.graph.nodes:
            for t in range(self.steps) if id_ in self.inside else (None,):
                self._copy(id_, t)
        for edge in self.graph.edges:
            self._wire(edge)
        data = {key: self._file[key] for key in KEPT if key in self._file}
        made = loads(
            json.dumps({**data, "nodes": self.nodes, "edges": self.edges}),
            catalogue=self.graph.catalogue,
        )
        return Copies(made, self.steps, self.moments, self.ports)

    def _after_time(self) -> set[str]:
        """Nodes outside time that read what is inside, however far behind."""
        waiting = list(self.inside)
        found: set[str] = set()
        while waiting:
            for id_ in self.graph.successors(waiting.pop()):
                if id_ not in self.inside and id_ not in found:
                    found.add(id_)
                    waiting.append(id_)
        return found

    def _at(self, id_: str) -> tuple[float, float]:
        return self.graph.nodes[id_].at or (0.0, 0.0)

    def _copy(self, id_: str, t: int | None) -> None:
        node = self.graph.nodes[id_]
        name = id_ if t is None else f"{id_}_t{t}"
        while name in self.moments or (name in self.graph.nodes and name != id_):
            name += "_"
        self.moments[name] = (id_, t)
        self._ids[id_, t] = name
        x, y = self._at(id_)
        if t is not None:
            x += t * self.pitch
        elif id_ in self._behind or x > self._right:
            x += (self.steps - 1) * self.pitch
        label = name_of(self.graph, id_)
        module, attributes = self._module(id_, t)
        entry: dict[str, Any] = {
            "id": name,
            "module": module,
            "label": at(label, t),
            "at": [x, y],
        }
        if attributes:
            entry["attributes"] = attributes
        if node.bypassed:
            entry["bypassed"] = True
        self.nodes.append(entry)

    def _module(self, id_: str, t: int | None) -> tuple[str, dict[str, Any]]:
        """The module of a copy: a sequence's is one part; what reads all has a port for each."""
        node = self.graph.nodes[id_]
        attributes = dict(self._attributes.get(id_, {}))
        if t is not None and attributes.pop("sequence", False) and attributes.get("shape"):
            attributes["shape"] = list(attributes["shape"])[1:]
        if t is not None and isinstance(module := self.graph.module(id_), Data):
            attributes = module.one_step()
        if node.module == "AllSteps" and 1 < self.steps <= MOST_READ:
            return "Stack", {"inputs": self.steps}
        return node.module, attributes

    def _wire(self, edge: Any) -> None:
        source, target = edge.source, edge.target
        if leads_out(self.graph, target.node):
            self._lead_out(edge)
            return
        for t in range(self.steps) if target.node in self.inside else (None,):
            start = source
            before = None if t is None else t - edge.delay
            if before is not None and before < 0:
                if edge.initial is None:
                    continue
                start, before = edge.initial, None
            self._join(start, before, target, t)

    def _lead_out(self, edge: Any) -> None:
        target = edge.target
        module = self.graph.module(target.node)
        if module.name == "AllSteps" and 1 < self.steps <= MOST_READ:
            for t in range(self.steps):
                port = PortRef(target.node, f"x{t}")
                self.ports[port] = target
                self._join(edge.source, t, port, None)
            return
        step = int(module.settings.get("step", -1))
        self._join(edge.source, step % self.steps, target, None)

    def _join(self, source: PortRef, t: int | None, target: PortRef, end: int | None) -> None:
        start = self._ids.get((source.node, t), self._ids.get((source.node, None)))
        stop = self._ids.get((target.node, end))
        if start is not None and stop is not None:
            self.edges.append({"from": f"{start}.{source.port}", "to": f"{stop}.{target.port}"})


def _bare(graph: Graph) -> Graph:
    """The graph without its tensors, which nobody looks at in the copies."""
    bare = graph.copy()
    for port in tuple(bare.tensors):
        bare.apply(SetTensor(port, None))
    return bare


def unrolled(
    graph: Graph, inside: frozenset[str], steps: int, widths: Mapping[str, float]
) -> Copies:
    """Unroll a graph over some time steps. Linear in nodes times steps.

    `widths` are those of the drawn nodes, so that copies stand clear of each other.
    """
    return _Unroller(graph, inside, steps, widths).unroll()
