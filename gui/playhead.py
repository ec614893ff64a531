"""The playhead: how much of the trace is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from runtime.trace import Step, Trace

Place = tuple[str, str]  # phase and node of a step


class Playhead(QObject):
    """A place in the trace: `position` steps are done, and `part` parts of the next one.

    It keeps its node and phase when an edit brings another trace, and stands at 0 in another
    graph.
    """

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trace: Trace | None = None
        self._position = 0
        self._part = 0
        self._done: tuple[Place, ...] = ()  # the steps behind it, to find its place again

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps of the trace."""
        return () if self._trace is None else self._trace.steps

    @property
    def position(self) -> int:
        """How many steps are done, from 0 to `len(steps)`."""
        return self._position

    @property
    def part(self) -> int:
        """How many parts of the next step are done; 0 between two steps."""
        return self._part

    @property
    def step(self) -> Step | None:
        """The step under way, or the last one done; None at the start."""
        if self._part:
            return self.steps[self._position]
        return self.steps[self._position - 1] if self._position else None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts of the next step: `sum`, then ports; empty for a forward step."""
        if self._trace is None or self._position >= len(self.steps):
            return ()
        step = self.steps[self._position]
        return tuple(self._trace.parts(step)) if step.phase == "reverse" else ()

    @property
    def forward_end(self) -> int:
        """The position at which the forward pass is done."""
        phases = [step.phase for step in self.steps]
        return phases.index("reverse") if "reverse" in phases else len(phases)

    @property
    def is_at_start(self) -> bool:
        """Whether no step is done."""
        return not self._position and not self._part

    @property
    def is_at_end(self) -> bool:
        """Whether all steps are done."""
        return self._position >= len(self.steps)

    def go(self, position: int, part: int = 0) -> None:
        """Move to a position; beyond the ends it stays at them."""
        position = min(max(position, 0), len(self.steps))
        if (position, part) != (self._position, self._part):
            self._position, self._part = position, part
            self._remember()
            self.moved.emit()

    def first(self) -> None:
        """Back to the start."""
        self.go(0)

    def last(self) -> None:
        """All steps done."""
        self.go(len(self.steps))

    def next(self) -> None:
        """One step on; finishes a step that was begun by parts."""
        self.go(self._position + 1)

    def previous(self) -> None:
        """One step back; out of a step begun by parts, to its start."""
        self.go(self._position if self._part else self._position - 1)

    def next_part(self) -> None:
        """One part on inside a reverse step; a forward step has no parts."""
        if self._part + 1 < len(self.parts):
            self.go(self._position, self._part + 1)
        else:
            self.next()

    def end_forward(self) -> None:
        """The whole forward pass, and no more."""
        self.go(self.forward_end)

    def to_node(self, id_: str) -> bool:
        """On to the node's next step, from the last one round to its first.

        False for a node without a step (a source, or one that cannot run).
        """
        ends = [index + 1 for index, step in enumerate(self.steps) if step.node == id_]
        if not ends:
            return False
        self.go(next((end for end in ends if end > self._position), ends[0]))
        return True

    def set_trace(self, trace: Trace | None) -> None:
        """Read another trace of the same graph: keep node and phase, or the nearest before.

        An empty trace (a graph in pieces) does not make it forget where it stood.
        """
        parts = self.parts
        part_name = parts[self._part - 1] if self._part else ""
        under_way = self.step if self._part else None
        self._trace = trace
        position = self._find_again()
        part = self._part_again(position, part_name, under_way)
        if (position, part) != (self._position, self._part):
            self._position, self._part = position, part
            self.moved.emit()

    def restart(self) -> None:
        """Forget the trace and stand at 0, for another graph."""
        self._trace, self._done = None, ()
        moved = not self.is_at_start
        self._position = self._part = 0
        if moved:
            self.moved.emit()

    def _remember(self) -> None:
        self._done = tuple((step.phase, step.node) for step in self.steps[: self._position])

    def _find_again(self) -> int:
        places = {(step.phase, step.node): index for index, step in enumerate(self.steps)}
        for place in reversed(self._done):
            if place in places:
                return places[place] + 1
        return 0

    def _part_again(self, position: int, name: str, under_way: Step | None) -> int:
        if under_way is None or position >= len(self.steps):
            return 0
        step = self.steps[position]
        if (step.phase, step.node) != (under_way.phase, under_way.node):
            return 0
        names = tuple(self._trace.parts(step)) if self._trace is not None else ()
        return names.index(name) + 1 if name in names else 0
