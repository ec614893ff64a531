"""Why one mode takes less than another, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.numbers import format_bytes, format_count, format_number

if TYPE_CHECKING:
    from runtime.tangents.comparing import Comparison, Takes
    from runtime.tangents.nudging import Nudge


def tr(text: str) -> str:
    """A text of the comparison in the user's language."""
    return QCoreApplication.translate("ForwardMode", text)


def verdict(found: Comparison) -> str:
    """Which exact mode takes fewer operations, and why."""
    if not found.cheaper_by_differences:
        return _verdict(found)
    more = tr("Differences would take fewer still in so small a graph, and are not exact.")
    return f"{_verdict(found)} {more}"


def _verdict(found: Comparison) -> str:
    m, n = found.m, found.n
    if found.best == "reverse" and m == 1 and n > 1:
        text = tr(
            "Reverse mode takes least: one pass back brings the derivative by all {n} numbers,"
            " for the target is a single number. Forward mode needs a pass for each of the {n}."
        )
    elif found.best == "reverse" and m < n:
        text = tr(
            "Reverse mode takes least: it needs a pass for each of the {m} numbers of the target,"
            " forward mode one for each of the {n} that it is differentiated by."
        )
    elif found.best == "forward" and m > n:
        text = tr(
            "Forward mode takes least: it needs a pass for each of the {n} numbers that the target"
            " is differentiated by, reverse mode one for each of the target's {m}."
        )
    elif m == n == 1:
        text = tr("Both modes take one pass. That of {mode} takes fewer operations here.")
    elif m == n:
        text = tr("Both modes take {n} passes. Those of {mode} take fewer operations here.")
    else:
        text = tr(
            "Less is taken by {mode} here, though it needs more passes ({m} back, or {n} forward):"
            " each of them takes fewer operations."
        )
    mode = {"reverse": tr("reverse mode"), "forward": tr("forward mode")}[found.best]
    return text.format(m=format_count(m), n=format_count(n), mode=mode)


def price(found: Comparison) -> str:
    """What is kept for it."""
    text = tr(
        "Reverse mode keeps what it reads on the way back, {0} at most. Forward mode lets go of"
        " each value behind it and carries a tangent beside it, {1} at most. Differences need no"
        " derivatives, and give only some of the digits."
    )
    return text.format(format_bytes(found.reverse.nbytes), format_bytes(found.forward.nbytes))


def times_more(takes: Takes, least: int) -> str:
    """`8.7 times` as many operations as the mode that takes least; empty for that one."""
    ratio = takes.operations / least if least else 1.0
    return "" if ratio < 1.005 else tr("{0} times").format(format_number(ratio, 2))


def nudged(found: Nudge, n: int) -> str:
    """What the two losses say of the slope, and what that would take for all numbers."""
    slope = found.slope
    if slope is None:
        return ""
    text = tr(
        "By difference the slope is {0}, the gradient says {1}. That took 2 runs for one number;"
        " {2} numbers take {3}. One reverse pass brings them all."
    )
    numbers = (format_number(slope), format_number(found.gradient))
    return text.format(*numbers, format_count(n), format_count(2 * n))
