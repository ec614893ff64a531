"""The document behind the unrolled view: it shows another document's numbers and takes no edits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graph import Edge, PortRef
from graph import edits as e
from gui.document import Document
from gui.places import SeenTrace
from gui.shown import BLANK, Reading, Shown
from gui.unrolled.copies import Copies
from runtime.moments import moment

if TYPE_CHECKING:
    from gui.broadcast import Spread
    from runtime.trace import Step


class UnrolledShown(Shown):
    """What the playhead of a document lets one see, copy by copy."""

    def __init__(self, document: Document, copies: Copies | None) -> None:
        super().__init__()
        self.position, self.part = document.playhead.whole
        self._document, self._copies = document, copies
        self._at: dict[int | None, Shown] = {}

    @property
    def step(self) -> Step | None:
        """The step that the playhead stands on, its node being the copy."""
        step = self._shown_at(None).step
        id_ = None
        if step is not None and self._copies is not None:
            id_ = self._copies.id_of(step.node.partition("/")[0], step.t)
        return None if step is None or id_ is None else replace(step, node=id_)

    @property
    def target(self) -> PortRef | None:
        """The copy of what was differentiated; inside time that of the last time step."""
        found = self._shown_at(None).target
        if found is None or self._copies is None:
            return None
        id_ = self._copies.id_of(found.node, self._copies.steps - 1)
        return None if id_ is None else PortRef(id_, found.port)

    @property
    def in_reverse(self) -> bool:
        return self._shown_at(None).in_reverse

    @property
    def has_tangents(self) -> bool:
        return self._shown_at(None).has_tangents

    @property
    def has_updates(self) -> bool:
        return self._shown_at(None).has_updates

    def is_ahead(self, node: str) -> bool:
        if self._copies is None:
            return False
        id_, t = self._copies.moments[node]
        return self._shown_at(t).is_ahead(id_)

    def tells_type(self, port: PortRef) -> bool:
        shown, drawn = self._origin(port)
        return shown.tells_type(drawn)

    def progress(self, node: str) -> tuple[str, int, int] | None:
        return None

    def carried(self, edge: Edge) -> Reading:
        return self.value(edge.source)

    def spread(self, target: PortRef) -> Spread | None:
        shown, port = self._origin(target)
        return shown.spread(port)

    def times_back(self, target: PortRef) -> tuple[bool, ...]:
        return ()

    def _keep(self, kind: str, port: PortRef) -> Reading:
        if self._copies is None or port.node not in self._copies.moments:
            return BLANK
        shown, drawn = self._origin(port)
        if kind == "gradient" and shown.t is not None and self._is_parameter(drawn):
            return self._part(shown, drawn)
        return getattr(shown, kind)(drawn)

    def _part(self, shown: Shown, port: PortRef) -> Reading:
        """A parameter's gradient at a copy is the part that its time step gives."""
        t, whole = shown.t, self._document.whole_trace
        done = shown.times_back(port)
        if whole is None or t is None or t >= len(done) or not done[t]:
            return BLANK
        part = whole.gradient(moment(port, t))
        return Reading("no path") if part is None else Reading("value", array=part)

    def _is_parameter(self, port: PortRef) -> bool:
        trace = self._document.whole_trace
        return (
            trace is not None and port in trace.plan.slot_of and trace.plan.times(port) is not None
        )

    def _origin(self, port: PortRef) -> tuple[Shown, PortRef]:
        drawn, t = self._copies.origin(port) if self._copies is not None else (port, None)
        return self._shown_at(t), drawn

    def _shown_at(self, t: int | None) -> Shown:
        if t not in self._at:
            document = self._document
            trace = document.whole_trace
            seen = None if trace is None else SeenTrace(trace, "", trace.steps, t)
            at, guard = document.playhead.whole, document.playhead.limit is not None
            self._at[t] = Shown(seen, *at, document.root, is_guarded=guard)
        return self._at[t]


class UnrolledDocument(Document):
    """The unrolled graph of another document, read-only. `show` gives it another one."""

    def __init__(self, document: Document) -> None:
        self._of = document
        self.copies: Copies | None = None
        super().__init__(document, document.catalogue)
        document.playhead_moved.connect(self._follow_playhead)
        document.traced.connect(self._follow_playhead)

    @property
    def shown(self) -> Shown:
        """What the other document's playhead lets one see."""
        if self._shown is None:
            self._shown = UnrolledShown(self._of, self.copies)
        return self._shown

    def show(self, copies: Copies) -> None:
        """Show another unrolled graph."""
        self.copies = copies
        self.replace(copies.graph, None)

    def do_at(self, place: str, edit: e.Edit, text: str, merge: object = None) -> bool:
        """Refuse: what is seen here is drawn elsewhere."""
        self.refuse(self.read_only)
        return False

    @property
    def read_only(self) -> str:
        """What stands over the view."""
        steps = self.copies.steps if self.copies is not None else 0
        return self.tr("Unrolled: {0} steps, read-only").format(steps)

    def _follow_playhead(self) -> None:
        self._shown = None
        if self.copies is not None:
            self.playhead_moved.emit()
