"""Figures of large maps: closed forms build no matrix, and what is too large says so."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from runtime import maps
from runtime.maps import spectra
from runtime.maps.factoring import DENSE_SIDE, LARGEST, largest, triangle
from runtime.maps.linear_map import LinearMap
from runtime.maps.summary import summarise
from runtime.maps.windows import Windows

random = np.random.RandomState(5)
MILLION = 1_000_000


@pytest.fixture
def no_matrix(monkeypatch):
    """Neither the whole matrix of a map may be built nor a window of it."""

    def refuse(*_):
        raise AssertionError("a matrix was built")

    monkeypatch.setattr(LinearMap, "dense", refuse)
    monkeypatch.setattr(LinearMap, "window", refuse)


@pytest.mark.usefixtures("no_matrix")
def test_a_diagonal_of_a_million():
    numbers = random.randn(MILLION)
    found = summarise(maps.Diagonal((1000, 1000), numbers.reshape(1000, 1000)))
    assert found.complete
    assert found.rank == MILLION
    np.testing.assert_array_equal(found.singular_values, np.sort(np.abs(numbers))[::-1])
    assert found.norm == pytest.approx(np.linalg.norm(numbers))
    assert found.condition == np.abs(numbers).max() / np.abs(numbers).min()
    assert found.determinant == (
        np.prod(np.sign(numbers)),
        pytest.approx(np.log(np.abs(numbers)).sum()),
    )
    assert found.sparsity == 1 - 1 / MILLION


@pytest.mark.usefixtures("no_matrix")
def test_a_linear_on_a_batch_by_its_factor():
    weight = random.randn(512, 784)
    found = summarise(maps.contraction((32, 512), (32, 784), [weight], "oi,...i->...o"))
    values = np.linalg.svd(weight, compute_uv=False)
    np.testing.assert_allclose(found.singular_values, np.repeat(values, 32), rtol=1e-10)
    assert (found.complete, found.rank, found.determinant) == (True, 32 * 512, None)
    assert found.norm == pytest.approx(math.sqrt(32) * np.linalg.norm(weight))
    assert found.sparsity == pytest.approx(1 - 1 / 32)
    assert found.condition == pytest.approx(values[0] / values[-1])


@pytest.mark.usefixtures("no_matrix")
def test_what_a_tensor_could_not_hold():
    """10^12 entries on one side take no memory."""
    wide = summarise(maps.Broadcast((MILLION, MILLION), (MILLION,)))
    assert (wide.rank, wide.condition) == (MILLION, 1)
    assert wide.norm == pytest.approx(1e6)
    mean = summarise(maps.Reduce((), (10**9,), (0,), scale=1e-9))
    assert mean.singular_values == pytest.approx([10**-4.5])
    assert summarise(maps.Identity((10**9,))).determinant == (1, 0)


CLOSED = {
    "zero": lambda: maps.Zero((3000, 3000), (3000, 3000)),
    "scaled": lambda: maps.Scaled((3000, 100), -0.5),
    "selection": lambda: maps.Selection((9000,), (5000,), random.randint(-1, 5000, 9000)),
    "permutation": lambda: maps.Selection((9000,), (9000,), random.permutation(9000)),
    "transpose": lambda: maps.Transposed((100, 90, 2), (2, 0, 1)),
    "slice": lambda: maps.Sliced((9000,), [slice(None, None, 2)]),
    "weighted broadcast": lambda: maps.Broadcast((90, 90), (90,), weights=random.randn(90, 1)),
    "weighted reduce": lambda: maps.Reduce((90,), (90, 90), (0,), weights=random.randn(90, 90)),
    "block-diagonal": lambda: maps.BlockDiagonal((90, 80), (90, 70), random.randn(90, 80, 70)),
    "linear by weight": lambda: maps.contraction(
        (32, 200), (200, 300), [random.randn(32, 300)], "...i,oi->...o"
    ),
    "linear by bias": lambda: maps.contraction((32, 5000), (5000,), [], "o->...o"),
    "softmax": lambda: maps.LowRank(
        (90, 40),
        diagonal=(y := np.full((90, 40), 1 / 40) + 0.001 * random.rand(90, 40)),
        pairs=[(y, y)],
        scale=-1,
        axes=(1,),
    ),
}


@pytest.mark.usefixtures("no_matrix")
@pytest.mark.parametrize("name", CLOSED)
def test_a_structure_needs_no_matrix(name):
    found = summarise(CLOSED[name]())
    assert found.complete
    assert None not in (found.norm, found.sparsity, found.rank, found.condition)


def conv(channels, size, count=1):
    slide = Windows((size,) * 2, (size,) * 2, (3, 3), (1, 1), (1, 1), (1, 1))
    return maps.Toeplitz(count, random.randn(channels, channels, 3, 3), slide)


def test_the_largest_values_are_those_of_the_matrix():
    made = conv(3, 11)
    values = np.linalg.svd(made.dense(), compute_uv=False)
    np.testing.assert_allclose(largest(made), values[:LARGEST], rtol=1e-9)


def test_equal_values_are_found_as_often_as_they_stand_there():
    numbers = np.concatenate([np.full(5, 7.0), np.linspace(3, 1, 400)])
    found = largest(maps.Diagonal((405,), random.permutation(numbers)))
    np.testing.assert_allclose(found, numbers[:LARGEST], rtol=1e-9)


def test_a_large_convolution_says_what_it_does_not_know():
    made = conv(16, 32, count=2)
    found = summarise(made)
    assert (found.complete, found.rank, found.determinant, found.condition) == (False, *[None] * 3)
    assert found.how == (
        "The largest 8 singular values, found without the matrix of 16384 × 16384, which is more "
        "than 2048 on both sides; rank and condition are unknown."
    )
    assert found.norm == pytest.approx(np.sqrt(sum_of_squares(made)))
    assert found.sparsity == 1 - made.nonzeros / 32768**2
    # Each of both samples has the same values; none is above those of the infinite convolution,
    # and the largest comes close (Sedghi, Gupta and Long, ICLR 2019).
    values = found.singular_values.reshape(-1, 2)
    np.testing.assert_array_equal(values[:, 0], values[:, 1])
    symbol = np.fft.fft2(made.weight, (64, 64)).transpose(2, 3, 0, 1)
    bound = np.linalg.svd(symbol, compute_uv=False).max()
    assert 0.97 * bound < values[0, 0] <= bound * 1.001
    assert (np.diff(values[:, 0]) <= 0).all()


def sum_of_squares(made):
    """Each kernel entry as often as it lies inside."""
    inside = np.outer([31, 32, 31], [31, 32, 31])
    return made.in_shape[0] * (made.weight**2 * inside).sum()


def test_a_tall_matrix_is_joined_in_windows(monkeypatch):
    monkeypatch.setattr("runtime.maps.factoring.STACK_ENTRIES", 200)
    matrix = random.randn(103, 6)
    for made in (maps.Dense((103,), (6,), matrix), maps.Dense((6,), (103,), matrix.T)):
        small, norm, nonzeros = triangle(made)
        assert small.shape == (6, 6)
        assert (norm, nonzeros) == (pytest.approx(np.linalg.norm(matrix)), matrix.size)
        np.testing.assert_allclose(
            np.linalg.svd(small, compute_uv=False), np.linalg.svd(matrix, compute_uv=False)
        )


def test_products_up_to_the_limit_are_factored():
    left, right = random.randn(2500, 40), random.randn(40, 2600)
    made = maps.Product(maps.Dense((2500,), (40,), left), maps.Dense((40,), (2600,), right))
    found = summarise(made)
    assert min(made.rows, made.columns) > DENSE_SIDE
    assert not found.complete
    expected = np.linalg.svd(
        np.linalg.qr(left, mode="r") @ np.linalg.qr(right.T, mode="r").T, compute_uv=False
    )
    np.testing.assert_allclose(found.singular_values, expected[:LARGEST], rtol=1e-8)
    assert found.norm == pytest.approx(np.linalg.norm(left @ right))
    assert found.sparsity == 0


def large_softmax(size):
    y = np.exp(random.randn(size))
    y /= y.sum()
    return y, maps.LowRank((size,), diagonal=y, pairs=[(y, y)], scale=-1)


def test_a_large_softmax_by_the_determinant_lemma(monkeypatch):
    """Its norm and determinant need no values; the same formulas hold where there are some."""
    y, made = large_softmax(5000)
    found = summarise(made)
    assert not found.complete
    assert found.determinant == (0, -math.inf)
    assert found.norm == pytest.approx(np.linalg.norm(np.diag(y) - np.outer(y, y)))
    above = np.sort(y)[::-1][: LARGEST + 1]  # eigenvalues stand between the diagonal's entries
    assert (found.singular_values <= above[:-1]).all()
    assert (found.singular_values >= above[1:]).all()
    monkeypatch.setattr(spectra, "lowrank_spectrum", lambda *_: None)
    monkeypatch.setattr(spectra, "_fits", lambda *_: False)
    u, v, d = random.randn(3, 60)
    made = maps.LowRank((60,), diagonal=d, pairs=[(u, v), (v, d)], scale=0.5)
    found = summarise(made)
    sign, logarithm = np.linalg.slogdet(made.dense())
    assert found.determinant == (sign, pytest.approx(logarithm))
    assert found.norm == pytest.approx(np.linalg.norm(made.dense()))


class Stopped(Exception):
    """What a person's wish to end the work is."""


@pytest.mark.parametrize(
    "make",
    [
        lambda: conv(16, 32),
        lambda: maps.Dense((300,), (200,), random.randn(300, 200)),
        lambda: maps.BlockDiagonal((90, 80), (90, 70), random.randn(90, 80, 70)),
        lambda: large_softmax(50)[1],
    ],
)
def test_progress_may_end_the_work(make):
    made, told = make(), []

    def stop(share):
        told.append(share)
        if len(told) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        summarise(made, stop)
    assert 0 <= told[0] <= told[1] <= 1


def test_scipy_comes_when_it_is_needed():
    code = (
        "import sys, numpy; from runtime import maps; from runtime.maps.summary import summarise;"
        "summarise(maps.Dense((3,), (3,), numpy.eye(3)));"
        "assert not any(name.startswith('scipy') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
