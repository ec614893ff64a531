"""A graph of links with what has one way only joined: fewer steps, and closer bounds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.maps import LinearMap, compose
from runtime.maps.bounds import stretch_bound
from runtime.maps.stacking import Progress
from runtime.total import Link, links_by_target

LONGEST = 32
"""Most links of a stretch: a product of products is applied recursively."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Links in a row, between which no path branches off or joins; `map` is their product."""

    source: int
    target: int
    map: LinearMap
    links: tuple[Link, ...]


def join(target: int, links: Sequence[Link]) -> dict[int, list[Stretch]]:
    """The stretches that links on paths to a value make, by the value where they end.

    Values and stretches stand in the order of the run.
    """
    arriving = Counter(link.target for link in links)
    leaving = Counter(link.source for link in links)
    ending: dict[int, list[Stretch]] = {}
    inside = set()
    for value, group in links_by_target(links):
        ending[value] = []
        for link in group:
            is_one_way = arriving[link.source] == leaving[link.source] == 1
            before = ending[link.source][0] if is_one_way else None
            if before is None or len(before.links) == LONGEST:
                ending[value].append(Stretch(link.source, link.target, link.map, (link,)))
            else:
                ending[value].append(_joined(before, link))
                inside.add(link.source)
    return {value: found for value, found in ending.items() if value not in inside}


def _joined(before: Stretch, link: Link) -> Stretch:
    made = compose(link.map, before.map)
    return Stretch(before.source, link.target, made, (*before.links, link))


@dataclass(frozen=True, slots=True)
class Bounds:
    """`of` gives how far a stretch can stretch a cotangent, `before` how far all chains from the
    source to a value can: the largest product of bounds over them.
    """

    of: Mapping[Stretch, float]
    before: Mapping[int, float]


def bound(
    source: int, ending: Mapping[int, Sequence[Stretch]], progress: Progress | None = None
) -> Bounds:
    """The bounds of all stretches; infinite where none is known."""
    of: dict[Stretch, float] = {}
    before = {source: 1.0}
    for place, (value, group) in enumerate(ending.items()):
        if progress is not None:
            progress(place / len(ending))
        for stretch in group:
            of[stretch] = stretch_bound(stretch.map)
        before[value] = max(multiplied(of[one], before[one.source]) for one in group)
    return Bounds(of, before)


def unbounded(source: int, ending: Mapping[int, Sequence[Stretch]]) -> Bounds:
    """What is known of all stretches before they are looked at."""
    of = {stretch: math.inf for group in ending.values() for stretch in group}
    return Bounds(of, dict.fromkeys((source, *ending), math.inf))


def multiplied(*bounds: float) -> float:
    """The product of bounds; what is not known makes it infinite, whatever the others are."""
    total = 1.0
    for each in bounds:
        total *= each
    return total if total >= 0 else math.inf
