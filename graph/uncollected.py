"""Work on large graphs without the garbage collector walking through them meanwhile.

Python looks for unreachable cycles whenever many containers have been made, and then walks through
all there are. A check, a plan, a run make as many as the graph is large and keep them all: nothing
is found, and for 10,000 nodes the search takes as long as the work.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0  # how many blocks are being worked in, by all threads
_was_enabled = False


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector rest in a `with` block, in all threads; for work that ends by itself."""
    global _inside, _was_enabled
    with _lock:
        if not _inside:
            _was_enabled = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _was_enabled:
                gc.enable()
