"""Who can race: update rules as one knows them, each with a mark and a dash of its own.

Ways are updates, which are drawn in text ink; what tells them apart is shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF

from runtime.training.landscape.racing import Racer
from runtime.training.optimizers import SGD, Adagrad, Adam, Optimizer, RMSProp

Mark = Literal["circle", "square", "triangle", "diamond", "cross", "bar"]
SIZE = 4.5  # pixels from the middle of a mark to its edge


@dataclass(frozen=True)
class Style:
    """One who can race: `make(rate)` gives the update rule."""

    name: str
    make: Callable[[float], Optimizer]
    mark: Mark
    dash: tuple[float, ...] = ()
    races_at_first: bool = False

    def racer(self, rate: float) -> Racer:
        """It, at a learning rate."""
        return Racer(self.name, self.make(rate))


STYLES = (
    Style("SGD", lambda rate: SGD(lr=rate), "circle", (1, 3), races_at_first=True),
    Style("momentum", lambda rate: SGD(lr=rate, momentum=0.9), "square", races_at_first=True),
    Style("Nesterov", lambda rate: SGD(lr=rate, momentum=0.9, nesterov=True), "diamond", (8, 3)),
    Style("Adagrad", lambda rate: Adagrad(lr=rate), "cross", (1, 2, 4, 2)),
    Style("RMSProp", lambda rate: RMSProp(lr=rate), "bar", (4, 2, 1, 2, 1, 2)),
    Style("Adam", lambda rate: Adam(lr=rate), "triangle", (5, 3), races_at_first=True),
)


def paint_mark(painter: QPainter, mark: Mark, at: QPointF, size: float = SIZE) -> None:
    """A mark with the painter's pen and brush."""
    x, y = at.x(), at.y()
    if mark == "circle":
        painter.drawEllipse(at, size, size)
        return
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "triangle": ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "cross": (
            (-1.2, -0.4), (-0.4, -0.4), (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4),
            (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4),
        ),
        "bar": ((-0.5, -1.3), (0.5, -1.3), (0.5, 1.3), (-0.5, 1.3)),
    }[mark]  # fmt: skip
    painter.drawPolygon(QPolygonF([QPointF(x + size * a, y + size * b) for a, b in corners]))
