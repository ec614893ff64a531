"""The settings of one rule of a training, a row each, and the choice between rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.edits import SetGraph
from graph.rules import Rule, declared
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import ChoiceField
from gui.theme import Theme
from gui.training.settings.fields import field_of
from gui.training.settings.words import kind_title, title, tr

if TYPE_CHECKING:
    from graph.training import Training
    from gui.document import Document

NAME_WIDTH = 112


def set_training(document: Document, part: str, make: Callable[[], Any], name: str) -> str:
    """Change a part of the training to what `make` gives, as one edit.

    The empty text, or the sentence why it was refused; `name` is the setting's.
    """

    def edit() -> SetGraph:
        return SetGraph({"training": replace(document.root.training, **{part: make()})})

    text = tr("Set {0} of the training").format(title(name).lower())
    return attempt(document, edit, text)


class RuleRows(QWidget):
    """Edits `training.PART`, a rule. With `kinds` one chooses which one of them it is."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        part: str,
        parent: QWidget,
        kinds: Mapping[str, type[Rule]] | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._theme, self._part = document, theme, part
        self._kinds = kinds or {}
        self.rows: dict[str, FieldRow] = {}
        self._shown: type[Rule] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.kind: FieldRow | None = None
        if kinds:
            choice = ChoiceField(theme, [(kind_title(name), name) for name in kinds])
            get = lambda: self.rule.name  # noqa: E731
            self.kind = FieldRow(
                theme, title(part), choice, get, self._turn, self, name_width=NAME_WIDTH
            )
            self._column.addWidget(self.kind)
        self.refresh()

    @property
    def rule(self) -> Rule:
        """The rule as the document has it."""
        training: Training = self._document.root.training
        return getattr(training, self._part)

    def refresh(self) -> None:
        """Show the rule; another kind has other rows."""
        if type(self.rule) is not self._shown:
            self._rebuild()
        for row in (self.kind, *self.rows.values()):
            if row is not None:
                row.refresh()

    def _rebuild(self) -> None:
        for row in self.rows.values():
            row.hide()
            row.deleteLater()  # it may be in the middle of the edit that led here
        self._shown = type(self.rule)
        self.rows = {
            name: self._row(name, default, told)
            for name, (default, told) in declared(self._shown).items()
        }
        for row in self.rows.values():
            self._column.addWidget(row)

    def _row(self, name: str, default: Any, told: Any) -> FieldRow:
        field = field_of(self._theme, default, told, self)
        field.setToolTip(f"{title(name)}: {told.doc}.")
        put = partial(self._put, name)
        get = partial(self._get, name)
        return FieldRow(self._theme, title(name), field, get, put, self, name_width=NAME_WIDTH)

    def _get(self, name: str) -> Any:
        return getattr(self.rule, name, None)  # None: a row of a kind that is going

    def _put(self, name: str, value: Any) -> str:
        if not hasattr(self.rule, name):
            return ""
        make = partial(replace, self.rule, **{name: value})
        return set_training(self._document, self._part, make, name)

    def _turn(self, name: str) -> str:
        """Another kind; what both have and was not the old one's default is kept."""
        kind, old = self._kinds[name], self.rule
        usual = {key: default for key, (default, _) in declared(type(old)).items()}
        own = {key: x for key, x in usual.items() if key in declared(kind)}
        kept = {key: getattr(old, key) for key, x in own.items() if getattr(old, key) != x}
        return set_training(self._document, self._part, partial(kind, **kept), self._part)
