"""The strongest paths between tensors: best first, with a bound of what is not looked at."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from runtime.array import Array
from runtime.chains.lengths import length
from runtime.chains.stretches import Bounds, Stretch, bound, join, multiplied, unbounded
from runtime.maps.stacking import Progress
from runtime.total import Link

HELD_ENTRIES = 1 << 24
"""Most entries of cotangents that are kept at a time (128 MiB); others are worked out again."""

SHARE_OF_BOUNDS = 0.2  # of the progress


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may take. Counted, not timed, so that its result is the same everywhere.

    `pulls` are cotangents sent back through a stretch, some 20 microseconds each at least;
    `multiply_adds` what that takes by the sizes.
    """

    pulls: int = 40_000
    multiply_adds: int = 1 << 31


@dataclass(frozen=True, slots=True)
class Strongest:
    """Chains with their contributions, strongest first; no other one's norm exceeds `rest`."""

    chains: tuple[tuple[tuple[Link, ...], Array], ...]
    rest: float
    proven: bool


@dataclass(slots=True, eq=False)
class _Suffix:
    """The end of a path: from `value` over `stretch` and then as `behind` goes on to the target.

    `cotangent` is what came back to `value`; None where it has not been worked out, or was let go.
    """

    value: int
    behind: _Suffix | None
    stretch: Stretch | None
    depth: int
    cotangent: Array | None = None


_Waiting = tuple[float, int, int, _Suffix]
"""(-bound, -depth, number, suffix): the greatest bound comes first, then the deepest."""


@dataclass
class TensorSearch:
    """Best-first search with diving and bounding, from the target back to the source.

    The norm of a path that ends with a suffix is at most |cotangent there| times the largest
    product of norm bounds before it. The suffix with the greatest bound is taken, and from it the
    best child, and so on to the source, so that there are paths early. A suffix is dropped once
    its bound does not exceed the norm of the k-th best path found: no path that ends so is
    stronger. Source: Land and Doig, An automatic method of solving discrete programming problems,
    Econometrica 28, 1960; best first with diving as in Linderoth and Savelsbergh, INFORMS J. on
    Computing 11, 1999.

    `slack` is the relative rounding that is not told apart.
    """

    source: int
    target: int
    top: int
    slack: float
    budget: Budget
    ending: Mapping[int, Sequence[Stretch]]
    bounds: Bounds
    _waiting: list[_Waiting] = field(default_factory=list)
    _best: list[tuple[float, int, _Suffix, Array]] = field(default_factory=list)
    _held: deque[_Suffix] = field(default_factory=deque)
    _held_entries: int = 0
    _left: float = 0.0
    _number: int = 0
    _pulls: int = 0
    _work: int = 0

    def run(self, cotangent: Array, progress: Progress | None = None) -> Strongest:
        """Search until nothing better can be left, or the budget ends."""
        root = _Suffix(self.target, None, None, 0, cotangent)
        self._wait(root, multiplied(length(cotangent), self.bounds.before[self.target]))
        while self._waiting and self._spent < 1:
            if progress is not None:
                progress(self._spent)
            negative, _, _, suffix = heapq.heappop(self._waiting)
            if self._is_dropped(-negative):
                self._waiting.clear()  # all others are bounded by it
            else:
                self._dive(suffix)
        if progress is not None:
            progress(1.0)
        return self._result()

    def _result(self) -> Strongest:
        rest = max(self._left, -self._waiting[0][0]) if self._waiting else self._left
        found = sorted(self._best, key=lambda each: (-each[0], -each[1]))
        chains = tuple((_links(suffix), array) for _, _, suffix, array in found)
        is_full = len(found) == self.top
        return Strongest(chains, rest, rest <= self._least if is_full else not self._waiting)

    @property
    def _spent(self) -> float:
        """The share of the budget that is used up."""
        return max(self._pulls / self.budget.pulls, self._work / self.budget.multiply_adds)

    @property
    def _least(self) -> float:
        """What a path has to exceed to be listed."""
        return self._best[0][0] * (1 + self.slack) if len(self._best) == self.top else -1.0

    def _is_dropped(self, most: float) -> bool:
        """Whether what is bounded so cannot be listed any more."""
        if most > self._least:
            return False
        self._left = max(self._left, most)
        return True

    def _dive(self, suffix: _Suffix | None) -> None:
        """From a suffix to the source by the best child each time; the others wait."""
        while suffix is not None:
            cotangent = self._cotangent(suffix)
            norm = length(cotangent)
            if suffix.value == self.source:
                self._finish(suffix, norm, cotangent)
                return
            if self._is_dropped(multiplied(norm, self.bounds.before[suffix.value])):
                return
            suffix = self._best_child(suffix, norm)

    def _best_child(self, suffix: _Suffix, norm: float) -> _Suffix | None:
        """The child with the greatest bound, the first of equals; None where even it is dropped."""
        children = []
        for stretch in self.ending[suffix.value]:
            most = multiplied(norm, self.bounds.of[stretch], self.bounds.before[stretch.source])
            children.append((most, _Suffix(stretch.source, suffix, stretch, suffix.depth + 1)))
        best = max(children, key=lambda child: child[0])
        for most, child in children:
            if child is not best[1] and not self._is_dropped(most):
                self._wait(child, most)
        return None if self._is_dropped(best[0]) else best[1]

    def _wait(self, suffix: _Suffix, most: float) -> None:
        self._number += 1
        heapq.heappush(self._waiting, (-most, -suffix.depth, self._number, suffix))

    def _finish(self, suffix: _Suffix, norm: float, contribution: Array) -> None:
        self._number += 1
        found = (norm, -self._number, suffix, contribution)
        if len(self._best) < self.top:
            heapq.heappush(self._best, found)
        else:
            dropped = heapq.heappushpop(self._best, found)
            self._left = max(self._left, dropped[0])

    def _cotangent(self, suffix: _Suffix) -> Array:
        """What comes back to the start of a suffix; worked out from the next one that is kept."""
        missing: list[_Suffix] = []
        at = suffix
        while at.cotangent is None:
            assert at.behind is not None
            missing.append(at)
            at = at.behind
        found = at.cotangent
        for each in reversed(missing):
            assert each.stretch is not None
            found = each.stretch.map.vjp(found)
            self._pulls += 1
            self._work += each.stretch.map.work
        if missing and suffix.value != self.source:
            self._keep(suffix, found)
        return found

    def _keep(self, suffix: _Suffix, cotangent: Array) -> None:
        suffix.cotangent = cotangent
        self._held.append(suffix)
        self._held_entries += cotangent.size
        while self._held_entries > HELD_ENTRIES and len(self._held) > 1:
            old = self._held.popleft()
            assert old.cotangent is not None
            self._held_entries -= old.cotangent.size
            old.cotangent = None


