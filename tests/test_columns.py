"""Tables of a terminal: what fits is written plainly, and looks as what rich lays out."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from runtime.columns import Columns

ROWS = (("x.y", "[]", "2"), ("loss.y", "[3, 4]", "漢字 0 to 1"), ("b", "", ""))


def printed(table: Columns, width: int, is_terminal: bool = False) -> str:
    file = io.StringIO()
    table.print(Console(file=file, width=width, force_terminal=is_terminal, markup=False))
    return file.getvalue()


def filled() -> Columns:
    table = Columns("Port", "Shape", "Value")
    for row in ROWS:
        table.add(*row)
    return table


@pytest.fixture
def laid_out(monkeypatch):
    """The tables that rich laid out."""
    found = []
    render = Table.__rich_console__
    monkeypatch.setattr(
        Table, "__rich_console__", lambda self, *a: found.append(self) or render(self, *a)
    )
    return found


def test_what_fits_is_not_laid_out_by_rich_and_looks_the_same(laid_out):
    plain = printed(filled(), 80)
    assert not laid_out
    assert plain.splitlines()[0].rstrip() == "Port     Shape    Value"
    file = io.StringIO()
    Console(file=file, width=80).print(filled()._folded())
    assert [line.rstrip() for line in plain.splitlines()] == [
        line.rstrip() for line in file.getvalue().splitlines()
    ]


def test_what_is_too_wide_is_folded(laid_out):
    narrow = printed(filled(), 20)
    assert len(laid_out) == 1
    assert max(map(len, narrow.splitlines())) <= 20


def test_the_names_are_bold_in_a_terminal():
    assert "\x1b[1m" in printed(filled(), 80, is_terminal=True).splitlines()[0]


def test_a_control_character_of_a_file_is_left_to_rich(laid_out):
    table = Columns("Port")
    table.add("a\x1b[31mb")
    printed(table, 80)
    assert laid_out


def test_a_table_without_rows_says_so():
    assert not Columns("Port")
    assert filled()
