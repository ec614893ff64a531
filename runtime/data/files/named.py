"""Which arrays of a file are x and t, and what is made of them at the door."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graph.tensor import DTYPES
from runtime.data.dataset import Dataset
from runtime.data.files.images import BYTE, are_images, channels_first
from runtime.errors import DataError
from runtime.feeds import Host

GIVEN = ("x", "X", "images", "data", "features", "inputs", "x_train", "X_train")
LEARNED = ("t", "y", "Y", "labels", "label", "target", "targets", "y_train", "Y_train")
TESTS = {"x": ("x_test", "X_test"), "t": ("y_test", "Y_test", "t_test")}
NAMES = ("classes", "class_names", "features", "feature_names")
"""One-dimensional arrays of texts under these names are read as such, not as samples."""


def named_set(name: str, arrays: Mapping[str, Host]) -> Dataset:
    """A set of the arrays of a file; raises `DataError` where they make none.

    `x` and `t` are found under the names that are usual; others of as many samples keep theirs.
    Arrays such as `x_test` become the set's own test part.
    """
    texts = {key: array for key, array in arrays.items() if array.dtype.kind == "U"}
    numbers = {key: array for key, array in arrays.items() if key not in texts and array.ndim}
    ports = _ports(name, numbers)
    tested = 0
    for port, others in TESTS.items():
        more = next((numbers[key] for key in others if key in numbers), None)
        if port in ports and more is not None and more.shape[1:] == ports[port].shape[1:]:
            ports[port], tested = np.concatenate([ports[port], more]), len(more)
    _ask_equal(name, ports)
    found: dict[str, Host] = {}
    divisors: dict[str, float] = {}
    notes: list[str] = []
    for port, array in ports.items():
        found[port], divisor, note = _at_the_door(f"{name}: {port}", port, array)
        divisors |= {port: divisor} if divisor else {}
        notes += [note] if note else []
    classes = _texts(texts, "classes", "class_names") or _numbered(found.get("t"))
    features = _texts(texts, "features", "feature_names")
    return Dataset(
        name, found, classes, features=features, divisors=divisors, tested=tested,
        notes=tuple(notes),
    )  # fmt: skip


def _ports(name: str, numbers: Mapping[str, Host]) -> dict[str, Host]:
    given = next((key for key in GIVEN if key in numbers), None)
    learned = next((key for key in LEARNED if key in numbers), None)
    if given is None:
        tests = {key for others in TESTS.values() for key in others}
        rest = (key for key in numbers if key != learned and key not in tests)
        given = next(rest, None)
    if given is None or not len(numbers[given]):
        raise DataError(f"{name} without samples", "an array x, and t with as many entries")
    ports = {"x": numbers[given]}
    if learned is not None:
        ports["t"] = numbers[learned]
    for key, array in numbers.items():
        is_free = key.isidentifier() and key.isascii() and key not in ports
        if key not in (given, learned) and is_free and len(array) == len(numbers[given]):
            ports[key] = array
    return ports


def _ask_equal(name: str, ports: Mapping[str, Host]) -> None:
    counts = {key: len(array) for key, array in ports.items()}
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{key} with {count:,}" for key, count in counts.items())
        raise DataError(f"{name}: {found} samples", "equally many")


def _at_the_door(what: str, port: str, array: Host) -> tuple[Host, float, str]:
    """An array as it is kept, what it is divided by when fed (or 0), and what was done to it."""
    note, divisor = "", 0.0
    if port == "t":
        array = _targets(array)
    elif are_images(array):
        array, note = channels_first(array)
        divisor = BYTE if array.dtype == np.uint8 else 0.0
    if array.dtype.name not in DTYPES:
        array = _whole(what, array)
    if array.dtype.kind == "f":
        _ask_finite(what, array)
    return array, divisor, note


def _targets(array: Host) -> Host:
    """Classes as [N], of 64 bits; numbers as [N, ...], with an axis where they have none."""
    if array.dtype.kind in "iu" and array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    return array[:, None] if array.ndim == 1 and array.dtype.kind == "f" else array


def _whole(what: str, array: Host) -> Host:
    if array.dtype.kind not in "iu" or (array.size and int(array.max()) >= 2**63):
        raise DataError(f"{what} of {array.dtype.name}", f"one of {', '.join(DTYPES)}")
    return array.astype(np.int64)


def _ask_finite(what: str, array: Host) -> None:
    good = np.isfinite(array.reshape(len(array), -1)).all(1)
    if not good.all():
        first, count = int(np.argmin(good)), int((~good).sum())
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        raise DataError(f"{what} with NaN or infinity in sample {first:,}{more}", "finite numbers")


def _texts(texts: Mapping[str, Host], *names: str) -> tuple[str, ...]:
    found = next((texts[key] for key in names if key in texts), None)
    return () if found is None else tuple(map(str, found.reshape(-1)[:10_000]))


def _numbered(t: Host | None, most: int = 1000) -> tuple[str, ...]:
    """The names of classes 0, 1, ... where whole targets look like classes."""
    if t is None or t.ndim != 1 or t.dtype.kind != "i" or not len(t):
        return ()
    least, greatest = int(t.min()), int(t.max())
    return tuple(map(str, range(greatest + 1))) if 0 <= least <= greatest < most else ()
