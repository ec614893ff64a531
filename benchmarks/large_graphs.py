"""Generated graphs of any size for the benchmarks: 1.5 edges a node, all of it behind one loss."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph import Graph

EDGES = 1.5  # a node
ACROSS, DOWN = 240, 112  # canvas units between two columns and two rows
WIDE = 1.6  # rows for one column: about a square of nodes on the canvas
NEAR = 3  # rows up and down in which most second edges begin
FAR = 0.2  # of the second edges come from further away:
FAR_COLUMNS, FAR_ROWS = 12, 24
ONE, TWO = ("Tanh", "Sigmoid", "Negate", "Sum"), ("Add", "Multiply", "Subtract", "Maximum")
VECTORS = 0.3  # of the parameters have four numbers, the others one


@contextmanager
def written(sizes: Iterable[int]) -> Iterator[dict[int, Path]]:
    """Files with graphs of these sizes, by size, for as long as they are measured."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {size: Path(folder) / f"{size}.gradwire" for size in sizes}
        for size, path in paths.items():
            write_graph(path, size)
        yield paths


def make_graph(nodes: int) -> Graph:
    """A graph of so many nodes in columns: parameters, then what reads earlier ones, one target.

    Every node is read by a later one, so that all edges have a gradient. The same in every run.
    """
    from graph import Graph

    draw, graph = random.Random(nodes), Graph(title=f"{nodes} nodes")
    heights = _heights(nodes)
    second = _share_of_second(heights)
    columns = [[_parameter(graph, draw, at) for at in _places(0, heights[0])]]
    for column, (tall, height) in enumerate(pairwise(heights), 1):
        ids = []
        for row, at in enumerate(_places(column, height)):
            first = columns[-1][row * tall // height]
            own = columns[-1][row * tall // height : (row + 1) * tall // height]
            sources = own or [first]
            if height >= tall > 1 and draw.random() < second:
                sources = [first, _other(draw, columns, row * tall // height)]
            ids.append(_reader(graph, draw, at, sources))
        columns.append(ids)
    _reader(graph, draw, (len(heights) * ACROSS, 0), columns[-1], ("Sum",))
    return graph


def write_graph(path: Path, nodes: int) -> None:
    """Save such a graph."""
    from graph import save

    save(make_graph(nodes), path)


def _heights(nodes: int) -> list[int]:
    """Nodes in each column: as many as make a square, and at the end half as many each time."""
    tall = max(1, round(math.sqrt(nodes * WIDE)))
    narrow = [1]
    while narrow[0] < tall:
        narrow.insert(0, min(2 * narrow[0], tall))
    left = nodes - sum(narrow[1:]) - 1  # the last one is the target
    return [*([left % tall] if left % tall else []), *[tall] * (left // tall), *narrow[1:]]


def _share_of_second(heights: list[int]) -> float:
    """How many of the nodes between the first column and the narrow ones have two inputs."""
    free = sum(height for tall, height in pairwise(heights) if height >= tall > 1)
    bound = sum(max(tall, height) for tall, height in pairwise(heights) if height < tall) + 1
    return (EDGES * (sum(heights) + 1) - bound) / free - 1


def _places(column: int, height: int) -> list[tuple[int, int]]:
    return [(column * ACROSS, (row - height // 2) * DOWN) for row in range(height)]


def _parameter(graph: Graph, draw: random.Random, at: tuple[int, int]) -> str:
    from graph import Tensor

    shape = (4,) if draw.random() < VECTORS else ()
    id_ = graph.add("Parameter", f"p{len(graph.nodes)}", shape=shape, at=at)
    values = [draw.uniform(-1, 1) for _ in range(4 if shape else 1)]
    graph.set_tensor(f"{id_}.y", Tensor.of_values("float64", shape, values))
    return id_


def _other(draw: random.Random, columns: list[list[str]], row: int) -> str:
    """Where a second edge begins: mostly near, sometimes some columns before."""
    is_far = draw.random() < FAR
    column = draw.choice(columns[-FAR_COLUMNS:]) if is_far else columns[-1]
    reach = FAR_ROWS if is_far else NEAR
    return draw.choice(column[max(row - reach, 0) : row + reach + 1] or column)


def _reader(
    graph: Graph,
    draw: random.Random,
    at: tuple[int, int],
    sources: list[str],
    kinds: tuple[str, ...] = (),
) -> str:
    kind = draw.choice(kinds or (TWO if len(sources) == 2 else ONE))
    id_ = graph.add(kind, f"n{len(graph.nodes)}", at=at)
    ports = (port.name for port in graph.module(id_).input_ports)
    for source, port in zip(sources, ports, strict=True):
        graph.connect(f"{source}.y", f"{id_}.{port}")
    return id_
