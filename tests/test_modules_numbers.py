"""Numbers far out, first numbers of parameters, and what a module refuses."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from graph.catalogue import default_catalogue
from graph.module import Example
from runtime.modules import initial
from runtime.modules.curves import log_of_one_and
from runtime.modules.door import BadValue
from runtime.streams import stream
from tests.catalogue_cases import Case, computing_cases, error


def run(name: str, values: dict, dtype: str = "float64", **attributes):
    """(y, gradients of all inputs for ones); a number that leaves its range is an error."""
    shapes = {port: np.shape(value) for port, value in values.items()}
    case = Case.of(default_catalogue().require(name), Example(shapes, attributes, values), 0, dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        ctx = case.context()
        (y,) = case.module.forward(ctx, case.ins)
        kept = dict(zip((p.name for p in case.module.wired_ports), case.ins, strict=True))
        kept["y"] = y
        return y, case.module.vjp(ctx, (np.ones_like(y),), kept, case.floats())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "x", "y", "slope"),
    [
        ("Sigmoid", [-1000.0, 1000.0], [0, 1], [0, 0]),
        ("Softplus", [-1000.0, 1000.0], [0, 1000], [0, 1]),
        ("SiLU", [-1000.0, 1000.0], [0, 1000], [0, 1]),
        ("GELU", [-1000.0, 1000.0], [0, 1000], [0, 1]),
        ("ELU", [-1000.0, 1000.0], [-1, 1000], [0, 1]),
        ("Tanh", [-1000.0, 1000.0], [-1, 1], [0, 0]),
        ("Softmax", [-1000.0, 1000.0], [0, 1], [0, 0]),
    ],
)
def test_nothing_overflows(name, x, y, slope, dtype):
    found, (gradient,) = run(name, {"x": x}, dtype)
    np.testing.assert_allclose(found, y, atol=1e-30)
    np.testing.assert_allclose(gradient, slope, atol=1e-30)


@pytest.mark.parametrize(
    ("dtype", "far"), [("float64", 1e200), ("float32", 1e30), ("float16", 500)]
)
def test_the_faster_gelu_is_straight_far_out(dtype, far):
    kind = default_catalogue().require("GELU")
    example = Example({"x": (2,)}, {"approximate": "tanh"}, {"x": [-far, far]})
    case = Case.of(kind, example).as_(dtype)
    ctx, (y,), kept = case.run()
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(case.module.derivative(ctx, "x", kept), [0, 1])
    np.testing.assert_array_equal(y, case.ins[0] * [0, 1])


def test_log_softmax_far_out():
    y, _ = run("LogSoftmax", {"x": [0.0, 1000.0]})
    np.testing.assert_array_equal(y, [-1000, 0])


def test_cross_entropy_far_out():
    values = {"prediction": [[0.0, 1000.0], [1000.0, 0.0]], "target": [0, 0]}
    y, (gradient, _) = run("CrossEntropyLoss", values, reduction="sum")
    assert y == 1000
    np.testing.assert_array_equal(gradient, [[-1, 1], [0, 0]])


def test_bce_with_logits_far_out():
    y, (gradient, _) = run(
        "BCEWithLogitsLoss",
        {"prediction": [-1000.0, 1000.0], "target": [1.0, 1.0]},
        reduction="none",
    )
    np.testing.assert_array_equal(y, [1000, 0])
    np.testing.assert_array_equal(gradient, [-1, 0])


def test_bce_keeps_its_logarithms_in_bounds():
    with np.errstate(divide="ignore"):
        case = Case.of(
            default_catalogue().require("BCELoss"),
            Example({"prediction": (2,), "target": (2,)}, {"reduction": "none"},
                    {"prediction": [0.0, 1.0], "target": [1.0, 0.0]}),
        )  # fmt: skip
        np.testing.assert_array_equal(case.run()[1][0], [100, 100])


def test_small_numbers_keep_their_digits():
    y, _ = run("Sigmoid", {"x": [-40.0]})
    assert y[0] == pytest.approx(math.exp(-40), rel=1e-14)
    y, _ = run("GELU", {"x": [-10.0]})
    assert y[0] == pytest.approx(-10 * 7.619853024160527e-24, rel=1e-12)
    y, _ = run("Softplus", {"x": [-40.0]})
    assert y[0] == pytest.approx(math.exp(-40), rel=1e-14)


def test_classes_outside_are_refused():
    for wrong, shown in ((3, "class 3"), (-1, "class -1")):
        with pytest.raises(BadValue, match=f"target: found {shown}, expected classes 0 to 2"):
            run("NLLLoss", {"prediction": [[0.0, 0.0, 0.0]], "target": [wrong]})


def test_the_mean_of_nothing_is_no_number():
    kind = default_catalogue().require("Mean")
    _, (y,), _ = Case.of(kind, Example({"x": (0,)})).with_zeros().run()
    assert math.isnan(y)


def test_the_mean_of_equal_numbers_is_that_number():
    y, _ = run("Mean", {"x": np.full(49, 1.0)})
    assert y == 1.0
    y, _ = run("L1Loss", {"prediction": np.full(49, 2.0), "target": np.full(49, 1.0)})
    assert y == 1.0


def test_a_mean_in_half_precision_does_not_overflow_on_the_way():
    kind = default_catalogue().require("Mean")
    case = Case.of(kind, Example({"x": (70_000,)}, values={"x": np.ones(70_000)}))
    _, (y,), _ = case.as_("float16").run()
    assert (y.dtype, y) == (np.float16, 1.0)


@pytest.mark.parametrize("case", computing_cases(), ids=str)
def test_half_precision_runs(case):
    """float16 is a dtype of the file; nothing in a module may widen or overflow its type."""
    half = case.as_("float16")
    ctx, outs, kept = half.run()
    with np.errstate(all="ignore"):
        gouts = tuple(np.ones_like(y) for y in outs)
        gradients = half.module.vjp(ctx, gouts, kept, half.floats())
    floating = [y for y in outs if y.dtype.kind == "f"]
    assert {y.dtype for y in floating} <= {np.dtype("float16")}
    assert {g.dtype for g in gradients if g is not None} <= {np.dtype("float16")}
    assert bool(floating) == half.has_gradients
    if max((np.abs(x).max() for x in half.ins if x.size), default=0) < 10:
        assert error(outs[0], case.run()[1][0]) < 2e-2


def test_streams_are_keyed_and_frozen():
    first = stream(0, "h", "weight").standard_normal(3)
    np.testing.assert_array_equal(first, stream(0, "h", "weight").standard_normal(3))
    others = [
        stream(1, "h", "weight"),
        stream(0, "g", "weight"),
        stream(0, "h", "bias"),
        stream(0, "h", "weight", 0),
        stream(0, "h", "weight", 1),
    ]
    drawn = {float(first[0]), *(float(other.standard_normal(3)[0]) for other in others)}
    assert len(drawn) == 6
    # NumPy froze this generator: a change of these numbers changes every graph of every user.
    np.testing.assert_allclose(stream(7, "one/lin", "weight").random_sample(2), FROZEN, rtol=1e-15)


FROZEN = [0.5141184684908283, 0.8322749282515431]


@pytest.mark.parametrize("name", list(initial.RULES))
def test_rules_have_the_spread_they_promise(name):
    shape = (300, 200)
    drawn = np.asarray(initial.RULES[name](stream(0, "p", "y"), shape))
    mean, deviation = {
        "normal": (0, 1),
        "uniform": (0.5, math.sqrt(1 / 12)),
        "zeros": (0, 0),
        "ones": (1, 0),
        "xavier_uniform": (0, math.sqrt(2 / 500)),
        "xavier_normal": (0, math.sqrt(2 / 500)),
        "kaiming_uniform": (0, math.sqrt(2 / 200)),
        "kaiming_normal": (0, math.sqrt(2 / 200)),
    }[name]
    assert drawn.shape == shape
    assert drawn.mean() == pytest.approx(mean, abs=0.02)
    assert drawn.std() == pytest.approx(deviation, rel=0.02)


def test_fans():
    assert initial.fans((8, 3, 5, 5)) == (75, 200)
    assert initial.fans((7,)) == (7, 7)
    assert initial.fans(()) == (1, 1)


def test_linear_starts_as_in_pytorch():
    linear = default_catalogue().require("Linear")(out_features=5000)
    shapes = {"weight": (5000, 40), "bias": (5000,)}

    def drawn(port, dtype):
        first = linear.initial(port, shapes[port], dtype, seed=1, address="h", shapes=shapes)
        return np.array(first.values(), dtype)

    for port in shapes:
        numbers = drawn(port, "float64")
        assert np.abs(numbers).max() <= 1 / math.sqrt(40)
        assert numbers.std() == pytest.approx(1 / math.sqrt(3 * 40), rel=0.05)
        np.testing.assert_array_equal(np.float32(numbers), drawn(port, "float32"))
    assert not np.array_equal(drawn("weight", "float64")[:5000], drawn("bias", "float64"))


def test_prelu_starts_with_a_quarter():
    prelu = default_catalogue().require("PReLU")()
    start = prelu.initial("weight", (1,), "float64", seed=0, address="a", shapes={})
    assert start.values() == [0.25]


def test_scipy_is_imported_only_where_it_is_needed():
    code = (
        "import sys, numpy as np\n"
        "from graph.catalogue import default_catalogue\n"
        "from runtime.modules.context import Context\n"
        "shapes = {'x': (2,), 'y': (2,)}\n"
        "for name, loaded in (('Sigmoid', False), ('GELU', True)):\n"
        "    module = default_catalogue().require(name)()\n"
        "    module.forward(Context(np, np.dtype('float64'), shapes), (np.ones(2),))\n"
        "    assert ('scipy' in sys.modules) is loaded, name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_logarithm_of_one_and_a_little_keeps_the_little(dtype):
    x = np.concatenate([np.logspace(-37, 0, 20_001), [0.0]]).astype(dtype)
    exact = np.log1p(x.astype("longdouble"))
    found = log_of_one_and(np, x)
    assert found.dtype == dtype
    assert (np.abs(found - exact) <= 3 * np.finfo(dtype).eps * exact).all()
