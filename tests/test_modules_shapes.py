"""Shape rules that a signature cannot say, with sizes and with names, and their sentences."""

from __future__ import annotations

import pytest

from graph.catalogue import default_catalogue
from graph.errors import BadAttribute, KindMismatch, ShapeMismatch
from graph.port import PortType


def y_of(name: str, *shapes, dtype: str = "float64", dtypes=None, **attributes):
    """The inferred shape of y, None where it is unknown."""
    module = default_catalogue().require(name)(**attributes)
    ports = [port.name for port in module.wired_ports if port.role == "input"]
    kinds = dtypes or [dtype] * len(shapes)
    types = {
        port: PortType(kind, shape)
        for port, kind, shape in zip(ports, kinds, shapes, strict=False)
        if shape is not None
    }
    found = module.infer(types, dtype).get("y")
    return found and found.shape


KNOWN = [
    ("Reshape", {"shape": (3, 4)}, [(2, 6)], (3, 4)),
    ("Reshape", {"shape": (-1, 4)}, [(2, 6)], (3, 4)),
    ("Reshape", {"shape": (-1, 28, 28)}, [("B", 784)], ("B", 28, 28)),
    ("Reshape", {"shape": (2, -1)}, [("B", 784)], None),
    ("Reshape", {"shape": (-1,)}, [("B", "T")], None),
    ("Reshape", {"shape": (5, 784)}, [("B", 784)], (5, 784)),
    ("Reshape", {"shape": (0, 3)}, [(3, 0)], (0, 3)),
    ("Flatten", {}, [("B", 3, 4)], ("B", 12)),
    ("Flatten", {}, [(3, "T", 1)], (3, "T")),
    ("Flatten", {}, [(3, "T", 2)], None),
    ("Flatten", {"start_axis": 0}, [()], (1,)),
    ("Flatten", {"start_axis": -2}, [(2, 3, 4)], (2, 12)),
    ("Concat", {"axis": 1}, [("B", 3), ("B", 4)], ("B", 7)),
    ("Concat", {"axis": 1}, [("B", 3), (5, 4)], (5, 7)),
    ("Concat", {"axis": 0}, [("B", 3), (2, 3)], None),
    ("Concat", {}, [(2, 3), None], None),
    ("Concat", {"inputs": 1}, [("B", 3)], ("B", 3)),
    ("Transpose", {}, [("B", 3, 4)], (4, 3, "B")),
    ("Transpose", {"axes": (0, -1, 1)}, [("B", 3, 4)], ("B", 4, 3)),
    ("Sum", {}, [("B", 3)], ()),
    ("Sum", {"axis": 1}, [("B", 3)], ("B",)),
    ("Mean", {"axis": (0,), "keepdims": True}, [("B", 3)], (1, 3)),
    ("MatMul", {}, [("B", 3), (3, 4)], ("B", 4)),
    ("MatMul", {}, [("B", 2, 3), (3, "k")], ("B", 2, "k")),
    ("MatMul", {}, [(3,), (3,)], ()),
    ("Linear", {"out_features": 8}, [("B", "T", 2)], ("B", "T", 8)),
    ("MSELoss", {"reduction": "none"}, [("B", 1), ("B", 1)], ("B", 1)),
    ("MSELoss", {}, [("B", 1), None], ()),
    ("CrossEntropyLoss", {"reduction": "none"}, [("B", 3)], ("B",)),
]


@pytest.mark.parametrize(("name", "attributes", "shapes", "expected"), KNOWN)
def test_output_shape(name, attributes, shapes, expected):
    assert y_of(name, *shapes, **attributes) == expected


