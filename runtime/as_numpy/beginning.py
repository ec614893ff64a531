"""What a program starts from: the first parameters, states, and what the file feeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graph.initialise import initial_tensor
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.array import Array
from runtime.as_numpy.anatomy import Anatomy
from runtime.as_numpy.literals import array_literal, literal
from runtime.errors import BadSetting
from runtime.feeds import tensor_array
from runtime.modules.door import Initialised
from runtime.streams import stream


def tensor_lines(anatomy: Anatomy, refs: tuple[PortRef, ...]) -> Iterator[str]:
    """One entry of a dictionary for each tensor that the graph owns."""
    for ref in refs:
        kept = anatomy.graph.tensors.get(ref)
        text = literal(kept) if kept is not None else _drawn(anatomy, ref)
        yield f'"{ref}": {text},'


def _drawn(anatomy: Anatomy, ref: PortRef) -> str:
    """How a tensor's rule draws it, or its numbers where the rule is more than one draw."""
    type_ = anatomy.type(ref)[0]
    tensor = initial_tensor(anatomy.graph, ref, type_) if type_.is_known else None
    if tensor is None:
        raise BadSetting(f"{ref}: found {type_}, expected sizes that are numbers. Feed its input.")
    module = anatomy.module(ref.node)
    array = tensor_array(tensor)
    assert isinstance(module, Initialised)
    shapes = {name: np.shape(_shape(anatomy, PortRef(ref.node, name))) for name in module.owned()}
    listening = _Listening(stream(anatomy.graph.seed, ref.node, ref.port))
    numbers = module.rule(ref.port, shapes)(listening, array.shape)  # type: ignore[arg-type]
    is_drawn = len(listening.calls) == 1 and np.array_equal(numbers, listening.last)
    if is_drawn and array.size > 1:
        return f'stream(SEED, "{ref.node}", "{ref.port}").{listening.calls[0]}.astype(FLOAT)'
    return array_literal(array)


def _shape(anatomy: Anatomy, ref: PortRef) -> Array:
    """An array without memory that has a port's shape."""
    return np.broadcast_to(0, tuple(int(n) for n in anatomy.type(ref)[0].shape))


class _Listening:
    """A random stream that remembers, as text, what it was asked for."""

    def __init__(self, real: np.random.RandomState) -> None:
        self._real = real
        self.calls: list[str] = []
        self.last: Any = None

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Array:
            self.calls.append(f"{name}({', '.join(map(repr, arguments))})")
            self.last = getattr(self._real, name)(*arguments)
            return self.last

        return ask


def fed_lines(anatomy: Anatomy, values: dict[PortRef, Tensor]) -> Iterator[str]:
    """One entry for each input whose value is known."""
    for ref in anatomy.fed:
        if ref in values:
            yield f'"{key_of(anatomy, ref)}": {literal(values[ref])},'


def key_of(anatomy: Anatomy, ref: PortRef) -> str:
    """What an input is fed by: its node, or its port where the node has several."""
    return ref.node if len(anatomy.module(ref.node).output_ports) == 1 else str(ref)
