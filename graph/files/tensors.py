"""Tensors in a file: `values` (a flat list, C order) or `data` (base64, little-endian, C order)."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

from graph.errors import BadTensor
from graph.files.limits import MAX_RANK, MAX_TENSOR_BYTES, VALUES_WRITTEN
from graph.files.schema import TensorRecord
from graph.tensor import DTYPES, Tensor, itemsize


def decode(record: TensorRecord) -> Tensor:
    """The tensor of an entry; raises `BadTensor`. Sizes are checked before numbers are read."""
    shape = tuple(record.shape)
    if record.dtype not in DTYPES:
        raise BadTensor(found=f'dtype "{record.dtype}"', expected=f"one of {', '.join(DTYPES)}")
    if len(shape) > MAX_RANK or any(size < 0 for size in shape):
        raise BadTensor(
            found=f"shape {list(shape)[:8]}", expected=f"0 to {MAX_RANK} sizes from 0 up"
        )
    nbytes = math.prod(shape) * itemsize(record.dtype)
    if nbytes > MAX_TENSOR_BYTES:
        raise BadTensor(found=f"shape {list(shape)}", expected=f"at most {MAX_TENSOR_BYTES} bytes")
    if (record.values is None) == (record.data is None):
        raise BadTensor(found="values and data" if record.data else "no numbers",
                        expected="either values or data")  # fmt: skip
    if record.values is not None:
        return _of_values(record, shape)
    return Tensor(record.dtype, shape, _of_base64(record.data or "", nbytes))


def encode(tensor: Tensor) -> dict[str, Any]:
    """The entry of a tensor: `values` up to 256 finite numbers, else `data`."""
    entry: dict[str, Any] = {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    values = tensor.values() if tensor.size <= VALUES_WRITTEN else None
    if values is not None and all(map(math.isfinite, values)):
        entry["values"] = values
    else:
        entry["data"] = base64.b64encode(tensor.data).decode("ascii")
    return entry


def _of_values(record: TensorRecord, shape: tuple[int, ...]) -> Tensor:
    values = record.values or []
    if len(values) != math.prod(shape):
        raise BadTensor(
            found=f"{len(values)} values", expected=f"{math.prod(shape)} for {list(shape)}"
        )
    boolean = record.dtype == "bool"
    if any(isinstance(value, bool) != boolean for value in values):
        raise BadTensor(found=f"values that are no {record.dtype}")
    return Tensor.of_values(record.dtype, shape, values)


def _of_base64(text: str, nbytes: int) -> bytes:
    if len(text) != 4 * -(-nbytes // 3):
        raise BadTensor(
            found=f"{len(text)} characters of base64", expected=f"{4 * -(-nbytes // 3)}"
        )
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BadTensor(found=f"wrong base64 ({error})", expected="base64") from None
