"""What finite differences say, in a sentence with an icon, in neutral ink."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import PortRef
from gui.numbers import format_number

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.gradient_check import Verdict

ICONS = {"agrees": "check", "disagrees": "failed", "kink": "warning", "not finite": "warning"}


def tr(text: str) -> str:
    """Translate a sentence of the verdicts."""
    return QCoreApplication.translate("Verdicts", text)


def edge_verdict(document: Document, target: PortRef) -> tuple[str, str]:
    """(sentence, icon) for the edge that ends at `target`."""
    report = document.report
    verdict = report.edges.get(target) if report is not None else None
    if verdict is None:
        return tr("Not yet checked against finite differences"), "empty"
    return _sentence(verdict), ICONS.get(verdict.word, "empty")


def _sentence(verdict: Verdict) -> str:
    has_figure = verdict.error is not None and verdict.word in ("agrees", "disagrees")
    error = f" ({format_number(verdict.error, 2)})" if has_figure else ""
    return {
        "agrees": tr("Finite differences agree"),
        "disagrees": tr("Finite differences disagree"),
        "kink": tr("At a kink, where finite differences say nothing"),
        "not finite": tr("Not finite: there is nothing to hold against differences"),
    }.get(verdict.word, tr("No finite differences: {0}").format(verdict.word)) + error


def node_verdict(document: Document, id_: str) -> tuple[str, str]:
    """(sentence, icon) for all edges into a node; empty where it has none, or before a report."""
    report = document.report
    if report is None:
        return "", ""
    words = Counter(v.word for target, v in report.edges.items() if target.node == id_)
    total = words.total()
    if not total:
        return "", ""
    if words["disagrees"]:
        text = tr("Finite differences disagree at {0} of {1} inputs")
        return text.format(words["disagrees"], total), "failed"
    if words["kink"]:
        return tr("{0} of {1} inputs stand at a kink").format(words["kink"], total), "warning"
    if words["not finite"]:
        text = tr("{0} of {1} inputs are not finite")
        return text.format(words["not finite"], total), "warning"
    if words["agrees"]:
        text = tr("Finite differences agree at {0} of {1} inputs")
        return text.format(words["agrees"], total), "check"
    return "", ""
