"""What a module is given to say which calls compute it in a compiled step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.initialise import sizes
from runtime.array import Array
from runtime.compiled.buffers import axes_in_memory

if TYPE_CHECKING:
    from runtime.compiled.units import Unit
    from runtime.compiled.walk import Walk
    from runtime.modules.context import Context
    from runtime.numbering import PlanStep

Pull = Callable[[tuple[Array | None, ...]], Sequence[Array | None]]
Lowered = tuple[Sequence[Array], Pull]
"""The arrays that the outputs will be in, and what draws the reverse calls.

A pull is given the arrays that the outputs' gradients will be in (None where nothing arrives; not
all are) and gives those of the inputs', None where none is needed.
"""


class Site:
    """The place in a program where one unit is lowered: calls are added, nothing is computed yet.

    Rules, on which the sharing of memory rests:

    - A call touches no arrays but its arguments (containers of arrays count). What it writes into
      comes from `make` or `gradient`, or is an array of the module's own, which then keeps its
      numbers from step to step (a mask of padding, row numbers).
    - Buffers hold unknown numbers until a call writes them, and others' after the last call that
      touches them.
    - Nobody writes into what another unit made, nor into a gradient that arrives; an output or a
      gradient may be a view of an input or of a gradient that arrived.
    - Lowering is done twice, and makes the same buffers in the same order both times.

    `shapes` are those of the ports of the unit's first node, `need` says which inputs want a
    gradient.
    """

    def __init__(self, walk: Walk, unit: Unit) -> None:
        self._walk, self._drawing, self._slots = walk, walk.drawing, unit.inputs
        self.need = unit.need
        self._first = unit.steps[0]
        self.shapes: Mapping[str, tuple[int, ...]] = self._first.shapes

    @property
    def xp(self) -> Any:
        """The array module."""
        return self._drawing.xp

    @property
    def dtype(self) -> np.dtype[Any]:
        """The floating dtype of the training."""
        return self._drawing.dtype

    def context(self, step: PlanStep) -> Context:
        """What a node's own forward and vjp are given, with its states."""
        return self._drawing.context(step)

    def own_context(self) -> Context:
        """The context of the unit's first node: its mode, its states, its random streams."""
        return self.context(self._first)

    def is_opaque(self, kind: type) -> bool:
        """Whether modules of a class compute what cannot be traced."""
        return kind in self._drawing.opaque

    def dtype_of(self, slot: int) -> str:
        """The dtype of what a slot holds."""
        return self._drawing.types[slot].dtype

    def sizes_of(self, slot: int) -> tuple[int, ...]:
        """The shape of what a slot holds."""
        return sizes(self._drawing.types[slot])

    def walk(
        self, units: Sequence[Unit], values: Mapping[int, Array], homes: Mapping[int, Array]
    ) -> Walk:
        """A walk through inner units, whose calls are this one's; as `Walk` says."""
        return type(self._walk)(self._drawing, units, values, homes)

    def make(self, shape: Sequence[int], dtype: Any = None, *, over: Array | None = None) -> Array:
        """A C-contiguous buffer; of the training's dtype, if no other is said.

        `over` is an array of the same number of bytes that it may lie on, as `may_lie` says.
        """
        made = self._drawing.buffers.make(shape, self.dtype if dtype is None else dtype)
        if over is not None:
            self.may_lie(made, over)
        return made

    def may_lie(self, array: Array, over: Array) -> None:
        """Let a buffer lie on another of its size where nobody needs that any more.

        The first call that writes it must read entry i of the other before it writes entry i, as
        NumPy's entrywise functions do.
        """
        self._drawing.buffers.may_lie(array, over)

    def contiguous(self, array: Array) -> Array:
        """An array with its entries in C order: itself, or a buffer that it is copied to."""
        if array.flags.c_contiguous:
            return array
        made = self.make(array.shape, array.dtype)
        self.call(np.copyto, made, array)
        return made

    def scaled(self, gradient: Array, factor: float) -> Array:
        """An arriving gradient times a number; the one that a step starts with is known already."""
        if factor == 1.0:
            return gradient
        number = np.asarray(factor, gradient.dtype)
        if gradient is self._drawing.seed:
            return np.asarray(gradient * number)
        made = self.make(gradient.shape, gradient.dtype, over=gradient)
        self.call(np.multiply, gradient, number, made)
        return made

    def make_like(
        self, array: Array, shape: Sequence[int] | None = None, dtype: Any = None
    ) -> Array:
        """A buffer whose axes lie in memory in the order of an array's: calls walk along both.

        Of the array's shape and dtype, if no others are said.
        """
        sizes, order = array.shape if shape is None else shape, axes_in_memory(array)
        made = self.make([sizes[axis] for axis in order], array.dtype if dtype is None else dtype)
        return made.transpose(sorted(range(array.ndim), key=order.__getitem__))

    def gradient(self, place: int) -> Array:
        """The buffer for the gradient of input `place`, where it is best written.

        For a parameter it is where the update reads it. Asked once for each input.
        """
        return self._walk.gradient(self._slots[place])

    def call(self, function: Callable[..., object], /, *args: Any, **options: Any) -> None:
        """Add a call. NumPy's functions are called fastest by position; `dot` before `matmul`."""
        self._drawing.add(function, *args, **options)

    def commit(self, function: Callable[..., object], /, *args: Any) -> None:
        """Add a call that is made once loss and gradients are known to be finite: states change."""
        self._drawing.commit(function, *args)
