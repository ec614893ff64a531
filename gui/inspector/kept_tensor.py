"""The tensor that a port keeps, as it is read and set from the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from graph import GraphError, PortRef, PortType, Tensor
from graph.edits import Batch, Edit, SetTensor
from graph.initialise import initial_tensor
from graph.port import Shape
from graph.tensor import kind_of
from gui.inspector.editing import attempt
from gui.numbers import format_shape

if TYPE_CHECKING:
    from gui.document import Document

Array = np.ndarray[Any, Any]
Origin = Literal["kept", "initial", "none"]
MAX_DRAWN = 262_144  # entries up to which an initial tensor is drawn just to be seen


def array_of(tensor: Tensor) -> Array:
    """A read-only array over the tensor's own bytes."""
    kind = np.dtype(tensor.dtype).newbyteorder("<")
    return np.frombuffer(tensor.data, kind).reshape(tensor.shape)


class KeptTensor:
    """What port `ref` keeps in a document: the value of a source, or a parameter's tensor."""

    def __init__(self, document: Document, ref: PortRef) -> None:
        self.document, self.ref = document, ref
        self._drawn: tuple[int, Array | None] = (-1, None)

    @property
    def exists(self) -> bool:
        """Whether the node is still there and has such a port."""
        graph = self.document.graph
        return self.ref.node in graph and self.ref.port in (graph.tensor_ports(self.ref.node) or ())

    @property
    def is_source(self) -> bool:
        """Whether the node declares its own shape."""
        module = self.document.graph.module(self.ref.node)
        return module is not None and "shape" in module.attributes

    @property
    def origin(self) -> Origin:
        """Where the numbers come from: the file, the module's rule, or nowhere."""
        graph = self.document.graph
        if self.ref in graph.tensors:
            return "kept"
        module = graph.module(self.ref.node)
        return "initial" if module is not None and self.ref.port in module.owned() else "none"

    @property
    def type(self) -> PortType | None:
        """What the port is to carry, with sizes for the names that are bound."""
        check = self.document.check
        found = check.types.get(self.ref) if check is not None else None
        declared = self.document.graph.types.of(self.ref)
        if found is None or declared is None or len(found.shape) != len(declared.shape):
            return declared
        sizes = zip(declared.shape, found.shape, strict=True)
        shape = tuple(known if isinstance(size, str) else size for size, known in sizes)
        return PortType(declared.dtype, shape)

    @property
    def dtype(self) -> str:
        """The dtype that new numbers get: as before where the kind fits, else the port's."""
        type_, kept = self.type, self.document.graph.tensors.get(self.ref)
        wanted = type_.dtype if type_ is not None else self.document.graph.dtype
        if kept is not None and kind_of(kept.dtype) == kind_of(wanted):
            return kept.dtype
        return wanted

    @property
    def shape(self) -> Shape | None:
        """The shape a new tensor should have; names where a size is not known."""
        type_, kept = self.type, self.document.graph.tensors.get(self.ref)
        if type_ is None:
            return kept.shape if kept is not None else None
        if kept is None or len(kept.shape) != len(type_.shape):
            return type_.shape
        sizes = zip(type_.shape, kept.shape, strict=True)
        return tuple(old if isinstance(size, str) else size for size, old in sizes)

    def array(self) -> Array | None:
        """The numbers: kept ones, else initial ones if they are known or cheap to draw."""
        kept = self.document.graph.tensors.get(self.ref)
        if kept is not None:
            return array_of(kept)
        if self.origin == "none":
            return None
        revision = self.document.graph.revision
        if self._drawn[0] != revision:
            self._drawn = (revision, self._initial())
        return self._drawn[1]

    def sizes(self) -> tuple[int, ...]:
        """The shape of a new tensor; raises `GraphError` where a size has a name only."""
        shape = self.shape
        if shape is None or not all(isinstance(size, int) for size in shape):
            found = format_shape(shape) if shape is not None else "an unknown shape"
            mend = "Type a value, as randn(4, 2), or feed the sizes."
            raise self._error(found, "sizes that are numbers", mend)
        return tuple(size for size in shape if isinstance(size, int))

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Raise `GraphError` unless the port can keep such a tensor; a source's shape follows."""
        type_ = self.type
        if not self.is_source and type_ is not None and not _fits(shape, type_.shape):
            expected = format_shape(type_.shape)
            raise self._error(format_shape(shape), expected, "Give as many numbers as that.")

    def set(self, array: Array, text: str, merge: object = None) -> str:
        """Keep these numbers; of a source the shape follows. The empty text, or why not."""
        kept = self.document.graph.tensors.get(self.ref)
        if kept is not None and _same(kept, array):
            return ""
        return attempt(self.document, lambda: self._edit(array), text, merge)

    def clear(self, text: str) -> str:
        """Keep nothing: back to the initial numbers, or to no value."""
        return attempt(self.document, lambda: SetTensor(self.ref, None), text)

    def _edit(self, array: Array) -> Edit:
        shape = tuple(array.shape)
        self.check_shape(shape)
        put = SetTensor(self.ref, Tensor.of(np.ascontiguousarray(array).reshape(shape)))
        if not self.is_source:
            return put
        graph = self.document.graph
        module = graph.module(self.ref.node)
        declared = module.settings["shape"] if module is not None else ()
        wanted = declared_shape(declared, shape)
        if wanted == declared:
            return put
        return Batch((graph.attribute_edit(self.ref.node, {"shape": wanted}), put))

    def _initial(self) -> Array | None:
        type_, trace = self.type, self.document.trace
        if type_ is None or not type_.is_known:
            return None
        if trace is not None and self.document.is_fresh:
            try:
                return np.asarray(trace.value(self.ref))
            except LookupError:
                pass
        if np.prod(type_.shape, dtype=float) > MAX_DRAWN:
            return None
        tensor = initial_tensor(self.document.graph, self.ref, type_)
        return None if tensor is None else array_of(tensor)

    def _error(self, found: str, expected: str, mend: str) -> GraphError:
        return GraphError(
            node=self.ref.node, port=self.ref.port, found=found, expected=expected, mend=mend
        )


def declared_shape(declared: Shape, shape: tuple[int, ...]) -> Shape:
    """The shape attribute for a new tensor: names stay where the rank is as before."""
    if len(declared) != len(shape):
        return shape
    return tuple(
        want if isinstance(want, str) else have for want, have in zip(declared, shape, strict=True)
    )


def _same(kept: Tensor, array: Array) -> bool:
    return (kept.dtype, kept.shape) == (array.dtype.name, array.shape) and (
        kept.data == Tensor.of(np.ascontiguousarray(array)).data
    )


def _fits(shape: tuple[int, ...], wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(
        isinstance(want, str) or want == have for have, want in zip(shape, wanted, strict=True)
    )
