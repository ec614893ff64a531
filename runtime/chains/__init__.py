"""All paths of the chain rule between two ports: counted, the strongest listed, what cancels.

A path is a chain of steps from a source to a target; its contribution to the gradient is the
cotangent of the target times the local Jacobians along it, and all contributions add up to the
gradient. There can be astronomically many, so they are counted by dynamic programming and the
strongest are found without listing the rest.
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.chains.finding import find_paths
    from runtime.chains.following import gradients_along, signed_norms
    from runtime.chains.records import ChainPath, ChainPaths, PathHop
    from runtime.chains.tensor_search import Budget

_HOMES = {
    "finding": ("find_paths",),
    "following": (
        "gradients_along",
        "signed_norms",
    ),
    "records": (
        "ChainPath",
        "ChainPaths",
        "PathHop",
    ),
    "tensor_search": ("Budget",),
}

__all__ = [
    "Budget",
    "ChainPath",
    "ChainPaths",
    "PathHop",
    "find_paths",
    "gradients_along",
    "signed_norms",
]

__getattr__ = late(__name__, _HOMES)
