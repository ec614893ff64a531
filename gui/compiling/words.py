"""What compiled mode says in words: short on a node's border, a sentence on hover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import Graph
from graph.naming import name_of
from gui.numbers import format_count
from runtime.compiled.fates import FATES, Fate

if TYPE_CHECKING:
    from runtime.compiled.report import NodeDone, Report

ICONS: dict[Fate, str] = {
    "kept": "",
    "fused": "fused",
    "shared": "shared",
    "folded": "folded",
    "removed": "removed",
}
IDLE: tuple[Fate, ...] = ("shared", "folded", "removed")  # computes nothing in a step
MOST_NAMED = 3


def tr(text: str) -> str:
    """A text about compiling in the user's language."""
    return QCoreApplication.translate("Compiled", text)


def fate_text(fate: Fate) -> str:
    """One word for what became of a step."""
    return {
        "kept": tr("Kept"),
        "fused": tr("Fused"),
        "shared": tr("Shared"),
        "folded": tr("Folded"),
        "removed": tr("Removed"),
    }[fate]


def fate_tip(fate: Fate) -> str:
    """What the word means."""
    return {
        "kept": tr("Computed by calls of its own, forward + reverse."),
        "fused": tr("Computed as one with the others in the same outline."),
        "shared": tr("Another node computes the same from the same inputs."),
        "folded": tr("Depends on constants alone: computed once, when compiling."),
        "removed": tr("No path leads from it to the target."),
    }[fate]


def short(done: NodeDone) -> str:
    """The fate of a node, short enough for its border; a source that is kept has none."""
    if done.fate != "kept":
        return fate_text(done.fate).lower()
    if done.is_view:
        return tr("view")
    return calls_text(done.forward, done.reverse) if done.forward else ""


def calls_text(forward: int, reverse: int) -> str:
    """Calls of both passes."""
    return tr("{0} + {1}").format(format_count(forward), format_count(reverse))


def sentences(done: NodeDone, graph: Graph) -> str:
    """What was done with a node and why, a line for each fate of its time steps."""
    total = done.fates.total()
    found = []
    for fate in sorted(done.fates, key=FATES.index):
        told = _sentence(done, fate, graph)
        count = done.fates[fate]
        if count < total:
            where = tr("At {0} of {1} time steps.")
            told = f"{told} {where.format(format_count(count), format_count(total))}"
        found.append(told)
    return "\n".join(found)


def _sentence(done: NodeDone, fate: Fate, graph: Graph) -> str:
    names = _named(*done.beside(fate, MOST_NAMED), graph)
    if fate == "fused":
        if not names:
            return tr("Fused: its time steps are computed as one.")
        return tr("Fused: computed as one with {0}.").format(names)
    if fate == "shared":
        if not names:
            return tr("Shared: another constant holds the same numbers.")
        text = tr("Shared: {0} computes the same from the same inputs, so that is used.")
        return text.format(names)
    if fate == "folded":
        return tr("Folded: it depends on constants alone and is computed once, when compiling.")
    if fate == "removed":
        return tr("Removed: no path leads from it to the target.")
    return _kept(done)


def _kept(done: NodeDone) -> str:
    if done.is_view:
        return tr("Kept as a view: forward it costs nothing, the result is its input reshaped.")
    if not done.forward:
        return tr("Kept: the step reads its numbers.")
    text = tr("Kept. Calls: {0} forward, {1} in reverse.")
    if done.in_place:
        text += " " + tr("Its result is written over its input, which nobody needs any more.")
    return text.format(format_count(done.forward), format_count(done.reverse))


def inside_text(inside: Iterable[NodeDone]) -> str:
    """What became of the nodes inside a composite."""
    counts = dict.fromkeys(FATES, 0)
    for done in inside:
        counts[done.fate] += 1
    told = (
        tr("{0} {1}").format(format_count(count), fate_text(fate).lower())
        for fate, count in counts.items()
        if count
    )
    return tr("Inside: {0}.").format(", ".join(told))


def summary(report: Report) -> str:
    """The whole in two sentences."""
    counts = report.counts
    told = ", ".join(
        f"{format_count(counts[fate])} {fate_text(fate).lower()}" for fate in FATES if counts[fate]
    )
    if not is_trained(report):
        return tr("Nothing is trained here: every step would compute the same.") + f" {told}."
    text = tr("{0} forward and {1} reverse steps became {2} and {3} calls: {4}.")
    return text.format(*map(format_count, (*report.was_calls, *report.calls)), told)


def is_trained(report: Report) -> bool:
    """Whether the step gives any gradient: where it does, a call brings it to its place."""
    return report.calls[1] > 0


def _named(nodes: Iterable[str], count: int, graph: Graph) -> str:
    """The names of the first of so many nodes, by their addresses."""
    names = [name_of(graph, node) for node in nodes]
    text, more = ", ".join(names), count - len(names)
    return text if more <= 0 else tr("{0} and {1} more").format(text, format_count(more))
