"""How curves are drawn. Hue means direction or error here, so runs differ by ink and width,
and what a curve is of by its dashes."""

from __future__ import annotations

from collections.abc import Sequence

from gui.training.curves.lines import Line
from gui.training.plots.plot import Stroke

DASH = {"batches": "solid", "train": "solid", "validation": "dashed", "test": "dotted"}
FAINT = 0.3


def strokes_of(lines: Sequence[Line], current: str) -> list[Stroke]:
    """The current run in text ink and above the others; its single updates are faint, and those
    of other runs are drawn only where these have nothing else."""
    solid = {line.run for line in lines if line.kind != "batches"}
    ordered = sorted(lines, key=lambda line: (line.run == current, line.kind != "batches"))
    return [
        _stroke(line, line.run == current, line.run in solid)
        for line in ordered
        if line.kind != "batches" or line.run == current or line.run not in solid
    ]


def _stroke(line: Line, is_current: bool, has_means: bool) -> Stroke:
    is_faint = line.kind == "batches" and has_means
    return Stroke(
        line.key,
        line.x,
        line.y,
        ink="text" if is_current else "line",
        width=1.0 if line.kind == "batches" else 2.0 if is_current else 1.5,
        dash=DASH[line.kind],
        alpha=FAINT if is_faint else 1.0,
        has_dots=line.kind != "batches",
        label="" if is_current or line.kind == "validation" else line.run,
    )
