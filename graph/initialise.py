"""The first tensors of parameters and states, as their modules' rules give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from graph.addresses import is_at
from graph.flattening import flatten
from graph.port import PortRef, PortType
from graph.tensor import Tensor

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.module import Module


def trained(module: Module) -> tuple[str, ...]:
    """Ports of a module that own a trainable tensor."""
    if module.outline() == "source":
        return module.owned()
    return tuple(port.name for port in module.parameter_ports)


def owned_ports(graph: Graph, id_: str) -> tuple[PortRef, ...]:
    """Ports of a node whose tensor the node owns now: not wired, and with a rule."""
    module = graph.module(id_)
    if module is None:
        return ()
    refs = (PortRef(id_, name) for name in module.owned())
    return tuple(ref for ref in refs if graph.incoming(ref) is None)


def owned_tensors(graph: Graph, id_: str) -> dict[PortRef, Tensor]:
    """Tensors that the node's address would initialise: those without an entry of their own.

    A port whose rule cannot be followed yet, for want of a size, is left out.
    """
    graph.types.unify()  # a size may come round a loop
    found = {}
    for ref in owned_ports(graph, id_):
        type_ = graph.types.of(ref)
        if ref not in graph.tensors and type_ is not None and type_.is_known:
            tensor = initial_tensor(graph, ref, type_)
            if tensor is not None:
                found[ref] = tensor
    return found


def written_out(graph: Graph, ids: Iterable[str]) -> dict[PortRef, Tensor]:
    """`owned_tensors` of nodes, and of all that stands inside those that are instances.

    Parameters that are tied to another instance's are that one's.
    """
    ids = tuple(ids)
    flat = flatten(graph)
    if not flat.instances:
        return {ref: tensor for id_ in ids for ref, tensor in owned_tensors(graph, id_).items()}
    heads = frozenset(ids)
    addresses = [address for address in flat.graph.nodes if is_at(address, heads)]
    return {
        ref: tensor
        for address in addresses
        for ref, tensor in owned_tensors(flat.graph, address).items()
        if ref not in flat.ties
    }


def initial_tensor(
    graph: Graph, ref: PortRef, type_: PortType, seed: int | None = None
) -> Tensor | None:
    """The tensor that a module's rule gives one of its ports; its own sizes must be known.

    `seed` is the graph's unless another is given. None where the size of another owned port is
    not known: a bias may be drawn by its weight's.
    """
    module = graph.module(ref.node)
    assert module is not None
    types = {name: graph.types.of(PortRef(ref.node, name)) for name in module.owned()}
    shapes = {name: sizes(found) for name, found in types.items() if found and found.is_known}
    if len(shapes) < len(types):
        return None
    return module.initial(
        ref.port,
        sizes(type_),
        type_.dtype,
        seed=graph.seed if seed is None else seed,
        address=ref.node,
        shapes=shapes,
    )


def sizes(type_: PortType) -> tuple[int, ...]:
    """The shape of a type whose sizes are all numbers."""
    return cast("tuple[int, ...]", type_.shape)
