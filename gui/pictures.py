"""Tiny pictures of tensors: bars for a vector, a heat map for a matrix, grey for an image.

Signed pictures are symmetric around 0: one end for negative, one for positive numbers. What
is not a number is painted in the error's ink.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPen

from gui.numbers import format_number
from gui.remembered import Remembered
from gui.theme import Theme, contrast

Kind = Literal["none", "bars", "heat", "image"]
IMAGE_CHANNELS = (1, 3)
SMALLEST_IMAGE = 5  # rows and columns from which a stack of matrices reads as images
MAX_CELLS = 64  # a side of a picture shows at most as many cells; more are pooled


def kind_of(array: np.ndarray) -> Kind:
    """How a tensor is pictured, by its rank and shape."""
    if array.ndim == 0 or array.size == 0:
        return "none"
    if array.ndim == 1:
        return "bars"
    if (
        array.ndim == 4
        and array.shape[1] in IMAGE_CHANNELS
        and min(array.shape[2:]) >= SMALLEST_IMAGE
    ):
        return "image"
    return "heat"


def matrix_of(array: np.ndarray, sample: int = 0) -> np.ndarray:
    """The two axes that a picture shows: float64 `[rows, columns]`.

    A vector is one row. An image is the mean of its channels; of leading axes the first
    entry is taken, of the very first axis the entry `sample`.
    """
    numbers = np.asarray(array, dtype=np.float64)
    if numbers.ndim < 2:
        return numbers.reshape(1, -1)
    if kind_of(array) == "image":
        return numbers[sample].mean(axis=0)
    while numbers.ndim > 2:
        numbers, sample = numbers[sample], 0
    return numbers


def limit_of(array: np.ndarray) -> float:
    """The greatest finite absolute value: where both ends of a signed picture lie."""
    sizes = np.abs(np.asarray(array, dtype=np.float64))
    finite = sizes[np.isfinite(sizes)]
    return float(finite.max()) if finite.size else 0.0


def pooled(matrix: np.ndarray, rows: int = MAX_CELLS, columns: int = MAX_CELLS) -> np.ndarray:
    """At most `rows` x `columns` cells, each the entry of greatest size, so that none is lost."""
    for axis, most in ((0, rows), (1, columns)):
        if matrix.shape[axis] > most:
            edges = np.linspace(0, matrix.shape[axis], most + 1).astype(int)[:-1]
            high = np.maximum.reduceat(matrix, edges, axis=axis)
            low = np.minimum.reduceat(matrix, edges, axis=axis)
            matrix = np.where(np.abs(low) > np.abs(high), low, high)
    return matrix


def signed_colors(matrix: np.ndarray, limit: float, theme: Theme) -> np.ndarray:
    """Colours of a signed picture: uint8 `[rows, columns, 4]` as blue, green, red, alpha."""
    finite = np.where(np.isfinite(matrix), matrix, 0.0)  # the others are dyed below
    share = np.clip(finite / limit, -1, 1) if limit else np.zeros(matrix.shape)
    zero, minus, plus = (_bgra(theme.color(t)) for t in ("zero", "negative", "positive"))
    end = np.where((share < 0)[..., None], minus, plus)
    colors = zero + (end - zero) * np.abs(share)[..., None]
    colors[~np.isfinite(matrix)] = _bgra(theme.color("error"))
    return np.ascontiguousarray(np.rint(colors).astype(np.uint8))


def grey_colors(matrix: np.ndarray, theme: Theme) -> np.ndarray:
    """Colours of an image, from the canvas (least) to the text ink (greatest)."""
    finite = np.isfinite(matrix)
    least = float(matrix[finite].min()) if finite.any() else 0.0
    span = (float(matrix[finite].max()) - least if finite.any() else 0.0) or 1.0
    share = np.clip((np.where(finite, matrix, least) - least) / span, 0, 1)[..., None]
    low, high = _bgra(theme.color("selected")), _bgra(theme.color("text"))
    colors = low + (high - low) * share
    colors[~finite] = _bgra(theme.color("error"))
    return np.ascontiguousarray(np.rint(colors).astype(np.uint8))


def image_of(colors: np.ndarray) -> QImage:
    """A `QImage` that owns a copy of the colours."""
    rows, columns = colors.shape[:2]
    view = QImage(colors.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
    return view.copy()


def _bgra(color: QColor) -> np.ndarray:
    return np.array([color.blue(), color.green(), color.red(), 255.0])


def paint_bars(painter: QPainter, rect: QRectF, values: np.ndarray, theme: Theme) -> None:
    """Bars of a vector around a zero line; values of one sign get the whole height."""
    most = max(int(rect.width()), 1)
    vector = _colors.of(values, ("bars", most), lambda: pooled(matrix_of(values), columns=most)[0])
    limit = limit_of(vector) or 1.0
    finite = np.nan_to_num(np.clip(vector, -limit, limit))
    high, low = max(finite.max(), 0.0), min(finite.min(), 0.0)
    span = (high - low) or 1.0
    zero = rect.top() + rect.height() * high / span
    step = rect.width() / len(vector)
    gap = min(1.0, step * 0.2)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, value in enumerate(vector):
        color = "error" if not np.isfinite(value) else "negative" if value < 0 else "positive"
        height = finite[index] / span * rect.height() if np.isfinite(value) else rect.height() / 4
        left = rect.left() + index * step
        bar = QRectF(left, zero - height, step - gap, height).normalized()
        painter.fillRect(bar, theme.color(color))
    painter.setPen(QPen(theme.color("line"), 0))
    painter.drawLine(QPointF(rect.left(), zero), QPointF(rect.right(), zero))


_colors = Remembered()


def colors_of(array: np.ndarray, theme: Theme, *, sample: int = 0, image: bool = False):
    """Colours of a tensor's picture (see `matrix_of`), at most `MAX_CELLS` on a side."""

    def work_out() -> np.ndarray:
        matrix = matrix_of(array, sample)
        cells = pooled(matrix)
        if image:
            return grey_colors(cells, theme)
        return signed_colors(cells, limit_of(matrix), theme)

    return _colors.of(array, (sample, image, theme.is_dark), work_out)


