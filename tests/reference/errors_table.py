"""Write docs/accuracy.md: every module's largest error against PyTorch's numbers.

    python -m tests.reference.errors_table

It prints the table with the errors as they are on this machine. In the page they are rounded up to
powers of ten, so that another machine, which adds in another order, has the same page.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graph.catalogue import default_catalogue
from tests.catalogue_cases import Case, computing_cases
from tests.reference.agreement import GRADIENT, VALUE, errors

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "accuracy.md"
DTYPES = ("float64", "float32")
LEAST = {"float64": 1e-15, "float32": 1e-6}  # a little above what one rounding makes

INTRODUCTION = f"""# Accuracy

Every module is run on every one of its examples, in float64 and in float32, and held against what
PyTorch gives for the same numbers (`assets/reference/`): the values of its outputs; the gradients
of its inputs and its Jacobians. The error between two tensors is max|a - b| / max(1, max|b|).
Allowed are, in float64, {VALUE["float64"]:.0e} for values and {GRADIENT["float64"]:.0e} for
gradients; in float32 {VALUE["float32"]:.0e} and {GRADIENT["float32"]:.0e}.

The table has the largest error of each module, rounded up to a power of ten, and the structures
that its Jacobians have in the examples. It is made by `python -m tests.reference.errors_table`.
"""


@dataclass
class Row:
    """What one module's cases come to; errors by dtype."""

    module: str
    values: dict[str, float]
    gradients: dict[str, float | None]  # None where nothing has a gradient
    structures: tuple[str, ...]
    has_manual: bool


def rows() -> list[Row]:
    """One row a module, in the order of the catalogue; sources compute nothing."""
    cases: dict[str, list[Case]] = {}
    for case in computing_cases():
        cases.setdefault(case.module.name, []).append(case)
    with np.errstate(all="ignore"):
        return [
            _row(kind.name, cases[kind.name]) for kind in default_catalogue() if kind.name in cases
        ]


def _row(name: str, cases: list[Case]) -> Row:
    values: dict[str, float] = {}
    gradients: dict[str, float | None] = {}
    for dtype in DTYPES:
        found = [entry for case in cases for entry in errors(case.as_(dtype)).items()]
        slopes = [e for what, e in found if what.startswith(("gradient ", "jacobian "))]
        values[dtype] = max(e for what, e in found if " " not in what)
        gradients[dtype] = max(slopes, default=None)
    structures = dict.fromkeys(word for case in cases for word in _structures(case))
    has_manual = (DOCS / "modules" / f"{name}.md").is_file()
    return Row(name, values, gradients, tuple(structures), has_manual)


def _structures(case: Case) -> list[str]:
    """The word of each Jacobian of a case."""
    ctx, _, kept = case.run()
    return [
        case.module.jacobian(ctx, port.name, output.name, kept).structure
        for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True)
        for output in case.module.output_ports
        if wanted and case.types[output.name].is_floating
    ]


def table(found: list[Row], show: Callable[[float, str], str]) -> str:
    """The rows in Markdown; `show` writes an error of a dtype."""
    lines = [
        "| module | values, float64 | values, float32 | gradients, float64 | gradients, float32"
        " | Jacobians | manual |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found:
        cells = [row.module, *(show(row.values[dtype], dtype) for dtype in DTYPES)]
        cells += ["none" if (e := row.gradients[d]) is None else show(e, d) for d in DTYPES]
        cells.append(", ".join(row.structures) or "none")
        cells.append(f"[page](modules/{row.module}.md)" if row.has_manual else "none")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def bound(error: float, dtype: str) -> float:
    """An error rounded up to a power of ten, and to the least that is told apart."""
    if error <= LEAST[dtype]:
        return LEAST[dtype]
    return 10.0 ** math.ceil(math.log10(error) - 1e-9)


def rounded(error: float, dtype: str) -> str:
    """As the page has it."""
    return f"{bound(error, dtype):.0e}"


def exact(error: float, dtype: str) -> str:
    """As it is here."""
    return f"{error:.1e}" if error else "0"


def page(found: list[Row]) -> str:
    """The page's text."""
    return INTRODUCTION + "\n" + table(found, rounded)


def main() -> None:
    """Write the page and print the table of this machine."""
    found = rows()
    PAGE.write_text(page(found), encoding="utf-8")
    print(table(found, exact), end="")


if __name__ == "__main__":
    main()
