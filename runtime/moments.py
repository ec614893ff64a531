"""Addresses in time: `h@3` is what the node `h` is at step 3, `h@3.y` its port there.

No id has an `@`, so an address in time never is that of a node.
"""

from __future__ import annotations

from graph.port import PortRef


def at(node: str, t: int | None) -> str:
    """A node's address at a step; outside time its own."""
    return node if t is None else f"{node}@{t}"


def moment(ref: PortRef, t: int | None) -> PortRef:
    """A port's address at a step."""
    return ref if t is None else PortRef(f"{ref.node}@{t}", ref.port)


def apart(ref: PortRef) -> tuple[PortRef, int | None]:
    """The port as it is drawn, and the step; None outside time."""
    node, mark, t = ref.node.rpartition("@")
    return (PortRef(node, ref.port), int(t)) if mark and t.isdigit() else (ref, None)
