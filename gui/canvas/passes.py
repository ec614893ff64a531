"""Which passes have come over a wire: asked of what is shown once, not at every frame."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from graph import PortRef

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene


class Passes:
    """Whether the value and the gradient of each wire are there, for what is shown at present."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._known: dict[PortRef, tuple[bool, bool]] = {}

    def forget(self) -> None:
        """Another graph, or other numbers."""
        self._known = {}

    def follow(self, nodes: Collection[str] | None) -> list[PortRef]:
        """The playhead has moved, at these nodes or anywhere: the wires that are seen otherwise."""
        wires, known = self._scene.wires, self._known
        if nodes is None:
            near = [target for target in known if target in wires]
        else:
            at_nodes = {target for id_ in nodes for target in wires.at_node(id_)}
            near = [target for target in at_nodes if target in known]
        self._known = known if nodes is not None else {}
        before = [known.pop(target) for target in near]
        now = self.of(map(wires.row_of, near)).tolist()
        return [t for t, old, new in zip(near, before, now, strict=True) if list(old) != new]

    def of(self, rows: Iterable[int]) -> np.ndarray:
        """Of rows of the wires: booleans `[n, 2]`, value and gradient."""
        shown, targets = self._scene.document.shown, self._scene.wires.targets
        known = self._known
        found = []
        for row in rows:
            target = targets[row]
            if target not in known:
                known[target] = (self._has_value(row), shown.gradient(target).is_value)
            found.append(known[target])
        return np.array(found, bool).reshape(-1, 2)

    def _has_value(self, row: int) -> bool:
        """Whether a wire has its value, of a delay edge that of an earlier step."""
        scene = self._scene
        wires, document = scene.wires, scene.document
        target = wires.targets[row]
        edge = document.graph.incoming(target) if target in wires.delays else None
        shown = document.shown
        return (shown.value(wires.sources[row]) if edge is None else shown.carried(edge)).is_value
