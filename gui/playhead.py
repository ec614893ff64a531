"""The playhead: how much of the trace is shown, in steps of the place that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.level import Level

if TYPE_CHECKING:
    from runtime.trace import Step, Trace

Place = tuple[str, str, int | None, str]  # phase, node, time step and parameter of a step


class Playhead(QObject):
    """A place in the trace: `position` steps are done, and `part` parts of the next one.

    It keeps its node and phase when an edit brings another trace; if it stood at the end and the
    last step is gone, it stays at the end. It stands at 0 in another graph.

    Positions are those of a place of the document: a composite there is one step, whose parts are
    the steps inside. `whole` is where it stands in the run itself.
    """

    moved = Signal()
    held = Signal()  # somebody wanted it beyond its limit
    limited = Signal()  # it has got a limit, or has none any more

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trace: Trace | None = None
        self._level = Level(None)
        self._whole = (0, 0)  # steps of the run that are done, and parts of the next one
        self._t = 0  # the time step that is shown, where there are any
        self._done: tuple[Place, ...] = ()  # the steps behind it, to find its place again
        self._all_done = False  # it stood at the end: nothing was left to be stepped
        self._is_remembered = True  # both say where it stands now
        self._limit: tuple[int, int] | None = None

    @property
    def limit(self) -> tuple[int, int] | None:
        """What `whole` cannot go beyond, for what lies there is to be predicted; None if free."""
        return self._limit

    def set_limit(self, limit: tuple[int, int] | None) -> None:
        """Keep it at or before a place of the whole run, or let it go."""
        had_one, self._limit = self._limit is not None, limit
        if limit is not None and self._whole > limit:
            self._stand_at(limit)
        if had_one != (limit is not None):
            self.limited.emit()

    @property
    def level(self) -> Level:
        """The run's steps as the place that is shown has them."""
        return self._level

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps at the place that is shown."""
        return self._level.steps

    @property
    def place(self) -> str:
        """The address of the instance whose steps these are; "" for the whole document."""
        return self._level.place

    @property
    def whole(self) -> tuple[int, int]:
        """How many steps of the whole run are done, and how many parts of the next one."""
        return self._whole

    @property
    def position(self) -> int:
        """How many steps are done, from 0 to `len(steps)`."""
        return self._level.position(*self._whole)[0]

    @property
    def part(self) -> int:
        """How many parts of the next step are done; 0 between two steps."""
        return self._level.position(*self._whole)[1]

    @property
    def time_steps(self) -> int | None:
        """How many time steps the run has; None where nothing is inside time."""
        return None if self._trace is None else self._trace.time_steps

    @property
    def t(self) -> int | None:
        """The time step whose numbers are shown: the step's own, or one that was chosen since."""
        steps = self.time_steps
        return min(self._t, steps - 1) if steps else None

    def show_time(self, t: int) -> None:
        """Show the numbers of another time step; beyond the ends it stays at them."""
        steps = self.time_steps
        t = min(max(t, 0), steps - 1) if steps else t
        if steps and t != self.t:
            self._t = t
            self.moved.emit()

    @property
    def step(self) -> Step | None:
        """The step under way, or the last one done; None at the start."""
        position, part = self._level.position(*self._whole)
        if part:
            return self.steps[position]
        return self.steps[position - 1] if position else None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts of the next step: `sum`, then ports; empty for a forward step.

        Those of a composite are the steps inside it.
        """
        return self._level.parts(self.position)

    @property
    def composite(self) -> str | None:
        """The composite whose step is the next one, or is under way; None where none is."""
        position = self.position
        if position >= len(self.steps) or self._level.is_single(position):
            return None
        return self.steps[position].node

    @property
    def forward_end(self) -> int:
        """The position at which the forward pass is done."""
        return self.phase_end("forward")

    def phase_end(self, phase: str) -> int:
        """The position at which a pass is done; 0 where there is none."""
        return self._level.ends.get(phase, 0)

    @property
    def is_at_start(self) -> bool:
        """Whether no step is done."""
        return not self.position and not self.part

    @property
    def is_at_end(self) -> bool:
        """Whether all steps are done."""
        return self.position >= len(self.steps)

    def go(self, position: int, part: int = 0) -> None:
        """Move to a position; beyond the ends it stays at them."""
        position = min(max(position, 0), len(self.steps))
        whole = self._level.whole(position, part)
        is_held = self._limit is not None and whole > self._limit
        if is_held:
            position, part = self._level.position(*self._limit)
        if (position, part) != self._level.position(*self._whole):
            self._stand_at(self._limit if is_held else whole)
        if is_held:
            self.held.emit()

    def go_whole(self, steps: int, parts: int = 0) -> None:
        """Move to where so many steps of the whole run are done, and parts of the next one.

        That may be inside the step of a composite; beyond the ends it stays at them.
        """
        whole = min(max((steps, parts), (0, 0)), (len(self._all), 0))
        is_held = self._limit is not None and whole > self._limit
        if is_held:
            whole = self._limit
        if whole != self._whole:
            self._stand_at(whole)
        if is_held:
            self.held.emit()

    def turn_to(self, place: str) -> None:
        """Count in steps of another place from now on; the run stands where it stood.

        Who shows the place says that it moved.
        """
        self._level = Level(self._trace, place)

    def begin_next(self) -> None:
        """Stand where the next step begins: other steps of the run may lie before it."""
        if not self.part and not self.is_at_end:
            begin = (self._level.start(self.position), 0)
            self._whole = min(begin, self._limit or begin)
            self._is_remembered = False

    def finish(self, id_: str) -> None:
        """On to the end of a composite's step, if the run stands in it or before it."""
        at = self._level.within(id_, self._whole[0])
        if at is not None:
            self.go(at + 1)

    def first(self) -> None:
        """Back to the start."""
        self.go(0)

    def last(self) -> None:
        """All steps done."""
        self.go(len(self.steps))

    def next(self) -> None:
        """One step on; finishes a step that was begun by parts."""
        self.go(self.position + 1)

    def previous(self) -> None:
        """One step back; out of a step begun by parts, to its start."""
        self.go(self.position if self.part else self.position - 1)

    def next_part(self) -> None:
        """One part on inside a reverse step or a composite; other steps have no parts."""
        if self.part + 1 < len(self.parts):
            self.go(self.position, self.part + 1)
        else:
            self.next()

    def previous_part(self) -> None:
        """One part back; at the start of a step, before the last part of the step before."""
        position, part = self.position, self.part
        if not part and position:
            position -= 1
            part = max(len(self._level.parts(position)), 1)
        self.go(position, max(part - 1, 0))

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
        self.go(next((end for end in ends if end > self.position), ends[0]))
        return True

    def set_trace(self, trace: Trace | None) -> None:
        """Read another trace of the same graph: keep node and phase, or the nearest before.

        An empty trace (a graph in pieces) does not make it forget where it stood.
        """
        self._remember()
        whole, part = self._whole
        under_way = self._all[whole] if part and whole < len(self._all) else None
        part_name = self._parts_of(under_way)[part - 1] if under_way is not None else ""
        before, self._trace = self._whole, trace
        self._level = Level(trace, self.place)
        position = self._find_again()
        self._whole = position, self._part_again(position, part_name, under_way)
        if before != self._whole:
            self.moved.emit()

    def restart(self) -> None:
        """Forget the trace and stand at 0, for another graph."""
        self._trace, self._done, self._t = None, (), 0
        self._limit = None
        self._all_done, self._is_remembered = False, True
        moved = self._whole != (0, 0)
        self._level, self._whole = Level(None), (0, 0)
        if moved:
            self.moved.emit()

    @property
    def _all(self) -> tuple[Step, ...]:
        """All steps of the whole run."""
        return () if self._trace is None else self._trace.steps

    def _parts_of(self, step: Step | None) -> tuple[str, ...]:
        return () if step is None or self._trace is None else tuple(self._trace.parts(step))

    def _stand_at(self, whole: tuple[int, int]) -> None:
        self._whole, self._is_remembered = whole, False
        self._follow_time()
        self.moved.emit()

    def _remember(self) -> None:
        """Write down which steps are done, before another trace takes their places."""
        if self._is_remembered:
            return
        self._is_remembered = True
        done = self._all[: self._whole[0]]
        self._done = tuple(map(_place, done))
        self._all_done = 0 < len(self._all) == len(done)

    def _follow_time(self) -> None:
        """Show the time step of the step that it stands on; those outside time change nothing."""
        position, part = self._whole
        step = self._all[position if part else position - 1] if position or part else None
        if step is None:
            self._t = 0
        elif step.t is not None:
            self._t = step.t

    def _find_again(self) -> int:
        places: dict[Place, int] = {}
        for index, step in enumerate(self._all):
            head = step.node
            while (
                head
            ):  # a node that was drawn from others since stands where the last of them does
                places[step.phase, head, step.t, step.port] = index
                head = head.rpartition("/")[0]
        if self._all_done and self._done[-1] not in places:
            return len(self._all)
        for place in reversed(self._done):
            if place in places:
                return places[place] + 1
        return 0

    def _part_again(self, position: int, name: str, under_way: Step | None) -> int:
        if under_way is None or position >= len(self._all):
            return 0
        step = self._all[position]
        if _place(step) != _place(under_way):
            return 0
        names = self._parts_of(step)
        return names.index(name) + 1 if name in names else 0


def _place(step: Step) -> Place:
    return (step.phase, step.node, step.t, step.port)
