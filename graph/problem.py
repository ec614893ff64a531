"""Problems: what a check finds, in words that say how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.errors import GraphError, sentence

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. An `error` keeps the graph from running."""

    severity: Severity
    code: str
    node: str | None
    port: str | None
    found: str
    expected: str = ""
    mend: str = ""

    @property
    def message(self) -> str:
        """Where, found, expected, mend, as one text."""
        where = ".".join(part for part in (self.node, self.port) if part)
        return sentence(where, self.found, self.expected, self.mend)

    @classmethod
    def of(cls, error: GraphError, node: str, code: str, mend: str = "") -> Problem:
        """A refused declaration as an error at `node`."""
        return cls(
            "error", code, node, error.port or None, error.found, error.expected, error.mend or mend
        )
