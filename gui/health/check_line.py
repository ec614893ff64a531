"""All edges against finite differences: a button, how far it is, and what came out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.health.words import tr
from gui.inspector.buttons import Button
from gui.inspector.jacobian.progress_line import ProgressLine
from gui.inspector.labels import Sentence
from gui.inspector.verdicts import ICONS
from gui.numbers import format_count, format_number

if TYPE_CHECKING:
    from gui.document import Document
    from gui.window import Window
    from runtime.gradient_check import GradientReport


class CheckLine(QWidget):
    """Begins a check of all edges and lays its badges on the canvas."""

    def __init__(self, window: Window, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._live = window.document, window.live
        self._diagnosis = window.diagnosis
        theme = window.theme
        self.verdict = Sentence(theme, "text", self)
        self.progress = ProgressLine(theme, self)
        self.progress.cancelled.connect(self._live.cancel_verify)
        self.check = Button(
            theme,
            tr("Check all edges"),
            tr("Hold every edge against finite differences, and show a badge on each"),
            self._check,
            icon_name="check",
            parent=self,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.verdict, self.progress, self.check):
            column.addWidget(widget)
        self._live.progressed.connect(self.progress.advance)
        self.progress.appeared.connect(self.check.hide)
        self._is_busy = False

    def follow(self) -> None:
        """Say what is under way, or what came out last."""
        is_busy = self._live.is_verifying
        if is_busy and not self._is_busy:
            self.progress.begin(tr("Checking edges"))
        elif self._is_busy and not is_busy:
            self.progress.end()
        self._is_busy = is_busy
        text, icon = verdict_of(self._document)
        self.verdict.say(text, icon)
        self.check.setEnabled(bool(self._document.root.nodes))
        self.check.setVisible(not is_busy or not self.progress.isVisibleTo(self))

    def _check(self) -> None:
        self._diagnosis.check_gradients()
        self.follow()


def verdict_of(document: Document) -> tuple[str, str]:
    """(sentence, drawing) of the newest report over all edges of the document."""
    report = document.whole_report
    if report is None:
        return tr("Edges have not been held against finite differences yet."), "empty"
    words = Counter(verdict.word for verdict in report.edges.values())
    count = sum(words[word] for word in ICONS)
    worst = next((word for word in ("disagrees", "not finite", "kink") if words[word]), "agrees")
    text = {
        "agrees": tr("{0} of {1} {3} agree with finite differences, the worst within {2}."),
        "disagrees": tr("{0} of {1} {3} disagree with finite differences."),
        "kink": tr("{0} of {1} {3} stand at a kink; the others agree."),
        "not finite": tr("{0} of {1} {3} are not finite; the others agree or are at a kink."),
    }[worst]
    if words[worst] == count:
        alone = {
            "kink": tr("{0} of {1} {3} stand at a kink."),
            "not finite": tr("{0} of {1} {3} are not finite."),
        }
        text = alone.get(worst, text)
    counts = map(format_count, (words[worst], count))
    return text.format(*counts, _worst(report), _judged(document, report)), ICONS[worst]


def _judged(document: Document, report: GradientReport) -> str:
    """What the counts are of: the parameters that layers own lead to them as edges do."""
    check = document.whole_check
    graph = document.root if check is None else check.flat.graph
    judged = (ref for ref, verdict in report.edges.items() if verdict.word in ICONS)
    is_owned = any(graph.incoming(ref) is None for ref in judged)
    return tr("edges and parameters") if is_owned else tr("edges")


def _worst(report: GradientReport) -> str:
    errors = (v.error for v in report.edges.values() if v.word == "agrees" and v.error is not None)
    return format_number(max(errors, default=0.0), 2)
