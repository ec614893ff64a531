"""How reference arrays lie in a file: all numbers in one array, so that hundreds stay small."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

FOLDER = Path(str(files("assets"))) / "reference"
SMALL = 150  # entries up to which a Jacobian is kept


def write(dtype: str, arrays: dict[str, np.ndarray], made_by: str) -> Path:
    """Write arrays by name as numbers of `dtype` (integers too: they are small)."""
    path = FOLDER / f"{dtype}.npz"
    flat = [np.asarray(array, dtype).reshape(-1) for array in arrays.values()]
    np.savez_compressed(
        path,
        names=np.array("\n".join(arrays)),
        shapes=np.array("\n".join(" ".join(map(str, array.shape)) for array in arrays.values())),
        numbers=np.concatenate(flat),
        made_by=np.array(made_by),
    )
    return path


def read(dtype: str) -> dict[str, np.ndarray]:
    """The arrays by name."""
    with np.load(FOLDER / f"{dtype}.npz", allow_pickle=False) as file:
        names = str(file["names"]).split("\n")
        shapes = [tuple(map(int, text.split())) for text in str(file["shapes"]).split("\n")]
        numbers = file["numbers"]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    parts = np.split(numbers, ends[:-1])
    return {n: p.reshape(s) for n, p, s in zip(names, parts, shapes, strict=True)}