def paint_heat(painter: QPainter, rect: QRectF, colors: np.ndarray, theme: Theme) -> None:
    """Cells in their colours, with a hairline around them."""
    if painter.paintEngine().type() == QPaintEngine.Type.Raster:
        smooth = QPainter.RenderHint.SmoothPixmapTransform
        before = painter.testRenderHint(smooth)
        painter.setRenderHint(smooth, False)
        painter.drawImage(rect, image_of(colors))
        painter.setRenderHint(smooth, before)
    else:
        _paint_cells(painter, rect, colors)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("line"), 0))
    painter.drawRect(rect)


def _paint_cells(painter: QPainter, rect: QRectF, colors: np.ndarray) -> None:
    """Cells as rectangles, for files: their readers would blur an image of a few pixels."""
    rows, columns = colors.shape[:2]
    width, height = rect.width() / columns, rect.height() / rows
    for row in range(rows):
        for column in range(columns):
            blue, green, red = (int(part) for part in colors[row, column, :3])
            x, y = rect.left() + column * width, rect.top() + row * height
            painter.fillRect(QRectF(x, y, width, height), QColor(red, green, blue))


def paint_numbers(
    painter: QPainter, rect: QRectF, matrix: np.ndarray, theme: Theme, pixels: int = 11
) -> None:
    """The numbers of a small matrix in its cells, in the ink that reads best on each."""
    limit = limit_of(matrix)
    colors = signed_colors(matrix, limit, theme)
    rows, columns = matrix.shape
    width, height = rect.width() / columns, rect.height() / rows
    inks = (theme.color("text"), theme.color("canvas"))
    painter.setFont(theme.drawn_font(pixels))
    for row in range(rows):
        for column in range(columns):
            blue, green, red = (int(part) for part in colors[row, column, :3])
            ground = QColor(red, green, blue)
            painter.setPen(max(inks, key=lambda ink: contrast(ink, ground)))
            cell = QRectF(rect.left() + column * width, rect.top() + row * height, width, height)
            text = format_number(matrix[row, column], 2)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
