"""The timeline's level of batches: which batch of a training is open, and a button to close it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.document import Document
from gui.dress import dress
from gui.inspector.labels import Label
from gui.theme import Theme

HEIGHT = 32


class BatchBar(QWidget):
    """One line; hidden while no batch is open."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self.setFixedHeight(HEIGHT)
        self.words = Label(theme, size=12, weight=600, parent=self)
        self.note = Label(theme, size=12, ink="muted", parent=self)
        self.button = dress(QToolButton(self), theme, "flat")
        self.button.setDefaultAction(actions["close_batch"])
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setAccessibleName(self.tr("Close the batch"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(12)
        row.addWidget(self.words)
        row.addWidget(self.note, 1)
        row.addWidget(self.button)
        document.updating.changed.connect(self.follow)
        document.updating.told.connect(self.follow)
        document.replaced.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Tell which batch is open."""
        batch = self._document.updating.batch
        self.setVisible(batch is not None)
        if batch is None:
            return
        epoch, number, update = batch.position
        text = self.tr("Epoch {0}, batch {1} of {2}: update {3}")
        self.words.say(text.format(epoch + 1, number + 1, batch.per_epoch, update + 1))
        refusal = self._document.updating.refusal
        self.note.say(refusal or self.tr("a copy; the training goes on by itself"))
