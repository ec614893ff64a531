"""A folder of images by class: each folder in it is a class. Read through Qt, kept as arrays."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader

from gui.background import Progress
from runtime.data.files.sizes import ask_room
from runtime.errors import DataError

MOST_IMAGES = 200_000
MOST_SIDE = 1024
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".pgm", ".ppm", ".pbm", ".webp", ".tif", ".tiff"}
)


def write_images(folder: Path, target: Path, progress: Progress) -> Path:
    """Write the images of a folder as an NPZ: x [N, C, H, W] of bytes, t, and the classes' names.

    All are brought to the first one's size; grey stays one channel if all are grey. Raises
    `DataError` naming the file that is no image, and `OSError`.
    """
    files = _by_class(folder)
    size, is_grey = _first(files[0][0])
    channels = 1 if is_grey else 3
    shape = (len(files), channels, size.height(), size.width())
    ask_room(int(np.prod(shape)), folder.name)
    x = np.empty(shape, np.uint8)
    for number, (path, _) in enumerate(files):
        x[number] = _pixels(path, size, channels)
        progress(number / len(files))
    classes = sorted({name for _, name in files})
    t = np.array([classes.index(name) for _, name in files], np.int64)
    draft = target.with_name(f"{target.name}.part")
    with draft.open("wb") as file:
        np.savez_compressed(file, x=x, t=t, classes=np.array(classes))
    os.replace(draft, target)
    return target


def _by_class(folder: Path) -> list[tuple[Path, str]]:
    """Every image with its class, in the order of their names; links are not followed."""
    found = []
    for inside in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        if inside.is_symlink():
            continue
        for path in sorted(inside.iterdir()):
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
                found.append((path, inside.name))
    if not found:
        mend = "Put the images of each class into a folder of its own."
        raise DataError(f"{folder.name} without folders of images", "one for each class", mend)
    if len(found) > MOST_IMAGES:
        raise DataError(f"{folder.name} with {len(found):,} images", f"at most {MOST_IMAGES:,}")
    return found


def _first(path: Path) -> tuple[QSize, bool]:
    """The size to which all are brought, and whether the first one is grey."""
    image = _read(path, None)
    return image.size(), image.isGrayscale()


def _pixels(path: Path, size: QSize, channels: int) -> np.ndarray:
    """One image as bytes [C, H, W]."""
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    image = _read(path, size).convertToFormat(kind)
    width = size.width() * channels
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, :width]
    rows = rows.copy()  # the image and its bytes end with this function
    return rows.reshape(size.height(), size.width(), channels).transpose(2, 0, 1)


def _read(path: Path, size: QSize | None) -> QImage:
    """An image, scaled if a size is asked for; its own size is judged before it is decoded."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    own = reader.size()
    if not own.isValid() or not 0 < max(own.width(), own.height()) <= 64 * MOST_SIDE:
        raise DataError(f"{path.parent.name}/{path.name}, which is no image", "an image")
    if size is None and max(own.width(), own.height()) > MOST_SIDE:
        found = f"{path.parent.name}/{path.name} of {own.width()} x {own.height()} pixels"
        raise DataError(found, f"at most {MOST_SIDE} a side", "Make the images smaller.")
    image = reader.read()
    if image.isNull():
        found = f"{path.parent.name}/{path.name}, which cannot be read ({reader.errorString()})"
        raise DataError(found, "an image")
    return image if size is None or image.size() == size else image.scaled(size)
