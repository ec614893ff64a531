"""Draw what the autoencoder of the digits learned: pictures that it was not trained on, and back.

python docs/make_learned.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

sys.path.insert(0, str(Path(__file__).parent.parent))

from graph import load
from runtime.training.session import Session

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "pictures" / "autoencoder-digits.png"
CELL, GAP = 8, 1  # pixels of a pixel; pixels of a digit between two


def main() -> None:
    """Train the example, and write ten digits above what came out."""
    session = Session(load(ROOT / "assets" / "examples" / "digits_autoencoder.gradwire"))
    while not session.is_over:
        session.step()
    labels = session.feeder.all("test")["data.t"]
    first = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]
    trace = session.trainer.judge(session.feeder.feeds("test", first))
    rows = [trace.value(port).reshape(10, 8, 8) for port in ("flat.y", "picture.y")]
    sheet(np.stack(rows)).save(str(PICTURE))
    print(PICTURE)


def sheet(rows: np.ndarray) -> QImage:
    """Pictures [rows, columns, 8, 8] from 0 to 1 beside each other, dark on white."""
    padded = np.pad(rows, ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP)))
    whole = np.concatenate([np.concatenate(list(row), axis=1) for row in padded], axis=0)
    ink = np.round(255 * (1 - np.clip(whole, 0, 1))).astype(np.uint8)
    ink = np.ascontiguousarray(ink.repeat(CELL, axis=0).repeat(CELL, axis=1))
    height, width = ink.shape
    image = QImage(ink.data, width, height, width, QImage.Format.Format_Grayscale8)
    return image.copy()


if __name__ == "__main__":
    main()
