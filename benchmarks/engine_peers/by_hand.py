"""What can be written by hand in NumPy for these networks, and their matrix products alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import engine_works as works

Step = Callable[[], Any]


def step(spec: works.Spec) -> Step | None:
    """Forward, reverse and update of a multilayer perceptron, into buffers made once."""
    if not isinstance(spec, works.Mlp):
        return None
    x, t = spec.samples()
    layers, rows = spec.weights(), np.arange(spec.batch)
    outs = [np.empty((spec.batch, len(bias)), "float32") for _, bias in layers]
    backs = [np.empty_like(out) for out in outs]
    changes = [np.empty_like(weight) for weight, _ in layers]
    masks = [np.empty(out.shape, bool) for out in outs]
    rate = np.float32(works.RATE)

    def act() -> Any:
        at = x
        for number, (weight, bias) in enumerate(layers):
            out = outs[number]
            np.matmul(at, weight.T, out=out)
            out += bias
            if number < len(layers) - 1:
                np.greater(out, 0, out=masks[number])
                np.maximum(out, 0, out=out)
            at = out
        scores = backs[-1]
        np.subtract(at, at.max(axis=1, keepdims=True), out=scores)
        chosen = scores[rows, t]
        np.exp(scores, out=scores)
        total = scores.sum(axis=1, keepdims=True)
        loss = (np.log(total[:, 0]) - chosen).mean()
        scores /= total
        scores[rows, t] -= 1
        scores /= spec.batch
        for number in range(len(layers) - 1, -1, -1):
            weight, bias = layers[number]
            back, before = backs[number], outs[number - 1] if number else x
            np.matmul(back.T, before, out=changes[number])
            if number:
                np.matmul(back, weight, out=backs[number - 1])
                backs[number - 1] *= masks[number - 1]
            changes[number] *= rate
            weight -= changes[number]
            bias -= rate * back.sum(axis=0)
        return loss

    return act


def products(spec: works.Spec) -> Step | None:
    """The matrix products of a step and nothing else: what no engine can fall below."""
    if not isinstance(spec, works.Mlp):
        return None
    x, _ = spec.samples()
    layers = [weight for weight, _ in spec.weights()]
    outs = [np.ones((spec.batch, len(weight)), "float32") for weight in layers]
    ins = [x, *outs[:-1]]
    changes = [np.empty_like(weight) for weight in layers]
    backs = [np.empty_like(value) for value in ins]

    def act() -> Any:
        for number, weight in enumerate(layers):
            np.matmul(ins[number], weight.T, out=outs[number])
        for number in range(len(layers) - 1, -1, -1):
            np.matmul(outs[number].T, ins[number], out=changes[number])
            if number:
                np.matmul(outs[number], layers[number], out=backs[number])
        return outs[-1]

    return act
