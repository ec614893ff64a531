"""Edits: the only way into a graph. Each is a frozen record; applying one returns its inverse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graph.definition import Blueprint, Interface
from graph.frames import Frame
from graph.marks import Marks
from graph.port import PortRef
from graph.records import Edge, Node, Place
from graph.tensor import Tensor


class Reset(Enum):
    """The single value `RESET`: back to the declared default."""

    RESET = "reset"


RESET = Reset.RESET

# What names a node: an edge's `initial` (by the edge's target), a node's `shares` (by the node's
# id), the graph's target (None).
Reference = PortRef | str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """The parent of all edits."""


@dataclass(frozen=True, slots=True)
class AddNode(Edit):
    """Add a node with its kept tensors. `rank` puts it back to its old place in the document."""

    node: Node
    tensors: tuple[tuple[PortRef, Tensor], ...] = ()
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveNode(Edit):
    """Remove a node, its edges and its tensors."""

    id: str


@dataclass(frozen=True, slots=True)
class Connect(Edit):
    """Add an edge; refused with a `WiringError` where it does not fit."""

    edge: Edge
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Disconnect(Edit):
    """Remove the edge that ends at `target`, and the initial values kept there for its delay."""

    target: PortRef


@dataclass(frozen=True, slots=True)
class SetDelay(Edit):
    """Change how many time steps the edge that ends at `target` waits; 0 makes it ordinary.

    `initial` is the output port that stands for the steps before the first. `is_known` says that
    the edge was so before: then it is not asked whether it may be.
    """

    target: PortRef
    delay: int
    initial: PortRef | None = None
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class SetAttributes(Edit):
    """Set attributes of a node, or take them back to their default with `RESET`.

    `order` restores the order in which they stood.
    """

    id: str
    values: Mapping[str, Any]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetNode(Edit):
    """Set `label`, `note` or `bypassed` of a node."""

    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rename(Edit):
    """Give a node another id; edges, tensors, target and what else names the node follow.

    `stay` are references that do not: they named nothing before the renaming that this one
    takes back.
    """

    old: str
    new: str
    stay: frozenset[Reference] = frozenset()


@dataclass(frozen=True, slots=True)
class Move(Edit):
    """Place nodes; None takes the place away. Canvas units."""

    places: Mapping[str, Place | None]


@dataclass(frozen=True, slots=True)
class SetTensor(Edit):
    """Set the kept tensor of a port, or remove it with None."""

    port: PortRef
    tensor: Tensor | None


@dataclass(frozen=True, slots=True)
class SetGraph(Edit):
    """Set `title`, `dtype`, `seed`, `mode`, `target`, `note` or `time` of the graph."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetModule(Edit):
    """Make a node one of another module with the same ports, as when an instance becomes unique.

    With `attributes` it takes these in place of its own.
    """

    id: str
    module: str
    attributes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SetShares(Edit):
    """Tie an instance's parameters to those of another instance, or untie them with None."""

    id: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Define(Edit):
    """Add a definition; `place` puts it back among the others."""

    blueprint: Blueprint
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Undefine(Edit):
    """Remove a definition that no node is an instance of."""

    name: str


@dataclass(frozen=True, slots=True)
class RenameDefinition(Edit):
    """Give a definition another name; its instances follow."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class SetInterface(Edit):
    """Set a definition's doc, icon, ports and exposed attributes."""

    name: str
    interface: Interface


@dataclass(frozen=True, slots=True)
class RenamePort(Edit):
    """Give a definition's port another name; edges, links and the target follow."""

    definition: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Within(Edit):
    """Apply an edit inside a definition, and so in all its instances."""

    name: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class SetRoute(Edit):
    """Set the points that an edge is drawn through; `target` names the edge. Canvas units."""

    target: PortRef
    route: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SetFrames(Edit):
    """Set all frames of the canvas, from the lowest to the topmost."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class SetMarks(Edit):
    """Set all breakpoints, watches and checkpoints; addresses are the document's."""

    marks: Marks


@dataclass(frozen=True, slots=True)
class Batch(Edit):
    """Several edits as one: all of them are applied, or none.

    `kinds` are those of its parts, and of theirs: a batch of thousands need not be gone through
    by whoever looks for a kind that it has none of.
    """

    edits: tuple[Edit, ...] = field(default=())
    kinds: frozenset[type[Edit]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {type(part) for part in self.edits}
        for part in self.edits if Batch in found else ():
            if isinstance(part, Batch):
                found |= part.kinds
        object.__setattr__(self, "kinds", frozenset(found - {Batch}))


def kinds_of(edit: Edit) -> frozenset[type[Edit]]:
    """What kinds of edits an edit is made of: its own, or those of its parts."""
    return edit.kinds if isinstance(edit, Batch) else frozenset((type(edit),))
