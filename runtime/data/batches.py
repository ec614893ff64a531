"""In which parts a set is used, and in which batches it is seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.streams import stream

Part = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Split:
    """The shares of a set that are kept apart; the rest is for training.

    Samples are dealt by a seeded shuffle, or in the set's order: then training has the first, the
    test the last.
    """

    validation: float = 0.0
    test: float = 0.0
    shuffled: bool = True

    def __post_init__(self) -> None:
        for name, share in (("validation", self.validation), ("test", self.test)):
            if not 0 <= share < 1:
                raise BadSetting(f"split.{name}: found {share!r}, expected 0 to 1.")
        if self.validation + self.test >= 1:
            raise BadSetting("split: found nothing left for training, expected shares below 1.")

    def train(self, count: int) -> int:
        """How many samples of a set are for training."""
        return count - _share(self.test, count) - _share(self.validation, count)

    def parts(self, count: int, seed: int = 0) -> dict[Part, Host]:
        """The indices of each part."""
        order = (
            stream(seed, "data", "split").permutation(count) if self.shuffled else np.arange(count)
        )
        test, validation = (_share(s, count) for s in (self.test, self.validation))
        ends = (count - test - validation, count - test)
        names: tuple[Part, ...] = ("train", "validation", "test")
        return dict(zip(names, np.split(order, ends), strict=True))


@dataclass(frozen=True)
class Batches:
    """Batches of `size` samples; None is the full batch, 1 is true stochastic.

    With `shuffle` each epoch has an order of its own, keyed by seed and epoch: any batch of any
    epoch can be had again. The last batch of an epoch may be smaller, unless `drop_last`.
    """

    count: int
    size: int | None = 32
    shuffle: bool = True
    seed: int = 0
    drop_last: bool = False

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise BadSetting(f"batch: found {self.size}, expected at least 1, or the full batch.")

    def __len__(self) -> int:
        """Batches, and so updates, of one epoch."""
        size = self.size or max(self.count, 1)
        return self.count // size if self.drop_last else math.ceil(self.count / size)

    def updates(self, epochs: int) -> int:
        """How many updates so many epochs are."""
        return epochs * len(self)

    def order(self, epoch: int) -> Host:
        """The indices of an epoch's samples, in the order in which they are seen."""
        if not self.shuffle:
            return np.arange(self.count)
        return stream(self.seed, "data", "order", epoch).permutation(self.count)

    def of(self, epoch: int) -> Iterator[Host]:
        """The indices of each batch of an epoch."""
        order, size = self.order(epoch), self.size or max(self.count, 1)
        for number in range(len(self)):
            yield order[number * size : (number + 1) * size]


def _share(share: float, count: int) -> int:
    """A share of a count, rounded down, without the errors of binary fractions."""
    return math.floor(Fraction(str(share)) * count)
