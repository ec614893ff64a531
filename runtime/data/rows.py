"""One row of a table as a line of text: what stands between commas, quoted where it has one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def write_row(texts: Iterable[str]) -> str:
    """Texts in one line: `a, "b, c"`."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(list(texts))
    return line.getvalue()


def read_row(line: str) -> tuple[str, ...]:
    """The texts of a line; spaces around each are dropped."""
    row = next(csv.reader([line], skipinitialspace=True), [])
    return tuple(text.strip() for text in row if text.strip())
