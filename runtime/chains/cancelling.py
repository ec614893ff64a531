"""Which paths cancel each other, and whether all of them together do."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from runtime.array import Array
from runtime.chains.lengths import length
from runtime.maps.bounds import stretch_bound
from runtime.total import Link

NEARLY = 0.01
NOISE = 64
SMALL = 1e-6


def cancelling_pairs(contributions: Sequence[Array]) -> dict[int, int]:
    """The partner of each contribution that cancels with another, by places in the list.

    Two contributions p and q cancel where |p + q| <= 0.01 max(|p|, |q|): what is left of both is a
    hundredth of the stronger at most. (So their directions are opposite and their norms equal, to
    a hundredth.) Each has one partner at most: in the order of the list the one, of those behind
    it that are still free, with which the least is left, the first of equals. Zeros cancel with
    nothing, nor does what is not finite.
    """
    norms = [length(array) for array in contributions]
    units = {
        place: (array / norms[place]).reshape(-1)
        for place, array in enumerate(contributions)
        if norms[place] and math.isfinite(norms[place])
    }
    partner: dict[int, int] = {}
    for place, unit in units.items():
        if place in partner:
            continue
        left = {
            other: _left_over(unit, units[other], norms[place], norms[other])
            for other in units
            if other > place and other not in partner
        }
        best = min(left, key=left.__getitem__, default=None)
        if best is not None and left[best] <= NEARLY:
            partner |= {place: best, best: place}
    return partner


def _left_over(first: Array, second: Array, norm: float, other: float) -> float:
    """|p + q| / max(|p|, |q|) by unit vectors and norms."""
    if min(norm, other) < (1 - 2 * NEARLY) * max(norm, other):
        return math.inf  # the difference of the norms is left at least
    largest = max(norm, other)
    return length(first * (norm / largest) + second * (other / largest))


def vanishes(total: Array, strongest: float, rounding: float) -> bool:
    """Whether a sum of paths is zero up to rounding, measured by the strongest of them."""
    left = length(total)
    return math.isfinite(left) and left <= rounding * strongest


def is_noise(links: Sequence[Link], cotangent: Array, norm: float) -> bool:
    """Whether a contribution of this norm is nothing but rounding.

    So it is where at one link |g J| <= 64 eps |g| |J|: the entries that were added there have
    cancelled, as at a bias before a softmax, which moves all logits alike. Only what is small
    beside the cotangent is looked at.
    """
    if not 0 < norm <= SMALL * length(cotangent):
        return False
    for link in reversed(links):
        before = length(cotangent)
        cotangent = link.map.vjp(cotangent)
        eps = float(np.finfo(link.map.dtype).eps)
        if length(cotangent) <= NOISE * eps * before * stretch_bound(link.map):
            return True
    return False


def share_of(contribution: Array, total: Array) -> float | None:
    """<contribution, total> / |total|^2; None where that is not a finite number."""
    whole = length(total)
    if not whole or not math.isfinite(whole) or not math.isfinite(length(contribution)):
        return None
    return float(np.vdot(contribution / whole, total / whole))
