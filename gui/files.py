"""New, open, save, export: what the File menu does, with its dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox, QWidget

from graph import FileError, GradwireError, Graph, save
from graph.files import disk
from gui.document import Document
from gui.dropped_files import SUFFIX
from gui.export import FORMATS, format_of, paint_picture, picture_mime, write_picture
from gui.inspector.field_row import Paper
from gui.inspector.fields import LineField, WholeField
from gui.reading import read
from gui.settings import Settings
from gui.waiting import take_turn, wait_for

if TYPE_CHECKING:
    from gui.window import Window


class Files(QObject):
    """Reads and writes a window's document; every failure becomes a sentence in the window."""

    def __init__(self, window: Window, document: Document, settings: Settings) -> None:
        super().__init__(window)
        self.window, self.document, self.settings = window, document, settings
        self.is_waiting = False  # while a file is read or written

    # --- the menu's commands --------------------------------------------------------------

    def new(self) -> None:
        """Another window with an empty graph to build."""
        self.window.windows.new(self.window).workspaces.build()

    def open(self) -> None:
        """Ask for files and open them."""
        names, _ = QFileDialog.getOpenFileNames(
            self.window, self.tr("Open"), self._folder(), self._filter()
        )
        for name in names:
            self.read(Path(name))

    def save(self) -> bool:
        """Write the file it came from; ask for a name where there is none."""
        path = self.document.path
        return self.write(path) if path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a name and write there."""
        start = self.document.path or Path(self._folder()) / self._suggestion()
        name, _ = QFileDialog.getSaveFileName(
            self.window, self.tr("Save as"), str(start), self._filter()
        )
        if not name:
            return False
        path = Path(name)
        return self.write(path if path.suffix else path.with_suffix(SUFFIX))

    def export(self) -> None:
        """Ask for a name and write the canvas as a picture there."""
        start = (self.document.path or Path(self._folder()) / self._suggestion()).with_suffix(
            ".svg"
        )
        filters = ";;".join(f"{kind.upper()} (*.{kind})" for kind in FORMATS)
        name, chosen = QFileDialog.getSaveFileName(
            self.window, self.tr("Export picture"), str(start), filters
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower()[1:] not in FORMATS:
            path = path.with_name(f"{path.name}.{chosen[:3].lower() or FORMATS[0]}")
        with self._busy():
            pack = paint_picture(self.window.canvas, format_of(path), take_turn)
        if self._try(lambda: self._waiting(lambda: write_picture(path, pack))):
            self.window.say(self.tr("Wrote {0}").format(path))

    def export_handout(self) -> None:
        """Ask for a name and write the steps as exercises with their key there, as a PDF."""
        start = (self.document.path or Path(self._folder()) / self._suggestion()).with_suffix(
            ".pdf"
        )
        name, _ = QFileDialog.getSaveFileName(
            self.window, self.tr("Export handout"), str(start), "PDF (*.pdf)"
        )
        if name:
            path = Path(name)
            self.write_handout(path if path.suffix.lower() == ".pdf" else Path(f"{name}.pdf"))

    def copy_picture(self) -> None:
        """Put the canvas on the clipboard as a picture, drawn and in pixels."""
        with self._busy():
            data = picture_mime(self.window.canvas, take_turn)
        QApplication.clipboard().setMimeData(data)
        self.window.say(self.tr("Copied the canvas as a picture."))

    # --- without dialogs ------------------------------------------------------------------

    def write_handout(self, path: Path) -> bool:
        """Write the steps of the last run as exercises with their key."""
        from gui.handout.composing import compose
        from gui.handout.figure import figure
        from gui.handout.paper import PaperTheme
        from runtime.practice import sheet_of

        trace, theme, name = self.document.whole_trace, PaperTheme(), self.document.name
        if trace is None:
            return False
        sheet = self._waiting(lambda: sheet_of(trace))
        with self._busy(), figure(self.document.root.copy(), trace, theme) as drawn:
            pdf = compose(sheet, name or self.tr("Untitled"), drawn, theme, take_turn)
        is_written = self._try(lambda: self._waiting(lambda: disk.write(path, pdf)))
        if is_written:
            self.window.say(self.tr("Wrote {0}").format(path))
        return is_written

    def read(self, path: Path) -> bool:
        """Open a file, here if nothing is here, else in another window."""
        return self.window.windows.open(path, self.window) is not None

    def read_example(self, path: Path) -> bool:
        """Open an example: without a file name, so that saving it asks for one."""
        return self.window.windows.open_example(path, self.window) is not None

    def load(self, path: Path) -> Graph | None:
        """The graph of a file, read in another thread; None where that fails, which is told."""
        catalogue = self.document.catalogue
        found: list[Graph] = []
        with self.window.live.held():
            self._try(lambda: found.append(self._waiting(lambda: read(path, catalogue))))
        return found[0] if found else None

    def write(self, path: Path) -> bool:
        """Save under a name, in another thread."""
        holder = self.window.windows.holder(path)
        if holder not in (None, self.window):
            text = self.tr("{0}: found it open in another window. Choose another name.")
            self.window.notices.tell(text.format(path.name), str(path))
            return False
        finish_field(self.window)
        snapshot = self.document.root.copy()
        if not self._try(lambda: self._waiting(lambda: save(snapshot, path))):
            return False
        self.document.mark_saved(path)
        self.settings.add_recent(path)
        self.window.status.say_saved(path)
        return True

    def may_leave(self) -> bool:
        """Ask what to do with changes that no file holds; False keeps the graph open.

        A window manager can ask for the end while a file is being read: not then.
        """
        if self.is_waiting:
            return False
        finish_field(self.window)
        if self.document.is_saved:
            return True
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Unsaved changes"))
        name = self.document.name or self.tr("Untitled")
        box.setText(self.tr("Save the changes to {0}?").format(name))
        box.setInformativeText(self.tr("Without saving they are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save()
        return answer == buttons.Discard

    # --- menus that are filled when they open ---------------------------------------------

    def fill_recent(self, menu: QMenu) -> None:
        """The files that were open last."""
        menu.clear()
        for path in self.settings.recent:
            self._add(menu, path.name, self.read, path).setToolTip(str(path))
        if menu.isEmpty():
            menu.addAction(self.tr("No recent files")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Clear this list"), self.settings.forget_recent)

    # --- inside ---------------------------------------------------------------------------

    def _add(self, menu: QMenu, title: str, then: Callable[[Path], bool], path: Path) -> QAction:
        """A row of a menu; titles of files are no mnemonics."""
        action = menu.addAction(title.replace("&", "&&"))
        action.triggered.connect(lambda: then(path))
        return action

    def _waiting(self, work):
        with self._busy():
            return wait_for(work)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """While this lasts the window cannot be closed, and says that it works."""
        self.is_waiting = True
        self.window.status.show_busy(True)
        try:
            yield
        finally:
            self.is_waiting = False
            self.window.status.show_busy(False)

    def _try(self, work) -> bool:
        try:
            work()
        except (GradwireError, OSError) as error:
            self.window.notices.tell(_words(error), str(error))
            return False
        return True

    def _folder(self) -> str:
        recent = self.settings.recent
        return str(recent[0].parent if recent else Path.home())

    def _suggestion(self) -> str:
        words = "".join(c if c.isalnum() else " " for c in self.document.name.lower()).split()
        return ("_".join(words) or "untitled") + SUFFIX

    def _filter(self) -> str:
        return self.tr("Gradwire graphs (*{0});;All files (*)").format(SUFFIX)


def _words(error: Exception) -> str:
    """A reason with the file's name alone, for paths are long; `$` is the whole document."""
    if not isinstance(error, FileError):
        return str(error)
    where = "" if error.where == "$" else error.where
    return ": ".join(filter(None, (Path(error.path).name, where, error.reason)))


def finish_field(window: QWidget) -> None:
    """What is being typed belongs to the graph: take it over, as leaving the field would."""
    field = window.focusWidget()
    if isinstance(field, LineField | WholeField):
        field.editingFinished.emit()
    elif isinstance(field, Paper):
        field.left.emit()
    elif isinstance(field, QLineEdit):
        field.clearFocus()  # one on the canvas is done when it is left
