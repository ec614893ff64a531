"""The pages for users say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gui.actions import ROWS
from gui.canvas.keys import FIXED

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = {"Page Down": "PgDown", "Page Up": "PgUp", "Delete": "Del"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_exists(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_the_keys_of_the_guide_are_those_of_the_actions():
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    for long, short in NAMES.items():
        guide = guide.replace(long, short)
    keys = {key for row in ROWS for key in row.keys.split("; ") if key}
    keys |= {key for key, _ in FIXED}
    named = set(
        re.findall(r"\b(?:Ctrl\+|Shift\+)+\w+|\bAlt\+Pg\w+|\bF\d\b|\bPg(?:Up|Down)\b", guide)
    )
    assert named <= keys
    stepping = {key for row in ROWS if row.menu == "run" for key in row.keys.split("; ") if key}
    assert stepping - named <= {"Ctrl+K"}
