"""A tensor as data: dtype, shape and bytes, without any array library."""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graph.errors import BadTensor

# dtype name -> the letter that `struct` and `memoryview` use for it.
FORMATS = {
    "float16": "e",
    "float32": "f",
    "float64": "d",
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "uint8": "B",
    "bool": "?",
}
DTYPES = tuple(FORMATS)
FLOATING = frozenset({"float16", "float32", "float64"})
_LETTERS = {letter: dtype for dtype, letter in FORMATS.items()} | {"l": "int64"}


def itemsize(dtype: str) -> int:
    """Bytes of one number of `dtype`."""
    return struct.calcsize(FORMATS[dtype])


def kind_of(dtype: str) -> str:
    """The kind of a dtype: `floating`, `integer` or `boolean`."""
    if dtype in FLOATING:
        return "floating"
    return "boolean" if dtype == "bool" else "integer"


@dataclass(frozen=True, slots=True)
class Tensor:
    """An immutable tensor.

    `dtype` is one of `DTYPES`, `shape` a tuple of sizes, `data` the numbers in C order,
    little-endian. Raises `BadTensor` where the three do not fit together.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def __post_init__(self) -> None:
        if self.dtype not in FORMATS:
            raise BadTensor(found=f"dtype {self.dtype!r}", expected=f"one of {', '.join(DTYPES)}")
        if any(size < 0 for size in self.shape):
            raise BadTensor(found=f"shape {list(self.shape)}", expected="sizes of at least 0")
        if len(self.data) != self.nbytes:
            raise BadTensor(
                found=f"{len(self.data)} bytes",
                expected=f"{self.nbytes} for {self.dtype} {list(self.shape)}",
            )

    @classmethod
    def of(cls, buffer: Any) -> Tensor:
        """Copy any object with a buffer (a NumPy array, `array.array`, `memoryview`)."""
        try:
            view = memoryview(buffer)
        except (TypeError, ValueError, BufferError):  # ValueError: dates and other foreign dtypes
            found, expected = type(buffer).__name__, "an array of numbers"
            raise BadTensor(found=found, expected=expected) from None
        letter = view.format.lstrip("@=<") or "B"
        dtype = _LETTERS.get(letter)
        if dtype is None or itemsize(dtype) != view.itemsize:
            raise BadTensor(
                found=f"numbers of format {view.format!r}", expected=f"one of {', '.join(DTYPES)}"
            )
        return cls(dtype, tuple(view.shape or ()), _little_endian(view.tobytes(), dtype))

    @classmethod
    def of_values(
        cls, dtype: str, shape: Sequence[int], values: Iterable[float | int | bool]
    ) -> Tensor:
        """Pack a flat list of numbers in C order; raises `BadTensor` where one does not fit."""
        numbers = list(values)
        letter = FORMATS.get(dtype)
        if letter is None:
            raise BadTensor(found=f"dtype {dtype!r}", expected=f"one of {', '.join(DTYPES)}")
        try:
            data = struct.pack(f"<{len(numbers)}{letter}", *numbers)
        except (struct.error, OverflowError, TypeError) as error:
            raise BadTensor(found=f"values that are no {dtype} ({error})") from None
        return cls(dtype, tuple(shape), data)

    @classmethod
    def scalar(cls, value: float | int | bool, dtype: str = "float64") -> Tensor:
        """A tensor of shape []."""
        return cls.of_values(dtype, (), [value])

    @property
    def is_zero(self) -> bool:
        """Whether it has numbers and all of them are 0."""
        # The first bytes answer for nearly all tensors; counting is quick for the rest.
        return bool(self.data) and not any(self.data[:64]) and self.data.count(0) == len(self.data)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers."""
        return self.size * itemsize(self.dtype)

    def values(self) -> list[Any]:
        """All numbers as a flat list, C order."""
        return list(struct.unpack(f"<{self.size}{FORMATS[self.dtype]}", self.data))


def _little_endian(data: bytes, dtype: str) -> bytes:
    if sys.byteorder == "little" or itemsize(dtype) == 1:
        return data
    step = itemsize(dtype)
    return b"".join(data[i : i + step][::-1] for i in range(0, len(data), step))
