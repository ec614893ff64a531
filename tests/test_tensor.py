import array

import numpy as np
import pytest

from graph import Graph
from graph.errors import BadTensor
from graph.tensor import DTYPES, Tensor


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3)])
def test_an_array_comes_back_as_it_was(dtype, shape):
    values = (np.arange(int(np.prod(shape))).reshape(shape) % 2).astype(dtype)
    tensor = Tensor.of(values)
    assert (tensor.dtype, tensor.shape) == (dtype, shape)
    back = np.frombuffer(tensor.data, dtype=dtype).reshape(shape)
    np.testing.assert_array_equal(back, values)
    assert Tensor.of_values(dtype, shape, tensor.values()) == tensor


@pytest.mark.parametrize("wrong", [3.0, [1, 2], "1", np.array(["2026-01-01"], "datetime64[D]")])
def test_what_has_no_numbers_in_a_row_is_refused(wrong):
    with pytest.raises(BadTensor, match=r"found \w+, expected an array of numbers"):
        Tensor.of(wrong)
    graph = Graph()
    graph.add("Input", "x")
    with pytest.raises(BadTensor, match=r"^x\.y: found \w+, expected"):
        graph.set_tensor("x.y", wrong)


def test_any_buffer_will_do():
    assert Tensor.of(array.array("d", [1.0, 2.0])).values() == [1.0, 2.0]
    assert Tensor.of(np.arange(6.0).reshape(2, 3).T).shape == (3, 2)


@pytest.mark.parametrize(
    ("dtype", "shape", "values"),
    [
        ("float64", (2,), [1.0]),
        ("complex64", (), [1.0]),
        ("uint8", (), [256]),
        ("int64", (), [1.5]),
        ("float64", (-1,), []),
    ],
)
def test_what_does_not_fit_is_refused(dtype, shape, values):
    with pytest.raises(BadTensor):
        Tensor.of_values(dtype, shape, values)


def test_a_buffer_of_another_kind_is_refused():
    with pytest.raises(BadTensor, match="format"):
        Tensor.of(np.zeros(2, dtype=np.complex128))
