"""Adding nodes: a module from the palette becomes a node at the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from graph import Node, PortRef, Tensor
from graph import edits as e
from gui.canvas import geometry as geo
from gui.canvas.node_paint import outline_path
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from graph import Graph, Module
    from gui.document import Document
    from gui.theme import Theme

MIME = "application/x-gradwire-module"


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


def add_module_at(document: Document, name: str, point: QPointF) -> str | None:
    """Add a node with its middle at a point, select it, return its id; None where refused."""
    graph = document.graph
    kind = graph.catalogue.get(name)
    if kind is None:
        document.refuse(tr("{name}: found no such module.").format(name=name))
        return None
    shape = _shape_of(kind())
    at = geo.snapped(point.x() - shape.width / 2, point.y() - shape.height / 2)
    node = Node(graph.free_id(name), name, at=at)
    edit = e.AddNode(node, first_tensors(graph, node.id, kind()))
    if not document.do(edit, tr("Add {module}").format(module=name)):
        return None
    document.selection.set_nodes({node.id})
    return node.id


def first_tensors(graph: Graph, id_: str, module: Module) -> tuple[tuple[PortRef, Tensor], ...]:
    """A scalar source that must be given a value starts with 1, so that the graph runs at once."""
    if module.outline() != "source" or module.settings.get("shape") != ():
        return ()
    port = module.output_ports[0].name
    if module.name not in ("Input", "Constant"):
        return ()
    dtype = module.settings.get("dtype") or graph.dtype
    value = 1.0 if dtype.startswith("float") else 1
    return ((PortRef(id_, port), Tensor.of_values(dtype, (), [value])),)


def paint_ghost(
    painter: QPainter, document: Document, name: str, point: QPointF, theme: Theme, zoom: float
) -> None:
    """The outline of a node that is not there yet."""
    kind = document.graph.catalogue.get(name)
    if kind is None:
        return
    shape = _shape_of(kind())
    at = geo.snapped(point.x() - shape.width / 2, point.y() - shape.height / 2)
    painter.save()
    painter.translate(*at)
    painter.setPen(QPen(theme.color("text"), 1 / zoom, Qt.PenStyle.DashLine))
    painter.setBrush(theme.color("node", 0.6))
    painter.drawPath(outline_path(shape.outline, shape.width, shape.height))
    painter.restore()


def _shape_of(module: Module) -> geo.NodeShape:
    return geo.node_shape(
        module.outline(),
        tuple(port.name for port in module.wired_ports if port.role == "input"),
        tuple(port.name for port in module.output_ports),
        tuple(port.name for port in module.parameter_ports),
    )
