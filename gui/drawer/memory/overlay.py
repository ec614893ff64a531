"""What the canvas shows while the memory panel is open: whose values are kept at this moment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from runtime.moments import at

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from runtime.numbering import PlanStep
    from runtime.recompute.playing import KeptRun
    from runtime.recompute.schedule import Item, Schedule

KEY = "memory"
Where = Callable[[str], tuple[str, int | None]]
"""The address and the time step that a node of a canvas stands for."""

Stays = list[tuple[int, float]]  # from which action to which something is held


class HeldMarks(QObject):
    """The overlay of a canvas: kept, let go, computed again, or not needed at all.

    It says so of the run and the action that it was told last.
    """

    def __init__(self, scene: CanvasScene, where: Where) -> None:
        super().__init__(scene)
        self._scene, self._where = scene, where
        self._run: KeptRun | None = None
        self._place = -1
        self._stays: dict[Item, Stays] = {}
        self._skipped: frozenset[str] = frozenset()
        self._inside: dict[str, list[PlanStep]] = {}

    def show(self, run: KeptRun, place: int) -> None:
        """Tell of what a run holds while an action is done."""
        if run is not self._run:
            self._run = run
            self._stays = stays_of(run.schedule)
            self._skipped = frozenset(step.key for step in run.schedule.skipped)
            self._inside = inside_of(run.plan.forward)
        self._place = place
        self._scene.overlays.put(KEY, self)

    def hide(self) -> None:
        """Tell nothing any more."""
        self._run, self._stays = None, {}
        self._scene.overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """What is kept belongs to the node that has computed it."""
        return None

    def node(self, id_: str) -> NodeMark | None:
        """How a node's values stand; of a composite how many of the nodes inside."""
        if self._run is None or self._place < 0:
            return None
        address, t = self._where(id_)
        if address in self._run.plan.flat.instances:
            return self._whole(address)
        steps = self._run.plan.step_of
        step = steps.get(at(address, t)) or steps.get(address)
        return None if step is None else self._one(step)

    def _one(self, step: PlanStep) -> NodeMark | None:
        if step.key in self._skipped:
            return NodeMark(self.tr("not needed"), "close", tip=self.tr("No step reads it."))
        stays = list(self._begun(step))
        if not stays:
            return None
        held = [number for number, end in stays if self._place <= end]
        if not held:
            tip = self.tr("Its value is gone: no step reads it before it is computed again.")
            return NodeMark(self.tr("let go"), "let_go", tip=tip)
        if max(held):
            tip = self.tr("Its value was let go and is in memory again.")
            return NodeMark(self.tr("again"), "held", tip=tip)
        return NodeMark(self.tr("kept"), "held", tip=self.tr("Its value is in memory now."))

    def _whole(self, address: str) -> NodeMark | None:
        inside = self._inside.get(address, ())
        begun = [stays for step in inside if (stays := list(self._begun(step)))]
        if not begun:
            return None
        kept = sum(any(self._place <= end for _, end in stays) for stays in begun)
        text = self.tr("{0} of {1} kept").format(kept, len(begun))
        tip = self.tr("So many of the nodes inside have their values in memory now.")
        return NodeMark(text, "held" if kept else "let_go", tip=tip)

    def _begun(self, step: PlanStep) -> Iterator[tuple[int, float]]:
        """Which stay of each thing that a step leaves is the last begun, and where it ends."""
        for item in (*step.outputs, step.key):
            stays = self._stays.get(item, [])
            begun = [number for number, (start, _) in enumerate(stays) if start <= self._place]
            if begun:
                yield begun[-1], stays[begun[-1]][1]


def stays_of(schedule: Schedule) -> dict[Item, Stays]:
    """From which action to which everything is held; it is let go behind the latter."""
    found: dict[Item, Stays] = {}
    for place, action in enumerate(schedule.actions):
        for item in action.writes:
            found.setdefault(item, []).append((place, math.inf))
        for item in action.drops:
            if item in found:
                found[item][-1] = (found[item][-1][0], place)
    return found


def inside_of(steps: Iterable[PlanStep]) -> dict[str, list[PlanStep]]:
    """The steps inside every composite, by its address."""
    found: dict[str, list[PlanStep]] = {}
    for step in steps:
        address = step.node.rpartition("/")[0]
        while address:
            found.setdefault(address, []).append(step)
            address = address.rpartition("/")[0]
    return found
