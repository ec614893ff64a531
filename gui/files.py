"""New, open, save, export: what the File menu does, with its dialogs."""

from __future__ import annotations

import json
from functools import partial
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from graph import GradwireError, save
from gui.document import Document, read
from gui.export import FORMATS, export_picture
from gui.settings import Settings
from gui.waiting import wait_for

if TYPE_CHECKING:
    from gui.window import Window

SUFFIX = ".gradwire"
FIRST_EXAMPLE = "backprop_by_hand"


class Files(QObject):
    """Reads and writes a window's document; every failure becomes a sentence in the window."""

    def __init__(self, window: Window, document: Document, settings: Settings) -> None:
        super().__init__(window)
        self.window, self.document, self.settings = window, document, settings
        self.is_waiting = False  # while a file is read or written

    # --- the menu's commands --------------------------------------------------------------

    def new(self) -> None:
        """An empty graph to build, after the question about the old one."""
        if self.may_leave():
            self.document.new()
            self.window.workspaces.build()

    def open(self) -> None:
        """Ask for a file and open it."""
        if not self.may_leave():
            return
        name, _ = QFileDialog.getOpenFileName(
            self.window, self.tr("Open"), self._folder(), self._filter()
        )
        if name:
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
        if self._try(lambda: export_picture(self.window.canvas, path)):
            self.window.say(self.tr("Wrote {0}").format(path))

    # --- without dialogs ------------------------------------------------------------------

    def read(self, path: Path) -> bool:
        """Open a file, in another thread; the old graph stays where that fails."""
        return self._read(path, keeps_path=True)

    def read_example(self, path: Path) -> bool:
        """Open an example: without a file name, so that saving it asks for one."""
        return self._read(path, keeps_path=False)

    def write(self, path: Path) -> bool:
        """Save under a name, in another thread."""
        snapshot = self.document.graph.copy()
        if not self._try(lambda: self._waiting(lambda: save(snapshot, path))):
            return False
        self.document.mark_saved(path)
        self.settings.add_recent(path)
        self.window.say(self.tr("Saved {0}").format(path))
        return True

    def may_leave(self) -> bool:
        """Ask what to do with changes that no file holds; False keeps the graph open.

        A window manager can ask for the end while a file is being read: not then.
        """
        if self.is_waiting:
            return False
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

    def open_first(self, path: Path | None) -> None:
        """What a new window shows: the file asked for, the first time an example, or nothing.

        The first time it is there to be stepped; later the workspace is the last one used.
        """
        is_first = self.settings.is_first_start
        self.settings.mark_started()
        example = next((p for p in examples() if p.stem == FIRST_EXAMPLE), None)
        if path is not None:
            is_shown = self.read(path)
        else:
            is_shown = is_first and example is not None and self.read_example(example)
        if is_first and is_shown:
            self.window.workspaces.step()

    # --- menus that are filled when they open ---------------------------------------------

    def fill_recent(self, menu: QMenu) -> None:
        """The files that were open last."""
        menu.clear()
        for path in self.settings.recent:
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._leave_for, self.read, path))
        if menu.isEmpty():
            menu.addAction(self.tr("No recent files")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Clear this list"), self.settings.forget_recent)

    def fill_examples(self, menu: QMenu) -> None:
        """The graphs that come with the program."""
        menu.clear()
        for path in examples():
            action = menu.addAction(title_of(path))
            action.triggered.connect(partial(self._leave_for, self.read_example, path))
        if menu.isEmpty():
            menu.addAction(self.tr("No examples")).setEnabled(False)

    # --- inside ---------------------------------------------------------------------------

    def _leave_for(self, read_it, path: Path, _checked: bool = False) -> None:
        if self.may_leave():
            read_it(path)

    def _read(self, path: Path, *, keeps_path: bool) -> bool:
        catalogue, found = self.document.catalogue, []
        if not self._try(lambda: found.append(self._waiting(lambda: read(path, catalogue)))):
            return False
        self.document.replace(found[0], path if keeps_path else None)
        if keeps_path:
            self.settings.add_recent(path)
        return True

    def _waiting(self, work):
        self.is_waiting = True
        self.window.status.show_busy(True)
        try:
            return wait_for(work)
        finally:
            self.is_waiting = False
            self.window.status.show_busy(False)

    def _try(self, work) -> bool:
        try:
            work()
        except (GradwireError, OSError) as error:
            self.document.failed.emit(str(error))
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


def examples() -> list[Path]:
    """The example files that come with the program."""
    return sorted(Path(str(resources("assets") / "examples")).glob(f"*{SUFFIX}"))


def title_of(path: Path) -> str:
    """A graph's title, read without building the graph; else the file's name."""
    try:
        title = json.loads(path.read_text(encoding="utf-8")).get("title")
    except (OSError, ValueError, AttributeError):
        title = None
    return title if isinstance(title, str) and title else path.stem.replace("_", " ").capitalize()
