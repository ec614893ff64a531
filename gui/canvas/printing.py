"""The graph as a picture in a file: the same painting at 100 %, with texts that stay texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from gui.canvas.flow import paint_flow
from gui.canvas.node_paint import paint_node
from gui.icons import LETTER

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

MARGIN = 32
PIECE = 24  # nodes that are painted in one go
NARROW = 8  # around what is seen from afar
AFAR = 0.25  # the zoom whose lines are right for a picture of a few centimetres


def graph_rect(scene: CanvasScene) -> QRectF:
    """What a picture shows: all nodes and annotations with a margin, in canvas units."""
    scene.building.finish()
    rect = scene.content_rect()
    if rect.isEmpty():
        return QRectF(0, 0, 320, 200)
    for plate in scene.plates(rect, 1.0):
        left, top, right, bottom = plate.bounds
        rect = rect.united(QRectF(left, top, right - left, bottom - top))
    for left, top, right, bottom in scene.wires.all_bounds():
        rect = rect.united(QRectF(left, top, right - left, bottom - top))
    return rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect().toRectF()


def paint_from_afar(scene: CanvasScene, painter: QPainter, rect: QRectF) -> None:
    """Paint nodes and wires into `rect` as they are seen from afar: no words, no current step."""
    around = 2 * NARROW
    source = scene.content_rect().adjusted(-NARROW, -around, NARROW, around)
    scale = min(rect.width() / source.width(), rect.height() / source.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.scale(scale, scale)
    painter.translate(-source.center())
    paint_flow(painter, scene, np.array([source.getCoords()]), AFAR, words=False)
    for id_, item in scene.items_by_id.items():
        if scene.hides(id_):
            continue
        painter.save()
        painter.translate(item.pos())
        mood = replace(scene.mood(id_), ring="", is_selected=False, has_focus=False)
        face = scene.face(id_)
        if face.icon.startswith(LETTER):
            face = replace(face, icon="")  # a box without the letter
        paint_node(painter, face, ("", ""), mood, scene.theme, AFAR)
        painter.restore()
    painter.restore()


def paint_graph(
    scene: CanvasScene,
    painter: QPainter,
    rect: QRectF | None = None,
    pause: Callable[[], None] | None = None,
) -> None:
    """Paint the graph into `rect` of the painter (by default at its own size, from 0, 0).

    `pause` is called between pieces, so that the window can paint itself meanwhile.
    """
    source = graph_rect(scene)
    rect = rect or QRectF(0, 0, source.width(), source.height())
    scale = min(rect.width() / source.width(), rect.height() / source.height())
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.fillRect(rect, scene.theme.color("canvas"))
    painter.translate(rect.center())
    painter.scale(scale, scale)
    painter.translate(-source.center())
    with _printing(scene):
        scene.look(source, 1.0)
        paint_flow(painter, scene, np.array([source.getCoords()]), 1.0)
    items = [item for id_, item in scene.items_by_id.items() if not scene.hides(id_)]
    for start in range(0, len(items), PIECE):
        if pause is not None:
            pause()
        with _printing(scene):
            for item in items[start : start + PIECE]:
                painter.save()
                painter.translate(item.pos())
                item.paint_at(painter, scene, 1.0)
                painter.restore()
    painter.restore()


@contextmanager
def _printing(scene: CanvasScene) -> Iterator[None]:
    """While this lasts, nothing is selected."""
    scene.is_printing = True
    try:
        yield
    finally:
        scene.is_printing = False
