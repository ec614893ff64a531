"""What a run tells of each parameter, as numbers and as curves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gui.training.plots.plot import Stroke

if TYPE_CHECKING:
    from runtime.training.worker.series import Series

Of = Literal["gradient_norms", "ratios"]
MOST = 40  # curves beside the chosen one


@dataclass(frozen=True, slots=True)
class Figures:
    """A parameter at a moment: NaN where nothing is known."""

    address: str
    norm: float
    ratio: float


def figures_at(series: Series, update: float | None) -> list[Figures]:
    """Each parameter's figures at the last time they were taken, up to an update."""
    rows = len(series.watched)
    if update is not None:
        rows = int(np.searchsorted(series.watched, update, "right"))
    if not rows:
        return [Figures(address, math.nan, math.nan) for address in series.names]
    norms, ratios = series.gradient_norms[rows - 1], series.ratios[rows - 1]
    return [
        Figures(address, float(norms[i]), float(ratios[i]))
        for i, address in enumerate(series.names)
    ]


def strokes_of(series: Series, of: Of, chosen: str) -> list[Stroke]:
    """A curve for each parameter, the chosen one in text ink above the others."""
    table = getattr(series, of)
    others = [name for name in series.names if name != chosen][:MOST]
    strokes = []
    for name in (*others, *([chosen] if chosen in series.names else [])):
        is_chosen = name == chosen
        strokes.append(
            Stroke(
                name,
                series.watched,
                table[:, series.names.index(name)],
                ink="text" if is_chosen else "line",
                width=2.0 if is_chosen else 1.0,
                alpha=1.0 if is_chosen else 0.5,
                has_dots=is_chosen,
            )
        )
    return strokes
