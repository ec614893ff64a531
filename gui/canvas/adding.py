"""Adding nodes: what a drag of a module carries, and the edit that makes a node of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from graph import Node, PortRef, Tensor
from graph import edits as e
from graph.fitting import Fit
from graph.tensor import kind_of
from gui.canvas import geometry as geo
from gui.canvas.node_paint import outline_path

if TYPE_CHECKING:
    from graph import Graph, Module
    from gui.canvas.scene import CanvasScene
    from gui.theme import Theme

MIME = "application/x-gradwire-module"
FRAGMENT = "application/x-gradwire-fragment"  # a composite with its definition, for other windows


def module_name(data: QMimeData) -> str | None:
    """The module that a drag carries, if it carries one."""
    if not data.hasFormat(MIME):
        return None
    return bytes(data.data(MIME).data()).decode("utf-8", "replace")


def module_mime(name: str) -> QMimeData:
    """What a drag of a module carries."""
    data = QMimeData()
    data.setData(MIME, name.encode())
    return data


def fragment_text(data: QMimeData) -> str | None:
    """The document of one node that a drag of a composite carries, if it carries one."""
    if not data.hasFormat(FRAGMENT):
        return None
    return bytes(data.data(FRAGMENT).data()).decode("utf-8", "replace")


def adding_edit(graph: Graph, fit: Fit, at: geo.Point) -> e.AddNode:
    """The edit that adds a node with its corner at a place.

    Sources that must have a value start with ones, so that the graph runs at once.
    """
    id_ = graph.free_id(fit.module.name)
    node = Node(id_, fit.module.name, dict(fit.settings), at=at)
    return e.AddNode(node, first_tensors(graph, id_, fit.make()))


def corner_at(
    scene: CanvasScene, shape: geo.NodeShape, point: QPointF, port: str = ""
) -> geo.Point:
    """Where on the grid a node's corner is when its middle, or a port of it, is at a point."""
    x, y = shape.port(port) or (shape.width / 2, shape.height / 2)
    return scene.snapped(point.x() - x, point.y() - y)


def first_tensors(graph: Graph, id_: str, module: Module) -> tuple[tuple[PortRef, Tensor], ...]:
    """The first value of an Input or a Constant: 1, or ones; a Parameter's rule gives its own."""
    shape = module.settings.get("shape")
    if module.name not in ("Input", "Constant") or shape is None:
        return ()
    sizes = [size for size in shape if isinstance(size, int)]
    if len(sizes) < len(shape):
        return ()  # a named size is for a feed to say
    dtype = module.settings.get("dtype") or graph.dtype
    one = {"floating": 1.0, "integer": 1, "boolean": True}[kind_of(dtype)]
    tensor = Tensor.of_values(dtype, tuple(sizes), [one] * math.prod(sizes))
    return ((PortRef(id_, module.output_ports[0].name), tensor),)


def paint_ghost(
    painter: QPainter, shape: geo.NodeShape, at: geo.Point, theme: Theme, zoom: float
) -> None:
    """The outline of a node that is not there yet."""
    painter.save()
    painter.translate(*at)
    painter.setPen(QPen(theme.color("text"), 1 / zoom, Qt.PenStyle.DashLine))
    painter.setBrush(theme.color("node", 0.6))
    painter.drawPath(outline_path(shape.outline, shape.width, shape.height))
    painter.restore()
