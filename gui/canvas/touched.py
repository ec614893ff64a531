"""Which nodes an edit touches, so that the canvas builds those anew and no others."""

from __future__ import annotations

from graph import Graph
from graph import edits as e

# Edits after which composites may have other ports.
DEFINING = frozenset({e.Within, e.SetInterface, e.RenameDefinition, e.RenamePort})


def touched_nodes(edit: e.Edit) -> frozenset[str]:
    """Ids of the nodes that an edit adds, removes, wires or changes; not those only moved."""
    found: set[str] = set()
    _collect(edit, found)
    return frozenset(found)


def touched_in(graph: Graph, edit: e.Edit) -> frozenset[str]:
    """The same in a graph after the edit, with the composites whose definitions may be others."""
    touched = touched_nodes(edit)
    if not _changes_definitions(edit):
        return touched
    known = graph.definitions
    return touched | {id_ for id_, node in graph.nodes.items() if node.module in known}


def moved_nodes(edit: e.Edit) -> frozenset[str]:
    """Ids of the nodes that an edit moves."""
    if e.Move not in e.kinds_of(edit):
        return frozenset()
    if isinstance(edit, e.Batch):
        return frozenset().union(*map(moved_nodes, edit.edits))
    return frozenset(edit.places) if isinstance(edit, e.Move) else frozenset()


def changes_only_numbers(edit: e.Edit) -> bool:
    """Whether an edit sets tensors alone, so that everything stays where it is."""
    return e.kinds_of(edit) <= {e.SetTensor}


def changes_only_frames(edit: e.Edit) -> bool:
    """Whether an edit changes frames alone."""
    return e.kinds_of(edit) <= {e.SetFrames}


def changes_every_number(edit: e.Edit) -> bool:
    """Whether an edit sets something of the graph that all values hang on."""
    if isinstance(edit, e.Batch):
        return e.SetGraph in edit.kinds and any(map(changes_every_number, edit.edits))
    return isinstance(edit, e.SetGraph) and not {"dtype", "seed", "mode", "time"}.isdisjoint(
        edit.values
    )


def _changes_definitions(edit: e.Edit) -> bool:
    return not DEFINING.isdisjoint(e.kinds_of(edit))


def _collect(edit: e.Edit, found: set[str]) -> None:
    match edit:
        case e.Batch():
            for part in edit.edits:
                _collect(part, found)
        case e.AddNode():
            found.add(edit.node.id)
        case e.RemoveNode() | e.SetAttributes() | e.SetNode() | e.SetModule() | e.SetShares():
            found.add(edit.id)
        case e.Connect():
            found.update((edit.edge.source.node, edit.edge.target.node))
        case e.Disconnect() | e.SetDelay() | e.SetRoute():
            found.add(edit.target.node)
        case e.Rename():
            found.update((edit.old, edit.new))
        case e.SetTensor():
            found.add(edit.port.node.partition("/")[0])  # the composite it lies in
