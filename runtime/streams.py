"""Random streams: each tensor and each mask has its own, keyed by where it stands."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np

# The frozen generator (NEP 19): the same numbers in every version of NumPy.
Stream: TypeAlias = np.random.RandomState


def stream(seed: int, address: str, port: str, step: int | None = None) -> Stream:
    """The stream of one tensor or mask: MT19937 keyed by SHA-256 of what names it.

    `seed` is the graph's, `address` the node's full address, `port` the port's or mask's name,
    `step` the training step of a mask. The same key gives the same numbers on every machine, so
    runs, checks, recomputation and stepping see the same.
    """
    parts = [str(seed), address, port, *([] if step is None else [str(step)])]
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest, "<u4"))
