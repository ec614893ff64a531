"""Which modules could be wired to a port, or stand in an edge, before they are in the graph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graph.errors import GraphError
from graph.growing import module_with
from graph.model import Graph
from graph.module import Module, plain
from graph.nothing import NOTHING
from graph.port import Port, PortRef, PortType, Shape
from graph.records import Edge
from graph.tensor import kind_of
from graph.time import given_to
from graph.wiring import check_given

MOST_ENTRIES = 2**16  # of a source that is made to fit


@dataclass(frozen=True, slots=True)
class Fit:
    """A module that fits, with the settings under which it does.

    `takes` is the input that gets the wire, `gives` the output that feeds it; where a module
    stands in an edge it has both.
    """

    module: type[Module]
    takes: str = ""
    gives: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Module:
        """The module with its settings."""
        return self.module(**self.settings) if self.settings else plain(self.module)

    def gives_type(self, graph: Graph) -> PortType | None:
        """What its output gives while nothing is wired to its inputs; None while that decides."""
        try:
            return self.make().infer({}, graph.dtype).get(self.gives)
        except GraphError:
            return None


def after_output(graph: Graph, source: PortRef) -> list[Fit]:
    """The modules with an input that could take what an output gives."""
    given = graph.types.of(source)
    found = []
    for kind in graph.catalogue:
        takes = next(_takers(graph, plain(kind), given, with_parameters=True), None)
        if takes is not None:
            found.append(Fit(kind, takes=takes))
    return found


def before_input(graph: Graph, target: PortRef) -> list[Fit]:
    """The modules with an output that an input could take; sources, made to fit, come first."""
    found = []
    for kind in sorted(graph.catalogue, key=lambda kind: kind.outline() != "source"):
        for settings in _settings(graph, kind, target):
            fit = Fit(kind, settings=settings)
            gives = _giver(graph, fit.make(), target, NOTHING)
            if gives is not None:
                found.append(replace(fit, gives=gives))
                break
    return found


def inside_edge(graph: Graph, edge: Edge) -> list[Fit]:
    """The modules that could stand in an edge."""
    found = []
    for kind in graph.catalogue:
        ports = ports_inside(graph, plain(kind), edge)
        if ports is not None:
            found.append(Fit(kind, *ports))
    return found


def ports_inside(graph: Graph, module: Module, edge: Edge) -> tuple[str, str] | None:
    """By which input and output a module without edges could stand in an edge; None if it cannot.

    The first input that takes what flows there, with the first output that its target takes.
    """
    given = graph.types.of(edge.source)
    for takes in _takers(graph, module, given):
        arriving = {takes: given_to(module, given)} if given is not None else NOTHING
        gives = _giver(graph, module, edge.target, arriving)
        if gives is not None:
            return takes, gives
    return None


def _takers(
    graph: Graph, module: Module, given: PortType | None, with_parameters: bool = False
) -> Iterator[str]:
    """The inputs that could take a tensor, those of parameters last."""
    roles = ("input", "parameter") if with_parameters else ("input",)
    for role in roles:
        for port in module.wired_ports:
            if port.role == role and _takes(module, port.name, given, graph.dtype):
                yield port.name


def _takes(module: Module, port: str, given: PortType | None, dtype: str) -> bool:
    if given is None:
        return True
    try:
        module.infer({port: given_to(module, given)}, dtype)
    except GraphError:
        return False
    return True


def _giver(
    graph: Graph, module: Module, target: PortRef, arriving: Mapping[str, PortType]
) -> str | None:
    """The first output that a port of the graph could take, given what arrives."""
    try:
        types = module.infer(arriving, graph.dtype)
    except GraphError:
        return None
    for port in module.output_ports:
        given = types.get(port.name)
        if given is None:
            fits = _kind_fits(graph, module, port, target, arriving)
        else:
            fits = _is_taken(graph, target, given, module.name)
        if fits:
            return port.name
    return None


def _is_taken(graph: Graph, target: PortRef, given: PortType, giver: str) -> bool:
    try:
        check_given(graph, target, given, giver)
    except GraphError:
        return False
    return True


def _kind_fits(
    graph: Graph, module: Module, port: Port, target: PortRef, arriving: Mapping[str, PortType]
) -> bool:
    """Of a tensor whose shape is not known yet, the kind alone decides."""
    dtype = module.dtype_of(port, arriving, graph.dtype)
    wanted = _kind_at(graph, target)
    return dtype is None or wanted == "any" or kind_of(dtype) == wanted


def _kind_at(graph: Graph, target: PortRef) -> str:
    module = module_with(graph, target)
    return module.ports[target.port].kind if module is not None else "any"


def _settings(graph: Graph, kind: type[Module], target: PortRef) -> Iterator[dict[str, Any]]:
    """Settings to try: as declared, and for a source the shapes that may be wanted."""
    dtype = {"integer": "int64", "boolean": "bool"}.get(_kind_at(graph, target))
    base = {"dtype": dtype} if dtype and "dtype" in kind.attributes else {}
    has_shape = kind.outline() == "source" and "shape" in kind.attributes
    shapes = _shapes_for(graph, target) if has_shape else []
    yield base
    for shape in shapes:
        yield from ({**base, "shape": part} for part in (shape, shape[:-1], shape[-1:]))


def _shapes_for(graph: Graph, target: PortRef) -> list[Shape]:
    """What is known of shapes at a port: its own, and those that arrive beside it."""
    own = graph.types.of(target)
    beside = graph.types.arriving(target.node)
    types = [own, *(type_ for port, type_ in beside.items() if port != target.port)]
    shapes = [type_.shape for type_ in types if type_ is not None and type_.is_known]
    sizes = [math.prod(size for size in shape if isinstance(size, int)) for shape in shapes]
    return [shape for shape, size in zip(shapes, sizes, strict=True) if size <= MOST_ENTRIES]
