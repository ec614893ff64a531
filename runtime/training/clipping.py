"""Bounds on the gradient before an update."""

from __future__ import annotations

import math
from typing import Any

from graph import rules
from runtime.array import Array

TINY = 1e-6
"""Added to the norm as `torch.nn.utils.clip_grad_norm_` does."""


class Clip(rules.Clip):
    """`value` bounds each entry, `norm` the Euclidean norm over all parameters together.

    Entries are bounded first. Source of the norm's bound: Pascanu, Mikolov, Bengio, On the
    difficulty of training recurrent neural networks, ICML 2013.
    """

    def apply(self, xp: Any, gradients: list[Array]) -> None:
        """Change gradients in place."""
        if self.value is None and self.norm is None:
            return
        if self.value is not None:
            for gradient in gradients:
                xp.clip(gradient, -self.value, self.value, out=gradient)
        share = self.share(xp, gradients)
        if share < 1:
            for gradient in gradients:
                gradient *= share

    def share(self, xp: Any, gradients: list[Array]) -> float:
        """By how much the bound on the norm scales these gradients; 1 within it."""
        if self.norm is None:
            return 1.0
        total = sum(float(xp.vdot(gradient, gradient)) for gradient in gradients)
        return min(self.norm / (math.sqrt(total) + TINY), 1.0)


def norm_of(xp: Any, numbers: Array) -> float:
    """The Euclidean norm of all entries of an array."""
    return math.sqrt(xp.vdot(numbers, numbers))
