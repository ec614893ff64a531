"""The overview picture against the largest entries of the cells of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import maps
from runtime.maps.linear_map import LinearMap
from runtime.maps.overview import overview
from runtime.maps.row_entries import entries_per_row
from runtime.maps.windows import Windows
from tests.maps_strategy import EVERY_CLASS

random = np.random.RandomState(9)
MILLION = 1_000_000


def pooled(matrix, tall, wide):
    """max|entry| of each cell, one after the other."""
    size = (-(-matrix.shape[0] // tall), -(-matrix.shape[1] // wide))
    cells = [
        np.abs(matrix[row : row + tall, column : column + wide]).max()
        for row in range(0, matrix.shape[0], tall)
        for column in range(0, matrix.shape[1], wide)
    ]
    return np.array(cells, "float64").reshape(size)


def assert_exact(made, rows, columns, progress=None):
    found, matrix = overview(made, rows, columns, progress), made.dense()
    assert found.exact
    assert found.picture.shape[0] <= rows
    assert found.picture.shape[1] <= columns
    expected = pooled(matrix, found.rows_per_cell, found.columns_per_cell)
    np.testing.assert_allclose(found.picture, expected, rtol=1e-6)
    return found


@pytest.fixture
def no_window(monkeypatch):
    """Neither the whole matrix of a map may be built nor a window of it."""

    def refuse(*_):
        raise AssertionError("a window was built")

    monkeypatch.setattr(LinearMap, "window", refuse)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_cells_hold_their_largest_entry(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    assert_exact(made, data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5)))


def windows(size, stride=1):
    out = (size + 2 - 3) // stride + 1
    return Windows((size,) * 2, (out,) * 2, (3, 3), (stride,) * 2, (1, 1), (1, 1))


LISTED = {
    "identity": lambda: maps.Identity((90, 5)),
    "scaled": lambda: maps.Scaled((333,), -0.5),
    "diagonal": lambda: maps.Diagonal((30, 9), random.randn(9)),
    "selection": lambda: maps.Selection(
        (300,), (200,), random.randint(-1, 200, 300), weights=random.randn(300)
    ),
    "broadcast": lambda: maps.Broadcast((9, 20), (20,), weights=random.randn(9, 1)),
    "reduce": lambda: maps.Reduce((9,), (20, 9, 3), (0, 2), weights=random.randn(3)),
    "linear by x": lambda: maps.contraction(
        (6, 40), (6, 30), [random.randn(40, 30)], "oi,...i->...o"
    ),
    "linear by weight": lambda: maps.contraction(
        (6, 8), (8, 30), [random.randn(6, 30)], "...i,oi->...o"
    ),
    "blocks": lambda: maps.BlockDiagonal((30, 5), (30, 4), random.randn(30, 5, 4)),
    "softmax": lambda: maps.LowRank(
        (9, 20), diagonal=(y := random.rand(9, 20)), pairs=[(y, y)], axes=(0,)
    ),
    "convolution": lambda: maps.Toeplitz(2, random.randn(4, 3, 3, 3), windows(6)),
    "strided in groups": lambda: maps.Toeplitz(
        1, random.randn(4, 1, 3, 3), windows(7, 2), groups=2
    ),
    "transposed": lambda: maps.Toeplitz(
        1, random.randn(4, 1, 3, 3), windows(7, 2), groups=2, transposed=True
    ),
    "by its kernel": lambda: maps.KernelToeplitz(random.randn(2, 4, 5, 5), 6, windows(5), groups=2),
    "scaled rows": lambda: maps.Product(
        maps.Diagonal((6, 40), random.randn(6, 40)),
        maps.contraction((6, 40), (6, 30), [random.randn(40, 30)], "oi,...i->...o"),
    ),
    "reordered": lambda: maps.Product(
        maps.Transposed((4, 6, 6), (2, 0, 1)),
        maps.Product(
            maps.Reshaped((4, 6, 6), (1, 4, 6, 6)),
            maps.Toeplitz(1, random.randn(4, 3, 3, 3), windows(6)),
        ),
    ),
    "scaled columns": lambda: maps.Product(
        maps.BlockDiagonal((30, 5), (30, 4), random.randn(30, 5, 4)),
        maps.Diagonal((30, 4), random.randn(4)),
    ),
}


@pytest.mark.parametrize("name", LISTED)
def test_a_structure_needs_no_window(name, monkeypatch):
    made = LISTED[name]()
    matrix = made.dense(budget=10**7)
    monkeypatch.setattr(LinearMap, "window", None)
    found = overview(made, 16, 16)
    expected = pooled(matrix, found.rows_per_cell, found.columns_per_cell)
    np.testing.assert_allclose(found.picture, expected, rtol=1e-12)
    assert found.exact


@pytest.mark.usefixtures("no_window")
def test_large_maps_by_their_structure():
    numbers = random.randn(MILLION)
    found = overview(maps.Diagonal((MILLION,), numbers))
    assert found.exact
    assert (found.picture.shape, found.rows_per_cell) == ((128, 128), 7813)
    tops = np.arange(0, MILLION, 7813)
    np.testing.assert_array_equal(
        np.diag(found.picture), np.maximum.reduceat(np.abs(numbers), tops)
    )
    assert np.count_nonzero(found.picture) == 128
    weight = random.randn(512, 784)
    made = maps.contraction((32, 512), (32, 784), [weight], "oi,...i->...o")
    found = overview(made, 32, 32)
    assert found.exact
    np.testing.assert_array_equal(found.picture, np.eye(32) * np.abs(weight).max())
    assert overview(maps.Identity((10**9,))).exact


def test_what_is_too_large_is_sampled():
    """A rank of 10 between 40,000 rows and 30,000 columns."""
    left, right = random.rand(40_000, 10), random.rand(10, 30_000)
    made = maps.Product(maps.Dense((40_000,), (10,), left), maps.Dense((10,), (30_000,), right))
    found = overview(made, 20, 30)
    assert (found.picture.shape, found.exact) == ((20, 30), False)
    assert found.why.startswith("Looked at 120 of 40000 rows")
    for row, column in ((0, 0), (3, 29), (19, 7)):
        cell = left[row * 2000 : row * 2000 + 2000] @ right[:, column * 1000 : column * 1000 + 1000]
        assert 0.4 * cell.max() < found.picture[row, column] <= cell.max()
    again = overview(made, 20, 30)
    np.testing.assert_array_equal(again.picture, found.picture)


def test_sampled_rows_of_a_structure(monkeypatch):
    monkeypatch.setattr("runtime.maps.overview.LISTED_ENTRIES", 100)
    monkeypatch.setattr("runtime.maps.overview.SAMPLED_ENTRIES", 50)
    monkeypatch.setattr("runtime.maps.overview.walkable", lambda *_: False)
    matrix = random.randn(95, 7)
    found = overview(maps.Dense((95,), (7,), matrix), 10, 7)
    assert not found.exact
    np.testing.assert_array_equal(found.picture, np.abs(matrix[[*range(5, 95, 10), 92]]))
    assert found.why == "Looked at 10 of 95 rows, evenly; all would take too long."


def test_more_cells_than_entries_show_each_entry():
    matrix = random.randn(3, 5)
    found = assert_exact(maps.Dense((3,), (5,), matrix), 128, 128)
    assert found.why == "Each cell is one entry's size."
    np.testing.assert_array_equal(found.picture, np.abs(matrix))


def test_nan_is_seen():
    numbers = np.ones(100)
    numbers[37] = np.nan
    found = overview(maps.Diagonal((100,), numbers), 10, 10)
    assert np.isnan(found.picture).sum() == 1
    assert np.isnan(found.picture[3, 3])


class Stopped(Exception):
    """What a person's wish to end the work is."""


