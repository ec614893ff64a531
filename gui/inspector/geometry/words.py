"""What a picture says in words: of its point, of the place pointed at, of its lines."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.inspector.axes import Array
from gui.inspector.geometry.look import Kind, Look
from gui.numbers import format_number


def tr(text: str) -> str:
    """Translate a sentence."""
    return QCoreApplication.translate("Geometry", text)


def entry_name(name: str, shape: tuple[int, ...], flat: int) -> str:
    """`w`, or `x[0, 3]`: a coordinate of a value, by its place in C order."""
    if not shape:
        return name
    index = ", ".join(str(int(at)) for at in np.unravel_index(flat, shape))
    return f"{name}[{index}]"


def at_point(look: Look) -> str:
    """`w = 2: x1 = 6`."""
    return _pair(look, look.here.point, look.here.linear.value)


def at_sample(look: Look, at: tuple[int, ...]) -> str:
    """What is at the pointer, what the approximation says there, and how far off that is."""
    points, values = look.sampled.points[at], look.sampled.values[at]
    said = look.here.linear(points)
    if not np.isfinite(values).all():
        return tr("{0}: not defined there").format(_named(look.inputs, points))
    off = float(np.linalg.norm(values - said))
    text = tr("{0}; the approximation says {1}, off by {2}")
    return text.format(_pair(look, points, values), _numbers(said), format_number(off, 3))


def derivative(look: Look) -> str:
    """The derivative in words: a slope, a gradient, or what becomes of areas."""
    linear = look.here.linear
    if not linear.is_finite:
        return tr("There is no derivative here: not all numbers are finite.")
    matrix = linear.matrix
    if look.kind == "curve":
        return tr("Slope {0}.").format(format_number(matrix[0, 0]))
    if look.kind == "path":
        return tr("Direction {0}, speed {1}.").format(
            _numbers(matrix[:, 0]), format_number(float(np.linalg.norm(matrix)))
        )
    if look.kind == "contour":
        return tr("Gradient {0}, steepest slope {1}.").format(
            _numbers(matrix[0]), format_number(float(np.linalg.norm(matrix)))
        )
    return _stretching(look)


def closeness(look: Look) -> str:
    """How far from the point the linear approximation is good."""
    if not look.here.linear.is_finite:
        return ""
    if look.reach is None:
        if np.all(look.error[np.isfinite(look.error)] == 0):
            return tr("The linear approximation is exact in all of this window.")
        return tr("The linear approximation is close in all of this window.")
    if look.here.linear.matrix.any():
        text = tr("The linear approximation is close up to {0} away.")
        return text.format(format_number(look.reach, 3))
    return tr("The derivative is zero: to first order nothing changes.")


def kinks(conventions: tuple[str, ...]) -> str:
    """What the derivative is taken to be, should the point be where one jumps."""
    text = tr("Here a slope jumps: {0}.")
    return text.format("; ".join(conventions)) if conventions else ""


def legend(kind: Kind) -> str:
    """What the lines are."""
    close = tr("Shaded: where it is off by less than 10% of the change it can foretell.")
    if kind == "curve":
        lines = tr("Solid: the function. Dashed: its tangent.")
    elif kind == "path":
        lines = tr("Solid: where the outputs go. Dashed: their linear approximation.")
    elif kind == "contour":
        lines = tr("Solid: equal height. Dashed: the same of the tangent plane. Arrow: gradient.")
    else:
        lines = tr(
            "First the inputs, then the outputs. Solid: the grid and a square, sent through. "
            "Dashed: by the linear approximation. Arrows: singular vectors."
        )
    return f"{lines} {close}"


def _stretching(look: Look) -> str:
    stretch = look.stretch
    first, second = (format_number(factor) for factor in stretch.factors)
    if stretch.is_flat:
        text = tr("Area × 0: the plane becomes a line. Stretched by {0} and {1}.")
        if not stretch.factors[0]:
            return tr("Area × 0: the plane becomes a point.")
        return text.format(first, second)
    area = format_number(abs(stretch.determinant))
    text = tr("Area × {0}. Stretched by {1} and {2}.")
    if stretch.determinant < 0:
        text = tr("Area × {0}, turned over. Stretched by {1} and {2}.")
    return text.format(area, first, second)


def _pair(look: Look, inputs: Array, outputs: Array) -> str:
    return f"{_named(look.inputs, inputs)}: {_named(look.outputs, outputs)}"


def _named(names: tuple[str, ...], numbers: Array) -> str:
    pairs = zip(names, numbers.tolist(), strict=True)
    return ", ".join(f"{name} = {format_number(number)}" for name, number in pairs)


def _numbers(numbers: Array) -> str:
    told = [format_number(number) for number in numbers.tolist()]
    return told[0] if len(told) == 1 else f"({', '.join(told)})"
