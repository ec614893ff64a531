"""Where an edit of a document is seen: at the document itself, or inside an instance."""

from __future__ import annotations

from collections.abc import Iterator

from graph import Graph
from graph import edits as e
from graph.addresses import node_at
from graph.places import addresses_of

# Edits that are no nearer to one place than to another.
ANYWHERE = (
    e.Define, e.Undefine, e.SetInterface, e.RenameDefinition, e.RenamePort, e.SetGraph,
)  # fmt: skip


def place_of(root: Graph, edit: e.Edit, place: str) -> str:
    """The place at which an edit of the root is seen; `place`, or one around it, where it can."""
    if e.Within in e.kinds_of(edit):
        name = next(part.name for part in _parts(edit) if isinstance(part, e.Within))
        return _inside(root, name, place)
    parts = (part for part in _parts(edit) if not isinstance(part, ANYWHERE))
    node = next((node for part in parts for node in _nodes(part)), None)
    if node is None:
        return place
    home = node.rpartition("/")[0]
    is_seen = not home or place == home or home.startswith(f"{place}/") or not place
    return (place if home else "") if is_seen else home


def _inside(root: Graph, name: str, place: str) -> str:
    """The nearest place that shows the inside of a definition; `place` where none does."""
    around = place
    while around:
        found = node_at(root, around)
        if found is not None and found[1].module == name:
            return around
        around = around.rpartition("/")[0]
    return next(iter(addresses_of(root, name)), place)


def _parts(edit: e.Edit) -> Iterator[e.Edit]:
    if isinstance(edit, e.Batch):
        for part in edit.edits:
            yield from _parts(part)
    else:
        yield edit


def _nodes(edit: e.Edit) -> Iterator[str]:
    """Addresses that an edit which is no group of others names."""
    match edit:
        case e.SetTensor(port, _):
            yield port.node
        case e.Disconnect(target):
            yield target.node
        case e.Connect(edge):
            yield edge.target.node
        case e.AddNode(node):
            yield node.id
        case e.Rename(old):
            yield old
        case e.Move(places):
            yield from places
        case e.RemoveNode(id_) | e.SetAttributes(id_) | e.SetNode(id_) | e.SetModule(id_):
            yield id_
        case e.SetShares(id_):
            yield id_
