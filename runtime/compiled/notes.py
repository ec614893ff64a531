"""The array module of a traced module: what is asked of it becomes calls of the program."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from runtime.array import Array
from runtime.compiled.buffers import axes_in_memory

if TYPE_CHECKING:
    from runtime.compiled.site import Site

BY_KEYWORD = frozenset({np.maximum, np.minimum})  # they take `out` by position no more
VIEWS = frozenset(
    {np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze}
    | {np.broadcast_to, np.ravel}
)
REDUCTIONS: Mapping[Any, np.ufunc] = {
    np.sum: np.add,
    np.max: np.maximum,
    np.min: np.minimum,
    np.prod: np.multiply,
}
LEAST_REPEATED = 2**12  # numbers
MANY = 1024  # entries, from which on choosing by bits pays
BASIC = (int, slice, type(None), type(Ellipsis))


class Untraceable(Exception):
    """What is computed cannot be said beforehand: a decision by a value, an unknown function."""


class Traced(NDArrayOperatorsMixin):
    """Stands for an array: `array` has its shape, dtype and place, but no numbers yet."""

    def __init__(self, notes: Notes, array: Array) -> None:
        self.notes, self.array = notes, array

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: self.array.dtype)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)
    T = property(lambda self: self.notes.view(self, self.array.T))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__":
            return self.notes.ufunc(ufunc, inputs, **options)
        if method == "reduce":
            return self.notes.reduce(ufunc, *inputs, **options)
        raise Untraceable(f"{ufunc.__name__}.{method}")

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, options: Any
    ) -> Any:
        return self.notes.function(function, args, options)

    def __len__(self) -> int:
        return len(self.array)

    def __bool__(self) -> bool:
        raise Untraceable("a decision by a value")

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise Untraceable("a value")

    def __iter__(self) -> Iterator[Any]:
        raise Untraceable("entry by entry")

    def __getitem__(self, index: Any) -> Traced:
        index = _basic(index)
        return self.notes.view(self, self.array[(*index, ...) if ... not in index else index])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.notes.copy(self[index], value)

    def reshape(self, *shape: Any) -> Traced:
        """A view in another shape."""
        return self.notes.view(self, self.array.reshape(*shape))

    def transpose(self, *axes: Any) -> Traced:
        """A view with other axes."""
        return self.notes.view(self, self.array.transpose(*axes))

    def swapaxes(self, one: int, other: int) -> Traced:
        """A view with two axes exchanged."""
        return self.notes.view(self, self.array.swapaxes(one, other))

    def astype(self, dtype: Any, copy: bool = True) -> Traced:
        """The entries in another dtype."""
        if self.dtype == dtype and not copy:
            return self
        made = self.notes.empty(self.shape, dtype)
        self.notes.copy(made, self)
        return made

    def copy(self) -> Traced:
        """The entries in a buffer of their own."""
        return self.astype(self.dtype)

    def fill(self, value: Any) -> None:
        """Write one number everywhere."""
        self.notes.copy(self, value)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """The sum over axes."""
        return self.notes.reduce(np.add, self, axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """The largest over axes."""
        return self.notes.reduce(np.maximum, self, axis, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """The smallest over axes."""
        return self.notes.reduce(np.minimum, self, axis, keepdims=keepdims)


class Notes:
    """Stands for NumPy: its functions note what they would do; constants are made at once.

    What is made lies in memory as one of the inputs of its shape, if there is one.
    """

    def __init__(self, site: Site, inputs: Sequence[Array]) -> None:
        self.site, self.inputs = site, inputs

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def empty(self, shape: Any, dtype: Any = "float64") -> Traced:
        """A buffer."""
        shape = tuple(shape) if isinstance(shape, Sequence) else (shape,)
        return self._made(shape, dtype, self.inputs)

    def zeros(self, shape: Any, dtype: Any = "float64") -> Traced:
        """A buffer that is cleared in every step: it may be written into."""
        return self._full(shape, 0, dtype)

    def ones(self, shape: Any, dtype: Any = "float64") -> Traced:
        """A buffer of ones, written in every step."""
        return self._full(shape, 1, dtype)

    def asarray(self, given: Any, dtype: Any = None) -> Any:
        """What is an array stays itself; numbers become constants."""
        if isinstance(given, Traced):
            return given if dtype is None else given.astype(dtype, copy=False)
        return np.asarray(given, dtype)

    def view(self, owner: Traced, array: Array) -> Traced:
        """What was made of an array without moving its entries."""
        if array.size and not np.may_share_memory(owner.array, array):
            raise Untraceable("a shape that no view has")
        return Traced(self, array)

    def copy(self, target: Traced, value: Any, where: Any = True) -> None:
        """Write a value, broadcast and cast."""
        given = _bare(value)
        if where is True:
            self._may_lie(target, given)
            self.site.call(np.copyto, target.array, given, "unsafe")
        else:
            self.site.call(np.copyto, target.array, given, "unsafe", _bare(where))

    def ufunc(
        self, ufunc: np.ufunc, inputs: Sequence[Any], out: Any = None, where: Any = True
    ) -> Traced:
        """A function entry by entry, or a product of matrices."""
        if ufunc.nout != 1 or (where is not True and out is None):
            raise Untraceable(ufunc.__name__)
        operands = tuple(map(_bare, inputs))
        given = None if out is None else out[0]
        if given is None:
            kinds = [
                x.dtype if isinstance(x, np.ndarray | np.generic) else type(x) for x in operands
            ]
            dtype = ufunc.resolve_dtypes((*kinds, None))[-1]
            near = operands if ufunc.signature is None else ()
            given = self._made(_shape(ufunc, operands), dtype, near)
        operands = _as_arrays(ufunc, operands, given.array)
        if ufunc.signature is None and where is True:
            for operand in operands:
                self._may_lie(given, operand)
        options = {} if where is True else {"where": _bare(where)}
        if ufunc in BY_KEYWORD:
            self.site.call(ufunc, *operands, out=given.array, **options)
        else:
            self.site.call(ufunc, *operands, given.array, **options)
        return given

    def reduce(
        self, ufunc: np.ufunc, array: Any, axis: Any = 0, out: Any = None, keepdims: bool = False
    ) -> Traced:
        """A ufunc's reduction over axes; all of them for None."""
        of = array.array
        like = np.zeros((1,) * of.ndim, of.dtype)
        axes = range(of.ndim) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
        gone = {place % of.ndim for place in axes}
        shape = [1 if i in gone else n for i, n in enumerate(of.shape) if keepdims or i not in gone]
        given = out[0] if out is not None else self.empty(shape, ufunc.reduce(like, None).dtype)
        self.site.call(ufunc.reduce, of, tuple(sorted(gone)), None, given.array, keepdims)
        return given

    def function(
        self, function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        """One of NumPy's functions that are no ufuncs."""
        if function in VIEWS:
            bare = [_bare(arg) for arg in args]
            return self.view(args[0], function(*bare, **options))
        if function in REDUCTIONS:
            return self._reduced(REDUCTIONS[function], *args, **options)
        table: Mapping[Any, Callable[..., Any]] = {
            np.where: self._where,
            np.copyto: self.copy,
            np.clip: self._clip,
            np.concatenate: self._concatenate,
        }
        known = table.get(function)
        if known is None:
            raise Untraceable(function.__name__)
        return known(*args, **options)

    # --- inside ---------------------------------------------------------------------------

    def _reduced(
        self,
        ufunc: np.ufunc,
        array: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
    ) -> Traced:
        if dtype is not None and np.dtype(dtype) != array.dtype:
            raise Untraceable("a sum in another dtype")
        return self.reduce(ufunc, array, axis, None if out is None else (out,), keepdims)

    def _full(self, shape: Any, value: Any, dtype: Any) -> Traced:
        made = self.empty(shape, dtype)
        self.copy(made, value)
        return made

    def _where(self, condition: Any, one: Any, other: Any) -> Traced:
        condition, one, other = operands = [_bare(x) for x in (condition, one, other)]
        made = self.empty(_broadcast(operands), np.result_type(one, other))
        if made.size < MANY:
            self.copy(made, other)
            self.copy(made, one, where=condition)
        else:
            self._may_lie(made, one)
            self._choose(condition, one, other, made)
        return made

    def _choose(self, condition: Any, one: Any, other: Any, made: Traced) -> None:
        """Write one or the other by their bits: nine times as fast as a copy by a random mask."""
        kind, call = f"i{made.dtype.itemsize}", self.site.call
        mask, out = self.site.make(made.shape, kind), made.array.view(kind)
        bits, others = (self._bits(operand, made.dtype) for operand in (one, other))
        call(np.copyto, mask, condition)
        call(np.negative, mask, mask)
        call(np.bitwise_xor, bits, others, out)
        call(np.bitwise_and, out, mask, out)
        call(np.bitwise_xor, out, others, out)

    def _bits(self, operand: Any, dtype: np.dtype[Any]) -> Array:
        """The entries as integers of the same size, cast before if they are of another dtype."""
        given = np.asarray(operand)
        if given.dtype != dtype:
            if isinstance(operand, np.ndarray):
                cast = self.site.make(given.shape, dtype)
                self.site.call(np.copyto, cast, given, "unsafe")
            else:
                cast = given.astype(dtype)
            given = cast
        return given.view(f"i{dtype.itemsize}")

    def _clip(self, x: Any, least: Any, most: Any, out: Any = None) -> Traced:
        made = self.ufunc(np.maximum, (x, least), None if out is None else (out,))
        return self.ufunc(np.minimum, (made, most), (made,))

    def _concatenate(self, arrays: Any, axis: int = 0, out: Any = None) -> Traced:
        parts = tuple(map(_bare, arrays))
        shape = list(parts[0].shape)
        shape[axis] = sum(part.shape[axis] for part in parts)
        made = self.empty(shape, parts[0].dtype) if out is None else out
        self.site.call(np.concatenate, parts, axis, made.array)
        return made

    def _made(self, shape: tuple[int, ...], dtype: Any, near: Sequence[Any]) -> Traced:
        """A buffer that lies in memory as the first array of its shape does."""
        for array in near:
            if isinstance(array, np.ndarray) and array.shape == shape:
                return Traced(self, self.site.make_like(array, dtype=dtype))
        return Traced(self, self.site.make(shape, dtype))

    def _may_lie(self, target: Traced, operand: Any) -> None:
        if isinstance(operand, np.ndarray):
            self.site.may_lie(target.array, operand)


@contextmanager
def tracing() -> Iterator[None]:
    """What goes wrong on stand-ins for arrays says nothing about arrays: it cannot be traced."""
    try:
        yield
    except Untraceable:
        raise
    except Exception as error:
        raise Untraceable(f"{type(error).__name__}: {error}") from error


def _bare(given: Any) -> Any:
    return given.array if isinstance(given, Traced) else given


def _kind(operand: Any) -> Any:
    """What decides a result's dtype: Python's own numbers bend to the others."""
    return operand.dtype if isinstance(operand, np.ndarray | np.generic) else type(operand)


def _as_arrays(ufunc: np.ufunc, operands: tuple[Any, ...], out: Array) -> tuple[Any, ...]:
    """Python's numbers as arrays, which are taken faster.

    NumPy has no vector code for the larger of an array and one number, so that is written out to
    rows of a length that pays.
    """
    if all(isinstance(operand, np.ndarray) for operand in operands):
        return operands
    kinds = ufunc.resolve_dtypes((*map(_kind, operands), None))
    row = _row(out) if ufunc in BY_KEYWORD else np.empty(())
    return tuple(
        operand if isinstance(operand, np.ndarray) else np.full_like(row, operand, kind)
        for operand, kind in zip(operands, kinds[:-1], strict=True)
    )


def _row(out: Array) -> Array:
    """Room for a stretch of entries that follow each other in memory, broadcastable to `out`."""
    order, sizes = axes_in_memory(out), [1] * out.ndim
    for axis in reversed(order):
        if math.prod(sizes) >= LEAST_REPEATED:
            break
        sizes[axis] = out.shape[axis]
    row = np.empty([sizes[axis] for axis in order])
    return row.transpose(sorted(range(out.ndim), key=order.__getitem__))


def _basic(index: Any) -> tuple[Any, ...]:
    parts: tuple[Any, ...] = index if isinstance(index, tuple) else (index,)
    if not all(isinstance(part, BASIC) for part in parts):
        raise Untraceable("an index by values")
    return parts


def _broadcast(operands: Sequence[Any]) -> tuple[int, ...]:
    shape: tuple[int, ...] = np.broadcast_shapes(*map(np.shape, operands))
    return shape


def _shape(ufunc: np.ufunc, operands: Sequence[Any]) -> tuple[int, ...]:
    if ufunc.signature is None:
        return _broadcast(operands)
    if ufunc is not np.matmul:
        raise Untraceable(ufunc.__name__)
    a, b = (operand.shape for operand in operands)
    one, other = (a if len(a) > 1 else (1, *a)), (b if len(b) > 1 else (*b, 1))
    if one[-1] != other[-2]:
        raise Untraceable(f"a product of {a} and {b}")
    batch = np.broadcast_shapes(one[:-2], other[:-2])
    return (*batch, *one[-2:-1][: len(a) - 1 or 0], *other[-1:][: len(b) - 1 or 0])
