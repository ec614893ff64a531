"""After a crash: the documents that were left behind are offered, each to recover or discard."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from graph import FileError, Graph
from gui import drafts
from gui.inspector.buttons import Button
from gui.inspector.labels import Label, Rule, Sentence
from gui.reading import read
from gui.waiting import wait_for

if TYPE_CHECKING:
    from gui.theme import Theme
    from gui.window import Window
    from gui.windows import Windows

WIDTH, MOST_HEIGHT = 560, 480


class Row(QWidget):
    """One document: what it is called, when it changed, and what is to become of it."""

    recovering = Signal()
    discarding = Signal()

    def __init__(self, theme: Theme, about: drafts.About, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = about.title or self.tr("Untitled")
        self.name = Label(theme, name, weight=600, wrap=True, parent=self)
        self.when = Label(theme, self._when(about.changed), size=12, ink="muted", parent=self)
        self.path = Label(theme, size=12, ink="muted", parent=self)
        self.path.cut = Qt.TextElideMode.ElideMiddle
        self.remark = Sentence(theme, parent=self)
        self.recover = Button(
            theme, self.tr("Recover"), self.tr("Recover {0}").format(name), self.recovering.emit
        )
        self.discard = Button(
            theme, self.tr("Discard"), self.tr("Discard {0}").format(name), self.discarding.emit
        )
        self._tell_origin(about.origin)
        self._lay_out()

    def fail(self, sentence: str) -> None:
        """Say why it cannot be recovered."""
        self.remark.say(self.tr("It cannot be read: {0}").format(sentence), "error", "error")
        self.recover.setEnabled(False)
        self.discard.setFocus(Qt.FocusReason.OtherFocusReason)

    def _when(self, changed: float) -> str:
        moment = QDateTime.fromSecsSinceEpoch(int(changed))
        locale, short = QLocale(), QLocale.FormatType.ShortFormat
        if moment.date() == QDate.currentDate():
            return self.tr("Changed today at {0}").format(locale.toString(moment.time(), short))
        return self.tr("Changed at {0}").format(locale.toString(moment, short))

    def _tell_origin(self, origin: drafts.Origin | None) -> None:
        self.path.say(origin.path if origin else self.tr("It was never saved in a file."))
        if origin is not None and not origin.is_as_it_was:
            self.remark.say(
                self.tr(
                    "This file has changed since, or is gone. It is left alone: what is recovered "
                    "has no file until you save it."
                ),
                "warning",
            )

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for widget in (self.name, self.when, self.path, self.remark):
            texts.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        for button in (self.recover, self.discard):
            button.setFixedWidth(84)
            row.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop)


class RecoveryDialog(QDialog):
    """Lists the drafts that were left behind. Closing it lets go of those without an answer."""

    def __init__(self, left: list[drafts.Draft], windows: Windows, near: Window) -> None:
        super().__init__(near)
        self._windows, self._near = windows, near
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Recover documents"))
        self.rows: dict[Row, drafts.Draft] = {}
        theme = windows.theme
        self._list = QVBoxLayout()
        self._list.setContentsMargins(16, 0, 16, 0)
        self._list.setSpacing(0)
        for draft in left:
            self._add(Row(theme, draft.about, self), draft)
        self._list.addStretch(1)
        text = self.tr("Recover all")
        self.all = Button(theme, text, self.tr("Recover every document listed"), self.recover_all)
        text = self.tr("Decide later")
        self.later = Button(theme, text, self.tr("Ask again at the next start"), self.close)
        self._lay_out(theme)
        self._follow()

    def recover_all(self) -> None:
        """Recover one after the other; those that cannot be stay listed."""
        for row in list(self.rows):
            if row.recover.isEnabled():
                self._recover(row)

    def done(self, result: int) -> None:
        """However it is closed: what has no answer is offered at the next start."""
        for draft in self.rows.values():
            draft.release()
        self.rows.clear()
        super().done(result)

    def _add(self, row: Row, draft: drafts.Draft) -> None:
        self.rows[row] = draft
        row.recovering.connect(partial(self._recover, row))
        row.discarding.connect(partial(self._discard, row))
        self._list.addWidget(row)

    def _recover(self, row: Row) -> None:
        draft = self.rows[row]
        catalogue = self._near.document.catalogue
        self.setEnabled(False)  # no second click while it is read
        try:
            graph = wait_for(lambda: read(draft.graph_path, catalogue))
        except FileError as error:
            graph = None
            row.fail(error.reason)
        if row not in self.rows:
            return  # closed meanwhile, with its window
        self.setEnabled(True)
        if graph is not None:
            self._take_away(row)
            self._show(graph, draft)

    def _show(self, graph: Graph, draft: drafts.Draft) -> None:
        """Show a graph as what it is: unsaved, with its file's path if that is as it was."""
        origin = draft.about.origin
        path = Path(origin.path) if origin is not None and origin.is_as_it_was else None
        text, untitled = self.tr("Recovered {0}. It is not saved yet."), self.tr("Untitled")
        home = self._windows.holder(path) if path is not None else None
        if home is not None and home.document.is_saved:
            home.document.replace(graph, path, is_saved=False)  # the file still holds what it shows
        else:  # the path belongs to who works on that file already
            path = path if home is None else None
            home = self._windows.take(graph, path, self._near, is_saved=False)
        home.autosave.adopt(draft)
        home.say(text.format(home.document.name or untitled))

    def _discard(self, row: Row) -> None:
        self._take_away(row).remove()

    def _take_away(self, row: Row) -> drafts.Draft:
        draft = self.rows.pop(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._follow()
        return draft

    def _follow(self) -> None:
        """The focus goes to the next answer; without rows there is nothing left to ask."""
        self.all.setVisible(len(self.rows) > 1)
        if not self.rows:
            self.close()
            return
        first = self.all if len(self.rows) > 1 else next(iter(self.rows)).recover
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, theme: Theme) -> None:
        heading = Label(theme, self.tr("Gradwire ended unexpectedly"), size=15, weight=600)
        heading.setContentsMargins(16, 16, 16, 4)
        what = Label(theme, self.tr("What was not saved can be recovered."), ink="muted")
        what.setContentsMargins(16, 0, 16, 8)
        inside = QWidget()
        inside.setLayout(self._list)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 12, 16, 16)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.all, self.later):
            button.setFixedWidth(112)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(what)
        column.addWidget(area, 1)
        column.addWidget(Rule(self))
        column.addLayout(buttons)
        height = inside.sizeHint().height() + 144
        self.resize(WIDTH, min(height, MOST_HEIGHT))


def offer(windows: Windows, near: Window) -> RecoveryDialog | None:
    """Ask about the documents that a crash left behind, if there are any; nothing waits for it."""
    left = drafts.left_behind(drafts.home())
    if not left:
        return None
    dialog = RecoveryDialog(left, windows, near)
    dialog.show()
    return dialog
