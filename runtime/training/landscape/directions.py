"""Where one looks in a landscape: a place in θ, and one or two directions from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.streams import stream
from runtime.training.landscape.objective import Entry, Objective
from runtime.training.parameters import Parameters

STRAIGHT = 1e-12  # of the squared spread: below it rounding alone leads aside

Kind = Literal["entries", "random", "main", "gradient"]


@dataclass(frozen=True, eq=False)
class Directions:
    """θ = origin + Σ coordinate · direction: `origin` [n], `vectors` [k, n] with k 1 or 2.

    The coordinates of chosen entries are the entries themselves, so that their origin is 0 there.
    `names` are said at the axes.
    """

    kind: Kind
    origin: Host
    vectors: Host
    names: tuple[str, ...]

    def theta(self, at: Host) -> Host:
        """The parameters at coordinates [k]: [n]."""
        found: Host = self.origin + np.asarray(at, float) @ self.vectors
        return found

    def coordinates(self, thetas: Host) -> Host:
        """The nearest point of the line or plane to each θ of [..., n]: [..., k].

        The directions need not be at right angles: it is the least-squares solution.
        """
        gram = self.vectors @ self.vectors.T
        along = (np.asarray(thetas) - self.origin) @ self.vectors.T
        found: Host = along @ np.linalg.pinv(gram)
        return found

    @property
    def moving(self) -> Host:
        """Which numbers of θ change here: [n]."""
        found: Host = (self.vectors != 0).any(axis=0)
        return found


def chosen_entries(objective: Objective, entries: Sequence[Entry], theta: Host) -> Directions:
    """One or two numbers of the parameters; all others stay as they are at `theta`."""
    places = [objective.position(entry) for entry in entries]
    if len(set(places)) < len(places):
        raise BadSetting(f"landscape: found {entries[0]} twice, expected two different numbers.")
    vectors, origin = np.zeros((len(places), objective.size)), np.array(theta, float)
    for row, place in enumerate(places):
        vectors[row, place] = 1.0
        origin[place] = 0.0
    return Directions("entries", origin, vectors, tuple(map(str, entries)))


def random_directions(objective: Objective, theta: Host, seed: int = 0) -> Directions:
    """Two Gaussian directions, each filter as long as the same filter of `theta`.

    A filter is what belongs to one output: an entry along axis 0 of a tensor with two axes or
    more. Tensors with fewer, biases and scales, stay; if there are no others each is one filter.
    So one step along a direction is as large for the network whatever the scale of its weights.
    Source: Li, Xu, Taylor, Studer, Goldstein, Visualizing the Loss Landscape of Neural Nets,
    NeurIPS 2018 (arXiv:1712.09913), section 4.
    """
    own = objective.parameters
    draws = [stream(seed, "landscape", name).standard_normal(own.values.size) for name in "ab"]
    with np.errstate(all="ignore"):
        vectors = np.stack([_as_long_as(theta, draw, own) for draw in draws])
        _ask_finite(vectors @ vectors.T)
    return Directions("random", np.array(theta, float), vectors, ("direction 1", "direction 2"))


def main_directions(theta: Host, way: Host) -> Directions:
    """The two directions along which a training's way [updates, n] spread most about `theta`.

    They are the first principal components of the way's differences from its end. Source: Li et
    al., as above, section 7. Raises `BadSetting` where the way leads nowhere.
    """
    with np.errstate(all="ignore"):
        moved = np.asarray(way, float) - theta
        gram = moved @ moved.T  # [updates, updates]: n may be large
    _ask_finite(gram)
    sizes, weights = np.linalg.eigh(gram)
    order = np.argsort(sizes)[::-1][:2]
    if not sizes[order[0]] > 0:
        raise BadSetting("landscape: found a way without a step, expected some training before.")
    vectors = np.zeros((2, moved.shape[1]))
    for row, place in enumerate(order):
        if sizes[place] > STRAIGHT * sizes[order[0]]:
            vectors[row] = weights[:, place] @ moved / np.sqrt(sizes[place])
    vectors[1] = vectors[1] if vectors[1].any() else _across(vectors[0])
    names = ("main direction", "second direction")
    return Directions("main", np.array(theta, float), vectors, names)


def down_the_gradient(theta: Host, gradient: Host) -> Directions:
    """−gradient: the coordinate is the learning rate of one step of plain SGD."""
    if not np.isfinite(gradient).all() or not gradient.any():
        raise BadSetting("landscape: found a gradient of 0 or no number, expected a way downhill.")
    return Directions(
        "gradient", np.array(theta, float), -np.array(gradient, float)[None], ("learning rate",)
    )


def _ask_finite(products: Host) -> None:
    """Raise where parameters are so large that their squares leave the numbers."""
    if not np.isfinite(products).all():
        raise BadSetting("landscape: found parameters out of range, expected finite squares.")


def _as_long_as(theta: Host, draw: Host, own: Parameters) -> Host:
    """A direction with filters of the lengths that they have in `theta`."""
    found = np.zeros(len(draw))
    flat_ones = all(len(shape) < 2 for shape in own.shapes.values())
    for ref, stretch in own.stretches.items():
        shape = own.shapes[ref]
        if len(shape) < 2 and not flat_ones:
            continue
        rows = (shape[0], -1) if len(shape) > 1 else (1, -1)
        drawn, weights = draw[stretch].reshape(rows), theta[stretch].reshape(rows)
        lengths = np.linalg.norm(weights, axis=1, keepdims=True)
        drawn = drawn / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-300)
        found[stretch] = (drawn * lengths).reshape(-1)
    if not found.any():  # weights of 0 have no scale: the direction has length 1
        found = np.array(draw / np.linalg.norm(draw))
    return found


def _across(vector: Host) -> Host:
    """A unit vector at right angles to another, where the way is a straight line."""
    found = np.zeros(len(vector))
    found[int(np.argmin(np.abs(vector)))] = 1.0
    found -= (found @ vector) * vector
    size = np.linalg.norm(found)
    return found / size if size > 0 else found
