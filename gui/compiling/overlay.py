"""Compiled mode on the canvas: every node says what became of it, idle ones stand back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.compiling.words import ICONS, IDLE, calls_text, inside_text, sentences, short
from gui.places import address_of

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.compiled.report import NodeDone, Report


class CompiledOverlay:
    """Reads a report at the document's place."""

    def __init__(self, document: Document, report: Report) -> None:
        self._document, self._report = document, report
        self._inside: dict[str, list[NodeDone]] = {}
        for done in report.nodes.values():
            around, slash, _ = done.node.rpartition("/")
            while slash:
                self._inside.setdefault(around, []).append(done)
                around, slash, _ = around.rpartition("/")

    def edge(self, target: PortRef) -> EdgeMark | None:
        """Edges say nothing; those of idle nodes stand back with them."""
        return None

    def node(self, id_: str) -> NodeMark | None:
        """The fate of a node, or of all inside a composite."""
        address = address_of(self._document.place, PortRef(id_, "")).node
        done = self._report.nodes.get(address)
        if done is not None:
            tip = sentences(done, self._document.root)
            is_idle = done.fate in IDLE
            return NodeMark(short(done), ICONS[done.fate], dimmed=is_idle, tip=tip)
        inside = self._inside.get(address)
        return None if inside is None else _whole(inside)


def _whole(inside: list[NodeDone]) -> NodeMark:
    """The mark of a composite."""
    tip = inside_text(inside)
    fates = {done.fate for done in inside}
    if len(fates) == 1 and fates.issubset(IDLE):
        return NodeMark(short(inside[0]), ICONS[inside[0].fate], dimmed=True, tip=tip)
    calls = calls_text(sum(d.forward for d in inside), sum(d.reverse for d in inside))
    return NodeMark(calls, tip=tip)
