"""A Kronecker product in a few signs, for the plate on an edge."""

from __future__ import annotations

import math

from runtime.maps.subscripts import Axes

_LOW_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def kronecker_text(axes: Axes) -> str:
    """Such as "I₅ ⊗ 8×2", "5 × (I₈ ⊗ 1×2)" (a stack of five), "2 blocks of 3×4 ⊗ I₅", "1₅ ⊗ I₈".

    The terms stand in the order of their output axes; input axes may be in another order.
    """
    held = "".join(axes.factors)
    out, into = axes.output, axes.input
    blocks = [label for label in out if label in into and label in held]
    identity = [label for label in out if label in into and label not in held]
    rows = [label for label in out if label not in into and label in held]
    columns = [label for label in into if label not in out and label in held]
    copied = [label for label in out if label not in into and label not in held]
    summed = [label for label in into if label not in out and label not in held]

    def size(labels: list[str]) -> int:
        return math.prod(axes.shape("".join(labels)))

    stacked = 1
    if identity and rows and columns:
        below = out.index(rows[0]) < out.index(identity[0])
        beside = into.index(columns[0]) < into.index(identity[0])
        stacked = size(rows) if below and not beside else 1
    terms = [(identity, f"I{_low(size(identity))}"), (copied, f"1{_low(size(copied))}")]
    if rows or columns:
        labels = rows if rows and stacked == 1 else columns
        terms.append((labels, f"{size(rows) // stacked}×{size(columns)}"))
    terms.append((summed, f"1ᵀ{_low(size(summed))}"))
    order = sorted((term for term in terms if term[0]), key=lambda term: _place(term[0][0], axes))
    text = " ⊗ ".join(term for _, term in order)
    if stacked > 1:
        text = f"{stacked} × ({text})"
    if size(blocks) == 1:
        return text or "identity"
    return f"{size(blocks)} blocks of {text or '1×1'}"


def _place(label: str, axes: Axes) -> int:
    return (axes.output + axes.input).index(label)


def _low(number: int) -> str:
    return str(number).translate(_LOW_DIGITS)