def test_progress_is_told_and_may_end_the_work(monkeypatch):
    monkeypatch.setattr("runtime.maps.overview.STACK_ENTRIES", 400)
    made, told = maps.BlockDiagonal((30, 5), (30, 4), random.randn(30, 5, 4)), []
    assert entries_per_row(made) == 4
    assert_exact(made, 7, 7, told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    assert len(told) > 5

    def stop(share):
        if share:
            raise Stopped

    with pytest.raises(Stopped):
        overview(made, 7, 7, stop)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_part_of_a_map_is_drawn_as_if_it_were_all(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    within = []
    for size in (made.rows, made.columns):
        start = data.draw(st.integers(0, size))
        within.append(slice(start, data.draw(st.integers(start, size))))
    found = overview(
        made, data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4)), within=within
    )
    assert found.exact
    part = made.dense()[tuple(within)]
    if part.size:
        expected = pooled(part, found.rows_per_cell, found.columns_per_cell)
        np.testing.assert_allclose(found.picture, expected, rtol=1e-6)


@pytest.mark.parametrize("name", LISTED)
def test_a_part_of_a_listed_map_is_listed(name, no_window):
    made = LISTED[name]()
    rows = slice(made.rows // 3, made.rows // 3 * 2 + 1)
    columns = slice(made.columns // 4, made.columns // 4 * 3 + 1)
    found = overview(made, 7, 9, within=(rows, columns))
    whole = overview(made, made.rows, made.columns).picture[rows, columns]
    expected = pooled(whole, found.rows_per_cell, found.columns_per_cell)
    np.testing.assert_allclose(found.picture, expected, rtol=1e-6)
