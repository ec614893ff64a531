"""Text of several lines that stands beside other text, as matrices do in a formula."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def cell_len(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


@functools.lru_cache(maxsize=1024)
def _cells(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of one width; `base` is the one that stands on the formula's line."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        """In cells of a terminal."""
        return cell_len(self.lines[0])

    @property
    def is_line(self) -> bool:
        """Whether it is one line."""
        return len(self.lines) == 1

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


def beside(boxes: Sequence[Box]) -> Box:
    """Boxes from left to right, their base lines in one."""
    above = max((box.base for box in boxes), default=0)
    below = max((len(box.lines) - box.base for box in boxes), default=1)
    columns = []
    for box in boxes:
        blank = " " * box.width
        top = (blank,) * (above - box.base)
        bottom = (blank,) * (below - (len(box.lines) - box.base))
        columns.append((*top, *box.lines, *bottom))
    return Box(tuple("".join(parts) for parts in zip(*columns, strict=True)) or ("",), above)


def below(boxes: Sequence[Box]) -> Box:
    """Boxes from top to bottom; the base line is the first one's."""
    width = max((box.width for box in boxes), default=0)
    lines = [line for box in boxes for line in box.lines]
    padded = tuple(line + " " * (width - cell_len(line)) for line in lines)
    return Box(padded or ("",), boxes[0].base if boxes else 0)


def table(rows: Sequence[Sequence[str]], *, left: bool = False) -> list[str]:
    """Cells in columns, aligned to the right, or to the left; two spaces between."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    found = []
    for cells in rows:
        blanks = [" " * (w - cell_len(cell)) for cell, w in zip(cells, widths, strict=True)]
        pairs = zip(cells, blanks, strict=True)
        found.append("  ".join(c + blank if left else blank + c for c, blank in pairs))
    return found