def _links(suffix: _Suffix) -> tuple[Link, ...]:
    """The links from the start of a suffix to the target, in the order of the run."""
    found: list[Link] = []
    at: _Suffix | None = suffix
    while at is not None and at.stretch is not None:
        found += at.stretch.links
        at = at.behind
    return tuple(found)


def search_tensors(
    source: int,
    target: int,
    links: Sequence[Link],
    cotangent: Array,
    top: int,
    count: int,
    budget: Budget,
    progress: Progress | None = None,
) -> Strongest:
    """The `top` strongest of `count` chains between values; `links` in the order of the run.

    A chain's contribution is the cotangent pulled back through it, its strength the norm of that.
    Two norms that differ by less than the root of the precision of the links' numbers are taken
    as equal.
    """
    ending = join(target, links)
    slack = rounding(links)
    if top >= count:  # all are listed, so that no bound is needed
        bounds = unbounded(source, ending)
    else:
        bounds = bound(source, ending, portion(progress, 0.0, SHARE_OF_BOUNDS))
    search = TensorSearch(source, target, top, slack, budget, ending, bounds)
    return search.run(cotangent, portion(progress, SHARE_OF_BOUNDS, 1.0))


def rounding(links: Sequence[Link]) -> float:
    """The relative difference that is not told apart: the root of the numbers' precision."""
    dtypes = {link.map.dtype for link in links}
    return max((math.sqrt(np.finfo(dtype).eps) for dtype in dtypes), default=0.0)


def portion(progress: Progress | None, start: float, stop: float) -> Progress | None:
    """What is told of a part of the work, as a share of the whole."""
    if progress is None:
        return None
    told = progress
    return lambda share: told(start + (stop - start) * min(share, 1.0))
