"""The inspector's section of a Data node: its set, what it counts, and a look at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from graph import GradwireError
from graph.edits import RESET
from gui.background import Background
from gui.borders import outline
from gui.data.asking import tr
from gui.data.changing import changed_set
from gui.data.columns import ColumnChooser
from gui.data.counts import ClassCounts
from gui.data.offered import offered
from gui.data.scatter import Scatter
from gui.data.taking import Taken, described
from gui.data.thumbnails import Thumbnails
from gui.inspector.buttons import Button
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import ChoiceField, OptionsField
from gui.inspector.labels import Label, Sentence
from gui.numbers import format_count, grouped
from gui.theme import Theme
from runtime.data.facts import BUILTIN
from runtime.data.files.reading import is_table
from runtime.data.generated import GENERATED
from runtime.data.preview import Preview, preview
from runtime.data.system import SYSTEM
from runtime.modules.sources import Data

if TYPE_CHECKING:
    from gui.document import Document

OF_FILES = ("x_columns", "t_columns", "t_is", "x_texts", "missing", "sequences")
"""Settings under which a file is read."""
OF_TABLES = ("t_is", "x_texts", "missing")
TABLE_HIGH, WIDEST = 168, 160


class DataSection(QWidget):
    """What the inspector shows of the set of the node `id_`."""

    kept = Signal()  # a setting under which the file was to be read stays as it was

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme, self.id = document, theme, id_
        self._shown: object = None
        self.preview: Preview | None = None
        self.set = ChoiceField(theme, offered())
        self._set_row = FieldRow(theme, tr("Set"), self.set, self._source, self._choose, self)
        name = tr("Choose a file with samples")
        self.file = Button(theme, tr("File…"), name, self._ask_file, parent=self)
        self.options = FieldRow(
            theme, tr("Options"), OptionsField(theme), self._options, self._set_options, self
        )
        self.problem = Sentence(theme, "error", self)
        self.counted = Label(theme, size=12, wrap=True, parent=self)
        self.told = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self.columns = ColumnChooser(theme, self)
        self.counts, self.scatter = ClassCounts(theme, self), Scatter(theme, self)
        self.images = Thumbnails(theme, self)
        self.table = _table(theme, self)
        self.columns.chosen.connect(self._choose_columns)
        self._look = Background(self)
        self._look.answered.connect(self._show)
        self._look.refused.connect(self._lose)
        self._read = Background(self)
        self._read.answered.connect(self._take)
        self._read.refused.connect(self._refuse)
        document.data_changed.connect(self.look_again)
        self._lay_out()

    @property
    def is_busy(self) -> bool:
        """Whether the set is being read."""
        return self._look.is_busy or self._read.is_busy

    def refresh(self) -> None:
        """Show the node as it is now; the set is looked at again where it may be another."""
        settings = self._settings()
        if settings is None:
            return
        self._set_row.refresh()
        self.options.refresh()
        self.options.setVisible(settings["source"].removeprefix(BUILTIN) in GENERATED)
        root = self._document.root
        subject = (repr(settings), root.seed, root.folder)
        if subject != self._shown:
            self._shown = subject
            if self.preview is None:
                self._say(tr("The set is being read."))
            seed, folder = root.seed, root.folder
            self._look.ask_long(lambda progress: preview(settings, seed, folder))

    def look_again(self) -> None:
        """The file may be another: read it anew."""
        self._shown = None
        self.refresh()

    def concerns(self, attribute: str) -> bool:
        """Whether an attribute means something for this set."""
        source = self._source()
        if attribute in OF_TABLES:
            return is_table(source)
        return attribute not in OF_FILES or not source.startswith((BUILTIN, SYSTEM))

    def _settings(self) -> Mapping[str, Any] | None:
        graph = self._document.graph
        module = graph.module(self.id) if self.id in graph else None
        return None if module is None else module.settings

    def _source(self) -> str:
        settings = self._settings()
        return settings["source"] if settings is not None else ""

    def _options(self) -> Mapping[str, float]:
        settings = self._settings()
        return settings["options"] if settings is not None else {}

    # --- what the person does -------------------------------------------------------------

    def _choose(self, source: str) -> str:
        if not source.startswith((BUILTIN, SYSTEM)):
            return ""  # the file that it has already
        return self._do({"source": source})

    def _ask_file(self) -> None:
        self._document.data_wanted.emit(self.id)

    def _set_options(self, options: Mapping[str, float]) -> str:
        graph, id_ = self._document.graph, self.id
        value = dict(options) or RESET
        text = tr("Set the options of {0}").format(id_)
        return attempt(self._document, lambda: graph.attribute_edit(id_, {"options": value}), text)

    def _choose_columns(self, x: tuple[str, ...], t: tuple[str, ...]) -> None:
        self.read_under({"x_columns": x, "t_columns": t})

    def read_under(self, changes: Mapping[str, Any]) -> str:
        """Read the file anew under other settings of `OF_FILES`, and set them with what it gives.

        That is one entry of the history; where the file cannot be read so, that is said here.
        """
        settings = self._settings()
        if settings is None:
            return ""
        asked = {name: settings[name] for name in OF_FILES} | dict(changes)
        own = {
            name: value for name, value in asked.items() if value != Data.attributes[name].default
        }
        source, folder = settings["source"], self._document.root.folder
        self._read.ask_long(lambda _: described(source, folder, is_chosen=False, **own))
        return ""

    def _take(self, taken: Taken) -> None:
        refusal = self._do(taken.settings) if self._settings() is not None else ""
        self.problem.say(refusal, "failed")
        if refusal:
            self.kept.emit()

    def _do(self, settings: Mapping[str, Any]) -> str:
        graph, id_ = self._document.graph, self.id
        text = tr("Change the set of {0}").format(id_)
        return attempt(self._document, lambda: changed_set(graph, id_, settings), text)

    # --- what is shown --------------------------------------------------------------------

    def _show(self, found: Preview) -> None:
        self.preview = found
        self.problem.say("")
        self._say(f"{grouped(found.sentence)}.", _told(found))
        self._show_ticks(found)
        self.counts.show_counts(found.counts)
        self.scatter.show_preview(found)
        self.images.show_preview(found)
        _fill(self.table, found)

    def _say(self, counted: str, told: str = "") -> None:
        """What is told of the set; what is empty takes no room."""
        for label, text in ((self.counted, counted), (self.told, told)):
            label.say(text)
            label.setVisible(bool(text))

    def _lose(self, error: Exception) -> None:
        """There is no set to look at: why, the node's problems say above."""
        if not isinstance(error, GradwireError):
            raise error
        for part in (self.columns, self.counts, self.scatter, self.images, self.table):
            part.hide()
        self._say("")

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self.problem.say(str(error), "failed")
        if self.preview is not None:  # ticks as they are, not as they were wanted
            self._show_ticks(self.preview)
        self.kept.emit()

    def _show_ticks(self, found: Preview) -> None:
        settings = self._settings()
        given, learned = ((settings[x] if settings else ()) for x in ("x_columns", "t_columns"))
        if found.file_columns and not learned:
            learned = (found.file_columns[-1].name,)
        self.columns.show_columns(found.file_columns, given or found.data.features, learned)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._set_row, 1)
        self.file.setMaximumWidth(72)
        line.addWidget(self.file)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(line)
        views = (self.columns, self.counts, self.scatter, self.images, self.table)
        for part in (self.options, self.problem, self.counted, self.told, *views):
            column.addWidget(part)
        for view in views:
            view.hide()


