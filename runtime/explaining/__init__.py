"""The chain rule written out, in words, symbols and numbers: of a step, an edge, a pair of ports.

| file | what is in it |
|---|---|
| `expression` | a formula as a tree |
| `reading` | the tree of a module's LaTeX |
| `latex`, `plain` (on `boxes`) | the tree as LaTeX, and as text |
| `substituting` | names and numbers for a formula's letters |
| `naming`, `tensors` | what ports are called, how tensors are shown |
| `nodes`, `pulling`, `edges`, `between`, `products`, `tangents`, `updates` | what is explained |
| `kinks`, `troubles` | what must be known besides |
| `explanation`, `writing` | the result, and how it is written out |
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.explaining.asking import explain, explain_node, explain_step, explain_updates
    from runtime.explaining.between import explain_ports
    from runtime.explaining.edges import explain_edge
    from runtime.explaining.explanation import Explanation, Line, Of
    from runtime.explaining.products import explain_path
    from runtime.explaining.writing import as_data, as_latex, as_markdown, as_text

_HOMES = {
    "asking": (
        "explain",
        "explain_node",
        "explain_step",
        "explain_updates",
    ),
    "between": ("explain_ports",),
    "edges": ("explain_edge",),
    "explanation": (
        "Explanation",
        "Line",
        "Of",
    ),
    "products": ("explain_path",),
    "writing": (
        "as_data",
        "as_latex",
        "as_markdown",
        "as_text",
    ),
}

__all__ = [
    "Explanation",
    "Line",
    "Of",
    "as_data",
    "as_latex",
    "as_markdown",
    "as_text",
    "explain",
    "explain_edge",
    "explain_node",
    "explain_path",
    "explain_ports",
    "explain_step",
    "explain_updates",
]

__getattr__ = late(__name__, _HOMES)
