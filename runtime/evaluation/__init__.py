"""Eager or lazy: the same graph computed node by node as it is wired, or by a plan made first."""

from runtime.evaluation.eager import run_eagerly
from runtime.evaluation.lazy import run_lazily
from runtime.evaluation.spans import Evaluation, Span, Work

__all__ = ["Evaluation", "Span", "Work", "run_eagerly", "run_lazily"]
