"""Derivatives at single numbers are worked out by NumPy's numbers: to the bit what arrays give."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from graph.catalogue import Catalogue, default_catalogue
from graph.model import Graph
from graph.tensor import Tensor
from runtime import Engine, passes
from runtime.feeds import same_bits
from runtime.modules.door import Elementwise
from runtime.numbering import PlanStep
from tests.catalogue_cases import computing_cases

TOLD = [0.0, -0.0, 1.0, -1.0, 0.3, -2.7, 1e-320, 700.0, np.inf, -np.inf, np.nan]
SINGLE = [
    case
    for case in computing_cases()
    if isinstance(case.module, Elementwise)
    and case.module.as_scalar() is not None
    and not any(x.shape for x in case.types.values())
]


def step_of(case):
    module, shapes = case.module, {name: type_.shape for name, type_ in case.types.items()}
    count = len(module.wired_names)
    ports = ((),) * 4
    return PlanStep("it", None, "it", module, *ports, (True,) * count, {}, shapes, is_single=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", SINGLE, ids=str)
def test_a_number_gets_the_gradient_that_an_array_gets(case, dtype):
    case = case.as_(dtype)
    step, module = step_of(case), case.module
    need = step.need
    every = itertools.product(TOLD, repeat=1 + len(need))
    for given in itertools.islice(every, 0, None, 1 if len(need) == 1 else 7):
        gout, *ins = (np.array(number, dtype) for number in given)
        ctx = case.context()
        with np.errstate(all="ignore"):
            outs = module.forward(ctx, tuple(ins))
            kept = dict(zip(module.kept_names, (*ins, *outs), strict=True)) | dict(ctx.kept)
            kept = {name: array for name, array in kept.items() if name in module.keeps}
            expected = module.vjp(ctx, (gout,), kept, need)
            parts = passes.pull_back(step, ctx, (gout,), kept)
        for part, array in zip(parts, expected, strict=True):
            assert type(part) is np.ndarray
            assert not part.flags.writeable
            assert same_bits(part, np.asarray(array, dtype)) or (np.isnan(part) and np.isnan(array))


def test_there_are_such_modules():
    assert {"Multiply", "Tanh", "Maximum", "GELU"} <= {x.module.name for x in SINGLE}


class Capped(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Cut off what is above 1. It says nothing of single numbers, and writes into a copy."""

    keeps = ("x",)

    def forward(self, ctx, ins, out=None):
        y = ctx.into(out)
        y[...] = ctx.xp.minimum(ins[0], 1.0)
        return (y,)

    def derivative(self, ctx, port, kept):
        slope = kept["x"].copy()
        slope[...] = 1.0
        slope[kept["x"] > 1.0] = 0.0
        return slope


def test_a_module_without_a_form_for_single_numbers_gets_arrays():
    """As one of another package is written, whose author knows of arrays alone."""
    graph = Graph(Catalogue([*default_catalogue(), Capped]))
    graph.add("Input", "x", shape=())
    graph.add("Capped", "y")
    graph.connect("x.y", "y.x")
    for number, slope in ((0.5, 1.0), (2.0, 0.0)):
        graph.set_tensor("x.y", Tensor.scalar(number))
        assert Engine(graph).run().gradient("x.y") == slope
