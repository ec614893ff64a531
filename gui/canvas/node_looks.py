"""How the nodes of a scene look at this moment: asked node by node, kept while nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.levels import FAR
from gui.canvas.looks import (
    Face,
    Mark,
    Mood,
    face_of,
    mark_of,
    module_text,
    problem_text,
    problems_by_node,
    shape_text,
)
from gui.canvas.node_pictures import Look

if TYPE_CHECKING:
    from graph import Problem
    from gui.canvas.scene import CanvasScene


class NodeLooks:
    """The faces, texts and moods of the nodes of one scene.

    A look is made of what the scene says, for another scene may say it otherwise.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._faces: dict[str, Face] = {}
        self._looks: dict[str, Look] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}

    # --- what is kept --------------------------------------------------------------------

    def start_anew(self) -> None:
        """Another graph: nothing is known of its nodes."""
        self._faces = {}
        self.note_problems()

    def note_problems(self) -> None:
        """The graph was checked."""
        self._problems = dict(problems_by_node(self._scene.document.check))

    def change_faces(self, ids: Iterable[str]) -> None:
        """Titles, shapes or notes of these may be others now."""
        for id_ in ids:
            self._faces.pop(id_, None)

    def forget(self) -> None:
        """All nodes may look otherwise now."""
        self._looks = {}

    def renew(self, id_: str) -> bool:
        """One node may look otherwise now: whether it does, as far as it is known."""
        scene, before = self._scene, self._looks.pop(id_, None)
        if before is None or id_ not in scene.document.graph or scene.unfolding.has(id_):
            return True  # one that is gone is drawn still; an inside has numbers of its own
        now = self.of(id_, before.zoom)
        return now.face is not before.face or now[1:] != before[1:]

    # --- reading -------------------------------------------------------------------------

    def of(self, id_: str, zoom: float) -> Look:
        """All that decides how a node is painted; kept until something may have changed it."""
        scene, look = self._scene, self._looks.get(id_)
        if look is None or scene.is_printing:
            look = Look(scene.face(id_), None, scene.mood(id_), zoom, scene.sizes.text)
        elif look.zoom == zoom:
            return look
        texts = look.texts or (scene.texts(id_) if zoom >= FAR else None)
        look = look._replace(zoom=zoom, texts=texts)
        if not scene.is_printing:
            self._looks[id_] = look
        return look

    def face(self, id_: str) -> Face:
        """The face of a node, made when it is first asked for."""
        if id_ not in self._faces:
            face = face_of(self._scene.document.graph, id_)
            self._faces[id_] = self._scene.unfolding.grown(id_, face)
        return self._faces[id_]

    def texts(self, id_: str) -> tuple[str, str]:
        """The module line and the shape line of a node."""
        document = self._scene.document
        graph, check = document.graph, document.check
        wide = self.face(id_).shape.outline in geo.WIDE
        return (
            module_text(graph, id_, check),
            shape_text(graph, id_, check, document.shown, wide),
        )

    def problem_text(self, id_: str, port: str | None) -> str:
        """What is wrong with a node, or with one of its ports: plain sentences."""
        return problem_text(self._scene.document, self._problems.get(id_, ()), id_, port)

    def mood(self, id_: str) -> Mood:
        """Marks, ring and borders of a node at this moment."""
        scene, document = self._scene, self._scene.document
        shown, check = document.shown, document.check
        step, target = shown.step, check.target if check is not None else None
        problems = self._problems.get(id_, ())
        errors = (p.port for p in problems if p.severity == "error" and p.port)
        mark = self._mark(id_, problems)
        muted = bool(shown.position) and shown.is_ahead(id_)
        (was_mark, was_muted), arrival = scene.fades.of(id_, (mark, muted))
        ring = step.phase if step is not None and step.node == id_ else ""
        return Mood(
            muted=muted,
            was_muted=was_muted,
            was_mark=was_mark,
            arrival=1.0 if scene.is_printing else arrival,
            ring=ring,
            swell=scene.pulse.extra if ring else 0.0,
            mark=mark,
            is_target=target is not None and target.node == id_,
            is_selected=id_ in document.selection.nodes and not scene.is_printing,
            has_focus=scene.focused == id_,
            focus_port=self._port_of(scene.focused, id_),
            problem_ports=frozenset(errors),
            selected_port=self._port_of(scene.selected_edge, id_),
            gutter=scene.overlays.gutter(id_),
            progress=shown.progress(id_) if document.graph.definitions else None,
        )

    def _port_of(self, place: str | PortRef | None, id_: str) -> str:
        is_own = isinstance(place, PortRef) and place.node == id_
        return place.port if is_own and not self._scene.is_printing else ""

    def _mark(self, id_: str, problems: tuple[Problem, ...]) -> Mark:
        document = self._scene.document
        trace = document.trace
        failure = trace.failure if trace is not None and document.is_fresh else None
        has_failed = failure is not None and failure.node == id_
        return mark_of(problems, has_failed, self._scene.waiting.mark(id_))
