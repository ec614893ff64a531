"""How reference graphs lie in a file: their documents, and all numbers of a dtype in one array."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.reference.store import FOLDER

PATH = FOLDER / "graphs.npz"
DTYPES = ("float64", "float32")


def write(graphs: list[str], arrays: list[dict], made_by: str) -> Path:
    """Write documents, and arrays by graph, dtype and name."""
    shapes = [
        {name: list(array.shape) for name, array in both["float64"].items()} for both in arrays
    ]
    numbers = {
        dtype: np.concatenate([a.reshape(-1) for both in arrays for a in both[dtype].values()])
        for dtype in DTYPES
    }
    about = {"graphs": graphs, "shapes": shapes, "made_by": made_by}
    text = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez_compressed(PATH, about=text, **numbers)
    return PATH


def read() -> list[tuple[str, dict[str, dict[str, np.ndarray]]]]:
    """(document, dtype -> name -> array) of each graph."""
    with np.load(PATH, allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes())
        numbers = {dtype: file[dtype] for dtype in DTYPES}
    found, start = [], 0
    for text, shapes in zip(about["graphs"], about["shapes"], strict=True):
        arrays: dict[str, dict[str, np.ndarray]] = {dtype: {} for dtype in DTYPES}
        for name, shape in shapes.items():
            end = start + int(np.prod(shape))
            for dtype in DTYPES:
                arrays[dtype][name] = numbers[dtype][start:end].reshape(shape)
            start = end
        found.append((text, arrays))
    return found
