"""How many operations on numbers a module's own code makes: it is run once on arrays that count.

An operation on one number counts as one, a product of matrices as one multiply-add for each of
its products. What copies, cuts and reorders numbers counts for nothing.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from runtime.array import Array
from runtime.modules.context import Context
from runtime.records import Record

Outs = tuple[Array | None, ...]


@dataclass
class Tally:
    """A running count."""

    operations: int = 0


class Counted(np.ndarray[Any, Any]):
    """An array that adds to a tally what is worked out from it, and makes others that do."""

    tally: Tally | None

    def __array_finalize__(self, source: Any) -> None:
        self.tally = getattr(source, "tally", None)

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **settings: Any) -> Any:
        """One of NumPy's or SciPy's functions that go entry by entry, or a product of matrices."""
        tally = next(x.tally for x in (*inputs, *_outs(settings)) if isinstance(x, Counted))
        assert tally is not None
        plain = _plain(settings)
        found = getattr(ufunc, method)(*_plain(inputs), **plain)
        tally.operations += _operations(ufunc, method, inputs, found)
        given = _outs(settings)
        if len(given) == 1 and given[0] is not None:
            return given[0]
        return _counted(found, tally)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Any other function: by what it is made of, or by the sizes that it sums over."""
        tally = self.tally
        assert tally is not None
        counts = _PRODUCTS.get(func)
        if counts is None:
            return _counted(super().__array_function__(func, types, args, kwargs), tally)
        plain = _plain(args)
        found = func(*plain, **_plain(kwargs))
        tally.operations += counts(plain, found)
        out = kwargs.get("out")
        return _counted(found, tally) if out is None else out


class Counting:
    """NumPy with its functions giving counted arrays."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if not isinstance(found, types.FunctionType | types.BuiltinFunctionType):
            return _function(found, self._tally) if _is_function(found) else found
        return _function(found, self._tally)


def count_forward(record: Record) -> int:
    """Operations of a step's forward pass."""
    tally = Tally()
    with np.errstate(all="ignore"):
        record.step.module.forward(_context(record, tally), _arrays(record.ins, tally))
    return tally.operations


def count_vjp(record: Record, gouts: Outs) -> int:
    """Operations of a step's reverse pass, where these gradients arrive."""
    tally = Tally()
    context = _context(record, tally, keeps=True)
    found, need = _arrays(gouts, tally), record.step.need
    with np.errstate(all="ignore"):
        record.step.module.vjp(context, found, _kept(record, tally), need)
    return tally.operations


def count_jvp(record: Record, tangents: Outs) -> int:
    """Operations of a step of forward mode, where these tangents arrive."""
    tally = Tally()
    context = _context(record, tally, keeps=True)
    with np.errstate(all="ignore"):
        record.step.module.jvp(context, _arrays(tangents, tally), _kept(record, tally))
    return tally.operations


def _context(record: Record, tally: Tally, *, keeps: bool = False) -> Context:
    known = record.context
    state = {name: _counted(array, tally) for name, array in known.state.items()}
    kept = {name: _counted(array, tally) for name, array in known.kept.items()} if keeps else {}
    return replace(known, xp=Counting(tally), state=state, kept=kept, updates={})


def _kept(record: Record, tally: Tally) -> Mapping[str, Array]:
    return {name: _counted(array, tally) for name, array in record.kept().items()}


def _arrays(arrays: Outs, tally: Tally) -> Any:
    return tuple(None if array is None else _counted(array, tally) for array in arrays)


def _counted(found: Any, tally: Tally) -> Any:
    """The same with arrays that count, also those of a tuple or list; a number as an array."""
    if isinstance(found, tuple | list):
        return type(found)(_counted(part, tally) for part in found)
    if isinstance(found, np.ndarray | np.generic):
        counted = np.asarray(found).view(Counted)
        counted.tally = tally
        return counted
    return found


def _plain(given: Any) -> Any:
    """The same with NumPy's own arrays."""
    if isinstance(given, Counted):
        return given.view(np.ndarray)
    if isinstance(given, tuple | list):
        return type(given)(_plain(part) for part in given)
    if isinstance(given, dict):
        return {name: _plain(part) for name, part in given.items()}
    return given


def _outs(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    out = settings.get("out", ())
    return out if isinstance(out, tuple) else (out,)


def _operations(ufunc: Any, method: str, inputs: tuple[Any, ...], found: Any) -> int:
    if method in ("reduce", "accumulate", "reduceat"):
        return int(np.size(inputs[0]))
    if method == "at":
        return int(np.size(inputs[0][inputs[1]]))
    size = int(np.size(found[0] if isinstance(found, tuple) else found))
    return size * int(np.shape(inputs[0])[-1]) if ufunc.signature else size


def _is_function(found: Any) -> bool:
    """Whether it is one of those that NumPy wraps, and neither a class nor entry by entry."""
    return callable(found) and not isinstance(found, type | np.ufunc | types.ModuleType)


def _function(func: Any, tally: Tally) -> Callable[..., Any]:
    return lambda *args, **kwargs: _counted(func(*args, **kwargs), tally)


def _einsum(args: tuple[Any, ...], found: Any) -> int:
    """One multiply-add for each combination of all indices."""
    equation, *operands = args
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=True):
        before, dots, after = term.partition("...")
        letters = [*before, *(f"…{-i}" for i in range(operand.ndim - len(before + after), 0, -1))]
        letters = letters if dots else list(before)
        for letter, size in zip([*letters, *after], operand.shape, strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1))
    return math.prod(sizes.values())


def _dot(args: tuple[Any, ...], found: Any) -> int:
    return int(np.size(found)) * int(np.shape(args[0])[-1] if np.ndim(args[0]) else 1)


def _tensordot(args: tuple[Any, ...], found: Any) -> int:
    one, other, *_ = args
    summed = math.sqrt(np.size(one) * np.size(other) / max(1, np.size(found)))
    return int(np.size(found)) * round(summed)


_PRODUCTS: Mapping[Any, Callable[[tuple[Any, ...], Any], int]] = {
    np.einsum: _einsum, np.dot: _dot, np.inner: _dot, np.tensordot: _tensordot,
}  # fmt: skip
