"""What is read out of a sweep."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from gui.numbers import format_count, format_number
from runtime.training.landscape.sweeping import Sweep


def tr(text: str) -> str:
    """A text of this page in the user's language."""
    return QCoreApplication.translate("Sweep", text)


def swept(sweep: Sweep, place: int) -> str:
    """What one rate has come to."""
    rate = format_number(float(sweep.rates[place]), 3)
    if not math.isfinite(sweep.losses[place]):
        return tr("Rate {0}: diverged.").format(rate)
    loss = format_number(float(sweep.losses[place]))
    if sweep.diverged[place]:
        return tr("Rate {0}: loss {1}, above the start.").format(rate, loss)
    return tr("Rate {0}: loss {1}.").format(rate, loss)


def swept_best(sweep: Sweep) -> str:
    """The best rate, or that there is none."""
    if sweep.best is None or sweep.diverged.all():
        return tr("All rates diverged: begin with lower ones.")
    updates = format_count(sweep.updates)
    text = tr("Best after {0} updates: rate {1}, loss {2}. At the start: {3}.")
    rate = format_number(float(sweep.rates[sweep.best]), 3)
    loss = format_number(float(sweep.losses[sweep.best]))
    return text.format(updates, rate, loss, format_number(sweep.start))
