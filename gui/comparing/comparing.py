"""The pinned run of a window, and what the newest run changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph import PortRef
from gui.background import Background
from gui.consequences import renames
from gui.document import Document

if TYPE_CHECKING:
    from runtime.comparing import Comparison, Difference
    from runtime.trace import Trace


class Comparing(QObject):
    """Holds one trace; each newer one is compared with it in the background.

    A renamed node is another one for it: runs are compared by the addresses of their edges. Where
    a node was renamed since, the pinned run is let go.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.pinned: Trace | None = None
        self.comparison: Comparison | None = None
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._fail)
        document.traced.connect(self._follow)
        document.changed.connect(self._after_edit)
        document.opened.connect(self.unpin)

    @property
    def is_pinned(self) -> bool:
        """Whether there is a run to compare with."""
        return self.pinned is not None

    @property
    def is_busy(self) -> bool:
        """Whether two runs are being compared."""
        return self._work.is_busy

    def toggle(self) -> None:
        """Pin the newest run, or let the pinned one go."""
        if self.is_pinned:
            self.unpin()
        else:
            self.pin()

    def pin(self) -> None:
        """Keep the newest run, in the place of one that was pinned."""
        if self._document.whole_trace is None:
            self._document.refuse(self.tr("There is no run to pin yet. Run the graph first."))
            return
        self.pinned = self._document.whole_trace
        self._follow()

    def unpin(self) -> None:
        """Let the pinned run go."""
        self._work.drop()
        if self.pinned is not None:
            self.pinned = self.comparison = None
            self.changed.emit()

    def seen(self) -> tuple[Difference, ...]:
        """The edges that differ as far as the playhead has come, the first of the run first."""
        found = self.comparison.differences.values() if self.comparison is not None else ()
        told = (x for x in found if self.tells(x, "value") or self.tells(x, "gradient"))
        return tuple(sorted(told, key=lambda x: (x.value_from, x.gradient_from)))

    def tells(self, difference: Difference, of: str) -> bool:
        """Whether the value or gradient of an edge differs, and has come."""
        now = self._document.playhead.whole
        if of == "value":
            return difference.value is not None and difference.value_from <= now
        return difference.gradient is not None and difference.gradient_from <= now

    def difference(self, target: PortRef) -> Difference | None:
        """What differs at an edge, by the address of the port where it ends."""
        return None if self.comparison is None else self.comparison.differences.get(target)

    # --- inside ---------------------------------------------------------------------------

    def _follow(self) -> None:
        from runtime.comparing import Comparison, compare

        pinned, newest = self.pinned, self._document.whole_trace
        if pinned is None or newest is None:
            return
        if pinned is newest:
            self._work.drop()
            self._take(Comparison({}, len(newest.plan.edges)))
            return
        self._work.ask_long(lambda progress: compare(pinned, newest, progress))
        self.changed.emit()

    def _after_edit(self, edit) -> None:
        if self.is_pinned and renames(edit):
            self.unpin()

    def _take(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._document.failed.emit(f"{type(error).__name__}: {error}")
