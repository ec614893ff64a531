"""Scores as what they say: a class with its probability, or a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from runtime.feeds import Host
from runtime.modules.curves import sigmoid

BY_CLASS = ("class logits", "logarithms")  # a row of scores says which one class it is
MARKS = ((0.0, 1.0), (-1.0, 1.0))  # what the truths of two classes may be
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Reading:
    """How scores are read. `classes` is 0 where they are numbers, to be met as they are.

    `is_single` says that there is one score a sample for two classes. `low` is what the truth is
    for a class that a sample is not of: 0, or −1.
    """

    predicts: str
    classes: int = 0
    is_single: bool = False
    low: float = 0.0

    @property
    def turn(self) -> float:
        """Where one score a sample turns from the first class to the second."""
        return 0.0 if self.predicts == "logits" else (self.low + 1) / 2

    @property
    def is_probability(self) -> bool:
        """Whether `shares` are probabilities; else they are scores, brought to 0..1."""
        return self.predicts not in ("numbers", "scores")

    def shares(self, scores: Host) -> Host:
        """What is said for each class, 0 to 1, of scores [N, ...]: [N, classes]."""
        flat = scores.reshape(len(scores), -1).astype(np.float64)
        if self.is_single:
            second = self._share(flat[:, 0])
            return np.stack([1 - second, second], axis=1)
        if self.predicts == "class logits":
            raised = np.exp(flat - flat.max(axis=1, keepdims=True))
            found: Host = raised / raised.sum(axis=1, keepdims=True)
            return found
        return np.exp(flat) if self.predicts == "logarithms" else self._share(flat)

    def said(self, scores: Host) -> Host:
        """What is said of the truth, entry by entry: probabilities for logits and logarithms."""
        if self.predicts == "logits":
            found: Host = sigmoid(np, scores)
            return found
        return np.exp(scores) if self.predicts == "logarithms" else scores

    def classes_of(self, scores: Host) -> Host:
        """The class of each sample, the first of several that are equal: [N]."""
        flat = scores.reshape(len(scores), -1)
        if self.is_single:
            return (flat[:, 0] > self.turn).astype(np.int64)
        best: Host = flat.argmax(1)
        return best

    def true_classes(self, truth: Host) -> Host:
        """The class that each sample is of: [N]."""
        flat = truth.reshape(len(truth), -1)
        if self.is_single:
            return (flat[:, 0] > 0).astype(np.int64)
        found: Host = flat.argmax(1) if flat.shape[1] > 1 else flat[:, 0].astype(np.int64)
        return found

    def _share(self, score: Host) -> Host:
        """One score brought to what it says for a class: 0 to 1."""
        if self.predicts == "logits":
            found: Host = sigmoid(np, score)
            return found
        return np.clip((score - self.low) / (1 - self.low), 0.0, 1.0)


def reading_of(predicts: str, scores: Host, truth: Host | None) -> Reading:
    """How scores [N, ...] are read, told by the loss and by what the truths [N, ...] are.

    Whole numbers against rows of scores are classes; so are rows with a single 1. One score a
    sample is for two classes where all truths are 0 or 1, or all are −1 or 1.
    """
    numbers = Reading(predicts)
    if truth is None or not len(scores) or len(truth) != len(scores):
        return numbers
    width = scores[0].size
    if truth.dtype.kind in "iu" and truth.ndim == 1 and scores.ndim == 2:
        fits = truth.min() >= 0 and truth.max() < width <= MOST_CLASSES
        return Reading(predicts, width) if fits else numbers
    low = next((low for low, high in MARKS if np.isin(truth, (low, high)).all()), None)
    if truth.shape != scores.shape or scores.ndim > 2 or low is None:
        return numbers
    if width == 1:
        is_two = predicts not in BY_CLASS and (low == 0 or predicts in ("numbers", "scores"))
        return Reading(predicts, 2, is_single=True, low=low) if is_two else numbers
    is_one = (truth == 1).sum(axis=1) == 1
    return Reading(predicts, width, low=low) if is_one.all() else numbers


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What is said of samples and what is true: `scores` and `truth`, both [N, ...]."""

    reading: Reading
    scores: Host
    truth: Host | None
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)

    def name(self, class_: int) -> str:
        """What a class is called."""
        return self.names[class_] if class_ < len(self.names) else str(class_)

    @cached_property
    def found(self) -> Host:
        """The class that each sample was taken for: [N]."""
        return self.reading.classes_of(self.scores)

    @cached_property
    def true(self) -> Host:
        """The class that each sample is of: [N]."""
        assert self.truth is not None
        return self.reading.true_classes(self.truth)

    @cached_property
    def shares(self) -> Host:
        """What is said for each class: [N, classes]."""
        return self.reading.shares(self.scores)

    @cached_property
    def is_wrong(self) -> Host:
        """Which samples were taken for another class: [N]; none where there are no classes."""
        if not self.reading.classes:
            return np.zeros(len(self), bool)
        differs: Host = self.found != self.true
        return differs

    @cached_property
    def badness(self) -> Host:
        """How far off each sample is: 1 − what is said for its class, or the mean squared error
        of what is said.

        All 0 without a truth. What is not finite is infinitely bad.
        """
        if self.truth is None:
            return np.zeros(len(self))
        if self.reading.classes:
            off: Host = 1 - self.shares[np.arange(len(self)), self.true]
        else:
            with np.errstate(all="ignore"):
                away = self.reading.said(self.scores) - self.truth
                wide = away.reshape(len(self), -1).astype(np.float64)
                off = np.square(wide).mean(axis=1) if wide.size else np.zeros(len(self))
        bad: Host = np.where(np.isfinite(off), off, np.inf)
        return bad

    @cached_property
    def worst_first(self) -> Host:
        """The samples in the order of how far off they are: mistakes first, [N]."""
        order: Host = np.lexsort((-self.badness, ~self.is_wrong))
        return order

    def work_out(self) -> Verdicts:
        """Find all that is asked for, where nobody waits; nothing without a truth."""
        if self.truth is not None:
            _ = self.worst_first
            if self.reading.classes:
                _ = self.found, self.shares
        return self

    @property
    def table(self) -> Host:
        """How often class i was taken for class j: [C, C], rows are the truth."""
        count = self.reading.classes
        pairs = self.true * count + self.found
        return np.bincount(pairs, minlength=count * count).reshape(count, count)
