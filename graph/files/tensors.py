"""Tensors in a file: `values` (a flat list, C order) or `data` (base64, little-endian, C order)."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import Any

from graph.errors import BadTensor
from graph.files.limits import MAX_RANK, MAX_TENSOR_BYTES, VALUES_WRITTEN
from graph.files.schema import TensorRecord
from graph.tensor import DTYPES, FLOATING, FORMATS, Tensor, itemsize

# Decimal digits that always do for a dtype (IEEE 754), and fewer.
_DIGITS = {"float16": range(1, 6), "float32": range(1, 10)}


def decode(record: TensorRecord) -> Tensor:
    """The tensor of an entry; raises `BadTensor`. Sizes are checked before numbers are read."""
    shape = tuple(record.shape)
    if record.dtype not in DTYPES:
        found = f'dtype "{record.dtype}"' if record.dtype.isidentifier() else "another dtype"
        raise BadTensor(found=found, expected=f"one of {', '.join(DTYPES)}")
    if len(shape) > MAX_RANK or any(size < 0 for size in shape):
        found = f"shape {list(shape)}" if len(shape) <= MAX_RANK else f"{len(shape)} axes"
        raise BadTensor(found=found, expected=f"at most {MAX_RANK} sizes from 0 up")
    # An axis of size 0 hides the others from a product, not from an array library.
    if math.prod(size or 1 for size in shape) * itemsize(record.dtype) > MAX_TENSOR_BYTES:
        raise BadTensor(found=f"shape {list(shape)}", expected=f"at most {MAX_TENSOR_BYTES} bytes")
    if record.values is not None and record.data is None:
        return _of_values(record, record.values, shape)
    if record.data is not None and record.values is None:
        return _of_base64(record, record.data, shape)
    raise BadTensor(
        found="no numbers" if record.data is None else "values and data",
        expected="either values or data",
    )


def encode(tensor: Tensor) -> dict[str, Any]:
    """The entry of a tensor: `values` up to 256 finite numbers, else `data`."""
    entry: dict[str, Any] = {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    values = tensor.values() if tensor.size <= VALUES_WRITTEN else None
    if values is not None and all(map(math.isfinite, values)):
        entry["values"] = [_short(value, tensor.dtype) for value in values]
    else:
        entry["data"] = base64.b64encode(tensor.data).decode("ascii")
    return entry


def _short(value: Any, dtype: str) -> Any:
    """The number with the fewest digits that the dtype rounds to `value`: 0.1, not 0.100000001.

    Whole numbers stay as they are.
    """
    letter = FORMATS[dtype]
    if float(value).is_integer():
        return value
    for digits in _DIGITS.get(dtype, ()):
        rounded = float(f"{value:.{digits}g}")
        try:
            if struct.unpack(letter, struct.pack(letter, rounded))[0] == value:
                return rounded
        except OverflowError:  # the dtype's greatest numbers round up beyond it
            continue
    return value


def _of_values(record: TensorRecord, values: list[Any], shape: tuple[int, ...]) -> Tensor:
    size = math.prod(shape)
    if len(values) != size:
        raise BadTensor(found=f"{len(values)} values", expected=f"{size} for {list(shape)}")
    allowed: set[type] = {int, float} if record.dtype in FLOATING else {int}
    if record.dtype == "bool":
        allowed = {bool}
    if not set(map(type, values)) <= allowed:
        raise BadTensor(found=f"values that are no {record.dtype}", expected=record.dtype)
    return Tensor.of_values(record.dtype, shape, values)


def _of_base64(record: TensorRecord, text: str, shape: tuple[int, ...]) -> Tensor:
    nbytes = math.prod(shape) * itemsize(record.dtype)
    length = 4 * -(-nbytes // 3)
    if len(text) != length:
        found = f"{len(text)} characters of base64"
        raise BadTensor(found=found, expected=f"{length} for {record.dtype} {list(shape)}")
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BadTensor(found=f"wrong base64 ({error})", expected="base64") from None
    if record.dtype == "bool" and data.translate(None, b"\0\1"):
        raise BadTensor(found="bytes that are neither 0 nor 1", expected="bool")
    return Tensor(record.dtype, shape, data)
