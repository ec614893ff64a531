"""Every module explained at every example: the numbers of the trace, in formulas that close."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from graph import PortRef
from runtime import Engine
from runtime.explaining import as_data, as_latex, as_markdown, explain_node
from runtime.explaining.latex import latex
from runtime.explaining.plain import plain
from runtime.explaining.reading import read_latex
from runtime.explaining.writing import line_latex, line_text
from tests.catalogue_cases import computing_cases
from tests.explaining_reading import NotEvaluated, balanced, evaluated, shows


@pytest.mark.parametrize("case", computing_cases(), ids=str)
def test_every_module_times_example(case):
    """Forward and reverse show the trace's numbers, and so do products that are spelled out."""
    trace = run_case(case)
    forward, reverse = explain_node(trace, "it")
    ports = [PortRef("it", port.name) for port in case.module.output_ports]
    values = [line for line in forward.lines if line.numbers]
    for ref, line in zip(ports, values, strict=True):
        assert shows(line.numbers[-1], trace.value(ref))
    step = trace.plan.step_of["it"]
    gradients = {str(ref): trace.part(ref) for ref in step.reads}
    wanted = [g for g in gradients.values() if g is not None]
    lines = reverse.lines[len(reverse.lines) - len(wanted) :]
    for line, gradient in zip(lines, wanted, strict=True):
        assert shows(line.numbers[-1], gradient)
    for found in (forward, reverse):
        assert balanced(as_latex([found]).replace("\\[", "").replace("\\]", ""))
        as_data(found)
        as_markdown([found])


def run_case(case):
    """The trace of a case; forward alone where nothing carries a gradient."""
    phase = "both" if case.has_gradients else "forward"
    return Engine(case.graph(), mode=case.mode).run(phase=phase)


def first_cases():
    """One case per module, and those with given values, which may be kinks."""
    seen = set()
    for case in computing_cases():
        if case.module.name not in seen:
            seen.add(case.module.name)
            yield case


@pytest.mark.parametrize("case", list(first_cases()), ids=str)
def test_ziamath_can_draw_it(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath

    lines = [line for found in explain_node(run_case(case), "it") for line in found.lines]
    drawn = ziamath.Latex(max(map(line_latex, lines), key=len)).svg()
    assert "<svg" in drawn
    for line in lines:
        assert "<mfrac>" in ziamath.tex.tex2mml(line_latex(line) + r"\frac{1}{2}")


@pytest.mark.parametrize("case", list(first_cases()), ids=str)
def test_formulas_are_read_and_written_without_loss(case):
    for text in (case.module.formula, *case.module.pullback.values()):
        tree = read_latex(text)
        assert read_latex(latex(tree)) == tree
        assert "\\" not in str(plain(tree))


@pytest.mark.parametrize("text", ["{a", "a}", r"\begin{cases} a", r"\frac{a}", r"\begin{array} a"])
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError, match="found"):
        read_latex(text)


def test_what_is_spelled_out_comes_to_its_result():
    """Products, sums and transposes with numbers put in, multiplied out again.

    Four digits are shown, so this finds a wrong factor, sign, axis or order, not a rounding.
    """
    modules = set()
    for case in computing_cases():
        if not case.has_gradients:
            continue
        _, reverse = explain_node(run_case(case), "it")
        for line in reverse.lines[len(case.module.output_ports) :]:
            for item in line.numbers[:-1]:
                if not np.isfinite(line.result).all():
                    continue
                try:
                    found = evaluated(item)
                except NotEvaluated:
                    continue
                assert_comes_to(found, line, case)
                modules.add(case.module.name)
    assert len(modules) > 60


def assert_comes_to(found, line, case):
    result = line.result
    assert found.size in (1, result.size) or np.broadcast_shapes(found.shape, result.shape)
    wide = found.reshape(result.shape) if found.size == result.size else found
    scale = max(1.0, float(np.abs(result).max(initial=0.0)))
    close = np.allclose(wide, result, atol=0.01 * scale, equal_nan=True)
    assert close, f"{case}\n{line_text(line)}"
