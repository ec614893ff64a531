"""From a Data node's settings to its set: read or made once, and kept while it is in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.facts import BUILTIN, Facts, known_facts
from runtime.data.files import reading
from runtime.data.files.places import find
from runtime.data.generated import GENERATED, generate
from runtime.data.shipped import shipped
from runtime.data.system import SYSTEM, SystemSet, system_set
from runtime.errors import DataError

MOST_KEPT = 4
"""Sets that are kept though nobody may need them any more: switching to and fro reads once."""
Key = tuple[Any, ...]
_kept: OrderedDict[Key, Dataset] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, eq=False)
class Opened:
    """A set, and of a file the hash of its content."""

    data: Dataset
    hash: str = ""

    def described(self) -> dict[str, Any]:
        """What a Data node keeps of a file, so that it need not be read to be known."""
        facts = Facts.of(self.data)
        return {"gives": facts.texts(), "samples": facts.count, "hash": self.hash}

    def changed(self, settings: Mapping[str, Any], *, is_free: bool = False) -> DataError | None:
        """Why the file is not the one that the settings know, if it still fits them.

        `is_free` lets anything pass. Raises `DataError` where it does not fit.
        """
        if is_free or not self.hash:
            return None
        known, found = known_facts(settings), Facts.of(self.data)
        name, mend = self.data.name, "Take it as it is now, or bring the old one back."
        if known is None:
            raise DataError(f"{name}, not read so far", "its shapes", settings=self.described())
        if (known.ports, known.count) != (found.ports, found.count):
            was, now = (f"{_told(facts)}" for facts in (known, found))
            raise DataError(f"{name} with {now}", was, mend, settings=self.described())
        if settings["hash"] in ("", self.hash):
            return None
        found_text = f"{name} with another content than before"
        return DataError(found_text, "the same", mend, settings=self.described())


def open_set(
    settings: Mapping[str, Any], seed: int, folder: Path | None, *, is_trusted: bool = False
) -> Opened:
    """The set of a Data node; raises `DataError` or `BadSetting` with what is wrong with it.

    `seed` is for sets that are made. `is_trusted` lets the file lie anywhere. Thread-safe; the
    arrays are shared and must not be changed.
    """
    source: str = settings["source"]
    if source.startswith(BUILTIN):
        name, options = source.removeprefix(BUILTIN), settings["options"]
        if name not in GENERATED:
            return Opened(_once((source,), lambda: shipped(name)))
        key = (source, seed, tuple(sorted(options.items())))
        return Opened(_once(key, lambda: generate(name, seed, **options)))
    if source.startswith(SYSTEM):
        wanted = system_set(source.removeprefix(SYSTEM))
        path = wanted.path
        if path is None:
            raise wanted.missing()
        wide: Key = (source, reading.key(path, settings))
        return Opened(_once(wide, lambda: _named(reading.read(path, settings), wanted)))
    found = find(source, folder, is_trusted=is_trusted)
    data = _once(reading.key(found, settings), lambda: reading.read(found, settings))
    return Opened(data, reading.digest_of(found))


def _once(key: Key, make: Callable[[], Dataset]) -> Dataset:
    with _lock:  # also while it is made: who else wants it now gets it then
        if key not in _kept:
            _kept[key] = make()
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def _named(data: Dataset, wanted: SystemSet) -> Dataset:
    return replace(data, name=wanted.name, classes=wanted.classes, source=wanted.source)


def _told(facts: Facts) -> str:
    return f"{facts.count:,} samples of {', '.join(facts.texts())}"
