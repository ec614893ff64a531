"""A training's way through the parameters, seen on a plane that holds only a part of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host
from runtime.training.landscape.directions import Directions


@dataclass(frozen=True, eq=False)
class Way:
    """The nearest points of a plane [updates, k] to where a training was.

    `share` is how much of the way lies in the plane: the squared length of its steps as seen
    there over that of the steps themselves, from 0 to 1; 1 for a way without a step.
    """

    points: Host
    share: float


def seen_on(directions: Directions, way: Host) -> Way:
    """A way [updates, n] as a plane or line shows it."""
    way = np.asarray(way, float)
    points = directions.coordinates(way)
    own = np.diff(way, axis=0)
    seen = np.diff(points, axis=0) @ directions.vectors
    whole = float((own * own).sum())
    return Way(points, float((seen * seen).sum()) / whole if whole > 0 else 1.0)
