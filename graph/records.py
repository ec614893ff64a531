"""The frozen records a graph is made of: nodes and edges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.errors import BadId
from graph.nothing import NOTHING
from graph.port import PortRef

MAX_NAME = 256
# Overrides, embeddings and isolates: they make a text read other than it is stored.
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

DELAY_FIELDS = ("delay", "initial")

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Time:
    """How a graph unfolds in time.

    `steps` counts the time steps of a graph without sequences; `truncate` is how many steps a
    gradient goes back at most, None for all. `extra` keeps keys that begin with `x-`.
    """

    steps: int | None = None
    truncate: int | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Node:
    """A placed module. `attributes` holds the settings given explicitly, in their order.

    `at` is x, y in canvas units, or None before a layout. `extra` keeps `shares`, keys that
    begin with `x-`, and under `tensors` such keys of its tensors' entries, by `.port`.
    """

    id: str
    module: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    label: str | None = None
    note: str | None = None
    at: Place | None = None
    bypassed: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge from an output port to an input port; its target identifies it.

    `extra` keeps `delay`, `initial` and keys that begin with `x-`; `route` are the points that it
    is drawn through, from the source on, in canvas units.
    """

    source: PortRef
    target: PortRef
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    route: tuple[Place, ...] = ()

    @property
    def delay(self) -> int:
        """Time steps that the value waits; 0 for an ordinary edge."""
        return int(self.extra.get("delay", 0)) if self.extra else 0

    @property
    def initial(self) -> PortRef | None:
        """The output port that stands for the steps before the first, if one is named."""
        named = self.extra.get("initial")
        return None if named is None else PortRef.parse(named)

    def delayed(self, delay: int, initial: PortRef | str | None = None) -> Edge:
        """The same edge with another delay and initial port; what else it keeps stays."""
        extra: dict[str, Any] = {"delay": delay} if delay else {}
        if initial is not None:
            extra["initial"] = str(initial)
        rest = {key: value for key, value in self.extra.items() if key not in DELAY_FIELDS}
        return Edge(self.source, self.target, {**extra, **rest} or NOTHING, self.route)

    def ends_at(self, id_: str) -> set[str]:
        """The names of the ports where it touches a node: two for a loop in time."""
        return {ref.port for ref in (self.source, self.target) if ref.node == id_}

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


def check_id(text: str) -> str:
    """Return the id; raises `BadId` unless it is `[A-Za-z_][A-Za-z0-9_]*` of at most 256."""
    is_id = isinstance(text, str) and text.isascii() and text.isidentifier()
    if not is_id or len(text) > MAX_NAME:
        shown = repr(text if len(str(text)) <= 40 else str(text)[:37] + "...")
        raise BadId(
            node="id",
            found=shown,
            expected=f"letters, digits and _, no digit first, at most {MAX_NAME}",
        )
    return text


def id_stem(module: str) -> str:
    """What ids made from a module's name begin with."""
    stem = re.sub(r"[^A-Za-z0-9_]", "_", module).lower()
    return stem if stem[:1].isalpha() or stem[:1] == "_" else f"n{stem}"


def bad_character(text: str, *, lines: bool = False) -> str | None:
    """Why a label, note or title is refused (control or bidirectional characters), or None.

    `lines` allows line feeds and tabs.
    """
    if text.isprintable():  # which none of them is
        return None
    for character in text:
        if lines and character in "\n\t":
            continue
        if unicodedata.category(character) in ("Cc", "Cs"):
            return f"control character U+{ord(character):04X}"
        if character in _BIDIRECTIONAL:
            return f"bidirectional character U+{ord(character):04X}"
    return None
