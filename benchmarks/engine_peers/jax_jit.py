"""JAX: the whole step traced once and compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from jax import lax
from jax import numpy as jnp

import engine_works as works

Step = Callable[[], Any]


def step(spec: works.Spec) -> Step | None:
    """One step of a work; the parameters are handed on from call to call."""
    if isinstance(spec, works.Mlp):
        return _step([(jnp.asarray(w), jnp.asarray(b)) for w, b in spec.weights()], _mlp, spec)
    if isinstance(spec, works.LeNet):
        return _step(_lenet_weights(), _lenet, spec)
    return None


def _mlp(layers: Any, x: Any) -> Any:
    for weight, bias in layers[:-1]:
        x = jax.nn.relu(x @ weight.T + bias)
    weight, bias = layers[-1]
    return x @ weight.T + bias


def _lenet_weights() -> list[tuple[Any, Any]]:
    shapes = ((6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84))
    keys = jax.random.split(jax.random.PRNGKey(0), len(shapes))
    drawn = (jax.random.normal(key, shape) * 0.05 for key, shape in zip(keys, shapes, strict=True))
    return [(weight, jnp.zeros(weight.shape[0])) for weight in drawn]


def _lenet(layers: Any, x: Any) -> Any:
    for number, padding in ((0, 2), (1, 0)):
        weight, bias = layers[number]
        x = lax.conv(
            jnp.pad(x, ((0, 0), (0, 0), *((padding, padding),) * 2)), weight, (1, 1), "VALID"
        )
        x = jax.nn.relu(x + bias[:, None, None])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return _mlp(layers[2:], x.reshape(len(x), -1))


def _step(layers: Any, network: Callable[[Any, Any], Any], spec: Any) -> Step:
    """The batch comes from NumPy in every step: closed over, it would be folded as a constant."""
    x, t = spec.samples()
    rows = jnp.arange(len(t))

    def loss_of(layers: Any, x: Any, t: Any) -> Any:
        scores = jax.nn.log_softmax(network(layers, x))
        return -scores[rows, t].mean()

    @jax.jit
    def once(layers: Any, x: Any, t: Any) -> Any:
        loss, back = jax.value_and_grad(loss_of)(layers, x, t)
        return loss, jax.tree.map(lambda p, g: p - works.RATE * g, layers, back)

    kept = [layers]

    def act() -> Any:
        loss, kept[0] = once(kept[0], x, t)
        return loss.block_until_ready()

    return act
