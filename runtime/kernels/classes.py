"""What rows of scores hold for given classes."""

from __future__ import annotations

import numpy as np

from runtime.array import Array


def take_classes(scores: Array, labels: Array, starts: Array, out: Array) -> None:
    """Each row's entry for its class: `out` [n] from `scores` [n, c] and `labels` [n], int64.

    `starts` [n] are the flat places of the rows' first entries. Raises IndexError where a label is
    no class.
    """
    # A negative label is a large number without its sign, so one comparison finds both kinds.
    if len(labels) and np.maximum.reduce(labels.view(np.uint64)) >= scores.shape[1]:
        raise IndexError("a class that is none")
    scores.reshape(-1).take(starts + labels, out=out, mode="clip")
