"""What an edit means beside the change itself: whether a run depends on it, whom it renames."""

from __future__ import annotations

from graph import edits as e

LOOKS_OF_NODE = frozenset({"label", "note"})
OF_NO_RUN = frozenset({"title", "note", "training"})  # fields of the graph that no run reads


def concerns_run(edit: e.Edit) -> bool:
    """Whether an edit can change what a run computes; a move or a label cannot."""
    if isinstance(edit, e.Batch):
        return any(map(concerns_run, edit.edits))
    if isinstance(edit, e.SetNode):
        return not LOOKS_OF_NODE.issuperset(edit.values)
    if isinstance(edit, e.Within):
        return concerns_run(edit.edit)
    if isinstance(edit, e.SetGraph):
        return not OF_NO_RUN.issuperset(edit.values)
    return not isinstance(edit, (e.Move, e.SetFrames, e.SetRoute, e.SetMarks))


def renames(edit: e.Edit) -> list[e.Rename]:
    """The renamings in an edit, in their order."""
    if e.Rename not in e.kinds_of(edit):
        return []
    if isinstance(edit, e.Batch):
        return [renamed for part in edit.edits for renamed in renames(part)]
    return [edit] if isinstance(edit, e.Rename) else []
