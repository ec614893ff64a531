"""From arrays to Qt's polygons without a Python object per point."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr


def polygon(points: np.ndarray) -> QPolygonF:
    """A polygon of the points `[n, 2]`."""
    made = QPolygonF()
    made.resize(len(points))
    if len(points):
        memory = VoidPtr(made.data(), len(points) * 16, True)
        np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = points
    return made
