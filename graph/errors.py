"""Every reason why something is refused has a type and makes one sentence."""

from __future__ import annotations


class GradwireError(Exception):
    """The parent of all errors meant for a person; `str(error)` is a whole sentence."""


def sentence(where: str, found: str, expected: str, mend: str) -> str:
    """Put the four facts into the project's order: where, found, expected, what to do."""
    facts = f"found {found}" if found else ""
    if expected:
        facts = f"{facts}, expected {expected}" if facts else f"expected {expected}"
    text = f"{where}: {facts}." if where else f"{facts}."
    return f"{text} {mend}".rstrip()


class GraphError(GradwireError):
    """Something the graph refuses. Names node and port, what was found, expected, and a mend.

    `inside` is the definition whose inside a file's graph was refused for, if it is one.
    """

    inside: str = ""

    def __init__(
        self,
        *,
        node: str = "",
        port: str = "",
        found: str = "",
        expected: str = "",
        mend: str = "",
    ) -> None:
        self.node, self.port = node, port
        self.found, self.expected, self.mend = found, expected, mend
        where = f"{node}.{port}" if node and port else node or port
        super().__init__(sentence(where, found, expected, mend))


class UnknownNode(GraphError):
    """An edit or an edge names a node that does not exist."""


class DuplicateId(GraphError):
    """Two nodes would have one id."""


class BadId(GraphError):
    """An id is no identifier, or is too long."""


class UnknownModule(GraphError):
    """The catalogue has no module of that name."""


class BadAttribute(GraphError):
    """An attribute does not exist, or its value does not fit."""


class BadTensor(GraphError):
    """A tensor stands where none can stand, or its size is wrong."""


class BypassError(GraphError):
    """A node cannot be bypassed: its first input cannot stand for its output."""


class BadDefinition(GraphError):
    """A definition cannot be as it would become: its name, its ports, or what it contains."""


class WiringError(GraphError):
    """The parent of all reasons why an edge is refused."""


class UnknownPort(WiringError):
    """An edge names a port that its node does not have."""


class SelfLoop(WiringError):
    """An edge would lead from a node to itself."""


class PortOccupied(WiringError):
    """An input port takes one edge at most."""


class CycleFound(WiringError):
    """An edge would close a cycle; `cycle` lists its node ids in the direction of flow."""

    def __init__(
        self,
        cycle: tuple[str, ...],
        *,
        node: str = "",
        port: str = "",
        mend: str = "Remove one of these edges.",
    ) -> None:
        self.cycle = cycle
        shown = cycle if len(cycle) <= 12 else (*cycle[:10], "…", cycle[-1])
        super().__init__(
            node=node,
            port=port,
            found="a cycle " + " → ".join((*shown, cycle[0])),
            expected="a graph without cycles",
            mend=mend,
        )


class BadDelay(WiringError):
    """A delay, or the initial value before it, cannot be."""


class KindMismatch(WiringError):
    """The tensor's kind (floating, integer, boolean) does not fit the port."""


class ShapeMismatch(WiringError):
    """The tensor's shape cannot fit the port."""


class BadSetting(GradwireError):
    """A setting of a training that is none: the message names it, found and expected."""


class FileError(GradwireError):
    """A file cannot be read or written.

    Attributes: `path` (the file), `where` (the JSON path inside it, `""` for the whole),
    `reason` (the sentence).
    """

    def __init__(self, path: str, where: str, reason: str) -> None:
        self.path, self.where, self.reason = path, where, reason
        super().__init__(": ".join(part for part in (path, where, reason) if part))
