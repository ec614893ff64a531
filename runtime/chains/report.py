"""Paths as one JSON object."""

from __future__ import annotations

from typing import Any

from graph.port import PortRef
from runtime.chains.records import ChainPath, ChainPaths, PathHop
from runtime.report import Plain, numbers, worded

SAFE_INTEGER = 1 << 53
"""Up to here a count is a number; a larger one, which many readers would round, is a string."""

_MOST_BITS = 13_000
"""Python writes no number of more than 4,300 digits."""


def paths_report(found: ChainPaths) -> Plain:
    """Count, total, the paths listed with their hops, and what is known of the rest."""
    return {
        "from": str(found.source),
        "to": str(found.target),
        "count": counted(found.count),
        "total": numbers(found.total),
        "cancels": found.cancels,
        "found": found.found,
        "why": found.why,
        "paths": [_path(path) for path in found.paths],
        "rest": {
            "count": counted(found.rest),
            "share": _number(found.rest_share),
            "norm_at_most": _number(found.rest_norm),
        },
    }


def counted(count: int) -> int | str:
    """A count as JSON holds it: digits in a string above 2^53, hexadecimal where too many."""
    if count <= SAFE_INTEGER:
        return count
    return str(count) if count.bit_length() <= _MOST_BITS else hex(count)


def _path(path: ChainPath) -> Plain:
    return {
        "share": _number(path.share),
        "norm": _number(path.norm),
        "contribution": numbers(path.contribution),
        "cancels_with": path.cancels_with,
        "hops": [_hop(hop) for hop in path.hops],
    }


def _hop(hop: PathHop) -> Plain:
    found: Plain = {"to": str(hop.port), "output": str(hop.output)}
    if hop.read_t is not None:
        found["t"] = hop.read_t
    found["edges"] = [[_name(source), str(target)] for source, target in hop.edges]
    return found


def _name(ref: PortRef | None) -> str | None:
    return None if ref is None else str(ref)


def _number(value: float | None) -> Any:
    return None if value is None else worded(value)
