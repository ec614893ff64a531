"""What a person marks to be watched: breakpoints, watches, checkpoints. No number changes.

A mark names a node by its address, also inside composites, or a port of it. It follows the node
when that is renamed, and goes with it. A port may be there or not: an edge that is cut keeps its
breakpoint for when it is wired again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from graph.errors import BadAttribute
from graph.port import PortRef

MAX_MARKS = 10_000  # of each kind

Of = Literal["value", "gradient"]
Test = Literal["not finite", "norm above", "norm below", "sign changes", "dead share above"]
BOUNDED = ("norm above", "norm below", "dead share above")  # tests that ask for a number


@dataclass(frozen=True, slots=True)
class Condition:
    """When a breakpoint holds: a test of a value or of a gradient, with its bound if it has one."""

    of: Of
    test: Test
    bound: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A place where a run holds: `at` is a node's address, or the port where an edge ends.

    Without a condition it holds whenever a value or gradient comes there. `off` keeps it without
    effect; `extra` keeps keys that begin with `x-`.
    """

    at: str
    when: Condition | None = None
    off: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """The address of the node that it is at, or whose input port it is at."""
        return self.at.partition(".")[0]

    @property
    def port(self) -> PortRef | None:
        """The port that it is at; None at a node."""
        return PortRef.parse(self.at) if "." in self.at else None


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of a document. Watches are ports, checkpoints are nodes."""

    breakpoints: tuple[Breakpoint, ...] = ()
    watches: tuple[PortRef, ...] = ()
    checkpoints: tuple[str, ...] = ()

    def nodes(self) -> Iterator[str]:
        """The address of the node that each mark is at."""
        yield from (mark.node for mark in self.breakpoints)
        yield from (port.node for port in self.watches)
        yield from self.checkpoints

    def called(self, name: Callable[[str], str]) -> Marks:
        """The same marks where nodes are called otherwise: `name` gives an address its new one."""
        return Marks(
            tuple(replace(x, at=name(x.node) + x.at[len(x.node) :]) for x in self.breakpoints),
            tuple(PortRef(name(port.node), port.port) for port in self.watches),
            tuple(map(name, self.checkpoints)),
        )

    def among(self, is_there: Callable[[str], bool]) -> Marks:
        """Those at nodes that are there."""
        return Marks(
            tuple(mark for mark in self.breakpoints if is_there(mark.node)),
            tuple(port for port in self.watches if is_there(port.node)),
            tuple(filter(is_there, self.checkpoints)),
        )


def check_marks(marks: Marks, is_there: Callable[[str], bool]) -> None:
    """Raise `BadAttribute` for the first mark that is at no node, stands twice or cannot hold."""
    kinds: tuple[tuple[str, list[str]], ...] = (
        ("breakpoints", [mark.at for mark in marks.breakpoints]),
        ("watches", list(map(str, marks.watches))),
        ("checkpoints", list(marks.checkpoints)),
    )
    for kind, places in kinds:
        if len(places) > MAX_MARKS:
            raise _refused(kind, f"{len(places)} of them", f"at most {MAX_MARKS}")
        seen: set[str] = set()
        for at in places:
            if at in seen:
                raise _refused(kind, f"{at} twice", "each place once")
            seen.add(at)
            if not is_there(at.partition(".")[0]):
                raise _refused(kind, f"{at}, which is at no node", "a node of the graph")
    for mark in marks.breakpoints:
        if mark.when is not None:
            _check_condition(mark.at, mark.when)


def _check_condition(at: str, when: Condition) -> None:
    if when.of not in get_args(Of) or when.test not in get_args(Test):
        expected = f"of {' or '.join(get_args(Of))}, one of {', '.join(get_args(Test))}"
        raise _refused("breakpoints", f"{at} on {when.of}: {when.test}", expected)
    if when.test not in BOUNDED:
        if when.bound is not None:
            raise _refused("breakpoints", f"{at} with a bound", f"none for {when.test}")
        return
    most = 1.0 if when.test == "dead share above" else math.inf
    if when.bound is None or not math.isfinite(when.bound) or not 0 <= when.bound <= most:
        expected = "a bound from 0 to 1" if most == 1 else "a bound from 0 up"
        raise _refused("breakpoints", f"{at} with bound {when.bound}", expected)


def _refused(kind: str, found: str, expected: str) -> BadAttribute:
    return BadAttribute(node="graph", port=kind, found=found, expected=expected)