REFUSED = [
    ("Reshape", {"shape": (5, 2)}, [(2, 6)], "x: found [2, 6], expected 10 entries."),
    ("Reshape", {"shape": (5, -1)}, [(2, 6)], "x: found [2, 6], expected a multiple of 5"),
    ("Reshape", {"shape": (0, -1)}, [(0, 6)], "x: found [0, 6], expected a multiple of 0"),
    ("Flatten", {}, [(3,)], "x: found [3], expected a tensor with axis 1. Change start_axis."),
    ("Flatten", {"start_axis": -3}, [(3, 2)], "x: found [3, 2], expected a tensor with axis -3"),
    ("Concat", {}, [(2, 3), (2, 4)], "x1: found [2, 4], expected [any on axis 0, 3]."),
    ("Concat", {}, [(2, 3), (3,)], "x1: found [3], expected [any on axis 0, 3]."),
    ("Concat", {"axis": 2}, [(2, 3), (2, 3)], "x0: found [2, 3], expected a tensor with axis 2."),
    ("Transpose", {"axes": (0, 1)}, [(2, 3, 4)], "x: found [2, 3, 4], expected 2 axes"),
    ("Transpose", {"axes": (0, -2)}, [(2, 3)], "x: found [2, 3], expected 2 axes"),
    ("Sum", {"axis": 2}, [(2, 3)], "x: found [2, 3], expected a tensor with the axes 2."),
    ("Sum", {"axis": (1, -1)}, [(2, 3)], "x: found [2, 3], expected a tensor with the axes 1, -1"),
    (
        "Einsum",
        {"equation": "ii->i"},
        [(2, 1)],
        "x0: found [2, 1], expected one size for the label i, which it has twice.",
    ),
    ("Norm", {"ord": "Infinity"}, [(0, 3)], "x: found [0, 3], expected at least one entry on each"),
    ("Softmax", {"axis": 2}, [(2, 3)], "x: found [2, 3], expected a tensor with axis 2"),
    ("Softmax", {}, [()], "x: found [], expected a tensor with axis -1"),
    ("PReLU", {"num_parameters": 4}, [(2, 3)], "x: found [2, 3], expected 4 channels on axis 1"),
    ("MatMul", {}, [(2, 3), (2, 3)], "b: found [2, 3], expected [3, n] (k should be 3, found 2)"),
    ("MSELoss", {}, [(5, 1), (5,)], "target: found [5], expected [5, 1]"),
    ("CrossEntropyLoss", {}, [(5, 3), (4,)], "target: found [4], expected [5]"),
    ("Add", {}, [(5, 2), (5,)], "b: found [5], expected a shape that broadcasts with [5, 2]"),
]


@pytest.mark.parametrize(("name", "attributes", "shapes", "sentence"), REFUSED)
def test_refused_in_a_sentence(name, attributes, shapes, sentence):
    dtypes = ["float64", "int64"] if name == "CrossEntropyLoss" else None
    with pytest.raises(ShapeMismatch) as caught:
        y_of(name, *shapes, dtypes=dtypes, **attributes)
    assert sentence in str(caught.value)


def test_kinds():
    with pytest.raises(KindMismatch, match="target: found floating"):
        y_of("NLLLoss", (5, 3), (5,))
    with pytest.raises(KindMismatch, match="x1: found int64, expected float64"):
        y_of("Concat", (5, 3), (5, 3), dtypes=["float64", "int64"])
    with pytest.raises(KindMismatch):
        y_of("ReLU", (5,), dtypes=["int64"])
    for name in ("Reshape", "Transpose", "Concat"):
        module = default_catalogue().require(name)
        ports = [port.name for port in module().wired_ports]
        types = {port: PortType("int32", (4,)) for port in ports}
        assert module().infer(types, "float64")["y"].dtype == "int32"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("Reshape", {"shape": (-1, -1)}),
        ("Reshape", {"shape": (-2,)}),
        ("Transpose", {"axes": (0, 0)}),
        ("Sum", {"axis": ()}),
        ("Sum", {"axis": (1, 1)}),
        ("Sum", {"axis": True}),
        ("Clip", {"min": 2.0, "max": 1.0}),
        ("HuberLoss", {"delta": 0.0}),
        ("MSELoss", {"reduction": "batchmean"}),
        ("Concat", {"inputs": 0}),
        ("Parameter", {"init": "magic"}),
        ("Linear", {"out_features": 0}),
    ],
)
def test_settings_that_cannot_be(name, attributes):
    with pytest.raises(BadAttribute):
        default_catalogue().require(name)(**attributes)


def test_sources_give_what_they_declare():
    source = default_catalogue().require("Input")
    assert source(shape=("B", 2)).infer({}, "float32")["y"] == PortType("float32", ("B", 2))
    assert source(dtype="float64").infer({}, "float32")["y"].dtype == "float32"
    assert source(dtype="int64").infer({}, "float32")["y"].dtype == "int64"
    assert source().outline() == "source"
    parameter = default_catalogue().require("Parameter")
    assert parameter().owned() == ("y",)


def test_linear_without_bias_has_no_such_port():
    linear = default_catalogue().require("Linear")
    assert [port.name for port in linear(bias=False).wired_ports] == ["x", "weight"]
    assert [port.name for port in linear().parameter_ports] == ["weight", "bias"]
