"""The canvas follows the point that is dragged: what would flow over the edges behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.inspector.axes import Array
from gui.numbers import format_number
from gui.places import address_of
from runtime.backend import to_numpy
from runtime.moments import apart, moment

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.inspector import Inspector
    from runtime.geometry.function import Moved

KEY = "what if"
WIDTH = 2.5  # pixels of an edge over which something else would flow
SPELT_OUT = 3  # numbers up to which a tensor is written; of a larger one how far it moved


class WhatIf(QObject):
    """An overlay while a point is away from where the run stands. Nothing in the graph changes."""

    def __init__(self, scene: CanvasScene, inspector: Inspector) -> None:
        super().__init__(scene)
        self._scene = scene
        self._moved: Moved | None = None
        inspector.explored.connect(self.follow)

    def follow(self, moved: Moved | None) -> None:
        """Show what a function computes at another point; None takes it all away."""
        if moved is None and self._moved is None:
            return
        self._moved = moved
        if moved is None:
            self._scene.overlays.take_away(KEY)
        else:
            self._scene.overlays.put(KEY, self)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """What would flow over an edge that the point moves; None over the others."""
        moved = self._moved
        if moved is None:
            return None
        function = moved.function
        ref = self._address(target)
        if ref == function.source or ref in function.own:
            return _mark(function.x, moved.x, function.in_shape)
        slot = function.trace.plan.slot_of.get(ref)
        if slot is None or slot not in moved.values:
            return None
        before, now = function.trace.values[slot], moved.values[slot]
        return _mark(to_numpy(before), to_numpy(now), now.shape)

    def node(self, id_: str) -> NodeMark | None:
        """At the end of the function what comes out of it: no edge may carry that on."""
        moved = self._moved
        if moved is None:
            return None
        function = moved.function
        end = function.trace.plan.flat.outer(apart(function.target)[0])
        if address_of(self._scene.document.place, PortRef(id_, end.port)) != end:
            return None
        before = to_numpy(function.trace.values[function.end])
        return NodeMark(_text(before, moved.y, function.out_shape))

    def _address(self, target: PortRef) -> PortRef:
        """A port of the canvas by its address in the run, at the time step that is shown."""
        ref = address_of(self._scene.document.place, target)
        t = self._scene.document.playhead.t
        at = moment(ref, t)
        return at if at in self._moved.function.trace.plan.slot_of else ref


def _mark(before: Array, now: Array, shape: tuple[int, ...]) -> EdgeMark:
    return EdgeMark(WIDTH, "forward", _text(before, now, shape))


def _text(before: Array, now: Array, shape: tuple[int, ...]) -> str:
    """`→ 0.5` of a number, `→ [0.5, 2]` of a few, else `Δ ‖0.31‖`: how far it moved."""
    before, now = (np.asarray(part, float).reshape(-1) for part in (before, now))
    if now.size > SPELT_OUT:
        return f"Δ ‖{format_number(float(np.linalg.norm(now - before)), 3)}‖"
    told = ", ".join(format_number(number, 3) for number in now.tolist())
    return f"→ [{told}]" if shape else f"→ {told}"
