"""The signature language: named ports with symbolic shapes, as in NumPy's gufuncs.

A signature reads `a[&s, m?, k], b[&s, k, n?] -> y[&s, m?, n?]`. A port is
`NAME`, then `...` for a run `NAME0, NAME1, ...`, then `:KIND` (floating where left out),
then its sizes in brackets:

- `k`   a size; equal names are equal sizes; the name of an integer attribute is its value
- `3`   exactly this size
- `m?`  a size that a shorter tensor leaves out, and with it every port that names it
- `*s`  any number of sizes, equal wherever `*s` stands
- `&s`  any number of sizes, broadcast against each other

Source of the idea: NumPy's generalised universal functions (NEP 5, NEP 20).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graph.port import Dim, Shape, show_shape

KINDS = ("floating", "integer", "boolean", "any")
_PORT = re.compile(r"\s*([A-Za-z_]\w*)(\.\.\.)?(?::([a-z]+))?\[([^\]]*)\]\s*(?:,|$)")
_TERM = re.compile(r"[*&]?[A-Za-z_]\w*|[A-Za-z_]\w*\?|\d+")


@dataclass(frozen=True, slots=True)
class PortTerm:
    """One port of a signature, before runs are counted out."""

    name: str
    run: bool
    kind: str
    dims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A parsed signature."""

    text: str
    inputs: tuple[PortTerm, ...]
    outputs: tuple[PortTerm, ...]


def parse(text: str) -> Signature:
    """Parse a signature; raises ValueError where a module's author misspelt it."""
    left, arrow, right = text.partition("->")
    if not arrow:
        raise ValueError(f"signature {text!r} has no '->'")
    return Signature(text, _ports(left, text), _ports(right, text))


def _ports(side: str, text: str) -> tuple[PortTerm, ...]:
    terms, at = [], 0
    while side[at:].strip():
        match = _PORT.match(side, at)
        if not match:
            raise ValueError(f"signature {text!r} cannot be read at {side[at:]!r}")
        name, run, kind, dims = match.groups()
        terms.append(PortTerm(name, bool(run), _kind(kind, text), _dims(dims, text)))
        at = match.end()
    return tuple(terms)


def _kind(kind: str | None, text: str) -> str:
    if kind is not None and kind not in KINDS:
        raise ValueError(f"signature {text!r}: {kind!r} is no kind of port")
    return kind or "floating"


def _dims(inside: str, text: str) -> tuple[str, ...]:
    dims = tuple(dim.strip() for dim in inside.split(",")) if inside.strip() else ()
    for dim in dims:
        if not _TERM.fullmatch(dim):
            raise ValueError(f"signature {text!r}: {dim!r} is no size")
    if sum(dim[0] in "*&" for dim in dims) > 1:
        raise ValueError(f"signature {text!r}: a port takes one run of sizes at most")
    return dims


class Misfit(Exception):
    """A shape does not fit its port's terms; `expected` says what would."""

    def __init__(self, expected: str, detail: str = "") -> None:
        self.expected, self.detail = expected, detail
        super().__init__(expected)


