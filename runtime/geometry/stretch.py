"""What a 2 x 2 matrix does to the plane: axes, how far each is stretched, how areas grow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from runtime.feeds import Host


@dataclass(frozen=True, eq=False)
class Stretch:
    """The singular value decomposition of a matrix [2, 2], and its determinant.

    Unit vector `inward[i]` [2] goes to `factors[i]` times unit vector `outward[i]`; the factors
    descend. `determinant` is the ratio of areas, negative where the plane is turned over.
    """

    inward: Host
    outward: Host
    factors: Host
    determinant: float

    @classmethod
    def of(cls, matrix: Host) -> Stretch | None:
        """None of a matrix that is not finite."""
        if matrix.shape != (2, 2) or not np.isfinite(matrix).all():
            return None
        outward, factors, inward = np.linalg.svd(matrix)
        (a, b), (c, d) = matrix.tolist()
        return cls(inward, outward.T, factors, a * d - b * c)

    @property
    def is_flat(self) -> bool:
        """Whether the plane becomes a line or a point."""
        return bool(self.factors[1] <= 1e-12 * self.factors[0] or self.factors[0] == 0)


def square(point: Host, side: float, per_edge: int = 2) -> Host:
    """The outline of a square with a corner at `point` [2], counterclockwise and closed.

    [4 (per_edge - 1) + 1, 2]: `per_edge` points along each edge, corners included.
    """
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], float)
    shares = np.linspace(0, 1, per_edge)[:-1, None]
    edges = [a + (b - a) * shares for a, b in pairwise(corners)]
    return point + side * np.concatenate([*edges, corners[-1:]])
