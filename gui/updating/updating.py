"""Whether the runs of a document end in an update of its parameters. It is not in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.consequences import concerns_run
from runtime import updates

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.updates import Batch, Learning


class Updating(QObject):
    """The update phase of a document's runs: on where its file says how it is trained.

    It is the first update, with the document's parameters and an optimizer that remembers nothing;
    while a `batch` of a training is open, that batch's, with its own feeds and numbers. An edit of
    what runs closes it. `refusal` says why the last run could not have it. When it is switched on,
    the playhead comes to the first of its steps.
    """

    changed = Signal()  # on, off, or by another rule
    told = Signal()  # `refusal` is new

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._is_new = False
        self.is_on = False
        self.batch: Batch | None = None
        self.refusal = ""
        self._training = document.root.training
        document.changed.connect(self._follow)
        document.opened.connect(self._restart)
        document.traced.connect(self._arrive)

    @property
    def learning(self) -> Learning | None:
        """With what runs are to be updated; None for not at all."""
        if self.batch is not None:
            return self.batch.learning
        return updates.Learning.of(self._document.root) if self.is_on else None

    def open_batch(self, batch: Batch) -> None:
        """Show the run of a batch, from its start."""
        self.batch = batch
        self.tell("")
        self.changed.emit()

    def close_batch(self) -> None:
        """Show the document's own numbers again."""
        if self.batch is not None:
            self.batch = None
            self.changed.emit()

    def toggle(self) -> None:
        """Have the update behind the reverse pass, or not."""
        self.is_on = self._is_new = not self.is_on
        self.tell("")
        self.changed.emit()

    def tell(self, refusal: str) -> None:
        """Note why a run could not be updated, or that it could."""
        if refusal == self.refusal:
            return
        self.refusal = refusal
        self.told.emit()
        if refusal and self._is_new:
            self._is_new = False
            self._document.refuse(refusal)

    # --- inside ---------------------------------------------------------------------------

    def _follow(self, edit: object) -> None:
        training, self._training = self._training, self._document.root.training
        if self.is_on and self.batch is None and training != self._training:
            self.changed.emit()  # by another rule; nothing else of the run is another
        if self.batch is not None and concerns_run(edit):
            self.close_batch()
            self._document.refuse(self.tr("The batch is closed, for the graph has changed."))

    def _restart(self) -> None:
        self.refusal, self._is_new = "", False
        self._training = self._document.root.training
        if self.batch is not None:
            self.close_batch()
        self.is_on = self._document.root.store.fields["training"] is not None

    def _arrive(self) -> None:
        """The first run with an update: show where it begins."""
        if not self._is_new:
            return
        trace, head = self._document.trace, self._document.playhead
        if trace is None or trace.update is None:
            return
        self._is_new = False
        ends = [at for at, step in enumerate(head.steps, 1) if step.phase == "update"]
        if ends and head.position < ends[0]:
            head.go(ends[0])
