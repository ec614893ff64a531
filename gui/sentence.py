"""The step's sentence: what happens in it, in words and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from graph import PortRef
from graph.naming import name_of, output_name
from gui.actions.keys import how_to
from gui.broadcast import spread_of
from gui.document import Document
from gui.forward_mode.telling import told_tangent
from gui.in_words import bracketed, describe, scalar
from gui.numbers import format_shape
from gui.places import SeenTrace, address_of
from gui.theme import Theme
from gui.updating.telling import rule_name, told_update
from gui.wording import factor_word, plain_formula, put_in

if TYPE_CHECKING:
    from graph import Edge, Graph, Module
    from runtime.trace import Step, Trace

HEIGHT = 32
MAX_TERMS = 6  # of a sum that is written out


def tr(text: str) -> str:
    """A text of the sentence in the user's language."""
    return QCoreApplication.translate("Sentence", text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`lead` names pass and step, `text` says what happens."""

    phase: Literal["", "forward", "tangent", "reverse", "update"]
    lead: str
    text: str

    def __str__(self) -> str:
        return f"{self.lead} {self.text}".strip()


def sentence_of(document: Document, how: Callable[[str], str] = how_to) -> Sentence:
    """The sentence for where the playhead stands; `how` says how one does a command."""
    head, trace = document.playhead, document.trace
    if trace is None or not head.steps:
        return Sentence("", "", _nothing_yet(document, how))
    step = head.step
    if step is None:
        return Sentence("", tr("Start"), _before(document, how))
    number = head.position + (1 if head.part else 0)
    name = _pass_name(step.phase)
    lead = tr("{0}, step {1} of {2}").format(name, number, len(head.steps))
    if isinstance(trace, SeenTrace):
        trace = trace.at(step.t)
    if step.t is not None:
        lead = tr("{0}, t = {1}").format(lead, step.t)
    if head.part:
        part = head.parts[head.part - 1]
        lead = tr("{0}, part {1} of {2}").format(lead, head.part, len(head.parts))
        return Sentence(step.phase, lead, Telling(document.graph, trace, step).part(part))
    return Sentence(step.phase, lead, Telling(document.graph, trace, step).whole())


def _pass_name(phase: str) -> str:
    names = {"forward": tr("Forward"), "tangent": tr("Tangent"), "update": tr("Update")}
    return names.get(phase, tr("Reverse"))


def _nothing_yet(document: Document, how: Callable[[str], str]) -> str:
    if not document.graph.nodes:
        return tr("Drag a module from the palette onto the canvas, or open an example.")
    if document.trace is None:
        return tr("Not run yet. {0} runs it.").format(how("run"))
    if document.check is not None and any(p.severity == "error" for p in document.check.problems):
        return tr("There is no step yet. {0} lists what is wrong.").format(how("problems"))
    return tr("There is no step yet: wire a module that can run.")


def _before(document: Document, how: Callable[[str], str]) -> str:
    steps = document.playhead.steps
    counts = Counter(step.phase for step in steps)
    forward, back = counts["forward"], counts["reverse"]
    problem = document.check.target_problem if document.check is not None else None
    if not back and problem is not None:
        text = tr("{0} forward steps lie ahead and no reverse one, for there is no target. {1}")
        if forward == 1:
            text = tr("1 forward step lies ahead and no reverse one, for there is no target. {1}")
        return text.format(forward, problem.mend).rstrip()
    text = tr("{0} forward and {1} reverse steps lie ahead. {2} takes the next one.")
    if counts["tangent"]:
        text = tr("{0} forward, {3} tangent and {1} reverse steps lie ahead. {2} takes the next.")
    if counts["update"]:
        text = tr("{0} forward, {1} reverse and {4} update steps lie ahead. {2} takes the next.")
    return text.format(forward, back, how("next"), counts["tangent"], counts["update"])


class Telling:
    """Tells one step of a trace."""

    def __init__(self, graph: Graph, trace: Trace, step: Step) -> None:
        self.graph, self.trace, self.step = graph, trace, step
        self.id = step.node

    def whole(self) -> str:
        """The whole step."""
        failure = self.trace.failure
        if failure is not None and failure.node == self.id:
            return failure.message
        if self.module is None:
            return self.id
        if self.step.phase == "update":
            told = self._update()
        elif self.step.phase == "tangent":
            told = told_tangent(self.graph, self.trace, self.id)
        else:
            told = self._forward() if self.step.phase == "forward" else self._reverse()
        return f"{self._name()}: {told}"

    def _update(self) -> str:
        """What the update does to the parameter; of a composite to how many inside."""
        update = self.trace.update
        if not self.step.port:
            return tr("its parameters are updated by {0}").format(rule_name(update))
        ref = PortRef(self.id, self.step.port)
        place = self.trace.place if isinstance(self.trace, SeenTrace) else ""
        return told_update(
            update, update.moved[address_of(place, ref)], output_name(self.graph, ref)
        )

    def part(self, name: str) -> str:
        """One part of a step: the sum of what arrived, one input's gradient, or one step inside."""
        if self.module is None:
            return self.id
        if self.module.outline() == "composite":
            return tr("{0}: inside, {1}").format(self._name(), name.partition("/")[2])
        told = self._sum() if name == "sum" else self._input(name, full=True)
        return f"{self._name()}: {told}"

    @property
    def module(self) -> Module | None:
        """The node's module; None after the node was removed."""
        return self.graph.module(self.id) if self.id in self.graph else None

    @property
    def is_bypassed(self) -> bool:
        """Whether the node lets its first input through."""
        return self.graph.nodes[self.id].bypassed

    def _name(self) -> str:
        return f"{name_of(self.graph, self.id)} ({self.graph.nodes[self.id].module})"

    # --- forward --------------------------------------------------------------------------

    def _forward(self) -> str:
        outputs = [port.name for port in self.module.output_ports]
        if self.is_bypassed:
            through = self.module.input_ports[0].name
            text = tr("bypassed, {0} = {1} = {2}")
            return text.format(outputs[0], through, describe(self._value(outputs[0])))
        inputs = {p.name: self._value(p.name) for p in self.module.wired_ports}
        given = {name: array for name, array in inputs.items() if array is not None}
        first = self._value(outputs[0])
        if first is None:
            return tr("not computed")
        if len(outputs) == 1 and first.size == 1 and all(a.size == 1 for a in given.values()):
            return self._equation(outputs[0], given, first)
        made = "; ".join(f"{name} {describe(self._value(name))}" for name in outputs)
        from_ = ", ".join(f"{name} {self._shape(name, array)}" for name, array in given.items())
        return tr("{0} from {1}").format(made, from_) if from_ else made

    def _shape(self, port: str, array: Any) -> str:
        """`[8]`, or `[8] → [32, 8]` where it is broadcast."""
        spread = spread_of(self.trace, PortRef(self.id, port))
        return format_shape(array.shape) if spread is None else spread.arrow

    def _equation(self, output: str, given: dict[str, Any], result: Any) -> str:
        numbers = {name: scalar(array) for name, array in given.items()}
        formula = plain_formula(self.module.formula)
        if formula is None or not any(name in formula for name in numbers):
            arguments = ", ".join(numbers.values())
            return f"{output} = {self.module.name}({arguments}) = {scalar(result)}"
        filled = put_in(formula, numbers)
        if filled == scalar(result):
            return f"{output} = {formula} = {filled}"
        return f"{output} = {formula} = {filled} = {scalar(result)}"

    # --- reverse --------------------------------------------------------------------------

    def _reverse(self) -> str:
        ports = [part for part in self.trace.parts(self.step) if part != "sum"]
        told = [self._input(port, full=not row) for row, port in enumerate(ports)]
        return "; ".join(told) or tr("no input asks for a gradient")

    def _sum(self) -> str:
        outputs = [port.name for port in self.module.output_ports]
        return "; ".join(self._arrived(name) for name in outputs)

    def _arrived(self, output: str) -> str:
        ref = PortRef(self.id, output)
        total = self.trace.gradient(ref)
        lead = tr("gradient of {0}").format(output)
        if total is None:
            return f"{lead}: {tr('no path')}"
        if ref == self.trace.target:
            return tr("{0} = {1}, for it is the target").format(lead, describe(total))
        parts = [self._back(edge) for edge in self.graph.outgoing(ref)]
        parts = [part for part in parts if part is not None]
        if len(parts) > 1 and total.size == 1:
            terms = " + ".join(bracketed(scalar(part)) for part in parts[:MAX_TERMS])
            more = " + …" if len(parts) > MAX_TERMS else ""
            return f"{lead} = {terms}{more} = {scalar(total)}"
        if len(parts) > 1:
            text = tr("{0} = sum over {1} edges: {2}")
            return text.format(lead, len(parts), describe(total))
        return f"{lead} = {describe(total)}"

    def _back(self, edge: Edge) -> Any:
        """What an edge brings back to its source; over a delay from a later time step."""
        t = self.step.t
        if t is None or not isinstance(self.trace, SeenTrace):
            return self.trace.gradient(edge.target)
        later, steps = t + edge.delay, self.trace.time_steps or 0
        return self.trace.at(later).gradient(edge.target) if later < steps else None

    def _input(self, port: str, *, full: bool) -> str:
        """`gradient of a = gradient of y × b = 1 × 3 = 3`; without `full`, `of b = 1 × 2 = 2`."""
        ref = PortRef(self.id, port)
        found = self.trace.gradient(ref)
        lead = (tr("gradient of {0}") if full else tr("of {0}")).format(port)
        if found is None:
            return f"{lead}: {tr(self.trace.why_no_gradient(ref) or 'not yet')}"
        outputs = [port.name for port in self.module.output_ports]
        arriving = self.trace.gradient(PortRef(self.id, outputs[0])) if len(outputs) == 1 else None
        if arriving is None:
            return f"{lead} = {describe(found)}"
        factor = factor_word(self.graph, PortRef(self.id, port), outputs[0])
        words = tr("gradient of {0} × {1}").format(outputs[0], factor)
        words = f" = {words}" if full else ""
        if found.size == 1 and arriving.size == 1:
            factor = self.trace.jacobian(ref)
            if factor is None:
                return f"{lead}{words} = {scalar(found)}"
            number = scalar(np.asarray(factor.dense()))
            return f"{lead}{words} = {scalar(arriving)} × {number} = {scalar(found)}"
        spread = spread_of(self.trace, ref)
        summed = f", {spread.reverse}" if spread is not None else ""
        return f"{lead}{words}{summed} = {describe(found)}"

    def _value(self, port: str) -> Any:
        try:
            return self.trace.value(PortRef(self.id, port))
        except LookupError:
            return None


class SentenceBar(QWidget):
    """The line above the timeline; `stacked` puts the text below its lead, in up to two lines."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        parent: QWidget | None = None,
        how: Callable[[str], str] = how_to,
        scale: float = 1.0,
        stacked: bool = False,
    ) -> None:
        super().__init__(parent)
        self._document, self._theme, self._how = document, theme, how
        self._stacked = stacked
        self._lines = 2 if stacked else 1
        self.setFixedHeight(round(HEIGHT * scale * (2.2 if stacked else 1)))
        self.lead = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.lead.setFont(theme.font(round(13 * scale), 600))
        self.text = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.text.setFont(theme.font(round(13 * scale)))
        self.text.setMinimumWidth(0)
        if stacked:
            self.text.setWordWrap(True)
            self.text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        way = QBoxLayout.Direction
        row = QBoxLayout(way.TopToBottom if stacked else way.LeftToRight, self)
        row.setContentsMargins(16, 4, 12, 0)
        row.setSpacing(4 if stacked else 12)
        row.addWidget(self.lead)
        row.addWidget(self.text, 1)
        for signal in (
            document.playhead_moved,
            document.traced,
            document.replaced,
            document.edited,
        ):
            signal.connect(self.follow)
        theme.changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Tell where the playhead stands."""
        self.sentence = sentence_of(self._document, self._how)
        ink = self._theme.color(self.sentence.phase or "text")
        self.lead.setStyleSheet(f"color: {ink.name()}")
        self.lead.setText(self.sentence.lead)
        self.lead.setVisible(bool(self.sentence.lead))
        self.setAccessibleName(str(self.sentence))
        self.text.setToolTip(self.sentence.text)
        self._elide()

    def resizeEvent(self, event) -> None:
        """A long sentence is cut; its tooltip has all of it."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        is_beside = bool(self.sentence.lead) and not self._stacked
        room = self.width() - 28 - (self.lead.sizeHint().width() + 12 if is_beside else 0)
        metrics = QFontMetrics(self.text.font())
        self.text.setText(_cut(self.sentence.text, metrics, room, self._lines))


def _cut(text: str, metrics: QFontMetrics, room: int, lines: int) -> str:
    """As much of a text as stands in so many lines, of the width `room`."""
    side, wrap = Qt.TextElideMode.ElideRight, Qt.TextFlag.TextWordWrap
    for width in range(lines * room, room, -metrics.averageCharWidth()):
        found = metrics.elidedText(text, side, width)
        high = metrics.boundingRect(QRect(0, 0, room, 0), wrap, found).height()
        if high <= lines * metrics.lineSpacing():
            return found
    return metrics.elidedText(text, side, room)
