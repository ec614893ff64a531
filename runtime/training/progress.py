"""How far a training is, on stderr: a bar where a person looks, else a line now and then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from runtime.numerals import format_number

if TYPE_CHECKING:
    from runtime.training.history import Epoch, Update
    from runtime.training.session import Session

LINES = 10  # of a whole training, where no bar can be drawn
PAUSE = 0.1  # seconds between two changes of the bar


class Shown:
    """Shows a session's updates while it is entered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = Console(stderr=True, markup=False, emoji=False, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("", total=session.total_updates)
        self._figures, self._drawn = "", 0.0

    def __enter__(self) -> Shown:
        self._progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._progress.stop()

    def tell(self, update: Update) -> None:
        """An update was made."""
        if update.epoch is not None:
            self._end_epoch(update.epoch)
        now = time.monotonic()
        if self._console.is_terminal and now - self._drawn > PAUSE:
            self._drawn = now
            position, epochs = self._session.position, self._session.training.epochs
            text = f"epoch {min(position.epoch + 1, epochs):,} of {epochs:,}"
            figures = self._figures or f"loss {format_number(update.loss)}"
            self._progress.update(
                self._task, completed=position.update, description=f"{text}  {figures}"
            )

    def _end_epoch(self, epoch: Epoch) -> None:
        part = "validation" if "validation" in epoch.figures else "train"
        own = epoch.figures[part]  # type: ignore[index]
        figures = ", ".join(f"{name} {format_number(x)}" for name, x in own.items())
        self._figures = f"{part} {figures}"
        every = max(self._session.training.epochs // LINES, 1)
        if not self._console.is_terminal and epoch.number % every == 0:
            text = f"epoch {epoch.number:,}: {self._figures}"
            self._console.print(text, soft_wrap=True)
