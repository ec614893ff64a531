"""Every text that a person reads goes through Qt's translation, as a literal that can be found."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "gui").rglob("*.py"))
# What a person reads: calls by their name, and which argument is the text.
SHOWS = {
    "setText": 0,
    "setWindowTitle": 0,
    "setToolTip": 0,
    "setPlaceholderText": 0,
    "setAccessibleName": 0,
    "setAccessibleDescription": 0,
    "setInformativeText": 0,
    "setSuffix": 0,
    "addAction": 0,
    "addMenu": 0,
    "addItem": 0,
    "addTab": 1,
    "setTitle": 0,
    "say": 0,
    "refuse": 0,
    "tell": 0,
    "do": 1,
    "QLabel": 0,
    "QPushButton": 0,
    "QCheckBox": 0,
    "QAction": 0,
    "Button": 1,
}
NAMED = ("placeholderText", "text", "toolTip", "windowTitle")
DOORS = {"tr": 0, "N": 1, "translate": 1}  # which argument of a door is the text
# Words that are the same in every language.
SAME = ("float32", "float64", "Gradwire")


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            func = node.func
            yield node, getattr(func, "attr", getattr(func, "id", ""))


def is_text(node: ast.expr) -> bool:
    """Whether it is a bare text with a word in it; what is left of names is no word."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        return any(map(has_word, parts))
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and has_word(node.value)


def has_word(text: str) -> bool:
    words = "".join(c if c.isalpha() else " " for c in text).split()
    return text not in SAME and any(len(word) > 2 and word not in SAME for word in words)


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_what_is_shown_is_no_bare_text():
    found = []
    for path in FILES:
        for call, name in calls(path):
            index = SHOWS.get(name)
            shown = [call.args[index]] if index is not None and len(call.args) > index else []
            shown += [k.value for k in call.keywords if k.arg in NAMED and name in SHOWS]
            found += [place(path, arg) for arg in shown if is_text(arg)]
    assert found == []


def test_a_text_that_is_translated_is_a_literal_with_its_gaps_numbered_or_named():
    """Else no tool can find it: an f-string is filled in before it is looked up."""
    found = []
    for path in FILES:
        for call, name in calls(path):
            index = DOORS.get(name)
            text = call.args[index] if index is not None and len(call.args) > index else None
            if isinstance(text, ast.JoinedStr | ast.BinOp):
                found.append(place(path, call))
    assert found == []


@pytest.mark.parametrize("text", ["Save", "Press F5 to run."])
def test_the_check_sees_words(text):
    assert is_text(ast.Constant(text))
    assert is_text(ast.parse(f"f'{text} {{x}}'", mode="eval").body)
    assert not is_text(ast.parse(f"self.tr('{text}')", mode="eval").body)


@pytest.mark.parametrize("text", ["", "{0}", "∂ 3", "×", "dx", "100 %"])
def test_the_check_lets_signs_pass(text):
    assert not is_text(ast.Constant(text))
