"""Tooltips of the canvas: what lies under the pointer, in plain words."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolTip

from gui.numbers import format_number
from gui.pictures import limit_of

if TYPE_CHECKING:
    from graph import PortRef
    from gui.canvas.plates import Plate
    from gui.canvas.view import CanvasView
from gui.canvas.wording import tr


def show_tip(view: CanvasView, pixel: QPoint, screen: QPoint) -> None:
    """Show the tooltip of what lies under a pixel, or hide it."""
    text = tip_at(view, pixel)
    if not text:
        QToolTip.hideText()
        return
    # Whatever comes from a file is plain text: Qt would read tags in it.
    plain = html.escape(text).replace("\n", "<br>")
    QToolTip.showText(screen, f"<p>{plain}</p>", view.viewport())


def tip_at(view: CanvasView, pixel: QPoint) -> str:
    """The words for what lies under a pixel: a port, a node, a plate, or nothing."""
    point = view.mapToScene(pixel)
    scene = view.canvas
    port = scene.port_at(point)
    if port is not None:
        return "\n".join(filter(None, (_port_text(view, port), scene.problem_text(*port))))
    item = scene.node_at(point)
    if item is not None:
        tooltip = scene.face(item.id).tooltip
        return "\n".join(filter(None, (tooltip, scene.problem_text(item.id))))
    plate = scene.plate_at(point)
    return _plate_text(plate) if plate is not None else ""


def _port_text(view: CanvasView, port: PortRef) -> str:
    type_ = view.document.graph.types.of(port)
    return f"{port}: {type_}" if type_ else str(port)


def _plate_text(plate: Plate) -> str:
    words = {
        "value": tr("Value of {port}."),
        "sum": tr("Gradient of {port}: the sum over all its edges."),
        "gradient": tr("Gradient (cotangent) over the edge to {port}, and its local derivative."),
        "pin": tr("Parameter {port}: value and gradient (cotangent)."),
    }
    text = words[plate.kind].format(port=plate.port)
    if plate.picture is not None and (plate.picture.kind != "image" or plate.kind != "value"):
        limit = format_number(limit_of(plate.picture.array))
        legend = tr("Picture: purple below 0, green above, full colour at ±{limit}.")
        text = f"{text}\n{legend.format(limit=limit)}"
    return text
