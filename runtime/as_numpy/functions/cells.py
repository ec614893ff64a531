"""Recurrent cells: one step in time, and back.

Sources: Elman, Finding structure in time, 1990; Cho et al., arXiv:1406.1078; Hochreiter,
Schmidhuber, Long short-term memory, 1997. The gates' order is PyTorch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.array import Array
from runtime.as_numpy.functions.entrywise import sigmoid


def gates(x: Array, weight: Array, bias: Any, count: int) -> list[Array]:
    """x weightᵀ + bias, cut into one part for each gate."""
    total = x @ weight.T
    if bias is not None:
        total = total + bias
    return np.split(total, count, axis=-1)


def gates_back(deltas: list[Array], x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """The gradients of x, weight and bias, from those of the gates."""
    delta = np.concatenate(deltas, axis=-1)
    rows, inputs = np.atleast_2d(delta), np.atleast_2d(x)
    return delta @ weight, rows.T @ inputs, rows.sum(axis=0)


def gru(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Any, b_hh: Any
) -> tuple[Array, tuple[Array, ...]]:
    """One step of a GRU: the next hidden state, and what the way back needs."""
    (reset_x, update_x, new_x), (reset_h, update_h, new_h) = (
        gates(x, w_ih, b_ih, 3),
        gates(h, w_hh, b_hh, 3),
    )
    reset, update = sigmoid(reset_x + reset_h), sigmoid(update_x + update_h)
    new = np.tanh(new_x + reset * new_h)
    return (1 - update) * new + update * h, (reset, update, new, new_h)


def gru_back(
    g: Array, x: Array, h: Array, w_ih: Array, w_hh: Array, kept: Any
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """The gradients of x, h, both weights and both biases."""
    reset, update, new, new_h = kept
    d_new = g * (1 - update) * (1 - new**2)
    d_reset = d_new * new_h * reset * (1 - reset)
    d_update = g * (h - new) * update * (1 - update)
    d_x, d_w_ih, d_b_ih = gates_back([d_reset, d_update, d_new], x, w_ih)
    d_h, d_w_hh, d_b_hh = gates_back([d_reset, d_update, d_new * reset], h, w_hh)
    return d_x, d_h + g * update, d_w_ih, d_w_hh, d_b_ih, d_b_hh


def lstm(
    x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, b_ih: Any, b_hh: Any
) -> tuple[Array, Array, tuple[Array, ...]]:
    """One step of an LSTM: the next hidden state and cell, and what the way back needs."""
    sums = [a + b for a, b in zip(gates(x, w_ih, b_ih, 4), gates(h, w_hh, b_hh, 4), strict=True)]
    i, f, o = sigmoid(sums[0]), sigmoid(sums[1]), sigmoid(sums[3])
    candidate = np.tanh(sums[2])
    c_next = f * c + i * candidate
    return o * np.tanh(c_next), c_next, (i, f, candidate, o, np.tanh(c_next))


def lstm_back(
    g_y: Array, g_c: Array, x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, kept: Any
) -> tuple[Array, Array, Array, Array, Array, Array, Array]:
    """The gradients of x, h, c, both weights and both biases."""
    i, f, candidate, o, tanh = kept
    d_c = g_c + g_y * o * (1 - tanh**2)
    deltas = [
        d_c * candidate * i * (1 - i),
        d_c * c * f * (1 - f),
        d_c * i * (1 - candidate**2),
        g_y * tanh * o * (1 - o),
    ]
    d_x, d_w_ih, d_b_ih = gates_back(deltas, x, w_ih)
    d_h, d_w_hh, d_b_hh = gates_back(deltas, h, w_hh)
    return d_x, d_h, d_c * f, d_w_ih, d_w_hh, d_b_ih, d_b_hh
