"""What a canvas shows, as numbers, and which parts of it are painted for that."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from tests.canvas_desk import Desk


def pixels(image: QImage) -> np.ndarray:
    """The colours of an image, `[height, width, 4]`; signed, so that they can be subtracted."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).astype(int)


def seen(desk: Desk) -> np.ndarray:
    """What the view shows once all that is other by now is painted."""
    return pixels(desk.view.grab().toImage())


def painted_parts(desk: Desk, monkeypatch) -> list[QRectF]:
    """The parts of the canvas that are painted from now on, not copied."""
    parts, real = [], desk.scene.paint_part

    def paint_part(painter, rect):
        parts.append(rect)
        real(painter, rect)

    monkeypatch.setattr(desk.scene, "paint_part", paint_part)
    return parts
