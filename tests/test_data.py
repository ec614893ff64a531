"""Sets to learn from: what they hold, how they are split, counted and scaled."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from runtime.data.batches import Batches, Split
from runtime.data.dataset import Dataset
from runtime.data.generated import GENERATED, generate
from runtime.data.scaling import Scaling
from runtime.data.shipped import SHIPPED, shipped
from runtime.errors import BadSetting


@pytest.mark.parametrize("name", GENERATED)
def test_the_same_seed_gives_the_same_samples(name):
    one, two, other = generate(name, 3), generate(name, 3), generate(name, 4)
    assert len(one) == GENERATED[name].settings["samples"]
    for key, array in one.arrays.items():
        assert array.tobytes() == two.arrays[key].tobytes()
        assert np.isfinite(array).all()
    if name not in ("xor", "parity"):  # tables without noise
        assert any(one.arrays[key].tobytes() != other.arrays[key].tobytes() for key in one.arrays)
    assert GENERATED[name].doc


def test_they_are_what_their_names_say():
    xor = generate("xor")
    assert xor.arrays["t"].tolist() == [int(a) ^ int(b) for a, b in xor.arrays["x"]]
    line = generate("line", noise=0, slope=3, offset=-1)
    np.testing.assert_allclose(line.arrays["t"], 3 * line.arrays["x"] - 1)
    far = generate("line", noise=0, outliers=0.1).arrays
    assert (far["t"] - 2 * far["x"] - 1 > 4.9).sum() == 10
    circles = generate("circles", noise=0, inner=0.25).arrays
    radius = np.hypot(*circles["x"].T)
    np.testing.assert_allclose(radius, np.where(circles["t"] == 0, 1, 0.25))
    parity = generate("parity").arrays
    assert len({tuple(row) for row in parity["x"]}) == 256
    assert (parity["t"] == parity["x"].sum(1) % 2).all()
    board = generate("checkerboard", fields=2).arrays
    assert (board["t"] == (board["x"][:, 0] > 0) ^ (board["x"][:, 1] > 0)).all()


def test_sequences_lead_with_time():
    echo = generate("echo", samples=5, steps=8, delay=3)
    feeds = echo.feeds(np.arange(4))
    assert feeds["x"].shape == feeds["t"].shape == (8, 4, 1)
    np.testing.assert_array_equal(feeds["t"][3:], feeds["x"][:-3])
    assert not feeds["t"][:3].any()
    adding = generate("adding", samples=6, steps=10)
    feeds = adding.feeds(np.arange(6))
    assert feeds["x"].shape == (10, 6, 2)
    assert feeds["t"].shape == (6, 1)
    np.testing.assert_allclose(feeds["x"].prod(2).sum(0), feeds["t"][:, 0])
    np.testing.assert_array_equal(feeds["x"][:5, :, 1].sum(0), 1)


@pytest.mark.parametrize(
    ("name", "shape", "counts"),
    [
        ("digits", (1797, 1, 8, 8), {"0": 178, "9": 180}),
        ("iris", (150, 4), {"setosa": 50, "virginica": 50}),
        ("wine", (178, 13), {"class_0": 59, "class_2": 48}),
    ],
)
def test_shipped_sets(name, shape, counts):
    found = shipped(name)
    assert found.arrays["x"].shape == shape
    assert counts.items() <= found.class_counts().items()
    assert sum(found.class_counts().values()) == shape[0]
    assert "CC BY 4.0" in found.source
    if name != "digits":
        assert len(found.features) == shape[1]


def test_all_shipped_sets_are_tested():
    assert set(SHIPPED) == {"digits", "iris", "wine"}


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: generate("moon"), 'found "moon", expected one of xor.*Did you mean'),
        (lambda: generate("moons", turns=1), "moons.turns: found no such setting"),
        (lambda: generate("moons", samples=0), "moons.samples: found 0, expected at least 1"),
        (lambda: generate("moons", samples=10**12), "moons.samples: found 1000000000000"),
        (lambda: generate("moons", samples=2.5), "found 2.5, expected a whole number"),
        (lambda: generate("moons", noise=float("nan")), "moons.noise: found nan"),
        (lambda: generate("moons", noise="1"), "moons.noise: found '1'"),
        (lambda: generate("echo", steps=10**7), "echo.steps: found 64 samples of 10,000,000"),
        (lambda: generate("parity", bits=63), "parity.bits: found 63"),
        (lambda: generate("blobs", classes=0), "blobs: found"),
        (lambda: shipped("mnist"), 'found "mnist", expected one of digits, iris, wine'),
        (lambda: Split(0.5, 0.5), "nothing left for training"),
        (lambda: Split(-0.1), "split.validation: found -0.1"),
        (lambda: Batches(10, 0), "batch: found 0"),
        (
            lambda: Dataset("own", {"x": np.zeros(3), "t": np.zeros(2)}),
            "own: found x with 3, t with 2 samples",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(ask, message):
    with pytest.raises(BadSetting, match=message):
        ask()


# --- batches ------------------------------------------------------------------------------------


def test_counting_is_exact():
    assert len(Batches(60_000, 128)) == 469
    assert Batches(60_000, 128).updates(5) == 2345
    assert Batches(60_000, 128, drop_last=True).updates(5) == 2340
    assert Batches(100, None).updates(7) == 7
    assert Batches(100, 1).updates(2) == 200


def test_each_epoch_sees_every_sample_once_in_an_order_of_its_own():
    batches = Batches(10, 4, seed=1)
    first, again = ([b.tolist() for b in batches.of(0)] for _ in range(2))
    second = [b.tolist() for b in batches.of(1)]
    assert first == again != second
    assert [len(b) for b in first] == [4, 4, 2]
    for epoch in (first, second):
        assert sorted(itertools.chain(*epoch)) == list(range(10))
    assert [b.tolist() for b in Batches(5, 2, shuffle=False).of(3)] == [[0, 1], [2, 3], [4]]


def test_parts_are_exact_and_apart():
    parts = Split(validation=0.1, test=0.2).parts(1797, seed=2)
    assert [len(parts[name]) for name in ("train", "validation", "test")] == [1259, 179, 359]
    assert sorted(np.concatenate(list(parts.values()))) == list(range(1797))
    last = Split(test=0.3, shuffled=False).parts(10)
    assert last["test"].tolist() == [7, 8, 9]
    assert len(Split(test=0.07).parts(100)["test"]) == 7  # 0.07 · 100 is 7.000000000000001


# --- scaling ------------------------------------------------------------------------------------


def test_scaling_is_fitted_and_undone():
    x = shipped("wine").arrays["x"].copy()
    x[:, 3] = 5.0
    scaling = Scaling.fitted("standardise", x[:100])
    scaled = scaling.apply(x)
    np.testing.assert_allclose(scaled[:100].mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(np.delete(scaled[:100].std(0), 3), 1)
    np.testing.assert_array_equal(scaled[:, 3], 0)
    np.testing.assert_allclose(scaling.undo(scaled), x)
    unit = Scaling.fitted("0 to 1", x).apply(x)
    assert (unit.min(0) == 0).all()
    np.testing.assert_allclose(np.delete(unit.max(0), 3), 1)
    np.testing.assert_array_equal(Scaling.fitted("none", x).apply(x), x)
