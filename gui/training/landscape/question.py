"""What a picture of the landscape is asked for, and the answer: no window in it, for it is worked
out off the window's thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph import FileError
from runtime.data.feeding import Feeder
from runtime.geometry.window import Window
from runtime.training.landscape.directions import (
    Directions,
    chosen_entries,
    main_directions,
    random_directions,
)
from runtime.training.landscape.objective import Entry, Objective
from runtime.training.landscape.optimum import Optimum, least_squares
from runtime.training.landscape.sampling import (
    Landscape,
    Profile,
    sample_gradient,
    sample_line,
    sample_plane,
)
from runtime.training.landscape.ways import Way, seen_on

if TYPE_CHECKING:
    from graph import Graph
    from gui.background import Progress
    from gui.inspector.axes import Array

Kind = Literal["entries", "random", "main", "gradient"]
MOST_NUMBERS = 8_000_000  # of a way: 64 MB
SAMPLES = 256  # of the training part, that the loss is of
SIDES = (11, 21, 41)  # of the grid: roughly at first, then finer, each with the samples before
PATIENCE = 8.0  # seconds: a finer grid that would take longer is left out
POINTS = 121
AROUND = 1.25  # of the largest coordinate: zero is in sight
BESIDE = 0.5  # of a way's span, on each side of it


@dataclass(frozen=True, eq=False)
class Given:
    """What the loss is of: a copy of the graph, and what stands in for its own parameters.

    `moments` are the folders of a run's kept moments, oldest first; `update` is where the run
    stands whose parameters these are.
    """

    graph: Graph
    folder: Path | None = None
    kept: Mapping[str, Array] | None = None
    moments: tuple[Path, ...] = ()
    update: int | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """The loss as a function, where it stands, and the way that led there, [updates, n] or None.

    `samples` is how many it is of; None where the graph keeps its tensors itself. `update` is
    that of the run whose parameters these are.
    """

    objective: Objective
    theta: Array
    way: Array | None
    samples: int | None
    update: int | None = None


@dataclass(frozen=True)
class Asked:
    """Where one looks: `entries` for chosen numbers, which are called `names`; `seed` for random
    directions."""

    kind: Kind
    entries: tuple[Entry, ...] = ()
    names: tuple[str, ...] = ()
    seed: int = 0
    window: Window | None = None  # None: what holds all that is to be seen


@dataclass(frozen=True, eq=False)
class Seen:
    """The answer: a landscape or a profile, with the way and the optimum on it if there are any.

    `stage` counts the grids, from rough to fine; it took so many `seconds`.
    """

    asked: Asked
    scene: Scene
    picture: Landscape | Profile
    way: Way | None = None
    optimum: Optimum | None = None
    stage: int = 0
    seconds: float = 0.0

    @property
    def is_finest(self) -> bool:
        """Whether there is no finer grid, or none that one would wait for."""
        if isinstance(self.picture, Profile) or self.stage + 1 >= len(SIDES):
            return True
        more = (SIDES[self.stage + 1] / SIDES[self.stage]) ** 2
        return self.seconds * more > PATIENCE

    @property
    def here(self) -> Array:
        """Where the parameters stand, [k]."""
        return np.atleast_1d(np.asarray(self.picture.here, float))

    @property
    def directions(self) -> Directions:
        """The line or plane."""
        return self.picture.directions

    @property
    def names(self) -> tuple[str, ...]:
        """What the axes are called."""
        return self.asked.names or self.directions.names

    @property
    def can_race(self) -> bool:
        """Whether balls can roll: down the gradient there is but one step."""
        return self.asked.kind != "gradient"


def scene_of(given: Given, progress: Progress) -> Scene:
    """Make the loss ready; raises what `Objective` and the feeder do, and what `progress` does."""
    feeds, samples = _samples(given)
    frozen = given.graph.training.frozen
    objective = Objective(given.graph, feeds, given.kept, frozen=frozen)
    theta = objective.start
    way = _way(objective, given.moments, theta, progress)
    return Scene(objective, theta, way, samples, given.update)


def finer(seen: Seen, progress: Progress) -> Seen:
    """The same on the next grid."""
    begun, known, stage = time.monotonic(), seen.picture, seen.stage + 1
    assert isinstance(known, Landscape)
    picture = sample_plane(
        seen.scene.objective, seen.directions, known.window, seen.here, SIDES[stage], progress,
        known,
    )  # fmt: skip
    _ = picture.lines  # found here, so that painting need not
    return replace(seen, picture=picture, stage=stage, seconds=time.monotonic() - begun)


def answer(asked: Asked, scene: Scene, progress: Progress) -> Seen:
    """Look roughly; `progress` ends it by raising. Raises `BadSetting` where one cannot look so."""
    begun = time.monotonic()
    objective, theta = scene.objective, scene.theta
    if asked.kind == "gradient":
        return Seen(asked, scene, sample_gradient(objective, theta, POINTS, progress))
    directions = directions_of(asked, scene)
    here = directions.coordinates(theta)
    way = seen_on(directions, scene.way) if scene.way is not None else None
    optimum = least_squares(objective, directions)
    window = asked.window or _window(asked, here, way, optimum)
    picture: Landscape | Profile
    if len(here) == 1:
        picture = sample_line(objective, directions, window, float(here[0]), POINTS, progress)
        return Seen(asked, scene, picture, way, optimum)
    picture = sample_plane(objective, directions, window, here, SIDES[0], progress)
    _ = picture.lines
    return Seen(asked, scene, picture, way, optimum, seconds=time.monotonic() - begun)


def directions_of(asked: Asked, scene: Scene) -> Directions:
    """The line or plane through where the parameters stand."""
    objective, theta = scene.objective, scene.theta
    if asked.kind == "random":
        return random_directions(objective, theta, asked.seed)
    if asked.kind == "main":
        way = theta[None] if scene.way is None else scene.way
        return main_directions(theta, way)
    return chosen_entries(objective, asked.entries, theta)


def _samples(given: Given) -> tuple[Mapping[str, Array], int | None]:
    """The feeds of the first samples of the training part."""
    feeder = Feeder.of(given.graph, given.folder)
    if not feeder.sets:
        return {}, None
    count = min(feeder.length("train"), SAMPLES)
    return feeder.feeds("train", np.arange(count)), count


def _way(
    objective: Objective, moments: tuple[Path, ...], theta: Array, progress: Progress
) -> Array | None:
    """The parameters at each kept moment, and now, [moments + 1, n]; None where nothing moved.

    Moments that were given up meanwhile are left out; of long vectors fewer are read.
    """
    from runtime.training import keeping

    most = max(MOST_NUMBERS // max(objective.size, 1), 2)
    found = []
    for place, folder in enumerate(moments[:: -(-len(moments) // most)] if moments else ()):
        progress(place / len(moments))
        with contextlib.suppress(FileError):
            found.append(objective.flat(keeping.read(folder).parameters))
    way = np.array([*found, theta])
    return way if np.ptp(way, axis=0).any() else None


def _window(asked: Asked, here: Array, way: Way | None, optimum: Optimum | None) -> Window:
    """What is looked at first: the way with room beside it, else zero and all that is marked."""
    if asked.kind == "random":
        return Window((-1.0, -1.0), (1.0, 1.0))
    marked = [here] if optimum is None else [here, optimum.at]
    if way is not None and np.ptp(way.points, axis=0).any():
        points = np.concatenate([way.points, marked])
        low, high = points.min(axis=0), points.max(axis=0)
        spans = np.maximum(high - low, 0.1 * (high - low).max())
        return Window(tuple(low - BESIDE * spans), tuple(high + BESIDE * spans))
    reach = AROUND * max(1.0, float(np.abs(marked).max()))
    return Window((-reach,) * len(here), (reach,) * len(here))
