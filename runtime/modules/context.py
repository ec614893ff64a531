"""What a module is given besides its tensors."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from graph.nothing import NOTHING
from runtime.array import Array
from runtime.streams import Stream, stream


def scipy_special() -> Any:
    """SciPy's special functions, imported on first use: most graphs need none."""
    return importlib.import_module("scipy.special")


@dataclass(slots=True)
class Context:
    """The surroundings of one node in one run.

    `xp` is the array module, bound once when the plan is made; `dtype` the run's floating dtype;
    `shapes` the shape of every port of the node, outputs included; `mode` "train" or "eval".
    `seed`, `address` and `step` (of training) key the random streams. `state` holds the tensors
    of state ports. `kept` and `updates` are empty at first in every run; `keep` and `update` put
    into them what they are given. `load_special` gives the twin of `scipy.special` for `xp`.
    """

    xp: Any
    dtype: np.dtype[Any]
    shapes: Mapping[str, tuple[int, ...]]
    mode: Literal["train", "eval"] = "eval"
    seed: int = 0
    address: str = ""
    step: int | None = None
    state: Mapping[str, Array] = field(default_factory=lambda: NOTHING)
    load_special: Callable[[], Any] = scipy_special
    kept: Mapping[str, Array] = field(default_factory=lambda: NOTHING)
    updates: Mapping[str, Array] = field(default_factory=lambda: NOTHING)

    @property
    def special(self) -> Any:
        """The special functions (erf, ndtr, ...) for arrays of `xp`."""
        return self.load_special()

    def into(self, out: tuple[Array | None, ...] | None, port: str = "y", place: int = 0) -> Array:
        """The array that output `port`, the `place`-th, is written into: the given one or new.

        Writing into an array also makes sure that a scalar result is one: NumPy's functions
        give numbers instead.
        """
        given = None if out is None else out[place]
        return self.xp.empty(self.shapes[port], self.dtype) if given is None else given

    def stream(self, name: str) -> Stream:
        """The random stream of a port or mask; on the host, so that CPU and GPU agree."""
        return stream(self.seed, self.address, name, self.step)

    def keep(self, name: str, array: Array) -> None:
        """Keep an array of the forward pass for the reverse one; `keeps` must name it."""
        self.kept = {**self.kept, name: array}

    def update(self, port: str, array: Array) -> None:
        """Say what a state port holds after this step; training alone commits it."""
        self.updates = {**self.updates, port: array}