@dataclass(slots=True)
class Sizes:
    """What the names of one signature stand for, gathered port by port."""

    names: dict[str, Dim] = field(default_factory=dict)
    runs: dict[str, Shape] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def match(self, dims: tuple[str, ...], shape: Shape) -> None:
        """Bind the terms to a shape; raises `Misfit`."""
        dims = self._without_optional(dims, len(shape))
        at = next((i for i, dim in enumerate(dims) if dim[0] in "*&"), None)
        if at is None:
            if len(dims) != len(shape):
                raise Misfit(self.show(dims), f"{len(dims)} axes")
            self._match_each(dims, shape, dims, shape)
            return
        tail = len(dims) - at - 1
        if len(shape) < at + tail:
            raise Misfit(self.show(dims), f"at least {at + tail} axes")
        middle = shape[at : len(shape) - tail]
        self._match_each(dims[:at], shape[:at], dims, shape)
        self._match_each(dims[at + 1 :], shape[len(shape) - tail :], dims, shape)
        self._match_run(dims, at, middle)

    def fill(self, dims: tuple[str, ...]) -> Shape | None:
        """The shape that the terms give, or None while a name is unknown."""
        filled: list[Dim] = []
        for dim in dims:
            if dim[0] in "*&":
                if dim[1:] not in self.runs:
                    return None
                filled.extend(self.runs[dim[1:]])
            elif dim.isdigit():
                filled.append(int(dim))
            elif dim.rstrip("?") in self.left_out:
                continue
            elif dim.rstrip("?") in self.names:
                filled.append(self.names[dim.rstrip("?")])
            else:
                return None
        return tuple(filled)

    def leading(self, dims: tuple[str, ...], rank: int) -> str | None:
        """The term that axis 0 of a port of this rank stands for, once all ports are matched.

        None for a scalar, and where a broadcast run is longer at another port.
        """
        dims = tuple(dim for dim in dims if dim.rstrip("?") not in self.left_out)
        if not rank:
            return None
        if dims[0][0] not in "*&":
            return dims[0].rstrip("?")
        own = rank - (len(dims) - 1)
        if not own:
            return dims[1].rstrip("?")
        return dims[0] if own == len(self.runs[dims[0][1:]]) else None

    def show(self, dims: tuple[str, ...]) -> str:
        """The terms with what is known put in: `[*s, 3]`."""
        shown: list[Dim] = []
        for dim in dims:
            part = self.fill((dim,))
            if part is None:
                shown.append("…" if dim[0] in "*&" else dim.rstrip("?"))
            else:
                shown.extend(part)
        return show_shape(tuple(shown))

    def _without_optional(self, dims: tuple[str, ...], rank: int) -> tuple[str, ...]:
        core = [dim for dim in dims if dim[0] not in "*&"]
        missing = len(core) - rank
        kept = []
        for dim in dims:
            may_miss = missing > 0 and dim[:-1] not in self.names  # another port has it already
            if dim.endswith("?") and (may_miss or dim[:-1] in self.left_out):
                self.left_out.add(dim[:-1])
                missing -= 1
            else:
                kept.append(dim)
        return tuple(kept)

    def _match_each(
        self, dims: tuple[str, ...], sizes: Shape, all_dims: tuple[str, ...], shape: Shape
    ) -> None:
        for dim, size in zip(dims, sizes, strict=True):
            name = dim.rstrip("?")
            known = int(dim) if dim.isdigit() else self.names.get(name)
            if known is None:
                self.names[name] = size
                continue
            joined = unify(known, size)
            if joined is None:
                raise Misfit(self.show(all_dims), f"{name} should be {known}, found {size}")
            if not dim.isdigit():
                self.names[name] = joined

    def _match_run(self, dims: tuple[str, ...], at: int, middle: Shape) -> None:
        sigil, name = dims[at][0], dims[at][1:]
        known = self.runs.get(name)
        if known is None:
            self.runs[name] = middle
            return
        joined = broadcast(known, middle) if sigil == "&" else unify_all(known, middle)
        if joined is None:
            if sigil == "*":
                raise Misfit(self.show(dims))
            raise Misfit(f"a shape that broadcasts with {show_shape(known)}")
        self.runs[name] = joined


def unify(a: Dim, b: Dim) -> Dim | None:
    """One size for two: equal numbers, or the number where a name stands for it."""
    if isinstance(a, int) and isinstance(b, int):
        return a if a == b else None
    return b if isinstance(b, int) else a


def unify_all(a: Shape, b: Shape) -> Shape | None:
    """`unify` axis by axis; None where the ranks or sizes differ."""
    if len(a) != len(b):
        return None
    joined = [unify(x, y) for x, y in zip(a, b, strict=True)]
    return None if None in joined else tuple(size for size in joined if size is not None)


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """NumPy's broadcasting for sizes and names; None where they do not fit.

    A name against a number above 1 gives the number: the run checks the real sizes.
    """
    rank = max(len(a), len(b))
    long_a = (1,) * (rank - len(a)) + a
    long_b = (1,) * (rank - len(b)) + b
    joined: list[Dim] = []
    for x, y in zip(long_a, long_b, strict=True):
        if x == 1:
            joined.append(y)
        elif y == 1:
            joined.append(x)
        elif (size := unify(x, y)) is not None:
            joined.append(size)
        else:
            return None
    return tuple(joined)
