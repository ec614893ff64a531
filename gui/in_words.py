"""A number or a tensor in a few words, for sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.numbers import format_number, format_shape


def tr(text: str) -> str:
    """A word in the user's language."""
    return QCoreApplication.translate("Sentence", text)


def scalar(array: Any) -> str:
    """The only number of an array."""
    return format_number(np.asarray(array).reshape(-1)[0].item())


def bracketed(number: str) -> str:
    """A negative number in brackets, to stand behind a sign."""
    return f"({number})" if number.startswith("−") else number


def describe(array: Any) -> str:
    """A number as it is, a tensor by shape and norm."""
    if array is None:
        return tr("not computed")
    array = np.asarray(array)
    if array.ndim == 0:
        return scalar(array)
    shape = format_shape(array.shape)
    if array.dtype.kind != "f" or not array.size:
        return shape
    norm = format_number(float(np.linalg.norm(array.astype(np.float64).reshape(-1))))
    return f"{shape} ‖{norm}‖"
