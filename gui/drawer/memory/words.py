"""The sentences and figures of the memory panel."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.drawer.memory.chart import Line
from gui.drawer.memory.work import Comparison
from gui.numbers import format_bytes, format_count, format_duration, format_percent
from runtime.evaluation import Evaluation
from runtime.recompute.choosing import Choice

MANY = 3  # nodes that are named one by one


def tr(text: str) -> str:
    """A text of the panel in the user's language."""
    return QCoreApplication.translate("Memory", text)


def lines_of(found: Comparison) -> list[Line]:
    """What the chart shows: the run that stores, and the one with checkpoints if there are any."""
    stored, peak = found.storing, format_bytes(found.storing.peak)
    if found.sparing is None:
        legend = tr("Stored: at most {0}").format(peak)
        return [Line(tr("stored"), legend, stored.moments)]
    own = tr("Recomputed: at most {0}").format(format_bytes(found.sparing.peak))
    return [
        Line(tr("stored"), tr("Stored: {0}").format(peak), stored.moments, dashed=True),
        Line(tr("recomputed"), own, found.sparing.moments),
    ]


def summary(found: Comparison, key: str) -> str:
    """What checkpoints save and cost; without any, how to set them. `key` sets one."""
    if found.sparing is None:
        return tr(
            "The forward pass keeps all values that the reverse pass reads. Checkpoints ({0} at"
            " selected nodes, or chosen for a budget) keep fewer; the others are computed again."
        ).format(key)
    again = len(found.sparing.schedule.recomputed)
    steps = sum(action.kind == "forward" for action in found.sparing.schedule.actions)
    text = tr("{0} of {1} steps are computed again: {2} operations more, {3} of a forward pass.")
    share = format_percent(found.added / max(found.forward, 1))
    parts = [
        saved(found.storing.peak, found.sparing.peak),
        text.format(*map(format_count, (again, steps, found.added)), share),
        tr("Time: {0} instead of {1}.").format(
            format_duration(found.sparing_seconds), format_duration(found.storing_seconds)
        ),
        "" if found.differing else tr("All gradients are the same to the bit."),
    ]
    return " ".join(filter(None, parts))


def saved(before: int, after: int) -> str:
    """How the peak changes."""
    share = abs(before - after) / max(before, 1)
    if before == after:
        return tr("The peak stays at {0}.").format(format_bytes(after))
    text = tr("The peak falls by {0}.") if after < before else tr("The peak rises by {0}.")
    return text.format(format_percent(share))


def chosen(choice: Choice, budget: int) -> str:
    """What a search for checkpoints has found."""
    if not choice.fits:
        text = tr("No checkpoints stay within {0}; {1} is the least that was found.")
        return text.format(format_bytes(budget), format_bytes(choice.peak))
    if not choice.checkpoints:
        return tr("Storing everything stays within {0}.").format(format_bytes(budget))
    count = len(choice.checkpoints)
    text = (
        tr("1 checkpoint stays within {1}.")
        if count == 1
        else tr("{0} checkpoints stay within {1}.")
    )
    return text.format(format_count(count), format_bytes(budget))


def rows(found: Comparison) -> list[tuple[str, str, str]]:
    """(what, eager, lazy) for the table under the strips."""
    eager, lazy = found.eager, found.lazy
    first, then = eager.seconds(), lazy.seconds("forward", "reverse")
    return [
        (tr("A node is computed"), tr("once it is wired"), tr("after the whole plan")),
        (tr("First value after"), *_durations(eager.before_first_value, lazy.before_first_value)),
        (tr("Forward steps"), _steps(eager), _steps(lazy)),
        (tr("Kept after forward"), *map(format_bytes, (eager.kept, lazy.kept))),
        (tr("Held at most"), *map(format_bytes, (eager.peak, lazy.peak))),
        (tr("First run"), *_durations(first, lazy.seconds())),
        (tr("Each run after"), *_durations(first, then)),
    ]


def verdict(found: Comparison) -> str:
    """Which way pays when."""
    plan, run = found.lazy.seconds("plan"), found.lazy.seconds("forward", "reverse")
    eager = found.eager.seconds()
    if run >= eager:
        return tr("Here the plan costs more than it saves: the graph is small.")
    runs = int(plan / (eager - run)) + 1
    text = (
        tr("The plan is paid for after 1 run.")
        if runs == 1
        else tr("The plan is paid for after {0} runs.")
    )
    return text.format(format_count(runs))


def _durations(*seconds: float) -> tuple[str, ...]:
    return tuple(map(format_duration, seconds))


def _steps(way: Evaluation) -> str:
    count = format_count(way.count("forward"))
    if not way.skipped:
        return count
    if len(way.skipped) > MANY:
        return tr("{0}, not {1} nodes").format(count, format_count(len(way.skipped)))
    return tr("{0}, not {1}").format(count, ", ".join(way.skipped))