def _told(found: Preview) -> str:
    """What a sample is, the parts, where the numbers are from, and what was done to them."""
    words = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    parts = ", ".join(
        f"{words[part]} {format_count(count)}" for part, count in found.parts.items() if count
    )
    source = "" if found.data.source == "generated" else found.data.source
    lines = (tr("A sample: {0}.").format("; ".join(found.ports)), tr("Parts: {0}.").format(parts))
    return "\n".join(line for line in (*lines, source, *found.data.notes) if line)


def _table(theme: Theme, parent: QWidget) -> QTableView:
    table = QTableView(parent)
    table.setModel(QStandardItemModel(table))
    table.setFont(theme.font(12, mono=True))
    table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.setFixedHeight(TABLE_HIGH)
    table.setAccessibleName(tr("The first samples"))
    for header in (table.horizontalHeader(), table.verticalHeader()):
        header.setFont(theme.font(11))
        header.setHighlightSections(False)
    table.verticalHeader().setDefaultSectionSize(22)
    head = table.horizontalHeader()
    head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    head.setMaximumSectionSize(WIDEST)
    outline(table, theme)
    return table


def _fill(table: QTableView, found: Preview) -> None:
    table.setVisible(bool(found.rows))
    model = table.model()
    model.clear()
    named = (*found.columns, tr("class")) if found.data.classes else found.columns
    model.setHorizontalHeaderLabels(list(named))
    for number, row in enumerate(found.rows):
        model.appendRow([QStandardItem(text) for text in row])
        model.setVerticalHeaderItem(number, QStandardItem(str(number)))
