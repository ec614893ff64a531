"""Folding away what leads nowhere: nodes without a path to the target are not drawn for a while.

This is a state of the view: neither the file nor the history knows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from gui.document import Document


class Folding(QObject):
    """Which nodes are folded away. `changed` gives the nodes that went or came back.

    What is added later, or loses its path by an edit, stays in sight until the next time; what gets
    a path comes back.
    """

    changed = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.is_on = False
        self._target: str | None = None
        self.hidden: frozenset[str] = frozenset()
        document.checked.connect(self._follow)
        document.replaced.connect(self._start_anew)

    def toggle(self) -> None:
        """Fold away what has no path to the target, or show all."""
        if self.is_on:
            self.show_all()
            return
        target = self._found_target()
        idle = self._idle(target) if target is not None else frozenset()
        if target is None:
            text = self.tr("The graph has no target, so nothing leads nowhere. Choose one first.")
            self._document.refuse(text)
        elif not idle:
            self._document.refuse(self.tr("Every node has a path to the target."))
        else:
            self.is_on, self._target = True, target
            self._hide(idle)

    def show_all(self) -> None:
        """Show every node."""
        self.is_on, self._target = False, None
        self._hide(frozenset())

    # --- inside ---------------------------------------------------------------------------

    def _follow(self) -> None:
        if not self.is_on:
            return
        target = self._found_target()
        if target is None:
            self.show_all()
        elif target != self._target:
            self._target = target
            self._hide(self._idle(target))
        else:
            self._hide(self.hidden & self._idle(target))

    def _found_target(self) -> str | None:
        check = self._document.check
        found = check.target.node if check is not None and check.target is not None else None
        return found if found is not None and found in self._document.graph else None

    def _idle(self, target: str) -> frozenset[str]:
        graph = self._document.graph
        return frozenset(graph.nodes) - graph.upstream([target])

    def _hide(self, ids: frozenset[str]) -> None:
        """Change what is drawn; what is not stays selected no longer, for keys act on that."""
        before, self.hidden = self.hidden, ids
        selection = self._document.selection
        if not ids.isdisjoint(selection.nodes):
            selection.set_nodes(selection.nodes - ids)
        if selection.edge is not None and selection.edge.node in ids:
            selection.clear()
        if before != ids:
            self.changed.emit(before ^ ids)

    def _start_anew(self) -> None:
        self.is_on, self._target, self.hidden = False, None, frozenset()
        self.changed.emit(frozenset())
