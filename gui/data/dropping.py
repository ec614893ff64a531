"""Files let go on the canvas become Data nodes: asked for, read in the background, placed."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QFileDialog

from graph import GradwireError
from graph.fitting import Fit
from gui.background import Background
from gui.canvas import adding
from gui.canvas.looks import shape_of
from gui.data.asking import Question, tr
from gui.data.changing import changed_set
from gui.data.taking import Taken, Wanted, copies_of, data_file, is_inside, take
from gui.inspector.editing import attempt
from runtime.data import consent

if TYPE_CHECKING:
    from gui.window import Window

MODULE = "Data"
FILTER = "*.csv *.tsv *.npz *.npy *.idx *.gz *-ubyte"


class DataDrops(QObject):
    """Takes files one after the other. What a person allowed before is allowed again."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: deque[tuple[Path, QPointF | str | None]] = deque()
        self._asked: Question | None = None
        self._at: QPointF | str | None = None
        self._links = False
        self._work = Background(self)
        self._work.answered.connect(self._place)
        self._work.refused.connect(self._refuse)
        window.document.data_wanted.connect(self.choose)
        consent.allow(window.settings.data_links)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being asked for or read."""
        return self._work.is_busy or self._asked is not None

    def take(self, path: Path, at: QPointF | str | None) -> None:
        """Make a Data node of a file with its middle at a point, or give a node this set."""
        self._waiting.append((path, at))
        self._next()

    def choose(self, id_: str) -> None:
        """Ask for the file that a Data node is to give."""
        folder = self._window.document.root.folder
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Choose data"), str(folder or ""), tr("Data ({0})").format(FILTER)
        )
        if name:
            self.take(Path(name), id_)

    def _next(self) -> None:
        if self.is_busy or not self._waiting:
            return
        path, self._at = self._waiting.popleft()
        document = self._window.document
        if is_inside(path, document.root.folder) and not path.is_dir():
            self._read(path, "link")
            return
        may_link = not data_file(path).is_dir()  # images are read through Qt, once
        self._asked = Question(self._window, path, may_link=may_link)
        self._asked.answered.connect(lambda answer: self._read(path, answer))
        self._asked.destroyed.connect(self._forget)
        self._asked.ask()

    def _forget(self) -> None:
        self._asked = None
        self._next()

    def _read(self, path: Path, answer: str) -> None:
        document, files = self._window.document, self._window.files
        if answer == "copy" and document.path is None and not files.save():
            return
        folder = document.root.folder
        copies = copies_of(document.path) if answer == "copy" and document.path else None
        self._links = copies is None and not is_inside(path, folder)
        self._window.say(tr("Reading {0}.").format(path.name))
        wanted = Wanted(path, folder, copies)
        self._work.ask_long(lambda progress: take(wanted, progress))

    def _place(self, taken: Taken) -> None:
        """Add the node, or change it, as one edit, and show it."""
        if self._links:
            consent.allow(taken.paths)
            self._window.settings.add_data_links(taken.paths)
        id_ = self._change(self._at, taken) if isinstance(self._at, str) else self._add(taken)
        if id_ is not None:
            self._window.document.selection.set_nodes({id_})
            self._window.say(" ".join((tr("{0} is read.").format(id_), *taken.notes)))
        self._next()

    def _change(self, id_: str, taken: Taken) -> str | None:
        document = self._window.document
        text = tr("Change the set of {0}").format(id_)
        refusal = attempt(document, lambda: changed_set(document.graph, id_, taken.settings), text)
        return None if refusal else id_

    def _add(self, taken: Taken) -> str | None:
        document, canvas = self._window.document, self._window.canvas
        fit = Fit(document.graph.catalogue.require(MODULE), settings=taken.settings)
        point = self._at if isinstance(self._at, QPointF) else canvas.placer.free_place()
        corner = adding.corner_at(canvas.canvas, shape_of(fit.make()), point)
        edit = adding.adding_edit(document.graph, fit, corner)
        id_ = edit.node.id
        if not document.do(edit, tr("Add {0}").format(id_)):
            return None
        canvas.reveal(id_)
        return id_

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self._window.notices.tell(str(error), str(error))
        self._next()
