"""The run of a document: starts, steers and follows the worker, and tells what it has learned.

A worker belongs to one link, and what an old link still says is dropped, so that no answer of an
old run reaches a new one, nor another document. A run that has ended, failed or crashed goes on
in a new process, from the newest moment that was kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal, Slot

from graph import GradwireError, PortRef, Tensor
from graph import edits as e
from gui.document import Document
from gui.training.beside import Beside
from gui.training.pace import Pace
from gui.training.runs import Run, Runs
from gui.training.silence import Silence
from gui.training.travel import Travel
from gui.training.trouble import LOST, Trouble, lost
from runtime.data import consent

if TYPE_CHECKING:
    from numpy import ndarray

    from graph import Graph
    from runtime.training.moment import Position
    from runtime.training.worker.link import Gone, Link
    from runtime.training.worker.messages import Do, Failed, Message, Refused
    from runtime.training.worker.series import Series
    from runtime.training.worker.slots import Snapshot

State = Literal["none", "starting", "running", "paused", "ended", "failed"]
LIVES = ("starting", "running", "paused")


class Running(QObject):
    """The training of a document. It runs in a process of its own; nothing here waits for it."""

    changed = Signal()  # curves, parameters or position, at most 30 times a second
    state_changed = Signal()
    _heard = Signal(object, object)  # a link's token and what it said, from the link's thread

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._runs, self._run = Runs(), None
        self._link: Link | None = None
        self._token: object = None  # what the link under way calls itself
        self._links: list[Link] = []  # also those that are about to end
        self._state: State = "none"
        self._travel = Travel(self)
        self._silence = Silence(self)
        self._silence.noticed.connect(self._tell_silence)
        self.beside = Beside(document, self)
        self._pace = Pace(self)
        self._problem: Trouble | None = None
        self._why = ""
        self._hears = {
            "Stood": self._hear_stood,
            "Failed": self._hear_failed,
            "Gone": self._hear_gone,
            "Refused": self._hear_refused,
        }
        self._heard.connect(self._hear)
        self._travel.arrived.connect(self._pace.tell)
        self._pace.told.connect(self.changed)
        document.opened.connect(self._restart)

    # --- reading --------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """How the run stands."""
        return self._state

    @property
    def is_live(self) -> bool:
        """Whether there is a process that can be told something."""
        return self._state in LIVES

    @property
    def can_go_on(self) -> bool:
        """Whether going on is what one would expect: the run is paused, or has lost its process.

        Also where a run is kept beside the file, and none was begun yet.
        """
        if self._run is None:
            return self.beside.place is not None
        is_lost = self._problem is not None and self._problem.kind == LOST
        return self._state == "paused" or (is_lost and bool(self._run.moments))

    @property
    def why(self) -> str:
        """Why the run ended, as it goes on behind a colon; empty where it has not."""
        return self._why

    @property
    def problem(self) -> Trouble | None:
        """What the run failed of."""
        return self._problem

    @property
    def run(self) -> Run | None:
        """The newest run."""
        return self._run

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs since the document was opened, oldest first."""
        return tuple(self._runs)

    @property
    def graph(self) -> Graph | None:
        """The graph that is trained, as it was when the run began."""
        return self._run.graph if self._run is not None else None

    @property
    def series(self) -> Series | None:
        """The curves of the newest run."""
        return self._run.series if self._run is not None else None

    @property
    def position(self) -> Position | None:
        """Where the run stands, as far as it was shown."""
        found = self._snapshot
        return found.position if found is not None else None

    @property
    def total(self) -> int:
        """Updates from the very start to the end of the last epoch; 0 while it is unknown."""
        return self._run.total if self._run is not None else 0

    @property
    def updates_per_epoch(self) -> int:
        """Updates in each epoch; 0 while it is unknown."""
        return self._run.updates_per_epoch if self._run is not None else 0

    @property
    def threads(self) -> int:
        """Threads that the linear algebra of the worker may use; 0 while it is unknown."""
        return self._run.threads if self._run is not None else 0

    @property
    def pid(self) -> int | None:
        """The id of the process that trains; None where there is none."""
        return self._link.pid if self._link is not None and self.is_live else None

    @property
    def moments(self) -> tuple[int, ...]:
        """The updates at which one can travel, in order."""
        return tuple(self._run.moments) if self._run is not None else ()

    @property
    def travelled(self) -> int | None:
        """The update of the moment that is shown; None for the newest."""
        return self._travel.update

    def parameters(self) -> dict[str, ndarray] | None:
        """Parameters and module state by address, of the moment that is shown; all read-only.

        None before the first of them are there.
        """
        if self._travel.update is not None and self._travel.tensors is not None:
            return dict(self._travel.tensors)
        newest = self._snapshot
        return None if newest is None else {**newest.parameters, **newest.state}

    # --- steering -------------------------------------------------------------------------

    def start(self) -> None:
        """Train the document as it is now, from the beginning, as a new run."""
        self._launch_new()
        self._send("run")

    def pause(self) -> None:
        """Stand still at the end of the step under way."""
        if self.is_live:
            self._send("pause")

    def resume(self) -> None:
        """Go on; also after an end or a failure, from the newest moment that was kept.

        Before the first run, with the one that is kept beside the file, where there is one.
        """
        if self._run is None and (place := self.beside.place) is not None:
            self._launch_new(place)
        self._go_on("run")

    def one_batch(self) -> None:
        """Make one update, then pause."""
        self._go_on("batch")

    def one_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._go_on("epoch")

    def stop(self) -> None:
        """End the run at the end of the step under way; its newest moment is kept."""
        if self.is_live:
            self._send("stop")

    def keep(self, beside: Path | None = None) -> None:
        """Keep the moment at which the run stands, at the end of the step under way.

        `beside` is a folder in which the run is kept too: now, and whenever it stands again.
        """
        if self.is_live:
            self._send("keep", "" if beside is None else str(beside))

    def kill(self) -> None:
        """End the run at once, whatever it is doing: at most what came since a moment is lost."""
        if self.is_live and self._link is not None:
            self._link.forget()
            self._token = None
            self._why = self.tr("it was ended at once")
            self._turn("ended")

    def travel(self, update: int | None) -> None:
        """Show a kept moment; None shows the newest again. The run goes on beside it."""
        moments = self._run.moments if self._run is not None else {}
        self._travel.go(update, moments.get(update) if update is not None else None)

    def branch(self) -> None:
        """Train on from the moment that is shown, by the document's settings, as a new run."""
        run = self._run
        if run is None or not run.moments:
            return
        update = self._travel.update if self._travel.update is not None else max(run.moments)
        if update not in run.moments:
            self._document.refuse(self.tr("This moment is kept no longer. Choose another."))
            return
        place = run.moments[update]
        try:
            graph = self._with_settings(run.graph)
        except GradwireError as error:  # they name a node that the run's graph has not
            self._document.refuse(str(error))
            return
        self.travel(None)
        self._launch(self._runs.add(graph, run, update), place)
        self._send("run")

    def take_over(self) -> None:
        """Write what is shown into the document, as one edit."""
        found = self.parameters()
        if found is None:
            return
        kept, edits = self._document.root.tensors, []
        for address, array in found.items():
            ref, tensor = PortRef.parse(address), Tensor.of(array)
            if not self._fits(ref, tensor):
                return
            if kept.get(ref) != tensor:
                edits.append(e.SetTensor(ref, tensor))
        if edits:
            self._document.do_at("", e.Batch(tuple(edits)), self.tr("Take over the training"))

    def close(self) -> None:
        """End the run at once, and all that belongs to it."""
        self._pace.stop()
        self._silence.watch(is_on=False)
        self._travel.close()
        for link in self._links:
            link.forget()
        for link in self._links:
            link.join()
        self._links.clear()
        self._link = None
        self._runs.clear()

    # --- the worker -----------------------------------------------------------------------

    def _launch_new(self, moment: Path | None = None) -> None:
        """Begin with the document as it is now."""
        self._launch(self._runs.add(self._document.root.copy()), moment)

    def _launch(self, run: Run, moment: Path | None = None) -> None:
        from runtime.training.worker.link import Link, Order

        if self._link is not None:
            self._link.forget()
        self._links = [link for link in self._links if not link.is_over]
        self._run, self._problem, self._why = run, None, ""
        links = consent.links_of(run.graph)  # the worker knows nothing of what is allowed here
        order = Order(
            run.graph, run.ring, self._folder, overrides=links, moment=moment, budget=run.budget
        )
        token = self._token = object()
        self._link = Link(order, lambda message: self._heard.emit(token, message))
        self._links.append(self._link)
        self._turn("starting")

    def _go_on(self, do: Do) -> None:
        if self._run is None:
            self._launch_new()
        elif not self.is_live:
            moments = self._run.moments
            newest = max(moments, default=0)
            self._run.go_back(newest)
            self._launch(self._run, moments.get(newest))
        self.travel(None)
        self._send(do)

    def _send(self, do: Do, where: str = "") -> None:
        if self._link is not None:
            self._link.send(do, where)

    @Slot(object, object)
    def _hear(self, token: object, message: Message | Snapshot) -> None:
        if token is not self._token or self._run is None:
            return
        self._silence.hear()
        hears = self._hears.get(type(message).__name__)
        if hears is not None:
            hears(message)
        else:
            self._run.hear(message)
            self._pace.tell()

    def _hear_stood(self, stood) -> None:
        self._why = stood.why
        self._turn(stood.state)

    def _hear_failed(self, failed: Failed) -> None:
        self._problem = Trouble(failed.kind, failed.message, failed.node)
        self._turn("failed")

    def _hear_gone(self, gone: Gone) -> None:
        if self.is_live:
            at = self.position.update if self.position is not None else 0
            self._problem = lost(gone, at, self.moments)
            self._turn("failed")

    def _hear_refused(self, refused: Refused) -> None:
        self._document.failed.emit(refused.message)

    def _tell_silence(self) -> None:
        text = self.tr(
            "The training process has not answered for {0} seconds. It can be ended at once."
        )
        self._document.failed.emit(text.format(round(self._silence.seconds)))

    # --- inside ---------------------------------------------------------------------------

    @property
    def _snapshot(self) -> Snapshot | None:
        return self._run.snapshot if self._run is not None else None

    @property
    def _folder(self) -> Path | None:
        """Where the data of the document lie."""
        return self._document.path.parent if self._document.path is not None else None

    def _fits(self, ref: PortRef, tensor: Tensor) -> bool:
        """Whether the document still has such a tensor; says so where it does not."""
        check = self._document.whole_check
        type_ = check.types.get(ref) if check is not None and self._document.is_checked else None
        if type_ is None or type_.shape == tensor.shape:
            return True
        text = self.tr("{0}: learned were {1}, the graph has {2} now. Train it anew.")
        shapes = (list(tensor.shape), list(type_.shape))
        self._document.refuse(text.format(ref, *shapes))
        return False

    def _with_settings(self, trained: Graph) -> Graph:
        """The graph of a run with the document's present settings of training."""
        graph = trained.copy()
        graph.apply(e.SetGraph({"training": self._document.root.training}))
        return graph

    def _restart(self) -> None:
        """Another document: nothing of the old run is to be seen there."""
        if self._link is not None:
            self._link.forget()
        self._link = self._run = self._token = None
        self._travel.go(None)
        self._runs.clear()
        self._problem, self._why = None, ""
        self._turn("none")
        self._pace.tell()

    def _turn(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._silence.watch(is_on=self.is_live and state != "starting")
            self.state_changed.emit()
