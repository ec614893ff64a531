"""Beginning anew: parameters drawn by a scheme and a seed, as one edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graph import edits as e
from graph.addresses import is_at
from graph.flattening import Flat, flatten
from graph.initialise import initial_tensor, owned_ports, sizes, trained
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.errors import BadSetting
from runtime.modules.initial import RULES, constant, draw
from runtime.streams import stream

if TYPE_CHECKING:
    from graph.model import Graph

OWN = "own"
SCHEMES = (OWN, *RULES)


def reinitialise(
    graph: Graph, scheme: str = OWN, seed: int = 0, nodes: Iterable[str] | None = None
) -> e.Edit:
    """The edit that gives all parameters, or those of some nodes, new first numbers.

    `own` is each module's own rule. The others (`runtime.modules.initial.RULES`) draw the weights:
    what has two axes or more, and `Parameter` nodes; a layer's biases become 0, as is usual beside
    such weights, and its scales keep their own rule. States such as running means begin anew.
    `nodes` are addresses; a composite means all inside. The same seed gives the same numbers. The
    whole graph with its modules' own rules needs no numbers kept: it takes the seed.

    Raises `BadSetting` for another scheme, or where nothing can be drawn.
    """
    if scheme not in SCHEMES:
        raise BadSetting(f'scheme: found "{scheme}", expected one of {", ".join(SCHEMES)}.')
    flat = flatten(graph)
    heads = None if nodes is None else frozenset(nodes)
    refs = tuple(_owned(flat, heads))
    if heads is None and scheme == OWN:
        cleared = [e.SetTensor(ref, None) for ref in refs if ref in graph.tensors]
        edits: list[e.Edit] = [*cleared, e.SetGraph({"seed": seed})]
    else:
        flat.graph.types.unify()  # a size may come round a loop
        drawn = ((ref, _drawn(flat.graph, ref, scheme, seed)) for ref in refs)
        edits = [e.SetTensor(ref, tensor) for ref, tensor in drawn if tensor is not None]
    if not refs or not edits:
        where = "the graph" if heads is None else ", ".join(sorted(heads))
        raise BadSetting(f"{where}: found no parameter whose size is known, expected one.")
    return e.Batch(tuple(edits))


def _owned(flat: Flat, heads: frozenset[str] | None) -> Iterator[PortRef]:
    """Ports that own a tensor now; what is tied to another instance's is that one's."""
    for address in flat.graph.nodes:
        if heads is None or is_at(address, heads):
            for ref in owned_ports(flat.graph, address):
                if ref not in flat.ties:
                    yield ref


def _drawn(graph: Graph, ref: PortRef, scheme: str, seed: int) -> Tensor | None:
    """The new tensor of a port; None where its size is not known yet."""
    module, type_ = graph.module(ref.node), graph.types.of(ref)
    if module is None or type_ is None or not type_.is_known:
        return None
    shape = sizes(type_)
    is_source = module.outline() == "source"
    random = stream(seed, ref.node, ref.port)
    if scheme != OWN and ref.port in trained(module):
        if is_source or len(shape) > 1:
            return draw(RULES[scheme], random, shape, type_.dtype)
        if ref.port.startswith("bias"):
            return draw(constant(0.0), random, shape, type_.dtype)
    return initial_tensor(graph, ref, type_, seed)
