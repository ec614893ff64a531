"""What a run starts from: fed arrays, kept tensors, initialised parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.addresses import node_at
from graph.initialise import sizes
from graph.module import Module
from graph.port import PortRef, PortType
from graph.suggest import did_you_mean
from graph.tensor import DTYPES, Tensor
from runtime.array import Array
from runtime.backend import Backend, to_numpy
from runtime.errors import FeedError
from runtime.moments import apart

if TYPE_CHECKING:
    from graph.checking import Feeds
    from graph.model import Graph

Host = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Initial:
    """A tensor that a module's rule makes from a seed and an address."""

    module: Module
    seed: int
    shapes: Mapping[str, tuple[int, ...]]

    def same(self, other: object) -> bool:
        """Whether the rule gives the same numbers for the same port, shape and dtype."""
        return (
            isinstance(other, Initial)
            and self.seed == other.seed
            and self.shapes == other.shapes
            and same_module(self.module, other.module)
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A slot that no step writes. `origin` is a kept tensor, a rule, or None for a feed.

    `part` is the entry along axis 0 that is taken of what is fed or kept: time's, if any.
    """

    slot: int
    ref: PortRef
    type: PortType
    origin: Tensor | Initial | None
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """An array on its device, with what it was made from."""

    source: Source
    array: Array


def same_module(one: Module, other: Module) -> bool:
    """Whether two instances compute the same; settings are compared with the sign of a zero."""
    return one is other or (
        type(one) is type(other)
        and repr(one.settings) == repr(other.settings)
        and one.ports == other.ports
    )


def host_feeds(graph: Graph, feeds: Mapping[str, Any] | None) -> dict[str, Host]:
    """Feeds as NumPy arrays of the run's own; raises `FeedError` naming the node.

    They are given by node id or by port, and come back by id where a node has one port, else by
    port: `x`, `data.x`.
    """
    found: dict[str, Host] = {}
    for name, value in (feeds or {}).items():
        node, port = _fed_port(graph, name)
        key = port or node
        if key in found:
            raise FeedError(f"{key}: found two feeds for it, expected one.", node=node)
        found[key] = _host_feed(key, node, value)
    return found


def fed_at(feeds: Mapping[str, Host], ref: PortRef) -> Host | None:
    """What of `host_feeds` goes to an output port of a source."""
    found = feeds.get(ref.node)
    return feeds.get(str(ref)) if found is None else found


def feed_types(feeds: Mapping[str, Host]) -> Feeds:
    """dtype and shape of each feed, as the check wants them."""
    return {id_: (array.dtype.name, array.shape) for id_, array in feeds.items()}


def _fed_port(graph: Graph, name: str) -> tuple[str, str]:
    """The node that is fed, and the port's address where the node has more than one."""
    id_, _, port = name.partition(".")
    found = node_at(graph, id_)
    if found is None:
        mend = did_you_mean(id_, graph.nodes)
        raise FeedError(f"{id_}: found a feed for no node, expected a node. {mend}".rstrip())
    module = found[0].module(found[1].id)
    if module is None or module.outline() != "source":
        raise FeedError(f"{id_}: found a feed, expected one for an Input.", node=id_)
    if port and port not in module.output_names:
        expected = ", ".join(module.output_names)
        raise FeedError(f"{name}: found no such port, expected one of {expected}.", node=id_)
    port = port or module.output_names[0]
    return id_, "" if len(module.output_names) == 1 else f"{id_}.{port}"


def _host_feed(id_: str, node: str, value: Any) -> Host:
    try:
        array = np.array(to_numpy(value), order="C")  # a copy: the caller may write into his
    except (TypeError, ValueError, OverflowError):
        raise FeedError(
            f"{id_}: found lists of unequal lengths, expected an array.", node=node
        ) from None
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.name not in DTYPES:
        raise FeedError(
            f"{id_}: found {array.dtype.name}, expected one of {', '.join(DTYPES)}.", node=node
        )
    return array


def load(
    source: Source,
    fed: Host | None,
    known: Loaded | None,
    backend: Backend,
) -> Loaded:
    """The array of a source on its device, cast to the source's dtype and read-only.

    `known` is what an earlier run loaded for the port: where it holds the same numbers it is
    taken, so that all that depends on it can be taken too.
    """
    if known is not None and known.source.type == source.type:
        if fed is None and _same_origin(source, known.source):
            return Loaded(source, known.array)
    else:
        known = None
    array = fed if fed is not None else _made(source)
    if source.part is not None:
        array = array[source.part, ...]
    array = _cast(source, array)
    if fed is not None:  # what was fed says nothing about the tensor that is kept
        source = replace(source, origin=None)
    if known is not None and backend.is_cpu and same_bits(array, known.array):
        return Loaded(source, known.array)
    return Loaded(source, frozen(backend.asarray(array)))


def frozen(array: Array) -> Array:
    """The array, read-only where its module can say so (NumPy; CuPy has no such flag)."""
    if isinstance(array, np.ndarray):
        array.setflags(write=False)  # looking whether it is so already would take longer
    return array


def tensor_array(tensor: Tensor) -> Host:
    """A tensor's numbers as a read-only array, without a copy."""
    dtype = np.dtype(tensor.dtype).newbyteorder("<")
    return np.ndarray(tensor.shape, dtype, buffer=tensor.data)


def same_bits(one: Host, other: Host) -> bool:
    """Whether two arrays of one dtype hold the same bytes: NaN is itself, -0 is not 0."""
    return one.shape == other.shape and np.array_equal(_bytes(one), _bytes(other))


def _bytes(array: Host) -> Host:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _same_origin(source: Source, known: Source) -> bool:
    if isinstance(source.origin, Initial):
        return source.ref == known.ref and source.origin.same(known.origin)
    same = source.origin is not None and source.origin is known.origin
    return same and source.part == known.part


def _made(source: Source) -> Host:
    origin = source.origin
    if isinstance(origin, Initial):
        origin = origin.module.initial(
            source.ref.port,
            sizes(source.type),
            source.type.dtype,
            seed=origin.seed,
            address=source.ref.node,
            shapes=origin.shapes,
        )
    if origin is None:
        raise FeedError(f"{apart(source.ref)[0].node}: found no value, expected a feed.")
    return tensor_array(origin)


def _cast(source: Source, array: Host) -> Host:
    """Floating ports take any number; integer and boolean ones only what they can hold."""
    wanted = np.dtype(source.type.dtype)
    if array.dtype == wanted:
        return array
    with np.errstate(all="ignore"):  # 1e300 in a float32 run is infinite, and is shown as such
        cast = array.astype(wanted)
    if not source.type.is_floating and (array.dtype.kind == "f" or not np.array_equal(cast, array)):
        raise FeedError(
            f"{source.ref}: found {array.dtype.name} values that are no {wanted.name},"
            f" expected {source.type}.",
            node=source.ref.node,
        )
    return cast
