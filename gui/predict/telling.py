"""What predict mode asks, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph.naming import name_of

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.practice import Question
    from runtime.trace import Step


def tr(text: str) -> str:
    """A sentence of predict mode in the user's language."""
    return QCoreApplication.translate("Predict", text)


def heading(document: Document, step: Step | None) -> str:
    """`Forward, step 3 of 8: difference (Subtract)`; where in the run the question lies."""
    if step is None or step.node not in document.graph:
        return tr("Nothing is asked here")
    head = document.playhead
    phase = tr("Forward") if step.phase == "forward" else tr("Reverse")
    lead = tr("{0}, step {1} of {2}").format(phase, step.index + 1, len(head.steps))
    if step.t is not None:
        lead = tr("{0}, t = {1}").format(lead, step.t)
    module = document.graph.nodes[step.node].module
    return f"{lead}: {name_of(document.graph, step.node)} ({module})"


def question_text(document: Document, question: Question | None, step: Step | None) -> str:
    """The question itself; without one how to go on."""
    if question is None:
        if not document.playhead.steps:
            return tr("There is no step yet.")
        return tr("Leave the inside to go on: the next question lies around it.")
    name = question.text
    if question.by_shape:
        return tr("What is the shape of {0}?").format(name)
    if question.kind == "value":
        return tr("What is the value of {0}?").format(name)
    if question.kind == "sum":
        return tr("Several edges bring gradients back. What is their sum, {0}?").format(name)
    port = f"{name_of(document.graph, step.node)}.{question.port.port}"
    return tr("What comes back over the edge into {0}: {1}?").format(port, name)
