"""The places of a run at which one can look: the moments that are kept, then the newest state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.training.running import Running


def places(running: Running) -> tuple[int, ...]:
    """Updates in order; the last one is that of the newest state. Empty before a run began."""
    kept = running.moments
    if running.run is None or not kept:
        return ()
    newest = max(kept[-1], running.position.update if running.position is not None else 0)
    return (*(update for update in kept if update < newest), newest)


def place(running: Running) -> int:
    """At which of the places the run is shown; -1 where there is none."""
    found, at = places(running), running.travelled
    return found.index(at) if at in found else len(found) - 1


def go_to(running: Running, update: int) -> None:
    """Show the run as it was at an update; its newest state where that is not kept."""
    is_kept = update in places(running)[:-1]
    running.travel(update if is_kept else None)


def go_by(running: Running, by: int) -> None:
    """Show the run some places on, or back."""
    found = places(running)
    if found:
        go_to(running, found[min(max(place(running) + by, 0), len(found) - 1)])


def go_near(running: Running, update: float) -> None:
    """Show the run at the place nearest to an update."""
    found = places(running)
    if found:
        go_to(running, min(found, key=lambda kept: abs(kept - update)))
