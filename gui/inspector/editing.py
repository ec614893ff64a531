"""How the inspector changes a document: one edit, one entry, and the sentence if it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph import GradwireError
from graph.edits import Edit
from gui.told import told_error

if TYPE_CHECKING:
    from gui.document import Document


def attempt(document: Document, make: Callable[[], Edit], text: str, merge: object = None) -> str:
    """Do the edit that `make` builds; the empty text, or the sentence why it was refused."""
    try:
        edit = make()
    except GradwireError as error:
        return told_error(document.graph, error)
    heard: list[str] = []
    document.refused.connect(heard.append)
    try:
        done = document.do(edit, text, merge)
    finally:
        document.refused.disconnect(heard.append)
    return "" if done else heard[-1] if heard else str(edit)
