"""Local Jacobians as linear maps that keep their structure instead of a matrix.

| class | what it does | word |
|---|---|---|
| `Zero` | nothing gets through | zero |
| `Identity` | everything gets through | identity |
| `Scaled` | one number for all entries | scaled |
| `Diagonal` | one number per entry | diagonal |
| `Selection` | gather by index | selection |
| `Reshaped`, `Transposed` | other shape, other order of axes | selection |
| `Sliced`, `Placed` | a box read out, a box put in | selection |
| `Broadcast` | copies along axes, with weights if wanted | broadcast |
| `Reduce` | sums over axes, with weights if wanted | reduce |
| `BlockDiagonal` | dense blocks over chosen axes | block-diagonal |
| `LowRank` | diagonal plus outer products; in blocks if axes are named | low-rank, block-diagonal |
| `Kronecker` | an einsum's derivative by one operand | kronecker |
| `Toeplitz`, `KernelToeplitz` | a convolution by its input, by its kernel | toeplitz |
| `Dense` | a matrix | dense |
| `Product`, `Sum` | maps one after the other, maps added | product, sum |

`compose`, `add` and `contraction` make the simplest of these that fits. All of them are
`LinearMap`s: see there for what a map can do. A dense form above the budget is refused with
`TooLarge`. A map's figures are in `runtime.maps.summary`, its picture at any size in
`runtime.maps.overview`. The maps work on NumPy and on CuPy arrays.
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.maps.blocks import BlockDiagonal, Blocks
    from runtime.maps.boxes import Placed, Sliced
    from runtime.maps.budget import DENSE_BUDGET, TooLarge, ask_budget
    from runtime.maps.combine import Product, Sum, add, compose
    from runtime.maps.dense import Dense
    from runtime.maps.kronecker import Kronecker, contraction
    from runtime.maps.linear_map import LinearMap
    from runtime.maps.lowrank import LowRank
    from runtime.maps.pointwise import Diagonal, Identity, Pointwise, Scaled, Zero
    from runtime.maps.samples import OneSample, sample_of
    from runtime.maps.selection import OnePerRow, Reshaped, Selection, Transposed
    from runtime.maps.spread import Broadcast, Reduce
    from runtime.maps.toeplitz import KernelToeplitz, Toeplitz

_HOMES = {
    "blocks": (
        "BlockDiagonal",
        "Blocks",
    ),
    "boxes": (
        "Placed",
        "Sliced",
    ),
    "budget": (
        "DENSE_BUDGET",
        "TooLarge",
        "ask_budget",
    ),
    "combine": (
        "Product",
        "Sum",
        "add",
        "compose",
    ),
    "dense": ("Dense",),
    "kronecker": (
        "Kronecker",
        "contraction",
    ),
    "linear_map": ("LinearMap",),
    "lowrank": ("LowRank",),
    "pointwise": (
        "Diagonal",
        "Identity",
        "Pointwise",
        "Scaled",
        "Zero",
    ),
    "samples": (
        "OneSample",
        "sample_of",
    ),
    "selection": (
        "OnePerRow",
        "Reshaped",
        "Selection",
        "Transposed",
    ),
    "spread": (
        "Broadcast",
        "Reduce",
    ),
    "toeplitz": (
        "KernelToeplitz",
        "Toeplitz",
    ),
}

__all__ = [
    "DENSE_BUDGET",
    "BlockDiagonal",
    "Blocks",
    "Broadcast",
    "Dense",
    "Diagonal",
    "Identity",
    "KernelToeplitz",
    "Kronecker",
    "LinearMap",
    "LowRank",
    "OnePerRow",
    "OneSample",
    "Placed",
    "Pointwise",
    "Product",
    "Reduce",
    "Reshaped",
    "Scaled",
    "Selection",
    "Sliced",
    "Sum",
    "Toeplitz",
    "TooLarge",
    "Transposed",
    "Zero",
    "add",
    "ask_budget",
    "compose",
    "contraction",
    "sample_of",
]

__getattr__ = late(__name__, _HOMES)
