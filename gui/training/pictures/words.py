"""What the pictures say in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gui.numbers import format_count, format_number, format_percent
from gui.training.pages import tr

if TYPE_CHECKING:
    from runtime.training.pictures.studio import Studio
    from runtime.training.pictures.verdicts import Verdicts

CORNERS = (("TN", "FP"), ("FN", "TP"))
MOST_NUMBERS = 4  # of a sample that are written


def corner_name(truth: int, found: int) -> str:
    """What a cell of two classes is called in full."""
    names = {
        (0, 0): tr("true negatives"),
        (0, 1): tr("false positives"),
        (1, 0): tr("false negatives"),
        (1, 1): tr("true positives"),
    }
    return names[truth, found]


def numbers_text(numbers: Sequence[float]) -> str:
    """`(0.3, −1.2)`, or one number."""
    shown = [format_number(float(x), 3) for x in list(numbers)[:MOST_NUMBERS]]
    if len(numbers) > MOST_NUMBERS:
        shown.append("…")
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"


def sample_text(studio: Studio, verdicts: Verdicts, sample: int) -> str:
    """A sample in words: where it is, what it is, and what it is taken for."""
    parts = [tr("Sample {0}").format(format_count(sample))]
    x = studio.inputs
    if x is not None and x.ndim == 2:
        parts.append(f"x = {numbers_text(x[sample])}")
    scores = np.asarray(verdicts.scores[sample]).reshape(-1)
    if verdicts.reading.classes:
        true, found = int(verdicts.true[sample]), int(verdicts.found[sample])
        parts.append(tr("class {0}").format(verdicts.name(true)))
        share = verdicts.shares[sample, found]
        said = share_text(float(share), is_probability=verdicts.reading.is_probability)
        words = tr("taken for {0}, {1}") if found != true else tr("found, {1}")
        parts.append(words.format(verdicts.name(found), said))
    elif verdicts.truth is not None and len(scores) <= MOST_NUMBERS:
        truth = np.asarray(verdicts.truth[sample]).reshape(-1)
        parts.append(tr("target {0}").format(numbers_text(truth)))
        parts.append(tr("prediction {0}").format(numbers_text(scores)))
    else:
        parts.append(tr("squared error {0}").format(format_number(verdicts.badness[sample])))
    return "; ".join(parts)


def component_text(number: int, share: float) -> str:
    """What a principal axis is: its number, and the part of the variance along it."""
    return tr("principal axis {0}, {1}").format(number, format_percent(share))


def share_text(share: float, *, is_probability: bool) -> str:
    """`probability 0.93`, or `score 0.93` where it is none."""
    words = tr("probability {0}") if is_probability else tr("score {0}")
    return words.format(format_number(share, 3))


def summary_text(studio: Studio, verdicts: Verdicts) -> str:
    """How good it all is: a share of right ones, or a mean squared error; of how many samples."""
    count = len(verdicts)
    of = format_count(count)
    if count < studio.of:
        of = tr("the first {0} of {1}").format(of, format_count(studio.of))
    if verdicts.reading.classes:
        right = format_number(100 * (1 - float(verdicts.is_wrong.mean())), 3)
        wrong = format_count(int(verdicts.is_wrong.sum()))
        return tr("{0}% right, {1} wrong of {2} samples.").format(right, wrong, of)
    if verdicts.truth is None:
        return tr("{0} samples.").format(of)
    mean = format_number(float(verdicts.badness.mean()))
    return tr("Mean squared error {0} over {1} samples.").format(mean, of)
