"""What is read out of a landscape, a race and a sweep."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.inspector.axes import Array
from gui.numbers import format_count, format_number
from gui.training.landscape.question import Kind, Seen
from runtime.training.landscape.racing import Course
from runtime.training.landscape.sampling import Landscape, Profile


def tr(text: str) -> str:
    """A text of this page in the user's language."""
    return QCoreApplication.translate("Landscape", text)


def kind_name(kind: Kind) -> str:
    """How a way of looking is called."""
    return {
        "entries": tr("Chosen parameters"),
        "random": tr("Random directions"),
        "main": tr("Directions of the run"),
        "gradient": tr("Down the gradient"),
    }[kind]


def explained(kind: Kind) -> str:
    """What a way of looking shows, in a sentence or two."""
    return {
        "entries": tr("The loss over one or two numbers; all others stay as they are."),
        "random": tr(
            "Two random directions, each filter as long as the network's own (Li et al., 2018)."
        ),
        "main": tr("The two directions along which the run's way spreads most."),
        "gradient": tr("The loss after one step of plain SGD, by its learning rate."),
    }[kind]


def at_point(seen: Seen, at: Array) -> str:
    """Coordinates and the loss there."""
    parts = [f"{n} = {format_number(x)}" for n, x in zip(seen.names, at.tolist(), strict=True)]
    return tr("{0}: loss {1}").format(", ".join(parts), format_number(loss_near(seen, at)))


def loss_near(seen: Seen, at: Array) -> float:
    """The loss of the sample nearest to a place; exact where the parameters stand."""
    picture = seen.picture
    if np.array_equal(at, seen.here):
        return picture.loss
    if isinstance(picture, Profile):
        return float(picture.losses[int(np.argmin(np.abs(picture.at - at[0])))])
    away = np.abs(picture.window.grid(picture.side) - at) / np.array(picture.window.spans)
    return float(picture.losses.reshape(-1)[int(np.argmin(away.sum(axis=-1)))])


def facts(seen: Seen) -> list[str]:
    """What is true of the picture: what it is of, the optimum, the way, the best learning rate."""
    found = []
    if seen.scene.samples is not None:
        count = format_count(seen.scene.samples)
        found.append(tr("Loss of {0} training samples.").format(count))
    if seen.scene.update is not None:
        text = tr("Drawn at update {0} of the run.")
        found.append(text.format(format_count(seen.scene.update)))
    if seen.optimum is not None:
        at = ", ".join(format_number(x) for x in seen.optimum.at.tolist())
        text = tr("Closed-form optimum at ({0}): loss {1}.")
        found.append(text.format(at, format_number(seen.optimum.loss)))
        if not seen.optimum.is_only:
            found.append(tr("Others are as good."))
    if seen.way is not None and isinstance(seen.picture, Landscape):
        text = tr("{0} of the run's way lies in this plane.")
        found.append(text.format(percent(seen.way.share)))
    if seen.asked.kind == "gradient" and isinstance(seen.picture, Profile):
        found += _gradient_facts(seen.picture)
    return found


def _gradient_facts(profile: Profile) -> list[str]:
    best = profile.best
    found = [tr("‖gradient‖ = {0}.").format(format_number(math.sqrt(-profile.slope)))]
    if best is not None:
        text = tr("Best rate here about {0}: loss {1}.")
        rate = format_number(float(profile.at[best]), 3)
        found.append(text.format(rate, format_number(float(profile.losses[best]))))
    high = (profile.at > 0) & ~(profile.losses <= profile.loss)
    if high.any():
        text = tr("Above {0} a step makes the loss worse.")
        found.append(text.format(format_number(float(profile.at[high][0]), 3)))
    return found


def percent(share: float) -> str:
    """`98%`."""
    return f"{format_number(100 * share, 2)}%"


def outcome(course: Course, update: int) -> str:
    """The loss that a racer has come to, or that it has left the numbers."""
    if course.has_left and update >= len(course.points) - 1:
        return tr("diverged")
    return format_number(course.at(update)[1])
