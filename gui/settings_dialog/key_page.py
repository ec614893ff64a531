"""The page of keys: choose a command, press its keys; what has them already is named."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.actions.keys import is_fixed, keys_of, native, owner_of
from gui.actions.rows import Row, plain_title, row_of
from gui.borders import frame
from gui.dress import mute
from gui.inspector.buttons import Button
from gui.settings import Settings
from gui.shortcut_list.entries import commands
from gui.shortcut_list.tree import EntryTree
from gui.theme import Theme


class KeyPage(QWidget):
    """All commands with their keys, and a field that takes other ones for the chosen command."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._theme = settings, theme
        self.search = QLineEdit(self, placeholderText=self.tr("Search by words or keys"))
        self.search.setAccessibleName(self.tr("Search by words or keys"))
        self.search.setClearButtonEnabled(True)
        frame(self.search, theme)
        self.tree = EntryTree(theme, self)
        self.tree.setAccessibleName(self.tr("Commands"))
        self._make_field()
        self._make_buttons()
        self._lay_out()
        self.search.textChanged.connect(self.tree.find)
        self.tree.currentItemChanged.connect(self._show_command)
        settings.changed.connect(self._fill)
        self._fill()

    def _make_field(self) -> None:
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.keys = QKeySequenceEdit(self)
        self.keys.setMaximumSequenceLength(1)
        line = self.keys.findChild(QLineEdit)
        line.setPlaceholderText(self.tr("Press the new keys"))
        frame(line, self._theme)
        self.label.setBuddy(self.keys)
        self.keys.keySequenceChanged.connect(self._take)
        self.word = mute(QLabel(self, wordWrap=True))
        self.word.setTextFormat(Qt.TextFormat.PlainText)

    def _make_buttons(self) -> None:
        def button(text: str, tip: str, then) -> Button:
            made = Button(self._theme, text, tip, then, parent=self)
            made.setSizePolicy(made.sizePolicy().Policy.Fixed, made.sizePolicy().Policy.Fixed)
            return made

        tr = self.tr
        self.take_over = button(
            tr("Take over"), tr("Give the keys to this command."), self._take_over
        )
        self.remove = button(tr("Remove"), tr("Leave the command without keys."), self._remove)
        self.reset = button(tr("Reset"), tr("Give the command its own keys back."), self._reset)
        self.reset_all = button(
            tr("Reset all"),
            tr("Give every command its own keys back."),
            self._settings.forget_keys,
        )

    def _lay_out(self) -> None:
        said = QHBoxLayout()
        said.addWidget(self.word, 1)
        said.addWidget(self.take_over)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.keys, self.remove, self.reset):
            row.addWidget(widget, widget is self.keys)
        row.addSpacing(16)
        row.addWidget(self.reset_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addWidget(self.label)
        column.addLayout(row)
        column.addLayout(said)

    # --- the chosen command ----------------------------------------------------------------

    @property
    def _row(self) -> Row | None:
        entry = self.tree.current
        return row_of(entry.id) if entry is not None else None

    def _fill(self) -> None:
        self.tree.fill(commands(self._settings))
        if self.tree.current is None:
            self.tree.choose(commands(self._settings)[0].id)
        self._show_command()

    def _show_command(self) -> None:
        row = self._row
        for widget in (self.keys, self.remove, self.reset):
            widget.setEnabled(row is not None)
        self._show_field(QKeySequence())
        self._say("")
        if row is None:
            self.label.setText(self.tr("Choose a command."))
            return
        self.label.setText(self.tr("Keys of {0}").format(plain_title(row).rstrip("…")))
        self.keys.setAccessibleName(self.label.text())
        keys = keys_of(row, self._settings)
        self._show_field(keys[0] if keys else QKeySequence())
        self.remove.setEnabled(bool(keys))
        self.reset.setEnabled(self._settings.keys_of(row.id) is not None)

    def _show_field(self, keys: QKeySequence) -> None:
        self.keys.blockSignals(True)
        self.keys.setKeySequence(keys)
        self.keys.blockSignals(False)

    def _say(self, sentence: str, may_take_over: bool = False) -> None:
        self.word.setText(sentence)
        self.take_over.setVisible(may_take_over)

    # --- choosing --------------------------------------------------------------------------

    def _take(self, keys: QKeySequence) -> None:
        row = self._row
        if row is None or keys.isEmpty():
            return
        if is_fixed(keys):
            text = self.tr("{0} moves about or ends things everywhere. Choose other keys.")
            self._say(text.format(native(keys)))
        elif (owner := owner_of(keys, self._settings, but=row.id)) is not None:
            text = self.tr("{0} belongs to {1}.")
            self._say(text.format(native(keys), plain_title(owner).rstrip("…")), True)
        else:
            self._keep({row.id: [keys]})

    def _take_over(self) -> None:
        keys, row = self.keys.keySequence(), self._row
        owner = owner_of(keys, self._settings, but=row.id)
        rest = [other for other in keys_of(owner, self._settings) if other != keys]
        self._keep({row.id: [keys], owner.id: rest})

    def _remove(self) -> None:
        self._keep({self._row.id: []})

    def _reset(self) -> None:
        self._settings.keep_keys({self._row.id: None})

    def _keep(self, chosen: dict[str, list[QKeySequence]]) -> None:
        texts = {id_: QKeySequence.listToString(keys) for id_, keys in chosen.items()}
        own = {id_: None if text == row_of(id_).keys else text for id_, text in texts.items()}
        self._settings.keep_keys(own)
