"""Whose parameters a composite has: its own, or another instance's; and the gradient's parts.

Where instances share a parameter its gradient is the sum of what comes back at each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import PortRef
from graph import edits as e
from graph.naming import name_of
from gui.in_words import bracketed, describe
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.numbers import format_number
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

MOST_NUMBERS = 4  # of a gradient that is written out


class SharedParameters(QWidget):
    """The instance that owns the parameters of the composite `id_`, and what each part is."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.id, self._theme = document, id_, theme
        self.choice = ChoiceField(theme, [])
        self._offered: list[tuple[str, str | None]] = []
        self.row = FieldRow(theme, self.tr("They are"), self.choice, self._owner, self._tie, self)
        self.sums: list[Label] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.row)

    def refresh(self) -> None:
        """Show the graph as it is now."""
        self.parentWidget().setVisible(self.is_needed)  # with its title
        self._offer()
        self.row.refresh()
        self.follow()

    def follow(self) -> None:
        """Show the sums as the playhead has them now."""
        texts = self._texts()
        while len(self.sums) < len(texts):
            self.sums.append(Label(self._theme, size=12, wrap=True, parent=self))
            self._column.addWidget(self.sums[-1])
        for at, label in enumerate(self.sums):
            label.setVisible(at < len(texts))
            label.say(texts[at] if at < len(texts) else "")

    @property
    def is_needed(self) -> bool:
        """Whether there is another instance to share with."""
        return len(self._offered) > 1 or bool(self.texts)

    @property
    def texts(self) -> list[str]:
        """The sums that are shown."""
        return [label.said for label in self.sums if label.said]

    def _owner(self) -> str | None:
        node = self.document.graph.nodes.get(self.id)
        return node.extra.get("shares") if node is not None else None

    def _tie(self, owner: str | None) -> str:
        graph = self.document.graph
        name = name_of(graph, self.id)
        text = self.tr("Untie {0}").format(name)
        if owner is not None:
            text = self.tr("Tie {0} to {1}").format(name, name_of(graph, owner))
        return attempt(self.document, lambda: e.SetShares(self.id, owner), text)

    def _offer(self) -> None:
        """Other instances of the definition that own their parameters."""
        graph = self.document.graph
        own = graph.nodes[self.id]
        offered: list[tuple[str, str | None]] = [(self.tr("its own"), None)]
        shared = any(node.extra.get("shares") == self.id for node in graph.nodes.values())
        for id_, node in graph.nodes.items() if not shared else ():
            is_owner = "shares" not in node.extra or own.extra.get("shares") == id_
            if node.module == own.module and id_ != self.id and is_owner:
                offered.append((self.tr("those of {0}").format(name_of(graph, id_)), id_))
        if offered != self._offered:
            self._offered = offered
            self.choice.offer(offered)

    def _texts(self) -> list[str]:
        """A sentence for each parameter inside that several instances read."""
        check, trace = self.document.whole_check, self.document.whole_trace
        if check is None or trace is None or not check.flat.ties or not self.document.is_fresh:
            return []
        place = self.document.place
        start = f"{place}/{self.id}/" if place else f"{self.id}/"
        readers: dict[PortRef, list[PortRef]] = {}
        for tied, owner in trace.plan.flat.ties.items():
            readers.setdefault(owner, [owner]).append(tied)
        return [
            self._sum(owner, found)
            for owner, found in readers.items()
            if any(ref.node.startswith(start) for ref in found)
        ]

    def _sum(self, owner: PortRef, readers: list[PortRef]) -> str:
        trace, shown = self.document.whole_trace, self.document.whole_shown
        inner = f"{owner.node.partition('/')[2]}.{owner.port}"
        lead = self.tr("Gradient of {0}").format(inner)
        if any(not shown.gradient(ref).is_value for ref in readers):
            return self.tr("{0}: not yet, {1} instances read it").format(lead, len(readers))
        parts = [(ref.node.partition("/")[0], np.asarray(trace.part(ref))) for ref in readers]
        terms = " + ".join(f"{_written(part)} ({name})" for name, part in parts)
        return f"{lead} = {terms} = {_written(np.asarray(trace.gradient(owner)), alone=True)}"


def _written(array: np.ndarray, alone: bool = False) -> str:
    """A number, a few numbers in brackets, or shape and norm."""
    if array.size == 1:
        number = format_number(array.reshape(-1)[0].item())
        return number if alone else bracketed(number)
    if array.ndim == 1 and array.size <= MOST_NUMBERS:
        return f"({', '.join(format_number(x) for x in array.tolist())})"
    return describe(array)
