"""Every module of the catalogue, times every example, held to what a module promises.

The cases come from the catalogue: a module that is added is tested by this file as it stands.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from graph.catalogue import GROUPS, default_catalogue
from graph.errors import GradwireError
from graph.module import Example
from runtime import maps
from runtime.modules.door import sum_to
from tests.catalogue_cases import AWAY, Case, all_cases, computing_cases, error

STEP = np.finfo("float64").eps ** (1 / 3)
DIFFERENCE = 2e-8  # of float64 central differences, far below the 1e-6 that is promised
EXACT = 1e-12
SINGLE = 1e-5

BUILT = {
    "Input", "Constant", "Parameter", "Data", "Add", "Subtract", "Multiply", "Divide", "Power",
    "Maximum", "Minimum", "Negate", "Exp", "Log", "Sqrt", "Square", "Abs", "Reciprocal", "Sin",
    "Cos", "Sign", "Clip", "Identity", "ReLU", "LeakyReLU", "PReLU", "ELU", "SELU", "GELU",
    "SiLU", "Softplus", "Sigmoid", "Tanh", "HardTanh", "Softmax", "LogSoftmax", "MatMul",
    "Transpose", "Reshape", "Flatten", "Sum", "Mean", "Concat", "Linear", "MSELoss", "L1Loss",
    "HuberLoss", "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss", "KLDivLoss",
    "HingeLoss", "Dot", "Outer", "Einsum", "ExpandDims", "Squeeze", "Stack", "Split", "Slice",
    "Gather", "Pad", "BroadcastTo", "Max", "Min", "LogSumExp", "Norm", "ArgMax",
    "LayerNorm", "RMSNorm", "BatchNorm", "Dropout", "Embedding",
    "Conv1d", "Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d",
    "Attention", "RNNCell", "GRUCell", "LSTMCell",
}  # fmt: skip

every_case = pytest.mark.parametrize("case", all_cases(), ids=str)
every_computing_case = pytest.mark.parametrize("case", computing_cases(), ids=str)
# Differences say nothing at a kink; what holds there is in test_modules_kinks.py.
every_smooth_case = pytest.mark.parametrize(
    "case", [case for case in computing_cases() if case.kink >= 2 * STEP], ids=str
)
every_module = pytest.mark.parametrize("kind", list(default_catalogue()), ids=lambda k: k.name)


@pytest.fixture(autouse=True)
def _quiet_numbers():
    """As an engine does: what leaves the domain becomes NaN or infinite without a warning."""
    with np.errstate(all="ignore"):
        yield


def floating_outputs(case: Case) -> list[int]:
    return [i for i, p in enumerate(case.module.output_ports) if case.types[p.name].is_floating]


def cotangents(case: Case) -> tuple:
    return tuple(
        case.draws(f"gradient of {port.name}", case.types[port.name].shape)
        if case.types[port.name].is_floating
        else None
        for port in case.module.output_ports
    )


def tangents(case: Case) -> tuple:
    return tuple(
        case.draws(f"tangent of {port.name}", case.types[port.name].shape) if wanted else None
        for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True)
    )


def forward_at(case: Case, place: int, array: np.ndarray) -> list[np.ndarray]:
    ins = (*case.ins[:place], array, *case.ins[place + 1 :])
    outs = case.module.forward(case.context(), ins)
    return [np.array(outs[i]) for i in floating_outputs(case)]


def numeric_jacobians(case: Case, place: int) -> list[np.ndarray]:
    """d output / d input by central differences, one matrix per floating output."""
    if place not in case.found:
        case.found[place] = _differences(case, place)
    return case.found[place]


def _differences(case: Case, place: int) -> list[np.ndarray]:
    at = case.ins[place]
    columns = []
    for i in range(at.size):
        h = STEP * max(1.0, abs(at.flat[i]))
        ahead, behind = at.copy(), at.copy()
        ahead.flat[i] += h
        behind.flat[i] -= h
        width = ahead.flat[i] - behind.flat[i]
        pairs = zip(forward_at(case, place, ahead), forward_at(case, place, behind), strict=True)
        columns.append([((a - b) / width).reshape(-1) for a, b in pairs])
    names = [case.module.output_ports[i].name for i in floating_outputs(case)]
    return [
        np.array([column[k] for column in columns]).T.reshape(
            math.prod(case.types[name].shape), at.size
        )
        for k, name in enumerate(names)
    ]


@every_case
def test_types_are_real(case):
    if not case.computes:
        assert set(case.types) == {port.name for port in case.module.output_ports}
        return
    for dtype in ("float64", "float32"):
        case = case.as_(dtype)
        _, outs, _ = case.run()
        for port, out in zip(case.module.output_ports, outs, strict=True):
            assert isinstance(out, np.ndarray)
            assert (str(out.dtype), out.shape) == (
                case.types[port.name].dtype,
                case.types[port.name].shape,
            )


@every_smooth_case
def test_vjp_agrees_with_differences(case):
    ctx, _, kept = case.run()
    gouts = cotangents(case)
    found = case.module.vjp(ctx, gouts, kept, case.floats())
    for place, (port, wanted) in enumerate(
        zip(case.module.wired_ports, case.floats(), strict=True)
    ):
        if not wanted:
            assert found[place] is None
            continue
        matrices = numeric_jacobians(case, place)
        given = [gouts[i].reshape(-1) for i in floating_outputs(case)]
        expected = sum(g @ m for g, m in zip(given, matrices, strict=True))
        gradient = sum_to(found[place], case.types[port.name].shape)
        assert gradient.dtype == np.dtype(case.dtype)
        assert error(gradient.reshape(-1), expected) < DIFFERENCE, port.name


@every_smooth_case
def test_jvp_agrees_with_differences(case):
    ctx, _, kept = case.run()
    all_at_once = tangents(case)
    expected = [np.zeros(case.types[p.name].shape) for p in case.module.output_ports]
    for place, tangent in enumerate(all_at_once):
        if tangent is None:
            continue
        alone = tuple(t if i == place else None for i, t in enumerate(all_at_once))
        found = case.module.jvp(ctx, alone, kept)
        for i, matrix in zip(floating_outputs(case), numeric_jacobians(case, place), strict=True):
            part = (matrix @ tangent.reshape(-1)).reshape(expected[i].shape)
            assert error(found[i], part) < DIFFERENCE
            expected[i] = expected[i] + part
    found = case.module.jvp(ctx, all_at_once, kept)
    for i in floating_outputs(case):
        assert found[i].dtype == np.dtype(case.dtype)
        assert error(found[i], expected[i]) < DIFFERENCE


@every_computing_case
def test_jacobian_agrees_with_vjp_on_every_row(case):
    for dtype in ("float64", "float32"):
        case = case.as_(dtype)
        limit = EXACT if dtype == "float64" else SINGLE
        ctx, _, kept = case.run()
        for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True):
            for place in floating_outputs(case) if wanted else ():
                output = case.module.output_ports[place].name
                made = case.module.jacobian(ctx, port.name, output, kept)
                assert made.shape == (case.types[output].shape, case.types[port.name].shape)
                assert made.dtype == np.dtype(dtype)
                rows = rows_by_vjp(case, ctx, kept, port.name, place)
                assert error(made.dense(), rows) < limit, (port.name, output)
                gradient = case.draws("row", made.out_shape)
                pulled = (gradient.reshape(-1) @ rows).reshape(made.in_shape)
                assert error(made.vjp(gradient), pulled) < limit
                tangent = case.draws("column", made.in_shape)
                pushed = (rows @ tangent.reshape(-1)).reshape(made.out_shape)
                assert error(made.jvp(tangent), pushed) < limit


def rows_by_vjp(case: Case, ctx, kept, port: str, place: int) -> np.ndarray:
    shape = case.types[case.module.output_ports[place].name].shape
    need = tuple(p.name == port for p in case.module.wired_ports)
    rows = []
    for unit in np.eye(math.prod(shape), dtype=case.dtype):
        gouts = tuple(
            unit.reshape(shape) if i == place else None
            for i in range(len(case.module.output_ports))
        )
        gradient = case.module.vjp(ctx, gouts, kept, need)[need.index(True)]
        rows.append(sum_to(gradient, case.types[port].shape).reshape(-1))
    return np.array(rows).reshape(math.prod(shape), math.prod(case.types[port].shape))


@every_computing_case
def test_float32_agrees_with_float64(case):
    results = {}
    for dtype in ("float64", "float32"):
        typed = case.as_(dtype)
        ctx, outs, kept = typed.run()
        gradients = typed.module.vjp(ctx, cotangents(typed), kept, typed.floats())
        results[dtype] = [*outs, *(g for g in gradients if g is not None)]
    for single, double in zip(results["float32"], results["float64"], strict=True):
        if np.asarray(double).dtype == np.float64:
            assert np.asarray(single).dtype == np.float32
        assert error(single, double) < SINGLE


@every_computing_case
def test_only_what_is_needed(case):
    ctx, _, kept = case.run()
    floats, gouts = case.floats(), cotangents(case)
    everything = case.module.vjp(ctx, gouts, kept, floats)
    for place, wanted in enumerate(floats):
        need = tuple(wanted and i == place for i in range(len(floats)))
        found = case.module.vjp(ctx, gouts, kept, need)
        assert [g is not None for g in found] == list(need)
        if wanted:
            np.testing.assert_array_equal(found[place], everything[place])


@every_computing_case
def test_reads_what_it_says_it_keeps(case):
    ctx, _, kept = case.run()
    little = {name: array for name, array in kept.items() if name in case.module.keeps}
    gouts, tans = cotangents(case), tangents(case)
    for full, part in (
        (case.module.vjp(ctx, gouts, k, case.floats()) for k in (kept, little)),
        (case.module.jvp(ctx, tans, k) for k in (kept, little)),
    ):
        for a, b in zip(full, part, strict=True):
            if a is not None:
                np.testing.assert_array_equal(a, b)


@every_computing_case
def test_given_arrays_are_written(case):
    _, expected, _ = case.run()
    ports = case.module.output_ports
    given = tuple(np.full(y.shape, 77).astype(y.dtype) for y in expected)
    before = [array.copy() for array in case.ins]
    frozen = tuple(array.copy() for array in case.ins)
    for array in frozen:
        array.flags.writeable = False
    outs = case.module.forward(case.context(), frozen, given)
    for place in range(len(ports)):
        assert outs[place] is given[place]
        np.testing.assert_array_equal(given[place], expected[place])
    for array, was in zip(frozen, before, strict=True):
        np.testing.assert_array_equal(array, was)
        assert not any(np.shares_memory(array, out) for out in given)


@every_module
def test_empty_batch(kind):
    """With no rows on axis 0 of the inputs, where the shape rule takes that; time has a step."""
    if not kind.sig.inputs or kind.leads_out:
        return
    ran = 0
    for number, example in enumerate(kind.examples):
        sizes = {shape[0] for shape in example.shapes.values() if shape}
        if not sizes:
            continue
        shapes = {n: (0, *s[1:]) if s else s for n, s in example.shapes.items()}
        values = {
            port: np.zeros(shapes[port]) if shapes[port] else value
            for port, value in example.values.items()
        }
        try:
            case = Case.of(kind, Example(shapes, example.attributes, values), number)
            case = case.with_zeros()
            ctx, outs, kept = case.run()
        except GradwireError:  # a shape or a class that cannot be: another example will do
            continue
        assert [y.shape for y in outs] == [
            case.types[p.name].shape for p in case.module.output_ports
        ]
        gradients = case.module.vjp(ctx, cotangents(case), kept, case.floats())
        for port, gradient in zip(case.module.wired_ports, gradients, strict=True):
            if gradient is not None:
                assert sum_to(gradient, case.types[port.name].shape).shape == (
                    case.types[port.name].shape
                )
                output = case.module.output_ports[0].name
                made = case.module.jacobian(ctx, port.name, output, kept)
                assert made.dense().shape == (made.rows, made.columns)
        ran += 1
    assert ran, "no example takes an empty batch"


@every_module
def test_documented(kind):
    assert kind.doc.strip().endswith(".")
    assert len(kind.doc.splitlines()[0]) <= 100
    assert "Definition: torch." in kind.doc or "Source" in kind.doc
    assert kind.formula
    assert kind.group
    assert len(kind.examples) >= 3
    for spec in kind.attributes.values():
        assert spec.doc
        assert not spec.doc.endswith(".")
    ports = {port.name for port in kind(**kind.examples[0].attributes).wired_ports}
    assert set(kind.domain) <= ports
    if ports and "..." not in kind.sig.text:
        floating = {p.name for p in kind.sig.inputs if p.kind in ("floating", "any")}
        floating -= set(kind.states)
        assert set(kind.local) == floating


@every_module
def test_has_a_drawing(kind):
    from importlib.resources import files

    drawn = {path.name[:-4].replace("_", "") for path in (files("assets") / "icons").iterdir()}
    assert kind.icon.replace("_", "").lower() in drawn


@every_module
def test_formula_can_be_drawn(kind):
    with warnings.catch_warnings():  # it finds its fonts in a way that Python 3.11 warns of
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath

    assert "<svg" in ziamath.Latex(kind.formula).svg()
    for pullback in kind.pullback.values():
        assert "<svg" in ziamath.Latex(pullback).svg()


@every_module
def test_every_floating_port_says_its_gradient(kind):
    assert set(kind.pullback) == set(kind.local)
    named = {*kind.attributes, *(term.name for term in (*kind.sig.inputs, *kind.sig.outputs))}
    assert set(kind.letters.values()) <= named


def test_a_kink_has_a_convention():
    """Where a derivative jumps at some numbers, the module says what it is there."""
    for kind in default_catalogue():
        if getattr(kind, "kinks", ()):
            assert kind.at_kink, kind.name
            assert not kind.at_kink.endswith(".")


def test_values_keep_away_from_kinks():
    drawn = [case for case in computing_cases() if not case.example.values]
    assert all(case.kink > AWAY for case in drawn)


def test_all_modules_of_this_state_are_there():
    names = set(default_catalogue().names())
    assert names >= BUILT


def test_groups_come_in_the_order_of_the_palette():
    groups = list(default_catalogue().groups())
    assert groups == [group for group in GROUPS if group in groups]
    assert groups[0] == "Sources"


def test_dense_is_refused_above_the_budget():
    case = Case.of(default_catalogue().require("ReLU"), Example({"x": (1_000_000,)})).with_zeros()
    ctx, _, kept = case.run()
    made = case.module.jacobian(ctx, "x", "y", kept)
    assert (made.structure, made.stored) == ("diagonal", 1_000_000)
    with pytest.raises(maps.TooLarge):
        made.dense()
