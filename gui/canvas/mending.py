"""What a small change leaves otherwise on the canvas is painted again, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.node_layer import RIM

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.shown import Shown

MANY = 200  # nodes that are painted anew with all the rest


class Mending:
    """Paints some nodes and wires of a scene again."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._chosen: tuple[frozenset[str], PortRef | None] = (frozenset(), None)
        self._shown: Shown | None = None  # when all was painted anew, or the playhead moved

    def paint_again(self, ids: Iterable[str], targets: Iterable[PortRef]) -> bool:
        """Where these nodes and wires are now is to be painted again; False: there is nothing.

        What is in the hand is painted by itself.
        """
        scene, wires, held = self._scene, self._scene.wires, self._scene.hand.nodes
        ids, some = list(ids), [target for target in targets if target in wires]
        rest = [t for t in some if not (t.node in held or wires.source_of(t).node in held)]
        nodes = [geo.grown(scene.items_by_id[id_].box(), RIM) for id_ in ids if id_ not in held]
        boxes = np.concatenate((np.array(nodes).reshape(-1, 4), wires.pieces(rest)))
        scene.picture.spoil(boxes)
        if len(rest) < len(some) or not held.isdisjoint(ids):
            scene.hand.touch()
        return len(boxes) > 0

    def move_nodes(self, places: Mapping[str, geo.Point]) -> None:
        """Draw nodes elsewhere, with their wires."""
        scene, items = self._scene, self._scene.items_by_id
        targets = scene.wires.joining(places)
        self.paint_again(places, targets)
        for id_, at in places.items():
            items[id_].put(at)
        drawn = (id_ for id_ in places if not scene.hides(id_))
        scene.boxes.put_all({id_: items[id_].box() for id_ in drawn})
        scene.building.put_wires(targets)
        self.paint_again(places, targets)
        scene.field.note_moves(places)
        if self.surroundings():
            scene.field.revise()
        elif not scene.hand.nodes >= places.keys():
            scene.show()
            if scene.overlays:  # badges stand where there is room
                scene.badge_places.clear()
                scene.update()

    def surroundings(self) -> bool:
        """Some nodes have moved: what runs or lies around all of them, if there is any, is other.

        These are edges to an earlier time step and their band, tags, and outlines.
        """
        scene = self._scene
        if not (scene.time_band.nodes or scene.document.place or scene.overlays.has_grounds):
            return False
        scene.picture.touch()
        scene.show()
        return True

    def nodes(self, ids: Collection[str]) -> None:
        """These nodes, where they are drawn, may look otherwise now."""
        scene = self._scene
        if len(ids) > MANY:
            scene.update()
            return
        there = (id_ for id_ in ids if id_ in scene.items_by_id)
        other = list(filter(scene.looks.renew, there))
        if other:
            self.paint_again(other, ())
            scene.show()

    def wires(self, targets: Collection[PortRef]) -> None:
        """These wires, where they are drawn, look otherwise now."""
        if self.paint_again((), targets):
            self._scene.show()

    def hide_wire(self, target: PortRef | None) -> None:
        """Do not draw the wire that ends at a port, for a gesture draws it; None: draw all."""
        scene, before = self._scene, self._scene.hidden_wire
        if target != before:
            scene.hidden_wire = target
            scene.field.revise()
            self.wires({before, target} - {None})

    def follow_selection(self) -> None:
        """What is selected now and what was before look otherwise."""
        selection = self._scene.document.selection
        (nodes, edge), now = self._chosen, (selection.nodes, selection.edge)
        self._chosen = now
        ends = {edge, now[1]} - {None} if edge != now[1] else set()
        self.nodes((nodes ^ now[0]) | {end.node for end in ends})
        self.wires(ends)

    def follow_pulse(self) -> None:
        """The ring of the present step has another size."""
        step = self._scene.document.shown.step
        if step is not None:
            self.nodes((step.node,))

    def note_shown(self) -> None:
        """All is painted anew: a step from here on changes what it changes of that."""
        self._shown = self._scene.document.shown

    def follow_step(self) -> None:
        """The playhead has moved: what it has come to, or left, looks otherwise."""
        scene, shown = self._scene, self._scene.document.shown
        nodes, self._shown = scene.stepped_from(self._shown), shown
        self.paint_again((), scene.passes.follow(nodes))
        if nodes is None:
            scene.looks.forget()
            scene.picture.touch()
            scene.hand.touch()
            scene.revise()
            return
        self.nodes(nodes)
        scene.field.note_step(nodes)
        scene.show()
