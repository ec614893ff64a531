"""Where on the canvas the answer belongs: a question mark at the node, or on the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark

if TYPE_CHECKING:
    from runtime.practice import Question

UNKNOWN = "?"


class AskedMarks:
    """The overlay of one question: `x1 = ?` on its node, `∂ ?` on the edge whose part is asked."""

    def __init__(self, question: Question, node: str) -> None:
        """`node` is what the place that is shown calls the node that is asked about."""
        self._node = node
        is_part = question.kind == "part"
        self._target = PortRef(node, question.port.port) if is_part else None
        self._text = f"{question.text} = {UNKNOWN}"

    def edge(self, target: PortRef) -> EdgeMark | None:
        """The edge over which the part comes back that is asked for."""
        return EdgeMark(text=f"∂ {UNKNOWN}") if target == self._target else None

    def node(self, id_: str) -> NodeMark | None:
        """The node that is asked about."""
        return NodeMark(text=self._text) if id_ == self._node else None
