"""What a gradient check says of one edge or leaf, and of a whole graph."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph.port import PortRef
from runtime.differences import Comparison

Word = Literal["agrees", "disagrees", "kink", "not finite", "not differentiable", "no path"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word and its figure.

    `error` is max|a - b| / max(1, max|b|), a the derivative and b the differences; None where
    nothing was compared. `kink` also stands where a domain ends within a step; `not finite` where
    the values themselves are NaN or infinite, so that there is nothing to compare.
    """

    word: Word
    error: float | None = None


@dataclass(frozen=True)
class GradientReport:
    """Verdicts of a gradient check.

    `edges` are by the port where an edge ends (a parameter's own port included): the local
    derivative. `leaves` are by the port of a source or parameter: dL/d(leaf). `rounding` holds
    a run in `dtype`, the graph's own (float32 if that is float64), against float64, gradient by
    gradient. `why_no_leaves` says why there is no target.
    """

    revision: int
    dtype: str
    target: PortRef | None
    edges: Mapping[PortRef, Verdict]
    leaves: Mapping[PortRef, Verdict]
    rounding: Mapping[PortRef, Verdict]
    why_no_leaves: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing disagrees; in a float64 run the float32 figures are for information."""
        found = [*self.edges.values(), *self.leaves.values()]
        if self.dtype != "float64":
            found += self.rounding.values()
        return all(verdict.word != "disagrees" for verdict in found)


def judge(comparison: Comparison, *, surely: bool = False, perhaps: bool = False) -> Verdict:
    """The verdict on a comparison made surely, or perhaps, within 2h of a kink."""
    error = comparison.error
    figure = None if math.isnan(error) else error
    if surely or not comparison.reaches or (perhaps and not comparison.agrees):
        return Verdict("kink", figure)
    return Verdict("agrees" if comparison.agrees else "disagrees", figure)


def worst(verdicts: list[Verdict]) -> Verdict:
    """The verdict on several comparisons together, with the greatest error."""
    words: tuple[Word, ...] = ("disagrees", "not finite", "kink", "agrees")
    found = {verdict.word for verdict in verdicts}
    word = next((word for word in words if word in found), verdicts[0].word)
    errors = [verdict.error for verdict in verdicts if verdict.error is not None]
    return Verdict(word, max(errors, default=None))
