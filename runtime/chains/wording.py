"""Paths, counts and shares in words."""

from __future__ import annotations

import math

from graph.port import PortRef
from runtime.chains.records import ChainPath, PathHop
from runtime.moments import moment

MOST_DIGITS = 40
_ROUNDING = 1e-12
_THIN_SPACE = "\u2009"
_ARROW = " → "


def path_text(source: PortRef, path: ChainPath, most: int | None = None) -> str:
    """The ports that a path goes through, such as "x.y → line.a → loss.b".

    An input port stands for the step behind it, with the output in brackets where it is not y.
    With `most`, hops in the middle of a longer path are counted instead.
    """
    names = [str(source), *map(_hop_text, path.hops)]
    left_out = len(names) - most if most else 0
    if most and left_out > 0:
        names[most - most // 2 : -(most // 2)] = [f"… {left_out} more …"]
    return _ARROW.join(names)


def _hop_text(hop: PathHop) -> str:
    text = str(moment(hop.port, hop.read_t))
    return text if hop.output.port == "y" else f"{text} ({hop.output.port})"


def count_text(count: int) -> str:
    """A count of any size, all of its digits up to 40 of them."""
    if count < 10**MOST_DIGITS:
        return f"{count:,}".replace(",", _THIN_SPACE)
    power = math.log10(count)
    return f"about {10 ** (power % 1):.2f}e{int(power)}"


def paths_text(count: int) -> str:
    """A count with its noun."""
    return f"{count_text(count)} {'path' if count == 1 else 'paths'}"


def share_text(share: float | None) -> str:
    """A share in percent with three digits; nothing where there is none."""
    if share is None:
        return ""
    return f"{100 * share:.3g} %" if abs(share) > _ROUNDING else "0 %"
