"""A graph's form: all that a check or a plan of it depends on, which is all but tensors' numbers.

`Graph.form` is an object that edits exchange; an edit that puts other numbers into a tensor leaves
it. So what was found for one graph holds for every other of the same form.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graph import edits as e

if TYPE_CHECKING:
    from graph.checking import Check
    from graph.model import Graph


def keeps_form(graph: Graph, edit: e.Edit) -> bool:
    """Whether an edit, not applied yet, changes nothing but the numbers of kept tensors.

    A tensor of zeros is another form than one of numbers: there are hints on it.
    """
    if isinstance(edit, e.Batch):
        return all(keeps_form(graph, part) for part in edit.edits)
    if not isinstance(edit, e.SetTensor) or edit.tensor is None:
        return False
    before, after = graph.tensors.get(edit.port), edit.tensor
    return before is not None and (before.dtype, before.shape, before.is_zero) == (
        after.dtype,
        after.shape,
        after.is_zero,
    )


def renewed(checked: Check, graph: Graph) -> Check:
    """What a check of `graph` finds, which has the form of the one that was checked."""
    return replace(checked, revision=graph.revision, flat=checked.flat.renewed(graph))
