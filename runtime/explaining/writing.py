"""An explanation written out: for a terminal, as Markdown, as LaTeX, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from runtime import report
from runtime.explaining.boxes import Box, below, beside
from runtime.explaining.explanation import Explanation, Line
from runtime.explaining.latex import latex, prose, visible
from runtime.explaining.plain import plain

WIDTH = 96
"""An equation that is wider goes on in new lines, one for each `=`."""
MOST_RESULTS = 1000
"""Up to this many numbers of a result are given as data."""
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def as_text(explanations: Iterable[Explanation]) -> str:
    """For a terminal: a sentence, the lines of the derivation, the notes."""
    return "\n\n".join(map(_text, explanations)) + "\n"


def as_markdown(explanations: Iterable[Explanation]) -> str:
    """Markdown with formulas between dollars."""
    return "\n\n".join(map(_markdown, explanations)) + "\n"


def as_latex(explanations: Iterable[Explanation]) -> str:
    """The body of a LaTeX document; it needs amsmath."""
    return "\n\n".join(map(_latex, explanations)) + "\n"


FORMS: dict[str, Callable[[Iterable[Explanation]], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "latex": as_latex,
}


def as_json(explanations: Iterable[Explanation]) -> str:
    """One JSON object with all of them."""
    return report.as_json({"explanations": [as_data(each) for each in explanations]})


def as_data(explanation: Explanation) -> report.Plain:
    """One object for JSON."""
    return {
        **explanation.about,
        "words": visible(explanation.words),
        "lines": [_line_data(line) for line in explanation.lines],
        "notes": [visible(note) for note in explanation.notes],
    }


def line_latex(line: Line) -> str:
    """One line for LaTeX's display mode."""
    left, rights = latex(line.left), [latex(item) for item in (*line.symbols, *line.numbers)]
    if not rights:
        return left
    if _one_line(_boxes(line)) is not None:
        return " = ".join([left, *rights])
    parts = r" \\ ".join(f"&= {right}" for right in rights)
    return f"\\begin{{aligned}} {left} {parts} \\end{{aligned}}"


def line_text(line: Line) -> str:
    """One line for a terminal; several where matrices or its width want it."""
    left, *rights = _boxes(line)
    one = _one_line([left, *rights])
    if one is not None:
        return one
    blank = Box((" " * left.width,))
    heads = [left, *[blank] * (len(rights) - 1)]
    rows = [beside([head, Box((" = ",)), box]) for head, box in zip(heads, rights, strict=True)]
    return str(below(rows))


def _boxes(line: Line) -> list[Box]:
    return [plain(item) for item in (line.left, *line.symbols, *line.numbers)]


def _one_line(boxes: list[Box]) -> str | None:
    """The equation on one line; None where it does not fit."""
    if not all(box.is_line for box in boxes):
        return None
    text = " = ".join(box.lines[0] for box in boxes)
    return text if len(text) <= WIDTH else None


def _text(explanation: Explanation) -> str:
    parts = [visible(explanation.words)]
    for line in explanation.lines:
        words = f"   ({visible(line.words)})" if line.words else ""
        lines = line_text(line).split("\n")
        if len(lines) > 1 and words:
            parts.append(f"  {visible(line.words)}:")
            words = ""
        parts += [f"  {text}" for text in [*lines[:-1], lines[-1] + words]]
    parts += [f"  {visible(note)}" for note in explanation.notes]
    return "\n".join(parts)


def _markdown(explanation: Explanation) -> str:
    parts = [f"**{_escaped(explanation.words)}**"]
    for line in explanation.lines:
        if line.words:
            parts.append(f"{_escaped(line.words)}:")
        parts.append(f"$$\n{line_latex(line)}\n$$")
    parts += [f"> {_escaped(note)}" for note in explanation.notes]
    return "\n\n".join(parts)


def _latex(explanation: Explanation) -> str:
    parts = [f"\\paragraph{{{prose(explanation.words)}}}"]
    for line in explanation.lines:
        if line.words:
            parts.append(f"\\noindent {prose(line.words)}:")
        parts.append(f"\\[\n{line_latex(line)}\n\\]")
    parts += [f"\\noindent {prose(note)}" for note in explanation.notes]
    return "\n".join(parts)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", visible(text))


def _line_data(line: Line) -> dict[str, Any]:
    result = line.result
    few = result is not None and result.size <= MOST_RESULTS
    return {
        "words": visible(line.words),
        "text": line_text(line),
        "latex": line_latex(line),
        "left": latex(line.left),
        "symbols": [latex(item) for item in line.symbols],
        "numbers": [latex(item) for item in line.numbers],
        "shape": None if result is None else list(result.shape),
        "result": report.numbers(result) if few and result is not None else None,
    }
