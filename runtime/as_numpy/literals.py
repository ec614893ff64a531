"""Tensors as Python writes them: exact to the bit."""

from __future__ import annotations

import base64
import textwrap

import numpy as np

from graph.tensor import FLOATING, Tensor
from runtime.array import Array
from runtime.feeds import tensor_array

MOST_NUMBERS = 64
"""Above this a tensor is written as its bytes: nobody reads so many numbers."""


def literal(tensor: Tensor) -> str:
    """An expression whose value is the tensor, in the program's dtype where it is floating."""
    return array_literal(tensor_array(tensor))


def array_literal(array: Array) -> str:
    """The same of a NumPy array."""
    dtype = "FLOAT" if array.dtype.name in FLOATING else f'"{array.dtype.name}"'
    flat = array.reshape(-1)
    if array.size and (flat == flat[0]).all() and array.size > 1:
        return f"np.full({array.shape}, {_number(flat[0])}, {dtype})"
    if array.size <= MOST_NUMBERS and np.isfinite(flat.astype("float64")).all():
        shaped = "" if array.size else f".reshape({array.shape})"
        return f"np.array({array.tolist()!r}, {dtype}){shaped}"
    data = base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes())
    text = " ".join(f'"{part}"' for part in textwrap.wrap(data.decode(), 80))
    return (
        f'np.frombuffer(base64.b64decode({text}), "{array.dtype.newbyteorder("<").str}")'
        f".astype({dtype}).reshape({array.shape})"
    )


def _number(value: Array) -> str:
    number = value.item()
    if isinstance(number, float) and not np.isfinite(number):
        return "np.nan" if number != number else ("np.inf" if number > 0 else "-np.inf")
    return repr(number)
