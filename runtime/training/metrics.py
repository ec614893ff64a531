"""Figures of how good a prediction is. Plain functions over NumPy arrays of a whole part.

Logits are [N, C] (or [N] and [N, 1] for two classes), classes are integers [N]. Figures that have
no meaning for what they are given (no positive sample, a constant target) are NaN. Definitions:
Powers, Evaluation: From Precision, Recall and F-Factor to ROC, 2007 (arXiv:2010.16061).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from graph.suggest import did_you_mean
from runtime.errors import BadSetting
from runtime.feeds import Host

Metric = Callable[[Host, Host], float]


def predicted(scores: Host) -> Host:
    """The class of each sample: the largest score, the first of several; [N].

    One score a sample is a logit: class 1 above 0.
    """
    if _is_single(scores):
        return (scores.reshape(len(scores)) > 0).astype(np.int64)
    best: Host = scores.argmax(1)
    return best


def accuracy(scores: Host, target: Host) -> float:
    """The share of samples whose class was found."""
    return _mean(predicted(scores) == _classes(target))


def top_k(k: int) -> Metric:
    """The share of samples whose class is among the k largest scores."""

    def metric(scores: Host, target: Host) -> float:
        best = np.argsort(-scores, 1, kind="stable")[:, :k]
        return _mean((best == _classes(target)[:, None]).any(1))

    return metric


def confusion(scores: Host, target: Host, classes: int | None = None) -> Host:
    """How often class i was taken for class j: [C, C], rows are the truth.

    For two classes [[TN, FP], [FN, TP]].
    """
    found, truth = predicted(scores), _classes(target)
    count = classes or (2 if _is_single(scores) else scores.shape[1])
    return np.bincount(truth * count + found, minlength=count * count).reshape(count, count)


def precision(scores: Host, target: Host) -> float:
    """Of what was taken for a class the share that is of it; with many classes their mean."""
    table = confusion(scores, target)
    return _over_classes(np.diag(table), table.sum(0))


def recall(scores: Host, target: Host) -> float:
    """Of what is of a class the share that was found; with many classes their mean."""
    table = confusion(scores, target)
    return _over_classes(np.diag(table), table.sum(1))


def f1(scores: Host, target: Host) -> float:
    """The harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN); the mean over classes."""
    table = confusion(scores, target)
    return _over_classes(2 * np.diag(table), table.sum(0) + table.sum(1))


def multi_label_accuracy(scores: Host, target: Host) -> float:
    """The share of all labels that were found; logits and 0 or 1, both [N, L]."""
    return _mean((scores > 0) == (target > 0.5))


def mean_absolute_error(found: Host, target: Host) -> float:
    """The mean of |prediction − target|."""
    return _mean(np.abs(found - target))


def r_squared(found: Host, target: Host) -> float:
    """1 − the rest's variance over the target's: 1 is perfect, 0 no better than the mean."""
    spread = float(((target - target.mean(0)) ** 2).sum())
    return 1 - float(((found - target) ** 2).sum()) / spread if spread else float("nan")


METRICS: Mapping[str, Metric] = {
    "accuracy": accuracy,
    "top_2": top_k(2),
    "top_5": top_k(5),
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "multi_label_accuracy": multi_label_accuracy,
    "mae": mean_absolute_error,
    "r2": r_squared,
}


def metric(name: str) -> Metric:
    """The metric of a name; raises `BadSetting` for another."""
    if name not in METRICS:
        expected = f"one of {', '.join(METRICS)}. {did_you_mean(name, METRICS)}".rstrip()
        raise BadSetting(f'metric: found "{name}", expected {expected}')
    return METRICS[name]


def _is_single(scores: Host) -> bool:
    return scores.ndim == 1 or (scores.ndim == 2 and scores.shape[1] == 1)


def _classes(target: Host) -> Host:
    return target.reshape(len(target)).astype(np.int64)


def _mean(values: Host) -> float:
    return float(values.mean()) if values.size else float("nan")


def _over_classes(found: Host, count: Host) -> float:
    """Class 1's share where there are two, else the mean over the classes that occur."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = found / count
    if len(shares) == 2:
        return float(shares[1])
    occurs = ~np.isnan(shares)
    return float(shares[occurs].mean()) if occurs.any() else float("nan")
