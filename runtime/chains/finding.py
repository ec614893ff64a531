"""From two ports of a trace to the paths between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.array import Array
from runtime.chains.cancelling import cancelling_pairs, is_noise, share_of, vanishes
from runtime.chains.drawing import drawn_hop
from runtime.chains.lengths import length
from runtime.chains.records import ChainPath, ChainPaths, Found, PathHop
from runtime.chains.scalar_search import are_numbers, strongest_chains
from runtime.chains.tensor_search import Budget, rounding, search_tensors
from runtime.errors import NoTarget
from runtime.feeds import Host, frozen
from runtime.linking import find_links
from runtime.maps.budget import ask_budget
from runtime.maps.stacking import Progress
from runtime.paths import count_paths, first_value
from runtime.total import Link

if TYPE_CHECKING:
    from runtime.trace import Name, Times, Trace

LISTED_ENTRIES = 1 << 25
"""Most entries of all contributions together (256 MiB)."""

TOP = 10


@dataclass(frozen=True, slots=True)
class _Between:
    """What a search reads: the links between two numbered values, and what comes back."""

    first: int
    last: int
    links: Sequence[Link]
    shape: tuple[int, ...]
    cotangent: Host
    top: int
    count: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """Chains with their contributions, and what is known of the rest."""

    chains: Sequence[tuple[tuple[Link, ...], Array]]
    rest: float
    found: Found
    why: str


def find_paths(
    trace: Trace,
    source: Name,
    target: Name | None = None,
    *,
    top: int = TOP,
    t: Times = None,
    budget: Budget | None = None,
    progress: Progress | None = None,
) -> ChainPaths:
    """The strongest `top` paths of the chain rule from a port to the target, or to another port.

    As in `Trace.total`: of a wired input port its own edge counts alone, of an output or parameter
    port all edges; ports inside time are taken at step `t`, by default the last, `t=(a, b)` gives
    both; a parameter that all steps read has paths through each of them; truncation is left aside.
    A link whose Jacobian is zero by its structure is no way, one that happens to be zero is one,
    with a contribution of 0. From a port to itself there is one path without hops.

    Where every value on the way is one number the answer is exact. Else the search is best first
    under `budget`. `progress` is told the share that is done, and may raise to end the work.

    Raises `NoTarget` where none is given and the trace has none, `NoValue` where a port has no
    value or is not floating, ValueError for a `top` below 1, `TooLarge` where a node's Jacobian
    has no structure and too many entries, or the contributions have.
    """
    if top < 1:
        raise ValueError(f"top: found {top}, expected at least 1")
    start, end = _ends(trace, source, target, t)
    between = _between(trace, start, end, top)
    with np.errstate(all="ignore"):
        total = trace.total(start, end).vjp(between.cotangent)
        answer = _search(between, budget or Budget(), progress)
        return _told(trace, (start, end), between, answer, frozen(np.asarray(total)))


def _ends(trace: Trace, source: Name, target: Name | None, t: Times) -> tuple[PortRef, PortRef]:
    first, last = t if isinstance(t, tuple) else (t, None)
    end = trace.target if target is None else target
    if end is None:
        why = trace.why_forward_only or "the graph has no target"
        raise NoTarget(f"{why.rstrip('.')}. Name the port that the paths lead to.")
    return trace.located(source, first), trace.located(end, last)


def _between(trace: Trace, start: PortRef, end: PortRef, top: int) -> _Between:
    links, shapes = find_links(trace, start, end)
    first, last = first_value(trace.plan, start), trace.plan.slot_of[end]
    count = count_paths(first, last, links)
    top = min(top, count)
    ask_budget(top, math.prod(shapes[first]), 8, LISTED_ENTRIES)
    seed = trace.plan.seed_gradient if last == trace.plan.end else None
    cotangent = np.ones(shapes[last]) if seed is None else np.array(seed, "float64")
    return _Between(first, last, links, shapes[first], frozen(cotangent), top, count)


def _search(between: _Between, budget: Budget, progress: Progress | None) -> _Answer:
    ends = between.first, between.last
    if not between.count:
        return _Answer((), 0.0, "exact", "No path leads from one to the other.")
    if not between.links:
        return _Answer([((), between.cotangent)], 0.0, "exact", "A port is its own path.")
    if are_numbers(between.links):
        cotangent = float(between.cotangent.reshape(()))
        chains = strongest_chains(*ends, between.links, cotangent, between.top, progress)
        return _of_numbers(between, chains)
    found = search_tensors(
        *ends, between.links, between.cotangent, between.top, between.count, budget, progress
    )
    least = length(found.chains[-1][1])
    if not found.proven:
        why = f"The search ended at its budget. {_bounded(found.rest)}"
        return _Answer(found.chains, found.rest, "best found", why)
    if between.count == len(found.chains):
        return _Answer(found.chains, 0.0, "exact", "All paths are listed.")
    why = f"{_bounded(found.rest)} The weakest one listed has {least:.4g}."
    return _Answer(found.chains, found.rest, "proven", why)


def _bounded(rest: float) -> str:
    if math.isinf(rest):
        return "No bound is known for the other paths."
    return f"No other path has a norm above {rest:.4g}."


def _of_numbers(between: _Between, chains: Sequence[tuple[tuple[Link, ...], float]]) -> _Answer:
    listed = [(chain, np.full(between.shape, product)) for chain, product in chains]
    if between.count == len(chains):
        return _Answer(listed, 0.0, "exact", "All paths are listed.")
    why = "Every value on the way is one number, so that the strongest are known exactly."
    return _Answer(listed, length(listed[-1][1]), "exact", why)


def _told(
    trace: Trace, ends: tuple[PortRef, PortRef], between: _Between, answer: _Answer, total: Host
) -> ChainPaths:
    links = {id(link): link for chain, _ in answer.chains for link in chain}
    hops = {key: drawn_hop(trace.plan, link, ends[0]) for key, link in links.items()}
    paths = [
        _path(tuple(hops[id(link)] for link in chain), array) for chain, array in answer.chains
    ]
    paths.sort(key=lambda path: -path.norm)
    is_zero, cancels = _vanishing(between, answer, total)
    if not is_zero:
        paths = [replace(path, share=share_of(path.contribution, total)) for path in paths]
    partner = cancelling_pairs([path.contribution for path in paths])
    paths = [replace(path, cancels_with=partner.get(i)) for i, path in enumerate(paths)]
    return ChainPaths(
        *ends,
        between.count,
        tuple(paths),
        between.cotangent,
        total,
        cancels,
        _rest_share(paths, between.count),
        answer.rest,
        answer.found,
        answer.why,
    )


def _vanishing(between: _Between, answer: _Answer, total: Host) -> tuple[bool, bool]:
    """(whether the total is zero up to rounding, whether that is so although paths are not)."""
    norms = [
        0.0 if is_noise(chain, between.cotangent, length(array)) else length(array)
        for chain, array in answer.chains
    ]
    strongest = max(norms, default=0.0)
    is_zero = not strongest or vanishes(total, strongest, rounding(between.links))
    return is_zero, is_zero and strongest > 0


def _path(hops: tuple[PathHop, ...], array: Array) -> ChainPath:
    number = float(array.reshape(())) if array.size == 1 else None
    return ChainPath(hops, frozen(np.array(array)), length(array), number, None)


def _rest_share(paths: Sequence[ChainPath], count: int) -> float | None:
    shares = [path.share for path in paths if path.share is not None]
    if not shares or len(shares) < len(paths):
        return None
    return 1.0 - math.fsum(shares) if len(paths) < count else 0.0
