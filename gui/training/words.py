"""How a run stands, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.numbers import format_count
from gui.training.pages import tr

if TYPE_CHECKING:
    from gui.training.running import Running


def run_name(number: int) -> str:
    """`Run 2`."""
    return tr("Run {0}").format(number)


def standing(running: Running) -> str:
    """A sentence on how the newest run stands; empty where there is none."""
    if running.run is None:
        kept = tr(
            "A run is kept beside the file. Continue goes on with it, Train anew begins again."
        )
        return kept if running.can_go_on else ""
    name = run_name(running.run.id)
    if running.problem is not None:
        return running.problem.sentence
    if running.travelled is not None:
        at = place_of(running, running.travelled)
        return tr("{0}, shown as it was at {1}.").format(name, at)
    if running.state == "starting" or running.position is None:
        return tr("{0} begins.").format(name)
    at = place_of(running, running.position.update)
    if running.state == "ended":
        counts = (running.position.update, running.total)
        words = tr("{0} has ended after update {1} of {2}: {3}.")
        return words.format(name, *map(format_count, counts), running.why.rstrip("."))
    if running.state == "paused":
        return tr("{0} stands still at {1}.").format(name, at)
    return tr("{0} trains: {1}.").format(name, at)


def place_of(running: Running, update: int) -> str:
    """`epoch 3 of 10, batch 45 of 469, update 983 of 4 690`: what was done by then."""
    total, per_epoch = running.total, running.updates_per_epoch
    if not total or not per_epoch:
        return tr("update {0}").format(format_count(update))
    done = max(update - 1, 0)  # the last update made, from 0
    words = tr("epoch {0} of {1}, batch {2} of {3}, update {4} of {5}")
    epoch, batch = divmod(done, per_epoch)
    numbers = (epoch + 1, -(-total // per_epoch), batch + 1, per_epoch, update, total)
    if not update:
        return tr("the start of {0} updates").format(format_count(total))
    return words.format(*map(format_count, numbers))
