"""The manual of the modules is what their declarations say now."""

from __future__ import annotations

import importlib.util
import itertools
import re
from pathlib import Path

import pytest

from graph import default_catalogue
from gui.module_card.pictures import described
from tests.effort import tries

ROOT = Path(__file__).parents[1]
STALE = "run python docs/make_manual.py"


@pytest.fixture(scope="module")
def maker():
    place = ROOT / "docs" / "make_manual.py"
    spec = importlib.util.spec_from_file_location("make_manual", place)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def made(maker):
    """The manual as it would be written now. Typesetting takes most of its time, and every formula
    is typeset elsewhere: here one in a few is, and the others are only described."""
    typeset, count = maker.formula_picture, itertools.count()
    step = tries(8, 1)

    def picture(latex: str) -> str:
        return described(latex) if next(count) % step else typeset(latex)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker, "formula_picture", picture)
        return dict(maker.manual())


def test_the_manual_is_not_stale(maker, made):
    known = {path.name: path.read_text(encoding="utf-8") for path in maker.FOLDER.iterdir()}
    assert set(known) == set(made), STALE
    formulas = {kind.name: kind.formula for kind in default_catalogue()}
    for name, text in made.items():
        if name.endswith("-formula.svg"):  # its outlines are the typesetter's
            latex = formulas[name.removesuffix("-formula.svg")]
            assert described(latex) in known[name], STALE
        else:
            assert known[name] == text, f"{name}: {STALE}"


def test_every_module_has_a_page_with_its_parts(maker):
    for kind in default_catalogue():
        page = (maker.FOLDER / f"{kind.name}.md").read_text(encoding="utf-8")
        assert f"{kind.name}-formula.svg" in page or not kind.formula
        assert "## Ports" in page
        assert all(f"| `{spec}` |" in page for spec in kind.attributes)
        if kind.sig.inputs:
            assert "## Example" in page


def test_no_formula_is_taller_than_two_fractions():
    for path in (ROOT / "docs" / "modules").glob("*-formula.svg"):
        head = path.read_text(encoding="utf-8")[:400]
        height = float(re.search(r' height="([\d.]+)"', head)[1])
        assert height < 100, path.name  # a bracket that grew to the sky, once


def test_every_stroke_of_a_formula_follows_the_page(maker, made):
    known = {path.name: path.read_text(encoding="utf-8") for path in maker.FOLDER.iterdir()}
    assert sum("<svg" in text for name, text in made.items() if name.endswith("-formula.svg")) > 5
    for name, text in (*made.items(), *known.items()):
        assert "black" not in text or not name.endswith("-formula.svg"), name
