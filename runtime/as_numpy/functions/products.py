"""Products of matrices and tensors, backwards."""

from __future__ import annotations

import numpy as np

from runtime.array import Array
from runtime.as_numpy.functions.entrywise import sum_to


def matmul_back(g: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """The gradients of a and b in y = a @ b: g bᵀ and aᵀ g; a vector counts as a matrix."""
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b
    if a.ndim == 1:
        g = np.expand_dims(g, g.ndim - (b.ndim > 1))
    if b.ndim == 1:
        g = g[..., None]
    of_a = sum_to(g @ columns.swapaxes(-1, -2), rows.shape)
    of_b = sum_to(rows.swapaxes(-1, -2) @ g, columns.shape)
    return of_a.reshape(a.shape), of_b.reshape(b.shape)


def einsum_back(g: Array, terms: list[str], result: str, arrays: list[Array], k: int) -> Array:
    """The gradient of factor k of an einsum: that of y with all the other factors.

    A label that this factor alone has was summed over, so its gradient is repeated along it; one
    of size 1 was repeated, so its gradients are added; one that stands twice read the diagonal.
    """
    sizes: dict[str, int] = {}
    for term, array in zip(terms, arrays, strict=True):
        for label, size in zip(term, array.shape, strict=True):
            sizes[label] = max(size, sizes.get(label, 1)) if size else 0
    own = "".join(dict.fromkeys(terms[k]))
    others = [*terms[:k], *terms[k + 1 :], result]
    there = "".join(label for label in own if any(label in term for term in others))
    factors = [*arrays[:k], *arrays[k + 1 :], g]
    whole = [
        np.broadcast_to(array, [sizes[label] for label in term])
        for term, array in zip(others, factors, strict=True)
    ]
    found = np.einsum(f"{','.join(others)}->{there}", *whole)
    found = found.reshape([sizes[label] if label in there else 1 for label in own])
    found = np.broadcast_to(found, [sizes[label] for label in own])
    if len(own) == len(terms[k]):
        return sum_to(found, arrays[k].shape)
    total = np.zeros_like(arrays[k])  # a diagonal: entry (i, i) of the factor was read
    places = np.indices(found.shape)
    total[tuple(places[own.index(label)] for label in terms[k])] = found
    return total
