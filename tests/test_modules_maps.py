"""Local Jacobians of the catalogue: their structure, and that large ones cost little."""

from __future__ import annotations

import numpy as np
import pytest

from graph.catalogue import default_catalogue
from graph.module import Example
from runtime import maps
from tests.catalogue_cases import Case

B, D, C = 512, 300, 400  # every dense form below is far above the budget
CLASSES = {"target": np.arange(B) % C}

# module, shapes, attributes, port, word, most numbers stored
LARGE = [
    ("Add", {"a": (B, D), "b": (B, D)}, {}, "a", "identity", 0),
    ("Add", {"a": (B, D), "b": (D,)}, {}, "b", "broadcast", 0),
    ("Subtract", {"a": (B, D), "b": (B, D)}, {}, "b", "scaled", 1),
    ("Multiply", {"a": (B, D), "b": (B, D)}, {}, "a", "diagonal", B * D),
    ("Multiply", {"a": (B, D), "b": (D,)}, {}, "a", "diagonal", D),
    ("Multiply", {"a": (B, D), "b": (D,)}, {}, "b", "broadcast", B * D),
    ("Maximum", {"a": (B, 1), "b": (D,)}, {}, "a", "broadcast", B * D),
    ("Sign", {"x": (B, D)}, {}, "x", "zero", 0),
    ("Negate", {"x": (B, D)}, {}, "x", "scaled", 1),
    ("ReLU", {"x": (1_000_000,)}, {}, "x", "diagonal", 1_000_000),
    ("Identity", {"x": (B, D)}, {}, "x", "identity", 0),
    ("PReLU", {"x": (B, D), "weight": (D,)}, {"num_parameters": D}, "weight", "broadcast", B * D),
    ("PReLU", {"x": (B, D), "weight": (1,)}, {}, "weight", "product", B * D),
    ("Softmax", {"x": (B, D)}, {}, "x", "block-diagonal", B * D),
    ("Softmax", {"x": (B, D)}, {"axis": 0}, "x", "block-diagonal", B * D),
    ("LogSoftmax", {"x": (B, D)}, {}, "x", "block-diagonal", B * D + 1),
    ("MatMul", {"a": (B, D), "b": (D, C)}, {}, "a", "kronecker", D * C),
    ("MatMul", {"a": (B, D), "b": (D, C)}, {}, "b", "kronecker", B * D),
    ("MatMul", {"a": (8, B, D), "b": (8, D, C)}, {}, "b", "kronecker", 8 * B * D),
    ("Transpose", {"x": (B, D)}, {}, "x", "selection", 0),
    ("Reshape", {"x": (B, D)}, {"shape": (-1,)}, "x", "selection", 0),
    ("Flatten", {"x": (B, 3, 100)}, {}, "x", "selection", 0),
    ("Concat", {"x0": (B, D), "x1": (B, C)}, {"axis": 1}, "x1", "selection", 0),
    ("Sum", {"x": (B, D)}, {"axis": (0,)}, "x", "reduce", 0),
    ("Mean", {"x": (B, D)}, {"axis": (1,)}, "x", "reduce", 1),
    ("Linear", {"x": (B, D)}, {"out_features": C}, "x", "kronecker", D * C),
    ("Linear", {"x": (B, D)}, {"out_features": C}, "weight", "kronecker", B * D),
    ("Linear", {"x": (B, D)}, {"out_features": C}, "bias", "kronecker", 0),
    ("MSELoss", {"prediction": (B, D), "target": (B, D)}, {}, "prediction", "reduce", B * D),
    (
        "MSELoss",
        {"prediction": (B, D), "target": (B, D)},
        {"reduction": "none"},
        "target",
        "diagonal",
        B * D,
    ),
    ("CrossEntropyLoss", {"prediction": (B, C), "target": (B,)}, {}, "prediction", "reduce", B * C),
    (
        "CrossEntropyLoss",
        {"prediction": (B, C), "target": (B,)},
        {"reduction": "none"},
        "prediction",
        "reduce",
        B * C,
    ),
    ("NLLLoss", {"prediction": (B, C), "target": (B,)}, {}, "prediction", "product", B + 2),
    (
        "NLLLoss",
        {"prediction": (B, C), "target": (B,)},
        {"reduction": "none"},
        "prediction",
        "selection",
        B + 1,
    ),
]


@pytest.mark.parametrize(
    ("name", "shapes", "attributes", "port", "word", "stored"),
    LARGE,
    ids=[f"{row[0]}-{row[3]}-{row[4]}" for row in LARGE],
)
def test_large_maps_stay_small(name, shapes, attributes, port, word, stored):
    values = CLASSES if "target" in shapes and len(shapes["target"]) == 1 else {}
    example = Example(shapes, attributes, values)
    case = Case.of(default_catalogue().require(name), example)
    zeros = case.with_zeros()
    ctx, _, kept = zeros.run()
    made = zeros.module.jacobian(ctx, port, "y", kept)
    assert made.structure == word
    assert made.stored <= stored
    window = made.window(slice(0, 2), slice(0, 3))
    assert window.shape == (min(2, made.rows), min(3, made.columns))
    gradient = np.ones(made.out_shape)
    need = tuple(p.name == port for p in zeros.module.wired_ports)
    pulled = zeros.module.vjp(ctx, (gradient,), kept, need)[need.index(True)]
    assert pulled is not None
    assert made.vjp(gradient).shape == made.in_shape
    if made.rows * made.columns > maps.DENSE_BUDGET:
        with pytest.raises(maps.TooLarge):
            made.dense()


def test_scalars_are_diagonal_as_in_the_file_format():
    case = Case.of(default_catalogue().require("Multiply"), Example({"a": (), "b": ()}))
    ctx, _, kept = case.run()
    made = case.module.jacobian(ctx, "a", "y", kept)
    assert (made.structure, made.stored, made.shape) == ("diagonal", 1, ((), ()))
    assert made.dense()[0, 0] == kept["b"]


def test_linear_reads_as_the_textbook_says():
    case = Case.of(
        default_catalogue().require("Linear"), Example({"x": (5, 2)}, {"out_features": 8})
    )
    ctx, _, kept = case.run()
    said = [
        case.module.jacobian(ctx, port, "y", kept).describe() for port in ("x", "weight", "bias")
    ]
    assert said == ["I₅ ⊗ 8×2", "5 × (I₈ ⊗ 1×2)", "1₅ ⊗ I₈"]


def test_softmax_reads_as_blocks():
    case = Case.of(default_catalogue().require("Softmax"), Example({"x": (5, 3)}))
    ctx, (y,), kept = case.run()
    made = case.module.jacobian(ctx, "x", "y", kept)
    assert made.describe() == "5 blocks of 3×3"
    np.testing.assert_allclose(made.block(2), np.diag(y[2]) - np.outer(y[2], y[2]), atol=1e-16)
