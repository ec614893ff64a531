"""What the numbers of a training depend on beside graph and samples: versions and threads.

The same of all these gives the same numbers to the bit; a sum over more threads is grouped
otherwise, and differs in its last digits.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

# What the thread counters of BLAS libraries are called.
_COUNTERS = (
    "scipy_openblas_get_num_threads64_",
    "scipy_openblas_get_num_threads",
    "openblas_get_num_threads64_",
    "openblas_get_num_threads",
)


def versions() -> dict[str, str]:
    """The versions of what computes, by name."""
    found = {name: version(name) for name in ("gradwire", "numpy", "scipy")}
    return {"python": platform.python_version()} | found


def blas_threads() -> int:
    """The threads that matrix products use: asked of the BLAS that NumPy came with.

    Where that has no counter it is taken from the environment, else all cores.
    """
    counter = _counter()
    if counter is not None:
        return int(counter())
    text = os.environ.get("OMP_NUM_THREADS", "")
    return int(text) if text.isdecimal() and int(text) else os.cpu_count() or 1


@functools.cache
def _counter() -> Callable[[], int] | None:
    folder = Path(np.__file__).parent
    for place in (folder.parent / "numpy.libs", folder / ".dylibs"):
        for path in sorted(place.glob("*openblas*")):
            try:
                library = ctypes.CDLL(str(path))  # it is loaded already: this finds it
            except OSError:
                continue
            for name in _COUNTERS:
                if hasattr(library, name):
                    counter: Callable[[], int] = library[name]
                    return counter
    return None
