"""Making an instance unique: a definition of its own, the same as the one that it shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import GradwireError
from graph.free_ids import free_definition_name
from graph.grouping import unique_edit
from graph.naming import name_of
from gui.told import told_error

if TYPE_CHECKING:
    from gui.document import Document


def make_unique(document: Document, place: str, id_: str) -> bool:
    """Give the composite `id_` of a place a definition of its own; a refusal is told."""
    graph = document.graph_at(place)
    name = free_definition_name(document.root, graph.nodes[id_].module)
    text = QCoreApplication.translate("Unique", "Make {0} unique").format(name_of(graph, id_))
    try:
        edit = unique_edit(graph, id_, name)
    except GradwireError as error:
        document.refuse(told_error(graph, error))
        return False
    return document.do_at(place, edit, text)
