"""What the picture of units shows: read from the document as far as the playhead has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph import PortRef
from graph.naming import name_of
from gui.inspector.axes import Array
from runtime.geometry.entrywise import ACTING

if TYPE_CHECKING:
    from graph import Graph
    from gui.document import Document
    from gui.shown import Reading

LAYER = "Linear"  # the module whose weights are lines between units
MOST = 16


@dataclass(frozen=True)
class Column:
    """Units below each other, of one sample: `values` and `gradients` `[size]`, or None."""

    title: str
    size: int
    values: Array | None
    gradients: Array | None


@dataclass(frozen=True)
class Units:
    """A layer's inputs, its outputs, and what an activation makes of them.

    `weight` and its gradient are `[outputs, inputs]`, `bias` `[outputs]`; None before they are
    there. A weight belongs to all `samples`, so its gradient is the sum over them.
    """

    columns: tuple[Column, ...]
    weight: Array | None
    weight_gradient: Array | None
    bias: Array | None
    samples: int
    is_mixed: bool = False  # the activation reads all units at once, as Softmax does


def sizes_of(graph: Graph, id_: str) -> tuple[int, int] | None:
    """(inputs, outputs) of a linear layer, where the picture has room for them."""
    node = graph.nodes.get(id_)
    if node is None or node.module != LAYER:
        return None
    type_ = graph.types.of(PortRef(id_, "weight"))
    shape = type_.shape if type_ is not None and type_.is_known else ()
    if len(shape or ()) != 2 or max(shape) > MOST or min(shape) < 1:
        return None
    return int(shape[1]), int(shape[0])


def read_units(document: Document, id_: str, sample: int = 0) -> Units | None:
    """The units of a layer at one sample of its batch; None where there is no room for them."""
    graph, shown = document.graph, document.shown
    sizes = sizes_of(graph, id_)
    if sizes is None:
        return None
    x, y, weight = (PortRef(id_, name) for name in ("x", "y", "weight"))
    edge = graph.incoming(x)
    given = shown.carried(edge).array if edge is not None else None
    source = name_of(graph, edge.source.node) if edge is not None else "x"
    columns = [
        Column(
            source,
            sizes[0],
            _row(given, sizes[0], sample),
            _of(shown.gradient(x), sizes[0], sample),
        ),
        _outputs(document, y, sizes[1], sample),
    ]
    acting = activation_after(graph, y)
    if acting is not None:
        columns.append(_outputs(document, acting, sizes[1], sample))
    values = (
        _matrix(reading, sizes) for reading in (_value(document, weight), shown.gradient(weight))
    )
    bias = _value(document, PortRef(id_, "bias")).array
    samples = given.size // sizes[0] if given is not None and given.size else 1
    return Units(tuple(columns), *values, bias, samples, _mixes(graph, acting))


def activation_after(graph: Graph, port: PortRef) -> PortRef | None:
    """The output of the first activation that an output port feeds."""
    for edge in graph.outgoing(port):
        module = graph.module(edge.target.node)
        if module is not None and module.group == ACTING and len(module.output_ports) == 1:
            return PortRef(edge.target.node, module.output_ports[0].name)
    return None


def _mixes(graph: Graph, acting: PortRef | None) -> bool:
    """Whether an activation works along an axis, and not on each number by itself."""
    module = graph.module(acting.node) if acting is not None else None
    return module is not None and "axis" in module.settings


def strokes(weight: Array) -> Iterable[tuple[int, int, float, bool]]:
    """(input, output, width, whether dashed) of the line of each weight that is not zero.

    The widest line, 4 pixels, is that of the greatest weight; none is thinner than half a pixel.
    """
    sizes = np.abs(weight[np.isfinite(weight)])
    greatest = float(sizes.max()) if sizes.size else 0.0
    for output, row in enumerate(weight):
        for given, number in enumerate(row):
            if number and np.isfinite(number):
                yield given, output, 0.5 + 3.5 * abs(float(number)) / greatest, bool(number < 0)


def _outputs(document: Document, port: PortRef, size: int, sample: int) -> Column:
    shown = document.shown
    values = _of(shown.value(port), size, sample)
    return Column(
        name_of(document.graph, port.node),
        size,
        values,
        _of(shown.port_gradient(port), size, sample),
    )


def _value(document: Document, port: PortRef) -> Reading:
    """What a parameter port holds, or what is wired to it."""
    edge = document.graph.incoming(port)
    shown = document.shown
    return shown.carried(edge) if edge is not None else shown.value(port)


def _of(reading: Reading, size: int, sample: int) -> Array | None:
    return _row(reading.array, size, sample)


def _row(array: Array | None, size: int, sample: int) -> Array | None:
    if array is None or array.ndim == 0 or array.shape[-1] != size:
        return None
    rows = np.asarray(array, np.float64).reshape(-1, size)
    return rows[min(sample, len(rows) - 1)] if len(rows) else None


def _matrix(reading: Reading, sizes: tuple[int, int]) -> Array | None:
    array = reading.array
    fits = array is not None and array.shape == (sizes[1], sizes[0])
    return np.asarray(array, np.float64) if fits else None
