"""A training from a terminal: shown, ended by Ctrl+C after a whole step, kept, written out."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.errors import GradwireError
from graph.files import save
from runtime.columns import Columns
from runtime.numerals import format_number
from runtime.report import as_json as written
from runtime.report import worded
from runtime.tables import console
from runtime.training import keeping
from runtime.training.asked import with_samples
from runtime.training.kept_place import folder_of
from runtime.training.progress import Shown
from runtime.training.session import Session

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.training.history import Epoch

OFTEN = 10.0  # seconds after which a training is kept at an epoch's end: what a crash may cost
INTERRUPTED = "it was interrupted"


class Course:
    """Trains the graph of the file at `path`, and keeps the training beside it.

    What is wished to be read by a program goes to stdout, all else to stderr. Raises as `Session`.
    """

    def __init__(
        self,
        graph: Graph,
        path: Path,
        device: str | None = None,
        sources: Mapping[str, str] | None = None,
        *,
        as_json: bool = False,
    ) -> None:
        trained, feeder = with_samples(graph, path.parent, sources)
        self._graph, self._path, self._as_json = graph, path, as_json
        self._sentence = feeder.sentence(graph.training.epochs)
        self.session = Session(trained, device=device, feeder=feeder)
        self._folder, self._told = folder_of(path), keeping.told_of(self.session)
        self._kept_at = time.monotonic()

    def resume(self) -> None:
        """Go on where the kept training stands; says what is no longer as it was."""
        moment, told = keeping.read_all(self._folder)
        self.session.go_to(moment.fitting(self.session.trainer.memory))
        for difference in keeping.differences(told, self.session):
            _say(f"gradwire: warning: {self._path}: {difference}")

    def run(self, out: Path | None = None) -> None:
        """Train to the end, or to Ctrl+C; `out` is where the trained graph is written.

        Raises as `Session.step`, and `FileError`; where nothing can be kept before it begins.
        """
        keeping.make(self._folder)
        self._say_beginning()
        with _stopping() as is_asked:
            try:
                with Shown(self.session) as shown:
                    self._learn(shown, is_asked)
            except GradwireError:  # a batch was refused: nothing has changed since the one before
                self._keep()
                raise
            self._keep()
            if out is not None:
                self._graph.apply(self.session.edit())
                save(self._graph, out)
        self._say_end(out, is_interrupted=is_asked())

    def _learn(self, shown: Shown, is_asked: Callable[[], bool]) -> None:
        while not self.session.is_over and not is_asked():
            update = self.session.step()
            shown.tell(update)
            if update.epoch is None:
                continue
            if self._as_json:
                click.echo(written(_line(update.epoch)))
            if time.monotonic() - self._kept_at > OFTEN:
                self._keep()

    def _keep(self) -> None:
        keeping.write(self._folder, self.session.moment(), self._told)
        self._kept_at = time.monotonic()

    def _say_beginning(self) -> None:
        position, total = self.session.position, self.session.total_updates
        text = self._sentence
        if position.update:
            text += f"; going on behind update {position.update:,} of {total:,}"
        _say(f"{text}.")

    def _say_end(self, out: Path | None, *, is_interrupted: bool) -> None:
        session, history = self.session, self.session.history
        position, total = session.position, session.total_updates
        why = INTERRUPTED if is_interrupted and not session.is_over else session.why_ended
        if self._as_json:
            end: dict[str, Any] = {"why_ended": why, "updates": position.update}
            click.echo(written(end | {"best": history.best, "run": str(self._folder)}))
        elif history.epochs:
            _print(history.epochs[self._left - 1])
        ended = f"Ended after update {position.update:,} of {total:,}: {why}."
        onward = " Go on with --resume." if not session.is_over else ""
        _say(f"{ended} The training is kept in {self._folder}.{onward}")
        if out is not None:
            _say(f"The trained graph is in {out}.")
        elif session.is_over:
            _say("--out FILE writes the trained graph; evaluate and predict read it with --run.")

    @property
    def _left(self) -> int:
        """The number of the epoch whose parameters are left."""
        history, stop = self.session.history, self.session.training.stop
        return history.best if stop.keep_best and history.best else len(history.epochs)


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Tells whether Ctrl+C was pressed, which ends nothing by itself; pressed again it does."""
    pressed: list[int] = []

    def press(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _line(epoch: Epoch) -> dict[str, Any]:
    """An epoch as one line of JSON; numbers that are not finite are words."""
    figures = {
        part: {name: worded(x) for name, x in own.items()} for part, own in epoch.figures.items()
    }
    return {"epoch": epoch.number, "updates": epoch.updates, "rate": epoch.rate} | figures


def _print(epoch: Epoch) -> None:
    """An epoch as a table."""
    names = next(iter(epoch.figures.values()))
    table = Columns(f"Epoch {epoch.number:,}", *names)
    for part, own in epoch.figures.items():
        table.add(part, *map(format_number, own.values()))
    table.print(console())


def _say(text: str) -> None:
    click.echo(text, err=True)
