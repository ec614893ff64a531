"""What can be done to a kept tensor: type, paste, fill. Large ones are made in the background."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from graph import GradwireError
from graph.naming import output_name, port_name
from gui.background import Background
from gui.inspector.axes import Array
from gui.inspector.kept_tensor import KeptTensor
from gui.told import told_error
from runtime import values
from runtime.streams import Stream, stream

LONG_TEXT = 20_000  # characters from which a text is read in the background

_seeds = itertools.count()


def next_seed() -> int:
    """Another seed at each call, so that two presses give two drawings."""
    return next(_seeds)


class TensorWork(QObject):
    """Makes new numbers for a tensor and puts them into the document.

    `done(sentence)` follows each call: the empty text, or why nothing was changed.
    """

    done = Signal(str)

    def __init__(self, tensor: KeptTensor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tensor = tensor
        self._text = ""
        self._background = Background(self)
        self._background.answered.connect(self._take)
        self._background.refused.connect(self._refuse)

    def type_in(self, text: str, seed: int = 0) -> None:
        """Take over a typed value; the empty text clears."""
        dtype = self.tensor.dtype
        if not text.strip():
            self.clear()
        else:
            self._read(lambda: values.parse_value(text, dtype), len(text), seed)

    def paste(self, text: str, seed: int = 0) -> None:
        """Take over CSV, TSV or bracketed numbers."""
        dtype, rank = self.tensor.dtype, len(self.tensor.shape or ())

        def read() -> values.Value:
            if text.lstrip().startswith("["):
                return values.parse_value(text, dtype)
            table = _of_rank(values.parse_table(text, dtype), rank)
            return values.Value(table.shape, lambda _: table)

        self._read(read, len(text), seed)

    def fill(self, kind: str, seed: int = 0) -> None:
        """Fill with `zeros`, `ones`, `randn` (normal) or `rand` (uniform)."""
        name = self._name()
        try:
            shape, dtype = self.tensor.sizes(), self.tensor.dtype
        except GradwireError as error:
            self.done.emit(told_error(self.tensor.document.graph, error))
            return
        if kind in ("zeros", "ones"):
            self._text = self.tr("Fill {0} with {1}").format(name, kind)
        else:
            self._text = self.tr("Fill {0} at random, seed {1}").format(name, seed)
        entries = 1
        for size in shape:
            entries *= size
        self._background.ask(lambda: values.filled(kind, shape, dtype, self._stream(seed)), entries)

    def clear(self) -> None:
        """Keep nothing."""
        self._background.drop()
        self.done.emit(self.tensor.clear(self.tr("Clear {0}").format(self._name())))

    def change(self, at: tuple[int, ...], number: object) -> None:
        """Set one number."""
        array = self.tensor.array()
        if array is None:
            return
        changed = array.copy()
        changed[at] = number
        place = "[" + ", ".join(map(str, at)) + "]"
        text = self.tr("Set {0} at {1}").format(self._name(), place)
        self.done.emit(self.tensor.set(changed, text))

    def _read(self, read: Callable[[], values.Value], length: int, seed: int) -> None:
        self._text = self.tr("Set {0}").format(self._name())
        if length > LONG_TEXT:
            self._background.ask(lambda: read().array(self._stream(seed)), length * LONG_TEXT)
            return
        try:
            value = read()  # a short text may still ask for a large tensor
        except GradwireError as error:
            self._refuse(error)
            return
        self._background.ask(lambda: value.array(self._stream(seed)), value.size)

    def _name(self) -> str:
        """What the history calls the port."""
        return output_name(self.tensor.document.graph, self.tensor.ref)

    def _stream(self, seed: int) -> Stream:
        """The port's own stream: with the graph's seed, the same numbers wherever it is typed."""
        return stream(seed, *self.tensor.ref)

    def _take(self, array: Array) -> None:
        if self.tensor.exists:
            self.done.emit(self.tensor.set(array, self._text))

    def _refuse(self, error: Exception) -> None:
        where = port_name(self.tensor.document.graph, self.tensor.ref)
        self.done.emit(str(error).replace("value:", f"{where}:", 1))
        if not isinstance(error, (values.BadValue, GradwireError)):
            raise error


def _of_rank(table: Array, rank: int) -> Array:
    """A pasted table for a tensor of another rank: one row or column can be a vector."""
    if rank == 0 and table.size == 1:
        return table.reshape(())
    if rank == 1 and 1 in table.shape:
        return table.reshape(-1)
    return table
