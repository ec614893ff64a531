"""The search box itself: all modules, or those that fit, on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from graph import Module
from gui.module_card.hovering import CardTips
from gui.search_box.choice_box import CHOICE, ChoiceBox
from gui.search_box.row_paint import RowPainter
from gui.search_box.rows import ModuleRows
from gui.theme import Theme


class SearchBox(ChoiceBox):
    """A module is chosen by typing and Enter, by arrows, or with the mouse."""

    def __init__(
        self,
        modules: Sequence[type[Module]],
        used_last: Sequence[str],
        theme: Theme,
        parent: QWidget,
        hint: str = "",
    ) -> None:
        """`hint` says in one line what the modules are filtered by."""
        super().__init__(ModuleRows(modules, used_last), RowPainter(theme), theme, parent, hint)
        title, prompt = self.tr("Add a module"), self.tr("Search modules")
        self.name_parts(title, prompt, self.tr("Modules"))
        by_name = {kind.name: kind for kind in modules}
        self.cards = CardTips(self.list, theme, lambda row: by_name.get(row.data(CHOICE)), self)

    def why_nothing(self, query: str) -> str:
        """What to say where no module answers a query."""
        if not query:
            return self.tr("No module fits here. Press Esc to leave.")
        if self.hint.text():
            text = self.tr('No module that fits answers "{0}". Clear the search to see all.')
        else:
            text = self.tr('No module answers "{0}". Clear the search to see all of them.')
        return text.format(query)
