"""What a graph is: nodes, edges, declarations, shapes, edits, history, files.

No mathematics of modules and no windows live here. Names are loaded on first use, so that the
command line can answer `--help` without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from graph.attributes import AttributeSpec, DtypeName, ShapeSpec, attribute
    from graph.catalogue import Catalogue, default_catalogue
    from graph.checking import Check, check
    from graph.errors import (
        BadAttribute,
        BadId,
        BadTensor,
        CycleFound,
        DuplicateId,
        FileError,
        GradwireError,
        GraphError,
        KindMismatch,
        PortOccupied,
        SelfLoop,
        ShapeMismatch,
        UnknownModule,
        UnknownNode,
        UnknownPort,
        WiringError,
    )
    from graph.files import dumps, load, loads, save
    from graph.frames import Frame
    from graph.history import History
    from graph.layout import arrange
    from graph.model import Graph
    from graph.module import Example, Module
    from graph.port import Port, PortRef, PortType
    from graph.problem import Problem
    from graph.records import Edge, Node
    from graph.tensor import Tensor
    from graph.training import Training

_HOMES = {
    "attributes": ("AttributeSpec", "DtypeName", "ShapeSpec", "attribute"),
    "catalogue": ("Catalogue", "default_catalogue"),
    "checking": ("Check", "check"),
    "errors": (
        "BadAttribute", "BadId", "BadTensor", "CycleFound", "DuplicateId", "FileError",
        "GradwireError", "GraphError", "KindMismatch", "PortOccupied", "SelfLoop", "ShapeMismatch",
        "UnknownModule", "UnknownNode", "UnknownPort", "WiringError",
    ),
    "frames": ("Frame",),
    "files": ("dumps", "load", "loads", "save"),
    "history": ("History",),
    "layout": ("arrange",),
    "model": ("Graph",),
    "module": ("Example", "Module"),
    "port": ("Port", "PortRef", "PortType"),
    "problem": ("Problem",),
    "records": ("Edge", "Node"),
    "tensor": ("Tensor",),
    "training": ("Training",),
}  # fmt: skip
__all__ = [  # noqa: RUF022 - in the order of the rooms
    "AttributeSpec", "DtypeName", "ShapeSpec", "attribute", "Catalogue", "default_catalogue",
    "Check", "check", "BadAttribute", "BadId", "BadTensor", "CycleFound", "DuplicateId",
    "FileError", "GradwireError", "GraphError", "KindMismatch", "PortOccupied", "SelfLoop",
    "ShapeMismatch", "UnknownModule", "UnknownNode", "UnknownPort", "WiringError", "dumps", "load",
    "loads", "save", "Frame", "History", "arrange", "Graph", "Example", "Module", "Port", "PortRef",
    "PortType", "Problem", "Edge", "Node", "Tensor", "Training",
]  # fmt: skip

__getattr__ = late(__name__, _HOMES)
