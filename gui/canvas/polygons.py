"""From arrays to Qt's polygons and paths without a Python object per point."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath, QPolygonF
from shiboken6 import VoidPtr


def polygon(points: np.ndarray) -> QPolygonF:
    """A polygon of the points `[n, 2]`."""
    made = QPolygonF()
    made.resize(len(points))
    if len(points):
        memory = VoidPtr(made.data(), len(points) * 16, True)
        np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = points
    return made


_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])  # as Qt writes a path's
_MOVE, _LINE = 0, 1


def path_of(lines: np.ndarray) -> QPainterPath:
    """One path of the lines `[n, P, 2]`, in the form that Qt reads paths from a stream."""
    count, points = lines.shape[:2]
    elements = np.empty((count, points), _ELEMENT)
    elements["kind"] = _LINE
    elements["kind"][:, 0] = _MOVE
    elements["x"], elements["y"] = lines[..., 0], lines[..., 1]
    start, rest = (count * points).to_bytes(4, "big"), bytes(8)  # open, filled by odd and even
    path = QPainterPath()
    if count:
        stream = QDataStream(QByteArray(start + elements.tobytes() + rest))
        stream >> path
    return path
