"""One sample's block of every kind of linear map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import maps
from tests.maps_strategy import EVERY_CLASS
from tests.test_samples import blocks, mixes


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_map_without_mixing_gives_its_blocks(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    count = (made.out_shape or (0,))[0]
    if not count or made.in_shape[:1] != (count,) or mixes(made.dense(), count):
        return
    sample = data.draw(st.integers(0, count - 1))
    own = maps.sample_of(made, sample, count)
    expected = blocks(made.dense(), count)[sample, :, sample]
    np.testing.assert_array_equal(own.dense(), expected)
    for unit in np.eye(own.columns, dtype=own.dtype):
        column = own.jvp(unit.reshape(own.in_shape)).reshape(-1)
        np.testing.assert_array_equal(column, expected @ unit)
    for unit in np.eye(own.rows, dtype=own.dtype):
        row = own.vjp(unit.reshape(own.out_shape)).reshape(-1)
        np.testing.assert_array_equal(row, unit @ expected)
    with pytest.raises(IndexError, match=f"expected 0 to {count - 1}"):
        maps.sample_of(made, count, count)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), count=st.integers(1, 3))
def test_maps_repeated_over_samples_give_each_back(data, count):
    """I (x) M, with the samples as axis 0, has M for every block, whatever M's structure."""
    kind = data.draw(st.sampled_from(sorted(EVERY_CLASS, key=lambda kind: kind.__name__)))
    made, _ = data.draw(EVERY_CLASS[kind])
    matrix = np.kron(np.eye(count, dtype=made.dtype), made.dense())
    wide = maps.Dense((count, *made.out_shape), (count, *made.in_shape), matrix)
    own = maps.sample_of(wide, count - 1, count)
    assert own.shape == made.shape
    np.testing.assert_array_equal(own.dense(), made.dense())
