"""When each node of a run has its steps: made once for a trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from runtime.moments import at as address

if TYPE_CHECKING:
    from graph import PortRef
    from gui.broadcast import Spread
    from runtime.trace import Step, Trace


class Timetable:
    """When each node runs: made once for a trace, asked at every move of the playhead."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._last: dict[str, int | None] = {}
        self._forward: dict[str, int] = {}  # by address: `h`, or `h@3` inside time
        self._reverse: dict[str, int] = {}
        self._all_reverse: dict[str, int] = {}
        for index, step in enumerate(steps):
            if step.phase == "forward":
                self._forward[address(step.node, step.t)] = index
            elif step.phase == "reverse":
                self._reverse.setdefault(address(step.node, step.t), index)
                self._all_reverse[step.node] = index
        self.turn = min(self._reverse.values(), default=None)
        self.spreads: dict[PortRef, Spread | None] = {}  # the same at every step

    def forward(self, node: str, t: int | None) -> int | None:
        """The forward step of a node at a time step, or its only one; None if it has none."""
        return self._forward.get(address(node, t), self._forward.get(node))

    def reverse(self, node: str, t: int | None) -> int | None:
        """The same of its reverse step."""
        return self._reverse.get(address(node, t), self._reverse.get(node))

    def all_reverse(self, node: str) -> int | None:
        """The reverse step of a node after which it has none left, at whatever time step."""
        return self._all_reverse.get(node)

    def last_inside(self, whole: str, t: int | None) -> int | None:
        """The last forward step inside a composite at a time step; None where it has none."""
        key = f"{whole}@{t}"
        if key not in self._last:
            inside = f"{whole}/"
            own = (
                at
                for ran, at in self._forward.items()
                if ran.startswith(inside) and ran.partition("@")[2] in ("", str(t))
            )
            self._last[key] = max(own, default=None)
        return self._last[key]


_last: list[tuple[Any, Timetable]] = [(None, Timetable(()))]


def timetable_of(trace: Trace | None) -> Timetable:
    """The timetable of a trace; the last one asked for is kept, for a playhead moves often."""
    if trace is None:
        return Timetable(())
    known, table = _last[0]
    if known is not trace:
        table = Timetable(trace.steps)
        _last[0] = (trace, table)
    return table
