"""The total derivative between two ports of a trace: all paths of the chain rule at once."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from runtime.array import Array
from runtime.maps import Identity, LinearMap, Product, Sum, Zero, add, compose
from runtime.maps.stacking import STACK_ENTRIES, Progress, parts
from runtime.paths import Hop, count_paths, paths_from, paths_to

Direction = Literal["forward", "reverse", "mixed"]
_THIN_SPACE = "\u2009"


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a path: the derivative of a later value by an earlier one, both as numbers.

    `hop` is the way through a step that it is of; None where several are multiplied.
    """

    source: int
    target: int
    map: LinearMap
    hop: Hop | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What an accumulation takes: multiply-adds, and bytes held at a time."""

    multiply_adds: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What both directions and the chosen one take; `why` says it in a sentence.

    `through` is the value at which a mixed accumulation meets, else None.
    """

    forward: Count
    reverse: Count
    chosen: Count
    direction: Direction
    through: int | None
    why: str


class TotalJacobian(LinearMap):
    """d(target)/d(source) over a graph of links, whose values are numbered in order of the run.

    Each link is applied once, however many paths share it. Where the links multiply and add to
    one simple map (a chain of elementwise modules is a diagonal) that map answers everything.
    Accumulation: Griewank and Walther, Evaluating Derivatives, 2nd ed., 2008, chapters 3 and 10.
    """

    counted = False

    def __init__(
        self,
        source: int,
        target: int,
        links: Sequence[Link],
        shapes: Mapping[int, tuple[int, ...]],
        dtype: Any,
        name_of: Callable[[int], str] = str,
    ) -> None:
        """`links` are those on a path, sorted by their target; `name_of` names a value."""
        super().__init__(shapes[target], shapes[source], dtype, np)
        self.source, self.target, self.shapes = source, target, shapes
        self._name_of = name_of
        self.paths = count_paths(source, target, links)
        self.links, self.simple = self._simplified(links)
        self.structure = self._word()

    @property
    def stored(self) -> int:
        return self.simple.stored if self.simple else sum(link.map.stored for link in self.links)

    @property
    def nonzeros(self) -> int:
        """An upper bound, unless the map is simple."""
        return self.simple.nonzeros if self.simple else self.rows * self.columns

    @functools.cached_property
    def work(self) -> int:
        return self.simple.work if self.simple else sum(link.map.work for link in self.links)

    def describe(self) -> str:
        if self.simple is not None:
            return self.simple.describe()
        if len(self.links) == 1:
            return self.links[0].map.describe()
        if self.paths == 1:
            return f"product of {len(self.links)}"
        return f"sum over {self.paths:,} paths".replace(",", _THIN_SPACE)

    @functools.cached_property
    def chain(self) -> LinearMap | None:  # type: ignore[override]
        """The links as one product where each follows the one before, else None."""
        starts = [self.source, *(link.target for link in self.links[:-1])]
        if not self.links or [link.source for link in self.links] != starts:
            return None
        first, *others = (link.map for link in self.links)
        return functools.reduce(lambda before, after: compose(after, before), others, first)

    @functools.cached_property
    def cost(self) -> Cost:
        """What the whole matrix takes."""
        return self.forecast(self.rows, self.columns)

    def forecast(self, rows: int, columns: int) -> Cost:
        """What a window of so many rows and columns takes, and how it would be built."""
        forward = Count(columns * self.work, self._held(columns))
        reverse = Count(rows * self.work, self._held(rows))
        direction, through, adds = self._choose(rows, columns)
        chosen = forward if direction == "forward" else reverse
        if through is not None:
            met = (columns + rows) * math.prod(self.shapes[through]) * self.dtype.itemsize
            chosen = Count(adds, met + self._held(max(rows, columns)))
        why = self._why(forward, reverse, chosen, direction, through)
        return Cost(forward, reverse, chosen, direction, through, why)

    def _choose(self, rows: int, columns: int) -> tuple[Direction, int | None, int]:
        """(direction, value at which a mixed one meets, multiply-adds) of what takes least."""
        best = min(rows, columns) * self.work
        direction: Direction = "forward" if columns < rows else "reverse"
        through: int | None = None
        for value, before, after in self._meetings:
            size = math.prod(self.shapes[value])
            adds = min(columns, size) * before + min(rows, size) * after + rows * size * columns
            if adds < best:
                direction, through, best = "mixed", value, adds
        return direction, through, best

    def build(
        self,
        rows: slice = slice(None),
        columns: slice = slice(None),
        progress: Progress | None = None,
    ) -> Array:
        """A window as `window` gives it; `progress` may raise to end the work."""
        top, bottom, _ = rows.indices(self.rows)
        left, right, _ = columns.indices(self.columns)
        rows, columns = slice(top, max(top, bottom)), slice(left, max(left, right))
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if not math.prod(shape):
            return self.xp.zeros(shape, self.dtype)
        if self.simple is not None:
            return self.simple.window(rows, columns)
        direction, through, _ = self._choose(*shape)
        if through is not None:
            first, second = self._halves(through)
            whole = slice(None)
            return second.build(rows, whole, progress) @ first.build(whole, columns, progress)
        by_rows = direction == "reverse"
        wanted = rows if by_rows else columns
        if shape[not by_rows] <= self._stack and progress is None:
            whole = self._pulled_rows(rows) if by_rows else self._pushed_columns(columns).T
            return whole[:, columns] if by_rows else whole[rows]
        matrix = self.xp.empty(shape, self.dtype)
        for part in parts(wanted, self._stack, progress):
            inside = slice(part.start - wanted.start, part.stop - wanted.start)
            if by_rows:
                matrix[inside] = self._pulled_rows(part)[:, columns]
            else:
                matrix[:, inside] = self._pushed_columns(part)[:, rows].T
        return matrix

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        return self.build(slice(top, bottom), slice(left, right))

    def _push(self, tangent: Array) -> Array:
        return self._pushes(tangent[None])[0]

    def _pull(self, gradient: Array) -> Array:
        return self._pulls(gradient[None])[0]

    def _pushes(self, tangents: Array) -> Array:
        if self.simple is not None:
            return self.simple.jvps(tangents)
        return self._forward({self.source: tangents}, self.links)

    def _pulls(self, gradients: Array) -> Array:
        if self.simple is not None:
            return self.simple.vjps(gradients)
        return self._backward({self.target: gradients}, self.links)

    def _forward(self, moved: dict[int, Array], links: Sequence[Link]) -> Array:
        for link in links:
            part = link.map.jvps(moved[link.source])
            moved[link.target] = moved[link.target] + part if link.target in moved else part
        return moved[self.target]

    def _backward(self, moved: dict[int, Array], links: Sequence[Link]) -> Array:
        for link in reversed(links):
            part = link.map.vjps(moved[link.target])
            moved[link.source] = moved[link.source] + part if link.source in moved else part
        return moved[self.source]

    def _pulled_rows(self, rows: slice) -> Array:
        """Rows of the matrix: what the last links have there is read, and pulled through the rest.

        A window of a link is cheaper than unit tensors sent through it.
        """
        count = rows.stop - rows.start
        moved: dict[int, Array] = {}
        for link in self.links:
            if link.target == self.target:
                part = link.map.window(rows).reshape((count, *self.shapes[link.source]))
                known = moved.get(link.source)
                moved[link.source] = part if known is None else known + part
        rest = [link for link in self.links if link.target != self.target]
        return self._backward(moved, rest).reshape(count, self.columns)

    def _pushed_columns(self, columns: slice) -> Array:
        """The transpose of some columns of the matrix."""
        count = columns.stop - columns.start
        moved: dict[int, Array] = {}
        for link in self.links:
            if link.source == self.source:
                window = link.map.window(slice(None), columns).T
                part = window.reshape((count, *self.shapes[link.target]))
                known = moved.get(link.target)
                moved[link.target] = part if known is None else known + part
        rest = [link for link in self.links if link.source != self.source]
        return self._forward(moved, rest).reshape(count, self.rows)

    def _simplified(self, links: Sequence[Link]) -> tuple[tuple[Link, ...], LinearMap | None]:
        """The links with simple beginnings multiplied out; and the whole, where it is simple."""
        if self.source == self.target:
            return (), Identity(self.in_shape, dtype=self.dtype, xp=self.xp)
        if not links:
            return (), Zero(self.out_shape, self.in_shape, dtype=self.dtype, xp=self.xp)
        known: dict[int, LinearMap] = {}
        rest: list[Link] = []
        for target, arriving in links_by_target(links):
            arriving = [self._from_source(link, known) for link in arriving]
            whole = self._simple_sum(arriving)
            if whole is None:
                rest += arriving
            else:
                known[target] = whole
        return tuple(rest), known.get(self.target)

    def _from_source(self, link: Link, known: Mapping[int, LinearMap]) -> Link:
        """The link with what leads to it multiplied in, where that is known."""
        before = known.get(link.source)
        if before is None:
            return link
        return Link(self.source, link.target, compose(link.map, before))

    def _simple_sum(self, arriving: Sequence[Link]) -> LinearMap | None:
        """The sum of all that arrives at a value, from the source; None where it is not simple."""
        if any(link.source != self.source for link in arriving):
            return None
        total = functools.reduce(add, [link.map for link in arriving])
        return None if isinstance(total, (Product, Sum)) else total

    def _word(self) -> str:
        if self.simple is not None:
            return self.simple.structure
        if len(self.links) == 1:
            return self.links[0].map.structure
        return "product" if self.paths == 1 else "sum"

    def _held(self, stack: int) -> int:
        """Bytes of the values that a stack holds at the widest place."""
        last_use = {link.source: place for place, link in enumerate(self.links)}
        live = {self.source}
        widest = math.prod(self.in_shape)
        for place, link in enumerate(self.links):
            live.add(link.target)
            widest = max(widest, sum(math.prod(self.shapes[value]) for value in live))
            if last_use[link.source] == place:
                live.discard(link.source)
        return int(min(stack, self._stack) * widest * self.dtype.itemsize)

    @functools.cached_property
    def _stack(self) -> int:
        """How many rows or columns are taken at a time."""
        widest = max(math.prod(shape) for shape in self._sizes())
        return max(STACK_ENTRIES // max(widest, 1), 1)

    def _sizes(self) -> list[tuple[int, ...]]:
        values = {self.source, self.target, *(link.target for link in self.links)}
        return [self.shapes[value] for value in values]

    @functools.cached_property
    def _meetings(self) -> list[tuple[int, int, int]]:
        """(value, work before it, work behind it) of values that every path goes through."""
        if len(self.links) < 2:
            return []
        is_chain = len({link.target for link in self.links}) == len(self.links)
        if not is_chain:
            before = paths_from(self.source, self.links)
            ahead = paths_to(self.target, self.links)
        found, done = [], 0
        for link, following in zip(self.links, (*self.links[1:], None), strict=True):
            done += link.map.work
            value = link.target
            if value == self.target or (following and following.target == value):
                continue  # the last one, or more arrives at it
            if is_chain or before[value] * ahead.get(value, 0) == before[self.target]:
                found.append((value, done, self.work - done))
        return found

    def _halves(self, value: int) -> tuple[TotalJacobian, TotalJacobian]:
        """The part before a value that every path goes through, and the part behind it."""
        common = (self.shapes, self.dtype, self._name_of)
        before = [link for link in self.links if link.target <= value]
        behind = [link for link in self.links if link.target > value]
        return (
            TotalJacobian(self.source, value, before, *common),
            TotalJacobian(value, self.target, behind, *common),
        )

    def _why(
        self, forward: Count, reverse: Count, chosen: Count, direction: str, through: int | None
    ) -> str:
        if self.simple is not None:
            return f"The links multiply to one map: {self.simple.describe()}."
        told = {"forward": forward, "reverse": reverse}
        others = ", ".join(
            f"{name} takes {_grouped(count.multiply_adds)}"
            for name, count in told.items()
            if name != direction
        )
        meets = f", meeting at {self._name_of(through)}," if through is not None else ""
        takes = _grouped(chosen.multiply_adds)
        return f"{direction.capitalize()}{meets} takes {takes} multiply-adds; {others}."


def links_by_target(links: Sequence[Link]) -> list[tuple[int, list[Link]]]:
    found: dict[int, list[Link]] = {}
    for link in links:
        found.setdefault(link.target, []).append(link)
    return list(found.items())


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", _THIN_SPACE)
