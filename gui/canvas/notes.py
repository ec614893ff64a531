"""The words at both ends of an edge: plain functions from readings to texts.

Each gives its forms from rich to poor; the plates take the richest that there is room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.broadcast import Spread
from gui.numbers import format_number, format_shape
from gui.remembered import Remembered
from gui.shown import Reading

FEW = 4  # a vector of at most as many numbers is written out from close by
Forms = tuple[str, ...]


def value_forms(reading: Reading, name: str, close: bool, spread: Spread | None = None) -> Forms:
    """What flows: `2`, from close by `x.y = 2`; a tensor's shape, from close by its range.

    `spread` is how it is broadcast: `[8] → [32, 8]`, `2  [] → [4]`.
    """
    if reading.state != "value":
        return () if reading.state == "blank" else (reading.state,)
    array = reading.array
    if array is None:
        return ()
    if array.ndim == 0:
        number = format_number(array.item())
        forms = (f"{name} = {number}", number) if close else (number,)
        spreading = f"  {spread.arrow}" if spread is not None else ""
        return (f"{forms[0]}{spreading}", f"{number}{spreading}", *forms) if spreading else forms
    own = format_shape(array.shape)
    shape = " ".join(filter(None, (own, figures_of(array).odd)))
    wide = " ".join(filter(None, (spread.arrow if spread else own, figures_of(array).odd)))
    forms = (wide, shape) if wide != shape else (shape,)
    return (f"{wide}  {numbers_or_range(array)}", *forms) if close else forms


def gradient_forms(
    reading: Reading, port: str, product: str, close: bool, spread: Spread | None = None
) -> Forms:
    """What comes back: `∂ 3`, from close by `∂L/∂a = 1 × 3 = 3`; the norm of a tensor.

    `product` is the chain rule in numbers where both of its factors are numbers, else empty.
    `spread` is how the value was broadcast: `∂ ‖0.42‖  summed over axis 0`.
    """
    forms = _gradient_forms(reading, port, product, close)
    if spread is None or not reading.is_value:
        return forms
    return (*(f"{form}  {spread.reverse}" for form in forms), *forms)


def _gradient_forms(reading: Reading, port: str, product: str, close: bool) -> Forms:
    if reading.state != "value":
        return () if reading.state == "blank" else (reading.state,)
    array = reading.array
    if array is None:
        return ()
    if array.ndim == 0:
        number = format_number(array.item())
        short = f"∂ {number}"
        if not close:
            return (short,)
        chain = f"{product} = {number}" if product else number
        return (f"∂L/∂{port} = {chain}", f"∂L/∂{port} = {number}", short)
    norm = f"∂ ‖{format_number(norm_of(array))}‖"
    if not close:
        return (norm, f"∂ ‖{format_number(norm_of(array), 2)}‖")
    return (f"{norm}  {numbers_or_range(array)}", norm)


def tangent_forms(reading: Reading, port: str, close: bool) -> Forms:
    """How a value moves along the seed: `d 2`, from close by `dy = 2`; the norm of a tensor."""
    array = reading.array
    if array is None:
        return ()
    if array.ndim == 0:
        number = format_number(array.item())
        return (f"d{port} = {number}", f"d {number}") if close else (f"d {number}",)
    norm, rough = (f"d ‖{format_number(norm_of(array), digits)}‖" for digits in (4, 2))
    return (f"{norm}  {numbers_or_range(array)}", norm) if close else (norm, rough)


def update_forms(reading: Reading) -> Forms:
    """What the update adds to a parameter: `Δ −0.1`; the norm of a tensor."""
    array = reading.array
    if array is None:
        return ()
    if array.ndim == 0:
        return (f"Δ {format_number(array.item())}",)
    return tuple(f"Δ ‖{format_number(norm_of(array), digits)}‖" for digits in (4, 2))


def sum_forms(reading: Reading) -> Forms:
    """What comes back to a port over all its edges: `Σ∂ 0.077`."""
    if reading.array is None:
        return ()
    if reading.array.ndim == 0:
        return (f"Σ∂ {format_number(reading.array.item())}",)
    return tuple(f"Σ∂ ‖{format_number(norm_of(reading.array), digits)}‖" for digits in (4, 2))


def factor_forms(reading: Reading) -> Forms:
    """The local derivative: `×3` between scalars, else the structure of its Jacobian."""
    if reading.map is None:
        return ()
    factor = scalar_factor(reading)
    if factor is not None:
        return (f"×{format_number(factor)}",)
    words = reading.map.describe()
    short = words.split(" of ")[0]
    return (words, short) if short != words else (words,)


def scalar_factor(reading: Reading) -> float | None:
    """The local derivative as a number, where output and input are scalars."""
    found = reading.map
    if found is None or found.out_shape != () or found.in_shape != ():
        return None
    return float(np.asarray(found.window(slice(0, 1), slice(0, 1))).reshape(()))


def product_text(upstream: Reading, factor: Reading) -> str:
    """`1 × 3`, or nothing where one of the two is no number."""
    number = scalar_factor(factor)
    if number is None or upstream.array is None or upstream.array.ndim:
        return ""
    return f"{format_number(upstream.array.item())} × {_bracketed(number)}"


def numbers_or_range(array: np.ndarray) -> str:
    """The numbers of a short vector, the range of anything else."""
    if array.ndim == 1 and array.size <= FEW:
        return "  ".join(format_number(number, 3) for number in array.tolist())
    found = figures_of(array)
    if found.least is None:
        return ""
    return f"{format_number(found.least, 3)} … {format_number(found.greatest, 3)}"


@dataclass(frozen=True, slots=True)
class Figures:
    """A few numbers on a whole tensor; `least` and `greatest` are those of its finite entries."""

    norm: float
    least: Any
    greatest: Any
    odd: str  # "", "NaN" or "∞": the worst that is in it


_figures = Remembered()


def figures_of(array: np.ndarray) -> Figures:
    """The figures of a tensor, worked out once."""
    return _figures.of(array, "figures", lambda: _work_out(array))


def norm_of(array: np.ndarray) -> float:
    """The Euclidean norm over all entries."""
    return figures_of(array).norm


def is_finite(reading: Reading) -> bool:
    """Whether every number of a reading is finite."""
    return reading.array is None or not figures_of(reading.array).odd


def _work_out(array: np.ndarray) -> Figures:
    with np.errstate(over="ignore", invalid="ignore"):
        norm = float(np.linalg.norm(np.asarray(array, dtype=np.float64).ravel()))
    finite, odd = array, ""
    if array.dtype.kind == "f":
        is_finite = np.isfinite(array)
        if not is_finite.all():
            finite, odd = array[is_finite], "NaN" if np.isnan(array).any() else "∞"
    if not finite.size:
        return Figures(norm, None, None, odd)
    return Figures(norm, finite.min(), finite.max(), odd)


def _bracketed(number: float) -> str:
    text = format_number(number)
    return f"({text})" if number < 0 else text
