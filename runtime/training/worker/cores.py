"""How many cores a training may take beside an open window."""

from __future__ import annotations

import os

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def leaving_one_free() -> dict[str, str]:
    """The environment for a process whose pools of threads leave the window a core.

    Who has set fewer keeps his number.
    """
    most = max(cores() - 1, 1)
    chosen = {name: os.environ.get(name, "") for name in POOLS}
    return {
        name: str(min(int(text), most) if text.isdecimal() and int(text) else most)
        for name, text in chosen.items()
    }
