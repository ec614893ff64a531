"""Normalisation, attention, masks."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from runtime.array import Array
from runtime.as_numpy.functions.reducing import softmax


def normalise(x: Array, eps: float, mean: Any, variance: Any) -> tuple[Array, Array]:
    """z = (x - mean) / sqrt(variance + eps), and the factor that z was made with."""
    factor = 1 / np.sqrt(variance + eps)
    return (x - mean) * factor, factor


def batch_norm(
    x: Array, mean: Array, variance: Array, eps: float, rate: float, training: bool
) -> tuple[tuple[Array, Array], Array, Array]:
    """Each feature normalised, and the running mean and variance after this batch.

    In training by the batch, towards which the running ones move (the variance unbiased), else, and
    where the batch has no samples, by the running ones, which stay.
    """
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    wide = (-1, *[1] * (x.ndim - 2))
    if not (training and x.size):
        return normalise(x, eps, mean.reshape(wide), variance.reshape(wide)), mean, variance
    found = normalise(x, eps, x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True))
    count = x.size // x.shape[1]
    mean = (1 - rate) * mean + rate * x.mean(axis=axes)
    unbiased = x.var(axis=axes) * (count / max(count - 1, 1))
    return found, mean, (1 - rate) * variance + rate * unbiased


def normalise_back(h: Array, z: Array, factor: Array, axes: Any, centred: bool) -> Array:
    """h through z = (x - mean) factor, where mean and factor depend on x too.

    Source: Ioffe, Szegedy, Batch Normalization, arXiv:1502.03167, section 3.
    """
    rest = h - z * (h * z).mean(axis=axes, keepdims=True)
    if centred:
        rest = rest - h.mean(axis=axes, keepdims=True)
    return rest * factor


def heads(x: Array, count: int) -> Array:
    """[..., places, features] -> [..., heads, places, features / heads]."""
    return x.reshape(*x.shape[:-1], count, x.shape[-1] // count).swapaxes(-2, -3)


def joined(x: Array) -> Array:
    """[..., heads, places, features / heads] -> [..., places, features]."""
    x = x.swapaxes(-2, -3)
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def attention(
    query: Array, key: Array, value: Array, count: int, allowed: Any
) -> tuple[Array, Array]:
    """softmax(q kᵀ / sqrt d) v in each head; also the weights, which the way back needs."""
    q, k, v = heads(query, count), heads(key, count), heads(value, count)
    scores = q @ k.swapaxes(-1, -2) * q.dtype.type(1 / np.sqrt(max(q.shape[-1], 1)))
    if allowed is not None:
        scores = np.where(allowed, scores, q.dtype.type(-np.inf))
    weights = softmax(scores, -1)
    return joined(weights @ v), weights


def attention_back(
    g: Array, query: Array, key: Array, value: Array, count: int, weights: Array
) -> tuple[Array, Array, Array]:
    """The gradients of query, key and value."""
    q, k, v = heads(query, count), heads(key, count), heads(value, count)
    g = heads(g, count)
    weighed = weights * (g @ v.swapaxes(-1, -2))
    scores = weighed - weights * weighed.sum(axis=-1, keepdims=True)
    scores = scores * q.dtype.type(1 / np.sqrt(max(q.shape[-1], 1)))
    of_value = weights.swapaxes(-1, -2) @ g
    return joined(scores @ k), joined(scores.swapaxes(-1, -2) @ q), joined(of_value)


def stream(seed: int, address: str, port: str, step: Any = None) -> Any:
    """Random numbers that depend on what they are for alone: the same in every run."""
    names = [str(seed), address, port] + ([] if step is None else [str(step)])
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest, "<u4"))


def dropout_mask(x: Array, p: float, source: Any) -> Array:
    """0 with probability p, else 1 / (1 - p), so that the mean stays."""
    return (source.uniform(size=x.shape) >= p) * x.dtype.type(1 / (1 - p))
