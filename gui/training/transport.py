"""What the keys of a training do: begin, stand still, go on, one batch, and back in the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.training.moments import go_by

if TYPE_CHECKING:
    from gui.window import Window


class Transport(QObject):
    """Steers the run of a window's document."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._running = window.running

    @property
    def can_train(self) -> bool:
        """Whether the document has something to make small."""
        check = self._window.document.whole_check
        return check is not None and check.target is not None

    def toggle(self) -> None:
        """Train, stand still, or go on; after an end a new run begins.

        One goes on with what was paused, with what lost its process, and before the first run with
        what is kept beside the file.
        """
        running = self._running
        if running.state in ("starting", "running"):
            running.pause()
        elif running.can_go_on:
            running.resume()
            self._show()
        else:
            self.restart()

    def restart(self) -> None:
        """Train the graph as it is now, as a new run."""
        self._running.start()
        self._show()

    def one_batch(self) -> None:
        """One update."""
        self._running.one_batch()
        self._show()

    def one_epoch(self) -> None:
        """To the end of the epoch."""
        self._running.one_epoch()
        self._show()

    def stop(self) -> None:
        """End the run at the end of the step."""
        self._running.stop()

    def previous_moment(self) -> None:
        """Show the kept moment before the one that is shown."""
        go_by(self._running, -1)

    def next_moment(self) -> None:
        """Show the kept moment after it; behind the last one stands the newest state."""
        go_by(self._running, 1)

    def newest(self) -> None:
        """Show the newest state of the run again."""
        self._running.travel(None)

    def branch(self) -> None:
        """Train on from the moment that is shown, as a new run."""
        self._running.branch()

    def take_over(self) -> None:
        """Write the parameters that are shown into the document."""
        self._running.take_over()
        self._window.say(self.tr("The parameters of the training are in the graph now."))

    def _show(self) -> None:
        """A run is looked at where its curves are."""
        if self._window.workspaces.current == "train":
            self._window.drawer.show_tab("training")
