"""The two directions in which samples spread most: what of many numbers a plane can show.

Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host


@dataclass(frozen=True, eq=False)
class Projection:
    """From [N, numbers] to [N, 2]: the distances from `mean` [numbers] along `axes` [numbers, 2].

    `shares` are the parts of the whole variance along each.
    """

    mean: Host
    axes: Host
    shares: tuple[float, float]

    def apply(self, values: Host) -> Host:
        """Where values [..., numbers] lie in the plane: [..., 2]."""
        with np.errstate(all="ignore"):
            found: Host = (values - self.mean) @ self.axes
        return found


def principal(values: Host, before: Projection | None = None) -> Projection:
    """The plane of samples [N, numbers], two numbers at least; rows that are not finite are left
    out.

    Which end of an axis is its positive one is open: the projection before says it, where there is
    one, else the entry of greatest size is positive.
    """
    finite = values[np.isfinite(values).all(axis=1)]
    width = values.shape[1]
    if not len(finite):
        return Projection(np.zeros(width), np.eye(width)[:, :2], (0.0, 0.0))
    mean = finite.mean(axis=0)
    away = finite - mean
    variances, vectors = np.linalg.eigh(away.T @ away)  # ascending
    axes = vectors[:, [-1, -2]]
    if before is not None and before.axes.shape == axes.shape:
        signs = np.sign((axes * before.axes).sum(axis=0))
    else:
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), (0, 1)])
    whole = float(variances.clip(0).sum()) or 1.0
    first, second = (float(max(variances[i], 0.0)) / whole for i in (-1, -2))
    return Projection(mean, axes * np.where(signs < 0, -1.0, 1.0), (first, second))
