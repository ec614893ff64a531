"""The memory budget of dense Jacobians: forecast from the size, before anything is built."""

from __future__ import annotations

from graph.errors import GradwireError, sentence

DENSE_BUDGET = 1_000_000
"""Most entries (not bytes) that a dense Jacobian may have unless the caller says otherwise."""

_THIN_SPACE = "\u2009"


class TooLarge(GradwireError):
    """A dense matrix was asked for that the budget does not allow.

    Attributes: `rows`, `columns`, `entries`, `bytes` (of the whole matrix), `budget` (entries).
    """

    def __init__(self, rows: int, columns: int, itemsize: int, budget: int) -> None:
        self.rows, self.columns, self.budget = rows, columns, budget
        self.entries = rows * columns
        self.bytes = self.entries * itemsize
        found = f"{_grouped(self.entries)} entries ({_memory(self.bytes)})"
        expected = f"at most {_grouped(budget)} ({_memory(budget * itemsize)})"
        super().__init__(
            sentence(
                f"dense {_grouped(rows)} × {_grouped(columns)} matrix",
                found,
                expected,
                "Read a window of rows and columns instead.",
            )
        )


def ask_budget(rows: int, columns: int, itemsize: int, budget: int) -> None:
    """Raise `TooLarge` where rows x columns entries of `itemsize` bytes exceed the budget."""
    if rows * columns > budget:
        raise TooLarge(rows, columns, itemsize, budget)


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", _THIN_SPACE)


def _memory(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} EiB"
