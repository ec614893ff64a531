"""Recipes: how a module is drawn from simpler ones, written down by the module's own class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.definition import Blueprint, Inlet, Interface, Outlet
from graph.errors import BadDefinition
from graph.port import PortRef, PortType
from graph.records import Edge, Node
from graph.tensor import Tensor

Read = PortRef | str  # an inner output, or the name of an input of the module

COLUMN = 200  # from one node to the next, in canvas units
ROW = 120


class Recipe:
    """A definition on its way: nodes added one by one, each wired to what it reads.

    `types` are the types at all ports of the module, sizes as far as known. `owned` are the
    parameters whose tensor the node owns: each becomes a Parameter node of the port's name.
    """

    def __init__(self, types: Mapping[str, PortType], owned: frozenset[str]) -> None:
        self.types = types
        self.tensors: dict[PortRef, Tensor] = {}
        self.moved: dict[str, PortRef] = {}  # parameter port -> where its tensor is kept now
        self._owned = owned
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._inputs: dict[str, list[PortRef]] = {}
        self._outputs: list[Outlet] = []
        self._depth: dict[str, int] = {}

    def port(self, name: str) -> Read:
        """What arrives at an input, or the parameter that the node owns there."""
        if name not in self._owned:
            return name
        if name not in self.moved:
            self._put(name, "Parameter", {"shape": self.shape(name)}, ())
            self.moved[name] = PortRef(name, "y")
        return self.moved[name]

    def constant(self, id_: str, tensor: Tensor) -> Read:
        """A tensor that stands inside."""
        self._put(id_, "Constant", {"shape": tensor.shape, "dtype": tensor.dtype}, ())
        self.tensors[PortRef(id_, "y")] = tensor
        return PortRef(id_, "y")

    def add(
        self, module: str, id_: str, reads: Mapping[str, Read], output: str = "y", **attributes: Any
    ) -> PortRef:
        """A node that reads these at its inputs; returns one of its outputs."""
        self._put(id_, module, attributes, tuple(reads.values()))
        for port, read in reads.items():
            end = PortRef(id_, port)
            if isinstance(read, PortRef):
                self._edges.append(Edge(read, end))
            else:
                self._inputs.setdefault(read, []).append(end)
        return PortRef(id_, output)

    def affine(self, id_: str, x: Read, weight: str, bias: str | None) -> PortRef:
        """x W^T + b, of a weight [out, in] as layers keep it; `id_` names the last node."""
        turned = self.add("Transpose", f"{weight}_turned", {"x": self.port(weight)})
        product = id_ if bias is None else f"{id_}_product"
        found = self.add("MatMul", product, {"a": x, "b": turned})
        if bias is None:
            return found
        return self.add("Add", id_, {"a": found, "b": self.port(bias)})

    def output(self, name: str, source: PortRef) -> None:
        """Make an inner output one of the module's."""
        self._outputs.append(Outlet(name, source))

    def shape(self, port: str) -> tuple[int, ...]:
        """The shape at a port of the module; raises `BadDefinition` while a size is unknown."""
        type_ = self.types.get(port)
        if type_ is None or not type_.is_known:
            found = "no known shape" if type_ is None else f"the shape of {type_}"
            mend = "Wire it, and give the Input numbers instead of names."
            raise BadDefinition(
                port=port, found=found, expected="sizes that are numbers", mend=mend
            )
        return tuple(size for size in type_.shape if isinstance(size, int))

    def blueprint(self, name: str, doc: str) -> Blueprint:
        """The definition; inputs in the order of the module's ports."""
        order = {port: place for place, port in enumerate(self.types)}
        read = sorted(self._inputs, key=lambda port: order.get(port, len(order)))
        inputs = (Inlet(port, tuple(self._inputs[port])) for port in read)
        interface = Interface(doc, name[:1], tuple(inputs), tuple(self._outputs))
        return Blueprint(name, interface, tuple(self._nodes), tuple(self._edges))

    def _put(
        self, id_: str, module: str, attributes: Mapping[str, Any], reads: tuple[Read, ...]
    ) -> None:
        """Place a node right of what it reads, below what stands there already."""
        depths = [self._depth[read.node] + 1 for read in reads if isinstance(read, PortRef)]
        depth = max(depths, default=0)
        row = sum(other == depth for other in self._depth.values())
        self._depth[id_] = depth
        place = (float(COLUMN * depth), float(ROW * row))
        self._nodes.append(Node(id_, module, dict(attributes), at=place))
