"""Problems: what a check finds, in words that say how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from graph.edits import Edit
from graph.errors import GraphError, sentence
from graph.port import PortRef

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Mend:
    """One sure way to mend a problem: what a button says, and the edit that it makes."""

    text: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. An `error` keeps the graph from running.

    `mends` are ways to mend it for sure, for the graph that was checked. `named` are ports that
    `found` spells out.
    """

    severity: Severity
    code: str
    node: str | None
    port: str | None
    found: str
    expected: str = ""
    mend: str = ""
    mends: tuple[Mend, ...] = field(default=(), hash=False)
    named: tuple[PortRef, ...] = ()

    @property
    def message(self) -> str:
        """Where, found, expected, mend, as one text."""
        return self.told(str)

    def told(self, name: Callable[[str], str]) -> str:
        """The message with nodes called by `name(id)`."""
        where = ".".join(part for part in (self.node and name(self.node), self.port) if part)
        found = self.found
        for ref in self.named:
            found = found.replace(str(ref), f"{name(ref.node)}.{ref.port}", 1)
        return sentence(where, found, self.expected, self.mend)

    @classmethod
    def of(
        cls, error: GraphError, node: str, code: str, mend: str = "", mends: tuple[Mend, ...] = ()
    ) -> Problem:
        """A refused declaration as an error at `node`."""
        return cls(
            "error",
            code,
            node,
            error.port or None,
            error.found,
            error.expected,
            error.mend or mend,
            mends,
        )
