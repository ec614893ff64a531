"""What tests of data on the disk share: an IDX file, and a graph that knows its file."""

from __future__ import annotations

import struct

import numpy as np

from graph import Graph
from runtime.data.opening import open_set
from runtime.modules.sources import Data


def idx(array: np.ndarray) -> bytes:
    """The bytes of an IDX file that holds the array."""
    codes = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}
    head = struct.pack(f">HBB{array.ndim}I", 0, codes[array.dtype.name], array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def described_graph(folder, source, **settings) -> Graph:
    """A graph in a folder, whose Data node knows its file."""
    graph = Graph()
    module = Data(source=source, **settings)
    found = open_set(module.settings, 0, folder, is_trusted=True)
    graph.add("Data", "data", source=source, **settings, **found.described())
    graph.folder = folder
    return graph
