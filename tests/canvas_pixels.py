"""What a canvas shows, as numbers, and which parts of it are painted for that."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.canvas_desk import Desk
from tests.patience import LONGEST


def pixels(image: QImage) -> np.ndarray:
    """The colours of an image, `[height, width, 4]`; signed, so that they can be subtracted."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).astype(int)


def seen(desk: Desk) -> np.ndarray:
    """What the view shows once all that is other by now is painted."""
    return pixels(desk.view.grab().toImage())


def on_screen(desk: Desk) -> np.ndarray:
    """What the screen shows at this moment: nothing is painted for it."""
    return pixels(desk.view.backingStore().paintDevice().copy())


def screen(desk: Desk) -> np.ndarray:
    """What was painted, place by place as it was asked for."""
    for _ in range(3):  # what is asked for in a turn is painted in the next
        QApplication.processEvents()
    return pixels(desk.view.screen().grabWindow(desk.view.winId()).toImage())


def other_pixels(one: np.ndarray, other: np.ndarray) -> int:
    """How many are clearly other: more than a soft edge that is painted twice."""
    return int((np.abs(one - other).max(-1) > 64).sum())


def is_same(one: np.ndarray, other: np.ndarray) -> bool:
    """But for what a node's place in its pixel makes, of which eighths are told apart."""
    return bool((np.abs(one - other).max(2) > 64).mean() < 1e-4)


def is_crisp(desk: Desk) -> bool:
    """Whether the screen shows what a picture would that is painted anew."""
    shown = on_screen(desk)
    desk.scene.update()
    return is_same(shown, seen(desk))


def frame(desk: Desk) -> None:
    """Let the screen be painted."""
    desk.view.viewport().repaint()


def wait_crisp(qtbot, desk: Desk) -> None:
    """Until nothing on the screen is stretched any more."""
    qtbot.waitUntil(lambda: desk.scene.picture.is_crisp, timeout=LONGEST)
    frame(desk)


def come_to_rest(qtbot, desk: Desk) -> np.ndarray:
    """The screen when nothing is bare, stretched or waits any more."""
    frame(desk)
    qtbot.waitUntil(lambda: desk.scene.picture.is_done, timeout=LONGEST)
    frame(desk)
    assert desk.scene.picture.is_done
    return on_screen(desk)


def is_as_painted_anew(desk: Desk) -> bool:
    """Whether what is kept of the view looks as all of it does when it is painted."""
    kept = seen(desk)
    desk.scene.update()
    return int(np.abs(kept - seen(desk)).max()) <= 1  # a copy is rounded once more


def painted_parts(desk: Desk, monkeypatch) -> list[QRectF]:
    """The parts of the canvas that are painted from now on, not copied."""
    parts, real = [], desk.scene.paint_parts

    def paint_parts(painter, boxes):
        parts.extend(QRectF(QPointF(*box[:2]), QPointF(*box[2:])) for box in boxes.tolist())
        real(painter, boxes)

    monkeypatch.setattr(desk.scene, "paint_parts", paint_parts)
    return parts
