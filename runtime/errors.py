"""Why a run is refused or fails, one type per reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.errors import BadSetting as BadSetting
from graph.errors import GradwireError, sentence

if TYPE_CHECKING:
    from graph.problem import Mend, Problem, Severity


class RunError(GradwireError):
    """A graph cannot run, or a step of it failed. `node` names where, if one node is to blame.

    `port` is that of a node which is not known yet: the message begins with it.
    """

    def __init__(self, message: str, *, node: str | None = None, port: str = "") -> None:
        self.node, self.port = node, port
        super().__init__(message)


class CheckFailed(RunError):
    """The graph has errors; `problems` lists them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(problems[0].message + more, node=problems[0].node)


class NoTarget(RunError):
    """There is nothing to differentiate, or too much to choose from."""


class FeedError(RunError):
    """What is fed does not fit the node it is fed to."""


class DataError(RunError):
    """A Data node's set cannot be had: `found`, `expected` and `mend` say why, `node` where.

    `settings` are those of the node that would take the set as it is now, if that is a way out.
    """

    def __init__(
        self,
        found: str,
        expected: str = "",
        mend: str = "",
        *,
        node: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.found, self.expected, self.mend = found, expected, mend
        self.settings = settings
        super().__init__(sentence(node, found, expected, mend), node=node or None)

    def at(self, node: str) -> DataError:
        """The same, of this node."""
        return DataError(self.found, self.expected, self.mend, node=node, settings=self.settings)

    def problem(self, severity: Severity = "error") -> Problem:
        """The same as a problem of the node, with the edit that mends it."""
        from graph.edits import SetAttributes  # late: `--help` needs none of it
        from graph.problem import Mend, Problem

        mends: tuple[Mend, ...] = ()
        if self.settings and self.node and "/" not in self.node:  # an inside has edits of its own
            edit = SetAttributes(self.node, self.settings)
            mends = (Mend("Take the file as it is now", edit),)
        facts = (self.node, None, self.found, self.expected, self.mend)
        return Problem(severity, "data", *facts, mends)


class NotFinite(RunError):
    """A loss or gradient of a training step is NaN or infinite; the update was not made."""


class MemoryRefused(RunError):
    """The run would need more memory than there is; nothing was allocated."""


class NoValue(GradwireError, LookupError):
    """A trace is asked for a port that it does not have, or that was not reached."""

    def __str__(self) -> str:
        return str(self.args[0])


class SamplesMix(GradwireError):
    """Axis 0 does not keep samples apart, so there is no Jacobian of one sample.

    Attributes: `node` and `port` (where), `found`, `expected`.
    """

    def __init__(self, node: str, port: str, found: str, expected: str) -> None:
        self.node, self.port, self.found, self.expected = node, port, found, expected
        super().__init__(sentence(f"{node}.{port}", found, expected, ""))


class BackendError(GradwireError):
    """The device that was asked for cannot compute."""


class Cancelled(Exception):
    """Raised in a watch hook to end a run early; it passes through the engine unchanged."""
