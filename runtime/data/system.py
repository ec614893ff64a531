"""Sets that a package of the operating system brings, and how to install one that is missing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from graph.suggest import did_you_mean
from runtime.errors import BadSetting, DataError

SYSTEM = "system:"
FOLDERS = "GRADWIRE_DATASETS"
"""The environment's name for other folders to look in first, as PATH lists them."""
DEBIAN = "/usr/share/datasets"


@dataclass(frozen=True)
class SystemSet:
    """A set of images: `file` is that of the training images, in the folder of the set's name."""

    name: str
    package: str
    file: str
    sample: tuple[int, ...]
    samples: int
    classes: tuple[str, ...]
    source: str

    @property
    def path(self) -> Path | None:
        """Where it is installed; None where it is not."""
        for folder in (*os.environ.get(FOLDERS, "").split(os.pathsep), DEBIAN):
            for suffix in (".gz", ""):
                path = Path(folder, self.name, self.file + suffix)
                if folder and path.is_file():
                    return path
        return None

    def missing(self) -> DataError:
        """The sentence that says how to install it."""
        mend = f"Install it: sudo apt-get install {self.package}"
        return DataError(
            f"no {self.name} on this machine", f"Debian's package {self.package}", mend
        )


SYSTEM_SETS = {
    "fashion-mnist": SystemSet(
        "fashion-mnist",
        "dataset-fashion-mnist",
        "train-images-idx3-ubyte",
        (1, 28, 28),
        60_000,
        (
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
            "Bag", "Ankle boot",
        ),
        "Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv:1708.07747. MIT licence.",
    )
}  # fmt: skip


def system_set(name: str) -> SystemSet:
    """The set of a name, installed or not; raises `BadSetting` for another."""
    if name not in SYSTEM_SETS:
        known = ", ".join(SYSTEM + one for one in SYSTEM_SETS)
        mend = did_you_mean(name, SYSTEM_SETS)
        raise BadSetting(f'source: found "{SYSTEM}{name}", expected one of {known}. {mend}'.strip())
    return SYSTEM_SETS[name]
