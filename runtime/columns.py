"""A table in a terminal: columns under their names.

rich lays out what is too wide for the terminal; it measures and styles every cell many times, so
what fits, and may be long, is written line by line.
"""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

GAP = "   "


class Columns:
    """Rows of texts, printed with the columns aligned."""

    def __init__(self, *names: str) -> None:
        self._rows: list[tuple[str, ...]] = [names]

    def __bool__(self) -> bool:
        return len(self._rows) > 1

    def add(self, *cells: str) -> None:
        """Add a row."""
        self._rows.append(cells)

    def print(self, out: Console) -> None:
        """Print all rows; where the terminal is too narrow, cells go on in the next line."""
        widths = [max(map(_width, column)) for column in zip(*self._rows, strict=True)]
        one_line = all(cell.isprintable() for row in self._rows for cell in row)
        if one_line and sum(widths) + len(GAP) * (len(widths) - 1) <= out.width:
            self._write(out, widths)
        else:
            out.print(self._folded())

    def _write(self, out: Console, widths: list[int]) -> None:
        head, *rows = (_line(row, widths) for row in self._rows)
        rule = "─" * _width(head)
        out.print(head, style="bold")
        out.out("\n".join((rule, *rows)), highlight=False)

    def _folded(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for name in self._rows[0]:
            table.add_column(name, overflow="fold")
        for row in self._rows[1:]:
            table.add_row(*row)
        return table


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True))
    return GAP.join(cells)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
