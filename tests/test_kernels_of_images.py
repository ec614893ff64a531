"""Compiled convolutions and poolings: any sizes, in one block or many, beside any other module."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph import Graph
from graph.errors import GradwireError
from runtime import SGD, Trainer
from runtime.kernels.images import columns, ways
from runtime.maps.windows import Windows
from tests.compiled_desk import both
from tests.effort import tries
from tests.test_compiled import SINGLE, agree

CHECKED = settings(max_examples=tries(30, 500), database=None, deadline=None)
SLIDING = ("Conv2d", "ConvTranspose2d", "Conv1d", "MaxPool2d", "AvgPool2d")


@st.composite
def slidings(draw: Any) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    """A module, its attributes and the shape of x."""
    module = draw(st.sampled_from(SLIDING))
    rank = 1 if module == "Conv1d" else 2

    def each(most: int, least: int = 1) -> tuple[int, ...]:
        return tuple(draw(st.integers(least, most)) for _ in range(rank))

    kernel = each(4)
    given = {"kernel_size": kernel, "stride": each(3), "padding": each(1, 0)}
    groups = 1
    if "Conv" in module:
        groups = draw(st.integers(1, 2))
        given |= {"groups": groups, "out_channels": groups * draw(st.integers(1, 2))}
        given |= {"dilation": each(2), "bias": draw(st.booleans())}
    else:
        given["padding"] = tuple(min(1, size // 2) for size in kernel)
        given["ceil_mode"] = draw(st.booleans())
    shape = (draw(st.integers(1, 3)), groups * draw(st.integers(1, 2)), *each(7, 3))
    return module, given, shape


def drawn(*nodes: tuple[str, dict[str, Any]], x: tuple[int, ...], dtype: str = "float64") -> Graph:
    """A chain behind a trained x, and the sum of the squares of what comes out."""
    graph = Graph(dtype=dtype, mode="train", target="loss.y")
    graph.add("Parameter", "x", shape=x)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal(x).astype(dtype))
    at = "x.y"
    for number, (module, own) in enumerate((*nodes, ("Sin", {}), ("Square", {}))):
        graph.add(module, f"n{number}", **own)
        graph.connect(at, f"n{number}.x")
        at = f"n{number}.y"
    graph.add("Mean", "loss")
    graph.connect(at, "loss.x")
    return graph


WAYS: dict[str, dict[str, float]] = {
    "as chosen": {},
    "in many blocks": {"BLOCK": 1},
    "turned": {"ADDED": math.inf},
    "by spectra": {"COPIED": math.inf, "ADDED": math.inf},
}


@given(slidings(), st.sampled_from(tuple(WAYS)))
@CHECKED
def test_windows_of_any_size_compute_as_by_the_tape(sliding, way):
    module, given, shape = sliding
    try:
        graph = drawn((module, given), x=shape)
        pair = _pair(graph, way)
    except GradwireError:
        assume(False)  # a kernel that does not fit, or padding that eats the output
    agree(*pair)


def _pair(graph: Graph, way: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in WAYS[way].items():
            patch.setattr(columns if name == "BLOCK" else ways, name, value)
        return both(graph)


@pytest.mark.parametrize(
    ("module", "shape", "kernel", "padding"),
    [
        ("Conv2d", (2, 3, 6, 5), (3, 2), (1, 0)),
        ("Conv2d", (1, 1, 3, 4), (3, 4), (2, 3)),
        ("Conv1d", (3, 2, 7), (1,), (2,)),
        ("ConvTranspose2d", (2, 2, 3, 4), (4, 3), (1, 2)),
    ],
)
def test_spectra_give_what_the_tape_does(module, shape, kernel, padding):
    given = {"kernel_size": kernel, "padding": padding, "out_channels": 2}
    compiled, taped = _pair(drawn((module, given), x=shape), "by spectra")
    transforms = [call for call in compiled.passes.program.calls if call.func is np.fft.rfft]
    assert len(transforms) == 6  # two for each of the three products
    agree(compiled, taped)


def test_large_kernels_are_computed_by_spectra_and_small_ones_by_columns():
    size, few = (40, 40), 4
    chosen = {
        kernel: ways.shape_of(_whole(size, kernel), np.empty((few, few, kernel, kernel)), 1, few)
        for kernel in (1, 3, 5, 21)
    }
    expected = {1: "columns", 3: "columns", 5: "columns", 21: "spectra"}
    assert {kernel: ways.way_to_places(shape) for kernel, shape in chosen.items()} == expected


def test_the_kernel_is_turned_where_the_image_has_as_many_channels_as_the_places():
    size = (16, 16)
    few, many = (ways.Shape(_whole(size, 3), 1, ins, outs, 8) for ins, outs in ((3, 64), (64, 64)))
    assert (ways.way_to_image(few), ways.way_to_image(many)) == ("columns", "turned")
    assert ways.way_to_image(ways.Shape(_whole(size, 1), 1, 64, 64, 8)) == "columns"  # no copies
    strided = ways.Shape(Windows((17, 17), (8, 8), (3, 3), (2, 2), (0, 0), (1, 1)), 1, 64, 64, 8)
    assert ways.way_to_image(strided) == "columns"


def _whole(size: tuple[int, ...], kernel: int) -> Windows:
    """A kernel over images that keep their size."""
    plain = (1, 1)
    return Windows(size, size, (kernel,) * 2, plain, (kernel // 2,) * 2, plain)


CHAINS = {
    "pools between": (
        ("Conv2d", {"out_channels": 3, "padding": 1}),
        ("ReLU", {}),
        ("MaxPool2d", {}),
        ("Conv2d", {"out_channels": 2, "kernel_size": 2}),
        ("Tanh", {}),
        ("AvgPool2d", {}),
        ("Flatten", {}),
        ("Linear", {"out_features": 3}),
    ),
    "norms between": (
        ("Conv2d", {"out_channels": 4, "bias": False}),
        ("BatchNorm", {}),
        ("ReLU", {}),
        ("ConvTranspose2d", {"out_channels": 2, "stride": 2}),
        ("GlobalAvgPool2d", {}),
    ),
    "views between": (
        ("Conv2d", {"out_channels": 4}),
        ("Transpose", {"axes": (0, 1, 3, 2)}),
        ("MaxPool2d", {"kernel_size": 2, "stride": 1}),
        ("Softmax", {"axis": 1}),
        ("Conv2d", {"kernel_size": 1, "out_channels": 2}),
        ("Reshape", {"shape": (-1, 2)}),
    ),
}


@pytest.mark.parametrize("samples", [1, 2, 5])
@pytest.mark.parametrize("name", CHAINS)
def test_what_stands_between_finds_images_in_any_order(name, samples):
    agree(*both(drawn(*CHAINS[name], x=(samples, 2, 8, 9))))


def test_single_precision_is_as_near_as_by_the_tape():
    graph = drawn(*CHAINS["pools between"], x=(3, 2, 8, 9), dtype="float32")
    agree(*both(graph), limit=SINGLE)


def test_samples_a_power_of_two_apart_are_put_in_order_eight_at_a_time():
    shape = (20, 1, 16, 16)
    graph = drawn(("Conv2d", {"kernel_size": 3}), x=shape)
    compiled, taped = both(graph)
    copies = [call for call in compiled.passes.program.calls if call.func is np.copyto]
    assert [call.args[0].shape[-1] for call in copies[:3]] == [8, 8, 4]
    agree(compiled, taped)


def test_of_equal_entries_the_first_gets_the_gradient():
    graph = drawn(("MaxPool2d", {"kernel_size": 2, "stride": 1}), x=(2, 1, 4, 4))
    graph.set_tensor("x.y", np.ones((2, 1, 4, 4)))
    agree(*both(graph))


def test_an_image_that_fans_out_collects_both_gradients():
    graph = drawn(("Conv2d", {"out_channels": 2}), x=(2, 2, 5, 5))
    graph.add("MaxPool2d", "beside", kernel_size=3, stride=1)
    graph.connect("x.y", "beside.x")
    graph.add("Add", "both")
    graph.connect("n0.y", "both.a")
    graph.connect("beside.y", "both.b")
    graph.connect("both.y", "n1.x", replace=True)
    agree(*both(graph))


def test_columns_are_never_all_there_at_once():
    """A step's memory stays below what the columns of the first layer alone would take."""
    x, kernel = (16, 8, 40, 40), 5
    graph = drawn(("Conv2d", {"out_channels": 2, "kernel_size": kernel}), x=x, dtype="float32")
    compiled, _ = both(graph)
    places = (x[2] - kernel + 1) ** 2
    columns_of_all = 4 * x[0] * x[1] * kernel**2 * places
    assert compiled.passes.program.nbytes < columns_of_all / 3


@pytest.mark.parametrize("kernel", [3, 15])
def test_a_training_of_images_goes_on_to_the_bit(kernel):
    """Twice, and from the middle: no clock says how it is computed."""
    graph = drawn(
        ("Conv2d", {"kernel_size": kernel, "padding": kernel // 2, "out_channels": 3}),
        ("BatchNorm", {}),
        ("MaxPool2d", {}),
        x=(4, 2, 18, 18),
        dtype="float32",
    )
    whole, again = (Trainer(graph, SGD(lr=0.1, momentum=0.9)) for _ in range(2))
    for _ in range(2):
        whole.step()
    again.restore({**whole.parameters, **whole.state}, whole.memory, whole.count)
    for _ in range(3):
        assert whole.step() == again.step()
    for name, array in whole.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], array)
