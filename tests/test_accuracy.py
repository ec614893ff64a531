"""docs/accuracy.md says what is so now: modules, structures, and bounds that are kept."""

from __future__ import annotations

import re

import pytest

from graph.catalogue import default_catalogue
from tests.reference.errors_table import DTYPES, LEAST, PAGE, bound, page, rows

STALE = "run python -m tests.reference.errors_table"
NUMBER = re.compile(r"\| \de-\d\d(?= \|)")
SLACK = 10  # what another machine, which adds in another order, may be worse by


@pytest.fixture(scope="module")
def made():
    return rows()


def test_the_page_is_not_stale(made):
    known = PAGE.read_text(encoding="utf-8")
    assert NUMBER.sub("| #", known) == NUMBER.sub("| #", page(made)), STALE


def test_the_errors_on_the_page_are_those_of_now(made):
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [line.split(" | ") for line in lines if "[page]" in line]
    for row, cells in zip(made, found, strict=True):
        errors = [kept[dtype] for kept in (row.values, row.gradients) for dtype in DTYPES]
        for dtype, error, cell in zip(2 * DTYPES, errors, cells[1:5], strict=True):
            if error is None:
                assert cell == "none", STALE
                continue
            said = float(cell)
            assert error <= SLACK * said, f"{row.module}: {STALE}"
            assert said <= 10 * SLACK * max(error, LEAST[dtype]), f"{row.module}: {STALE}"


def test_every_module_that_computes_is_on_it_with_its_manual(made):
    names = [kind.name for kind in default_catalogue() if kind.sig.inputs]
    assert [row.module for row in made] == names
    assert all(row.has_manual for row in made)
    assert all((row.gradients["float64"] is None) == (not row.structures) for row in made)


@pytest.mark.parametrize(
    ("error", "dtype", "expected"),
    [(0.0, "float64", 1e-15), (2e-16, "float64", 1e-15), (1e-12, "float64", 1e-12),
     (1.1e-12, "float64", 1e-11), (3e-7, "float32", 1e-6), (3e-6, "float32", 1e-5)],
)  # fmt: skip
def test_errors_are_rounded_up_to_powers_of_ten(error, dtype, expected):
    assert bound(error, dtype) == pytest.approx(expected, rel=1e-12)
