"""Definitions: modules made of modules. A node whose module is a definition is an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graph.port import PortRef
from graph.records import Edge, Node

if TYPE_CHECKING:
    from graph.model import Graph

MAX_DEPTH = 16  # instances inside each other
MAX_FLAT_NODES = 200_000  # of a graph with all its instances drawn out
MAX_FLAT_PORTS = 1_000_000  # the same of instances and their ports


@dataclass(frozen=True, slots=True)
class Inlet:
    """An input of a definition: what arrives there goes to the inner inputs `to`."""

    name: str
    to: tuple[PortRef, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """An output of a definition: that of an inner output."""

    name: str
    source: PortRef


@dataclass(frozen=True, slots=True)
class Setting:
    """An exposed attribute: setting it sets the inner attributes `to`, as `node.attribute`."""

    name: str
    to: tuple[PortRef, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """What a definition shows: a line of doc, the letter of its icon, ports, attributes.

    `extra` keeps keys that begin with `x-`.
    """

    doc: str = ""
    icon: str = ""
    inputs: tuple[Inlet, ...] = ()
    outputs: tuple[Outlet, ...] = ()
    attributes: tuple[Setting, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of inputs and outputs."""
        return (*(inlet.name for inlet in self.inputs), *(out.name for out in self.outputs))


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole definition as a frozen record, as an edit carries it."""

    name: str
    interface: Interface = field(default_factory=Interface)
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(slots=True, eq=False)
class Definition:
    """A definition in a graph. `body` is the inside; its edits go through the graph."""

    name: str
    interface: Interface
    body: Graph

    def blueprint(self) -> Blueprint:
        """What it is now, frozen."""
        nodes = tuple(self.body.nodes.values())
        return Blueprint(self.name, self.interface, nodes, self.body.edges)
