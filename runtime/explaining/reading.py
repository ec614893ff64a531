"""From the LaTeX of a module's formula to a tree: the part of LaTeX that the catalogue uses."""

from __future__ import annotations

import functools
import re

from runtime.explaining.expression import Expression, Fraction, Grid, Row, Scripts, Symbol, Wrapped

_TOKEN = re.compile(
    r"\\(?:left|right|[Bb]ig+[lr])\s*(?:\\?[^A-Za-z\s]|\\[A-Za-z]+)|\\(?:begin|end)\{\w+\}"
    r"|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|[A-Za-z]'?|\S"
)
_AROUND = ("\\mathrm", "\\mathbf", "\\sqrt", "\\overline", "\\hat", "\\mathrel")


@functools.lru_cache(maxsize=512)
def read_latex(text: str) -> Expression:
    """The tree of a formula; ValueError where brackets or environments do not match."""
    reader = _Reader(_TOKEN.findall(text))
    found = reader.row(())
    if reader.rest:
        raise ValueError(f"{text}: found {reader.rest[-1]!r}, expected the end")
    return found


class _Reader:
    """What is left of the tokens, last first."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens[::-1]

    def row(self, ends: tuple[str, ...]) -> Expression:
        """Up to one of `ends`, which stays."""
        items: list[Expression] = []
        while self.rest and self.rest[-1] not in ends and self.rest[-1] != "}":
            items.append(self._scripted())
        return items[0] if len(items) == 1 else Row(tuple(items))

    def _scripted(self) -> Expression:
        body = self._one()
        sub: Expression | None = None
        sup: Expression | None = None
        while self.rest and self.rest[-1] in ("_", "^"):
            if self.rest.pop() == "_":
                sub = self._one()
            else:
                sup = self._one()
        return body if sub is None and sup is None else Scripts(body, sub, sup)

    def _one(self) -> Expression:
        if not self.rest:
            raise ValueError("found the end, expected something")
        token = self.rest.pop()
        if token == "{":
            found = self.row(("}",))
            self._take("}")
            return found
        if token == "\\frac":
            return Fraction(self._one(), self._one())
        if token in _AROUND:
            return Wrapped(token, self._one())
        if token == "\\begin{cases}":
            return self._cases()
        if token.startswith(("\\begin", "\\end")):
            raise ValueError(f"found {token}, expected no such environment")
        return Symbol(token if token == "\\ " else "".join(token.split()))

    def _cases(self) -> Grid:
        rows: list[tuple[Expression, ...]] = []
        cells: list[Expression] = []
        while True:
            cells.append(self.row(("&", "\\\\", "\\end{cases}")))
            token = self._take("&", "\\\\", "\\end{cases}")
            if token != "&":
                rows.append(tuple(cells))
                cells = []
            if token == "\\end{cases}":
                return Grid("cases", tuple(rows))

    def _take(self, *wanted: str) -> str:
        found = self.rest.pop() if self.rest else "the end"
        if found not in wanted:
            raise ValueError(f"found {found}, expected {' or '.join(wanted)}")
        return found
