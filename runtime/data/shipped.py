"""Sets that come with the program; `assets/data/README.md` names their sources and licences."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import numpy as np

from runtime.data.dataset import Dataset
from runtime.errors import BadSetting
from runtime.feeds import Host

DIGITS = "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998. CC BY 4.0."
IRIS = "Fisher: Iris, UCI, 1936. CC BY 4.0."
WINE = "Aeberhard, Forina: Wine, UCI, 1992. CC BY 4.0."


def shipped(name: str) -> Dataset:
    """The set of a name; raises `BadSetting` for another."""
    if name not in SHIPPED:
        raise BadSetting(f'data: found "{name}", expected one of {", ".join(SHIPPED)}.')
    return SHIPPED[name]()


def _digits() -> Dataset:
    """8x8 images [1797, 1, 8, 8] from 0 to 1, in the order in which they were written."""
    found = _read("digits")
    x = found["images"][:, None].astype(np.float64) / 16
    names = tuple(map(str, range(10)))
    return Dataset("digits", {"x": x, "t": found["labels"].astype(np.int64)}, names, source=DIGITS)


def _table(name: str, source: str) -> Dataset:
    found = _read(name)
    classes, features = (tuple(map(str, found[key])) for key in ("classes", "features"))
    arrays = {"x": found["x"], "t": found["t"]}
    return Dataset(name, arrays, classes, features=features, source=source)


def _read(name: str) -> dict[str, Host]:
    with np.load(str(files("assets") / "data" / f"{name}.npz")) as file:
        return dict(file)


SHIPPED: dict[str, Callable[[], Dataset]] = {
    "digits": _digits,
    "iris": lambda: _table("iris", IRIS),
    "wine": lambda: _table("wine", WINE),
}
