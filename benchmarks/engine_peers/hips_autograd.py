"""HIPS autograd: NumPy with a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as np

import engine_works as works

Step = Callable[[], Any]


def step(spec: works.Spec) -> Step | None:
    """One step of a multilayer perceptron."""
    if not isinstance(spec, works.Mlp):
        return None
    x, t = spec.samples()
    rows, layers = np.arange(spec.batch), spec.weights()

    def loss_of(layers: Any) -> Any:
        at = x
        for weight, bias in layers[:-1]:
            at = np.maximum(at @ weight.T + bias, 0)
        weight, bias = layers[-1]
        scores = at @ weight.T + bias
        scores = scores - scores.max(axis=1, keepdims=True)
        return (np.log(np.exp(scores).sum(axis=1)) - scores[rows, t]).mean()

    both = autograd.value_and_grad(loss_of)

    def act() -> Any:
        loss, back = both(layers)
        for (weight, bias), (dw, db) in zip(layers, back, strict=True):
            weight -= works.RATE * dw
            bias -= works.RATE * db
        return loss

    return act
