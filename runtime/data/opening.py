"""From a Data node's settings to its set: read or made once, and kept while it is in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.facts import BUILTIN
from runtime.data.generated import GENERATED, generate
from runtime.data.shipped import shipped
from runtime.errors import DataError

MOST_KEPT = 4
"""Sets that are kept though nobody may need them any more: switching to and fro reads once."""
_kept: OrderedDict[tuple[Any, ...], Dataset] = OrderedDict()
_lock = Lock()


def open_set(settings: Mapping[str, Any], seed: int, folder: Path | None) -> Dataset:
    """The set of a Data node; raises `DataError` or `BadSetting` with what is wrong with it.

    `seed` is for sets that are made. Thread-safe; the arrays are shared and must not be changed.
    """
    source: str = settings["source"]
    if not source.startswith(BUILTIN):
        raise DataError(f'source "{source}"', "a built-in set")
    name, options = source.removeprefix(BUILTIN), settings["options"]
    key = (source, seed, tuple(sorted(options.items())))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = generate(name, seed, **options) if name in GENERATED else shipped(name)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
