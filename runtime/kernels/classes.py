"""What rows of scores hold for given classes."""

from __future__ import annotations

from runtime.array import Array


def take_classes(scores: Array, is_own: Array, out: Array) -> None:
    """Each row's entry for its class: `out` [n] from `scores` [n, c] where `is_own` [n, c] says.

    Raises ValueError where a row has no such entry, since its label is no class.
    """
    found = scores[is_own]
    if len(found) != len(out):  # a single one would be broadcast
        raise ValueError(f"found {len(found)} classes, expected {len(out)}")
    out[...] = found
