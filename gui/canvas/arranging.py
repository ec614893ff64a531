"""Arranged nodes take their frames along, and their edges are straight again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graph import edits as e
from graph.records import Place
from gui.canvas import geometry as geo
from gui.canvas.frame_parts import TITLE
from gui.canvas.frames import box_of
from gui.canvas.placing import Box

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

AROUND = 24  # what stays free between a frame and what it is drawn around


def arranging_edit(scene: CanvasScene, places: Mapping[str, Place]) -> e.Edit:
    """The edit that puts nodes where a layout wants them.

    A frame that holds some of them is drawn around what it holds then. Bends between two of them
    went round what stood there before, so they go.
    """
    graph = scene.document.graph
    edits: list[e.Edit] = [e.Move(places)]
    frames = list(graph.frames)
    boxes: dict[int, Box] = {number: box_of(frame) for number, frame in enumerate(frames)}
    for number in sorted(boxes, key=lambda n: frames[n].box[2] * frames[n].box[3]):
        members = scene.frames.members(number)
        if not places.keys().isdisjoint(members):
            inner = [boxes[other] for other in scene.frames.inner(number)]
            nodes = [_box(scene, id_, places) for id_ in members]
            boxes[number] = around([*nodes, *inner])
            left, top, right, bottom = boxes[number]
            frames[number] = replace(frames[number], box=(left, top, right - left, bottom - top))
    if tuple(frames) != graph.frames:
        edits.append(e.SetFrames(tuple(frames)))
    edits += [
        e.SetRoute(edge.target, ())
        for edge in graph.edges
        if edge.route and edge.source.node in places and edge.target.node in places
    ]
    return e.Batch(tuple(edits)) if len(edits) > 1 else edits[0]


def around(boxes: list[Box]) -> Box:
    """A frame's box with room around others, and for its title."""
    left, top = min(b[0] for b in boxes) - AROUND, min(b[1] for b in boxes) - AROUND - TITLE
    right, bottom = max(b[2] for b in boxes) + AROUND, max(b[3] for b in boxes) + AROUND
    return (*geo.snapped(left, top), *geo.snapped(right, bottom))


def node_box(scene: CanvasScene, id_: str, at: Place) -> Box:
    """What a node takes at a place, with its pins and their texts."""
    shape = scene.face(id_).shape
    return (at[0], at[1], at[0] + shape.width, at[1] + shape.bottom)


def _box(scene: CanvasScene, id_: str, places: Mapping[str, Place]) -> Box:
    return node_box(scene, id_, places.get(id_) or scene.document.graph.nodes[id_].at or (0.0, 0.0))
