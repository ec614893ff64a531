"""The strongest paths where every value on the way is one number: exact, however many there are."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from runtime.maps.stacking import Progress
from runtime.total import Link, links_by_target

Strength = tuple[float, float]
"""|product| as (exponent, mantissa of [0.5, 1)), which neither overflows nor underflows.

Zero is (-inf, 0), what is not finite (inf, 0). Tuples compare as the numbers do, and
multiplication rounds monotonically: of two products the larger stays the larger (or becomes
equal) whatever both are multiplied by. So the best k chains to a value extend best k chains to the
values before it, and dynamic programming is exact.
"""

ZERO: Strength = (-math.inf, 0.0)
ENDLESS: Strength = (math.inf, 0.0)


class _Chain(NamedTuple):
    """The end of a chain: its last link with its number, and which of the chains to that link's
    source it goes on.

    `link` is None for the chain without links.
    """

    strength: Strength
    link: Link | None
    weight: float
    rank: int


def are_numbers(links: Sequence[Link]) -> bool:
    """Whether every value on the paths is one number."""
    return all(link.map.rows == link.map.columns == 1 for link in links)


def strongest_chains(
    source: int,
    target: int,
    links: Sequence[Link],
    cotangent: float,
    top: int,
    progress: Progress | None = None,
) -> list[tuple[tuple[Link, ...], float]]:
    """The `top` chains of links with the largest |product|, descending; all where they are fewer.

    Each with the product of the cotangent and its numbers. `links` are those on paths, in the
    order of the run, each from one number to one. For each value the best k chains are merged
    from those of the values before it: O(links k log k), however many chains there are. It is
    the longest-path recurrence with lists; for what is faster see Eppstein, Finding the k
    shortest paths, SIAM J. Computing 28, 1998.
    """
    best: dict[int, list[_Chain]] = {source: [_Chain((1.0, 0.5), None, 1.0, 0)]}
    groups = links_by_target(links)
    for place, (value, arriving) in enumerate(groups):
        if progress is not None:
            progress(place / len(groups))
        streams = [_extended(best[link.source], link) for link in arriving]
        merged = heapq.merge(*streams, key=_strength, reverse=True)
        best[value] = list(islice(merged, top))
    if progress is not None:
        progress(1.0)
    found = (_links(best, target, rank) for rank in range(len(best[target])))
    return [(chain, _product([cotangent, *reversed(weights)])) for chain, weights in found]


def _extended(chains: Sequence[_Chain], link: Link) -> Iterator[_Chain]:
    weight = float(link.map.window()[0, 0])
    for rank, chain in enumerate(chains):
        yield _Chain(_times(chain.strength, weight), link, weight, rank)


def _strength(chain: _Chain) -> Strength:
    return chain.strength


def _times(strength: Strength, weight: float) -> Strength:
    exponent, mantissa = strength
    if strength == ENDLESS or not math.isfinite(weight):
        return ENDLESS
    own, shift = math.frexp(abs(weight))
    product, carry = math.frexp(mantissa * own)
    return (exponent + shift + carry, product) if product else ZERO


def _links(
    best: Mapping[int, Sequence[_Chain]], value: int, rank: int
) -> tuple[tuple[Link, ...], list[float]]:
    """The chain at this place among those to a value, and its numbers, in order of the run."""
    links: list[Link] = []
    weights: list[float] = []
    chain = best[value][rank]
    while chain.link is not None:
        links.append(chain.link)
        weights.append(chain.weight)
        chain = best[chain.link.source][chain.rank]
    return tuple(reversed(links)), weights[::-1]


def _product(weights: Sequence[float]) -> float:
    """The numbers multiplied; only the result can overflow or underflow, nothing on the way."""
    if not all(map(math.isfinite, weights)):
        return float(np.prod(weights))
    mantissa, exponent = 1.0, 0
    for weight in weights:
        own, shift = math.frexp(weight)
        mantissa, carry = math.frexp(mantissa * own)
        exponent += shift + carry
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)
