"""The document: one graph with its history, its trace, and what is shown of them.

Everything in the window reads it and listens to its signals; edits go in through `do`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph import Catalogue, GradwireError, Graph, History, PortRef, save
from graph import edits as e
from graph.addresses import node_at
from graph.places import NOTHING, inside, lift, project
from gui.consequences import concerns_run, renames
from gui.drafts import Origin
from gui.forward_mode.seeding import Seeding
from gui.places import SeenReport, SeenTrace, mirror_at, seen_check
from gui.playhead import Playhead
from gui.reading import read
from gui.selection import Selection
from gui.shown import Shown
from gui.told import told_error
from gui.undo_places import place_of
from gui.updating.updating import Updating

if TYPE_CHECKING:
    from graph import Check
    from graph.definition import Definition
    from runtime.gradient_check import GradientReport
    from runtime.trace import Trace

ORDERED_AT_ONCE = 500  # nodes whose order is found in a moment


class Document(QObject):
    """A graph that is open in a window, and the place of it that is shown.

    `root` is the whole document, as the file holds it. `graph` is what is shown and edited: the
    same, or at a place the inside of the instance at that address, as a mirror. Edits of it
    become edits of the root; what is known of the root is read at the place.

    `check`, `trace` and `report` come from the background (`gui.live`) and may be older than the
    graph: `is_fresh` tells. Nothing here blocks for longer than an edit takes.
    """

    edited = Signal(object)  # an edit of `graph` was applied, undone or redone
    changed = Signal(object)  # an edit of `root` was, wherever
    turning = Signal()  # much is about to change: pages are made anew when it has
    replaced = Signal()  # another graph: everything is to be built anew
    opened = Signal()  # it is another document, not another place of the same
    checked = Signal()  # `check` is new
    traced = Signal()  # `trace` is new
    reported = Signal()  # `report` is new
    playhead_moved = Signal()
    selection_changed = Signal()
    saved_changed = Signal()  # `path`, `is_saved` or the title
    written = Signal()  # the file at `path` holds the graph as it is now
    refused = Signal(str)  # a sentence for the person, where the person looks
    data_wanted = Signal(str)  # a node whose set is to come from a file that is asked for
    data_changed = Signal()  # a file that a node names is another now, or gone
    failed = Signal(str)  # a sentence: something that was asked for did not happen

    def __init__(self, parent: QObject | None = None, catalogue: Catalogue | None = None) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.selection = Selection(self)
        self.playhead = Playhead(self)
        self.playhead.moved.connect(self._move_on)
        self.playhead.limited.connect(self._move_on)
        self.selection.changed.connect(self.selection_changed)
        self._take(Graph(catalogue), None)
        self.seeding, self.updating = Seeding(self), Updating(self)

    # --- reading -------------------------------------------------------------------------

    @property
    def shown(self) -> Shown:
        """What the playhead lets one see of the trace."""
        if self._shown is None:
            at, guard = self.playhead.whole, self.playhead.limit is not None
            before, self._shown_before = self._shown_before, None
            self._shown = Shown(self.trace, *at, self.graph, before, is_guarded=guard)
        return self._shown

    @property
    def whole_shown(self) -> Shown:
        """The same for the whole document: ports and nodes are named by their addresses."""
        if not self.place or self.whole_trace is None:
            return self.shown
        trace = self.whole_trace
        seen = SeenTrace(trace, "", trace.steps, self.playhead.t)
        guard = self.playhead.limit is not None
        return Shown(seen, *self.playhead.whole, self.root, is_guarded=guard)

    @property
    def place(self) -> str:
        """The address of the instance whose inside is shown; "" for the document itself."""
        return self.playhead.place

    @property
    def definition(self) -> Definition | None:
        """The definition whose inside is shown; None at the document itself."""
        found = node_at(self.root, self.place) if self.place else None
        return self.root.definitions.get(found[1].module) if found is not None else None

    @property
    def instances(self) -> int:
        """How many nodes an edit of the inside that is shown changes; 0 at the document itself."""
        return self.instances_of(self.definition.name) if self.definition is not None else 0

    def instances_of(self, name: str) -> int:
        """How many nodes of the document, or inside definitions, are made of a definition."""
        return sum(1 for _ in self.root.scope.users(self.root, [name]))

    def graph_at(self, place: str) -> Graph:
        """What is inside the instance at an address; "" gives the document itself."""
        if place == self.place:
            return self.graph
        return inside(self.root, place) if place else self.root

    @property
    def check(self) -> Check | None:
        """What the newest check says, at the place that is shown."""
        if self._check is None:
            self._check = seen_check(self.whole_check, self.place, self.graph)
        return self._check

    @property
    def trace(self) -> Trace | SeenTrace | None:
        """The newest run, at the place that is shown."""
        whole = self.whole_trace
        if whole is None or self._trace is not None:
            return self._trace
        steps, t = self.playhead.steps, self.playhead.t
        is_whole = steps is whole.steps and t is None
        self._trace = whole if is_whole else SeenTrace(whole, self.place, steps, t)
        return self._trace

    @property
    def report(self) -> GradientReport | SeenReport | None:
        """What finite differences say, at the place that is shown."""
        whole, found = self.whole_report, self.whole_check
        if whole is None or found is None or not found.flat.instances:
            return whole
        return SeenReport(whole, self.place, found.flat)

    @property
    def is_fresh(self) -> bool:
        """Whether the trace belongs to the graph as it is now."""
        trace = self.whole_trace
        return trace is not None and trace.revision >= self.run_revision

    @property
    def is_checked(self) -> bool:
        """Whether the check belongs to the graph as it is now."""
        check = self.whole_check
        return check is not None and check.revision >= self.run_revision

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes in topological order; of a large graph in its own order until checked."""
        if self.check is not None and self.is_checked:
            return self.check.order
        nodes = self.graph.nodes
        return self.graph.order() if len(nodes) <= ORDERED_AT_ONCE else tuple(nodes)

    @property
    def is_saved(self) -> bool:
        """Whether the file holds what is shown."""
        return self.history.is_saved

    @property
    def is_untouched(self) -> bool:
        """Whether nobody would miss it: empty, without a file, without a history."""
        history = self.history
        is_new = history.undo_text is None and history.redo_text is None and history.is_saved
        return is_new and not self.root.nodes and self.path is None

    @property
    def name(self) -> str:
        """What to call the document: its title, its file, or nothing."""
        return self.root.title or (self.path.stem if self.path else "")

    # --- changing ------------------------------------------------------------------------

    def do(self, edit: e.Edit, text: str, merge: object = None) -> bool:
        """Apply an edit as one entry of the history, called `text`.

        Edits that follow each other with an equal `merge` become one entry (a drag). False, and
        a sentence through `refused`, where the graph refuses it.
        """
        return self.do_at(self.place, edit, text, merge)

    def do_at(self, place: str, edit: e.Edit, text: str, merge: object = None) -> bool:
        """The same for an edit of what is inside another instance; "" is the whole document."""
        if not place:
            return self._attempt(lambda: self.history.do(edit, text, merge))
        if isinstance(edit, e.SetFrames | e.SetRoute):
            self.refuse(self.tr("Frames and bends are for the document, not for insides."))
            return False
        return self._attempt(lambda: self.history.do(lift(self.root, place, edit), text, merge))

    def undo(self) -> bool:
        """Take the last entry of the history back, and show the place where that is seen."""
        self._go_where(self.history.undo_edit)
        return self._attempt(self.history.undo)

    def redo(self) -> bool:
        """Apply again what was taken back, and show the place where that is seen."""
        self._go_where(self.history.redo_edit)
        return self._attempt(self.history.redo)

    def show_place(self, address: str, chosen: Iterable[str] = ()) -> bool:
        """Show the inside of the instance at an address, with these nodes of it selected.

        "" shows the document itself.

        False, and a sentence through `refused`, where no composite is there.
        """
        try:
            graph = self.graph_at(address)
        except GradwireError as error:
            self.refused.emit(told_error(self.graph, error))
            return False
        self._show(graph, address, chosen)
        return True

    def refuse(self, sentence: str) -> None:
        """Say why something was not done."""
        self.refused.emit(sentence)

    # --- files ---------------------------------------------------------------------------

    def open(self, path: str | Path) -> None:
        """Read a file; raises `FileError` and keeps the old graph where that fails."""
        self.replace(read(Path(path), self.catalogue), Path(path))

    def save(self, path: str | Path | None = None) -> None:
        """Write the file; raises `FileError`. Without a path to the one it came from."""
        path = Path(path) if path is not None else self.path
        if path is None:
            raise GradwireError(self.tr("The graph has no file yet. Save it under a name."))
        save(self.root, path)
        self.mark_saved(path)

    def mark_saved(self, path: Path) -> None:
        """Note that `path` holds the graph as it is now."""
        self.path, self.origin = path, Origin.of(path)
        self.root.folder = path.absolute().parent
        self.history.mark_saved()
        self.saved_changed.emit()
        self.written.emit()

    def replace(self, graph: Graph, path: Path | None, *, is_saved: bool = True) -> None:
        """Show another graph; its nodes have places already (`read` sees to it).

        `is_saved` tells whether a file holds it, as none does after a crash.
        """
        self._unsubscribe()
        self._take(graph, path)
        if not is_saved:
            self.history.mark_unsaved()
        self.opened.emit()
        self.replaced.emit()
        self.saved_changed.emit()

    # --- answers from the background ------------------------------------------------------

    def accept_check(self, check: Check) -> bool:
        """Take a check over; an old one is dropped."""
        if check.revision < self.run_revision:
            return False
        self.whole_check, self._check = check, None
        self.checked.emit()
        return True

    def accept_trace(self, trace: Trace) -> bool:
        """Take a trace over; an old one is dropped. The playhead keeps its node and phase."""
        if trace.revision < self.run_revision:
            return False
        self.whole_trace = trace
        self._forget_seen()
        self.playhead.set_trace(trace)
        self.traced.emit()
        return True

    def accept_report(self, report: GradientReport | None, revision: int) -> bool:
        """Take over what finite differences say; an old verdict is dropped."""
        if revision < self.run_revision:
            return False
        self.whole_report = report
        self.reported.emit()
        return True

    # --- inside --------------------------------------------------------------------------

    def _take(self, graph: Graph, path: Path | None) -> None:
        self.root = self.graph = graph
        graph.folder = None if path is None else path.absolute().parent
        self.path = path
        self.origin = Origin.of(path)  # the file as it was then
        self.history = History(graph)
        self.run_revision = graph.revision  # the last edit that a run depends on
        self._unsubscribe = graph.subscribe(self._after_edit)
        self.whole_check: Check | None = None
        self.whole_trace: Trace | None = None
        self.whole_report: GradientReport | None = None
        self._forget_seen()
        self.selection.clear()
        self.playhead.restart()

    def _forget_seen(self) -> None:
        self._check: Check | None = None
        self._trace: Trace | SeenTrace | None = None
        # What was shown before the playhead moved stays in part, if nothing else changed.
        self._shown = self._shown_before = None

    def _show(self, graph: Graph, address: str, chosen: Iterable[str] = ()) -> None:
        self.turning.emit()
        self.graph = graph
        self.playhead.turn_to(address)
        self._forget_seen()
        self.selection.set_nodes(chosen)
        self.playhead_moved.emit()
        self.replaced.emit()

    def _go_where(self, edit: e.Edit | None) -> None:
        place = place_of(self.root, edit, self.place) if edit is not None else self.place
        if place != self.place:
            self.show_place(place)

    def _attempt(self, change) -> bool:
        try:
            change()
        except GradwireError as error:
            self.refused.emit(told_error(self.graph, error))
            return False
        self.saved_changed.emit()  # also for the title, which is part of what listeners show
        return True

    def _after_edit(self, edit: e.Edit) -> None:
        if concerns_run(edit):  # else what is shown of the run stays as it was
            self._shown = self._shown_before = None
            self.run_revision = self.root.revision
            self._forget_report()
        self.changed.emit(edit)
        if self.place:
            self._after_edit_elsewhere(edit)
        else:
            self._follow(edit)
            self.edited.emit(edit)

    def _after_edit_elsewhere(self, edit: e.Edit) -> None:
        """Bring the mirror of a place in step with the root: by the same edit, or anew."""
        seen = project(self.root, self.place, edit)
        if seen == NOTHING:
            return
        try:
            if seen is None:
                self._mirror_anew()
                return
            self.graph.apply(seen)
        except GradwireError:  # a mirror that was not in step
            self._mirror_anew()
            return
        self._follow(seen)
        self.edited.emit(seen)

    def _mirror_anew(self) -> None:
        self._show(*mirror_at(self.root, self.place))

    def _forget_report(self) -> None:
        if self.whole_report is not None:
            self.whole_report = None
            self.reported.emit()

    def _follow(self, edit: e.Edit) -> None:
        """Keep the selection among what exists."""
        for renamed in renames(edit):
            self.selection.rename(renamed.old, renamed.new)
        self.selection.prune(self.graph.store.has, self._is_edge)

    def _is_edge(self, target: PortRef) -> bool:
        if target.node not in self.graph:
            return False
        module = self.graph.module(target.node)
        is_pin = module is not None and any(p.name == target.port for p in module.parameter_ports)
        return is_pin or self.graph.incoming(target) is not None

    def _move_on(self) -> None:
        self._shown_before = self._shown or self._shown_before
        self._shown = None
        if isinstance(self._trace, SeenTrace) and self._trace.t != self.playhead.t:
            self._trace = None
        self.playhead_moved.emit()
