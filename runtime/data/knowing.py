"""What a file says of itself, written into the Data node that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.edits import Batch, Edit, SetAttributes
from runtime.data.nodes import data_nodes
from runtime.errors import DataError

if TYPE_CHECKING:
    from graph.model import Graph


def know_files(graph: Graph) -> Edit | None:
    """The edit that gives Data nodes what their files say, where nobody has read these before.

    A node that was written by hand names its file alone: shapes, number of samples and hash are in
    this edit. None where there is nothing to add. Nodes inside composites are left as they are.
    Raises `DataError` naming the node whose file cannot be read.
    """
    found: list[Edit] = []
    for id_, module in data_nodes(graph).items():
        if "/" in id_ or module.settings["gives"]:
            continue
        from runtime.data.opening import open_set  # late: most graphs have no data

        try:
            opened = open_set(module.settings, graph.seed, graph.folder)
        except DataError as error:
            raise error.at(id_) from None
        if opened.hash:
            found.append(SetAttributes(id_, opened.described()))
    return Batch(tuple(found)) if found else None
