"""The graph's own fields (title, dtype, seed, target, time, ...): what each may hold."""

from __future__ import annotations

from typing import Any

from graph.errors import BadAttribute
from graph.records import MAX_NAME, Time, bad_character
from graph.store import FIELDS
from graph.tensor import FLOATING, Tensor
from graph.training import Training


def _is_seed_gradient(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.dtype in FLOATING
    return value is None or (isinstance(value, tuple) and all(type(i) is int for i in value))


def _is_time(value: Any) -> bool:
    return isinstance(value, Time) and all(
        count is None or (type(count) is int and 1 <= count < 2**63)
        for count in (value.steps, value.truncate)
    )


def check_field(name: str, value: Any) -> None:
    """Raise `BadAttribute` unless `value` fits the graph's own field `name`."""
    if name not in FIELDS:
        raise BadAttribute(
            node="graph",
            port=name,
            found="an unknown field",
            expected=f"one of {', '.join(FIELDS)}",
        )
    fits = {
        "dtype": lambda: value in FLOATING,
        "mode": lambda: value in ("train", "eval"),
        "seed": lambda: type(value) is int and 0 <= value < 2**64,
        "target": lambda: (
            value is None
            or (isinstance(value, str) and len(value) <= 1024 and not bad_character(value))
        ),
        "seed_gradient": lambda: _is_seed_gradient(value),
        "title": lambda: (
            isinstance(value, str) and len(value) <= MAX_NAME and not bad_character(value)
        ),
        "note": lambda: (
            value is None or (isinstance(value, str) and not bad_character(value, lines=True))
        ),
        "time": lambda: _is_time(value),
        "training": lambda: value is None or isinstance(value, Training),
    }
    expected = {
        "dtype": "float16, float32 or float64",
        "mode": "train or eval",
        "seed": "a whole number from 0 to 2^64 - 1",
        "target": "NODE or NODE.PORT",
        "seed_gradient": "a floating tensor, or the index of one entry",
        "title": f"a text of at most {MAX_NAME} without control characters",
        "note": "a text without control characters",
        "time": "whole numbers of 1 or more for steps and truncate",
        "training": "a Training",
    }
    if not fits[name]():
        found = repr(value)
        found = found if len(found) <= 60 else found[:57] + "..."
        raise BadAttribute(node="graph", port=name, found=found, expected=expected[name])
