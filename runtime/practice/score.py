"""How it went: one mark for each question that was answered or shown."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Mark:
    """How one question went: `tries` counts answers that were wrong."""

    name: str
    tries: int = 0
    hints: int = 0
    is_shown: bool = False

    @property
    def is_at_first(self) -> bool:
        """Whether the first answer was right, without a hint."""
        return not (self.tries or self.hints or self.is_shown)

    @property
    def words(self) -> str:
        """In a few words: `right`, `right after 2 tries and 1 hint`, `shown`."""
        help_ = [counted(self.tries, "wrong try", "wrong tries"), counted(self.hints, "hint")]
        after = " and ".join(part for part in help_ if part)
        lead = "shown" if self.is_shown else "right"
        return f"{lead} after {after}" if after else lead


@dataclass(frozen=True, slots=True)
class Score:
    """All marks so far, in order."""

    marks: tuple[Mark, ...] = ()

    def with_mark(self, mark: Mark) -> Score:
        """The score with one more."""
        return replace(self, marks=(*self.marks, mark))

    @property
    def right(self) -> int:
        """How many were answered, sooner or later."""
        return sum(not mark.is_shown for mark in self.marks)

    @property
    def at_first(self) -> int:
        """How many at the first try without a hint."""
        return sum(mark.is_at_first for mark in self.marks)

    @property
    def words(self) -> str:
        """`7 of 9 right, 5 at the first try without a hint; 3 hints, 2 shown.`"""
        if not self.marks:
            return "Nothing was asked yet."
        shown = len(self.marks) - self.right
        hints = counted(sum(mark.hints for mark in self.marks), "hint")
        rest = ", ".join(part for part in (hints, f"{shown} shown" if shown else "") if part)
        lead = f"{self.right} of {len(self.marks)} right, {self.at_first} at the first try"
        return f"{lead}; {rest}." if rest else f"{lead}."


def counted(count: int, one: str, many: str = "") -> str:
    """`1 hint`, `2 hints`; nothing for 0."""
    return "" if not count else f"{count} {one if count == 1 else many or one + 's'}"
