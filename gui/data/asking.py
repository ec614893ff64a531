"""Where a file from elsewhere is to be read from: asked once, for each that is let go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from gui.data.taking import BESIDE

if TYPE_CHECKING:
    from gui.window import Window

Answer = Literal["copy", "link"]


def tr(text: str) -> str:
    """A text of this room in the person's language."""
    return QCoreApplication.translate("Data", text)


class Question(QObject):
    """Asks without holding the window up; `answered` carries `copy` or `link`, if anything."""

    answered = Signal(str)

    def __init__(self, window: Window, path: Path, *, may_link: bool = True) -> None:
        super().__init__(window)
        document = window.document
        self.box = box = QMessageBox(window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Data"))
        box.setText(tr("{0} is not in the document's folder.").format(path.name))
        name = f"{document.path.stem if document.path else tr('NAME')}{BESIDE}"
        copy = tr("A copy in {0} goes wherever the document goes.").format(name)
        if document.path is None:
            copy = tr("A copy beside the document goes wherever it goes; it is saved first.")
        link = tr("A link stays where the file is, and works on this machine only.")
        box.setInformativeText(f"{copy} {link}" if may_link else copy)
        role = QMessageBox.ButtonRole.AcceptRole
        text = tr("Copy") if document.path is not None else tr("Save and copy")
        buttons = {box.addButton(text, role): "copy"}
        if may_link:
            buttons[box.addButton(tr("Keep a link"), role)] = "link"
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(next(iter(buttons)))
        for button, answer in buttons.items():
            button.clicked.connect(lambda _=False, answer=answer: self.answered.emit(answer))
        box.finished.connect(self.deleteLater)

    def ask(self) -> None:
        """Show it."""
        self.box.open()
