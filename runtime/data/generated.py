"""Sets made from a formula: the same seed gives the same samples on every machine."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.suggest import did_you_mean
from runtime.data.dataset import Dataset
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.streams import Stream, stream

MOST = 10_000_000
"""The most samples that are made; more is a slip of the keyboard."""
SIGNED = (".slope", ".offset")
"""Settings that may be negative."""


@dataclass(frozen=True)
class Generated:
    """A set that can be made. `settings` are its own with their defaults."""

    name: str
    doc: str
    make: Callable[..., Dataset]
    settings: Mapping[str, Any]


GENERATED: dict[str, Generated] = {}


def generate(name: str, seed: int = 0, **settings: Any) -> Dataset:
    """The set of a name; `samples` and its other settings as `GENERATED[name].settings` says.

    Raises `BadSetting` for an unknown name or setting, and for a number out of range.
    """
    kind = GENERATED.get(name)
    if kind is None:
        expected = f"one of {', '.join(GENERATED)}. {did_you_mean(name, GENERATED)}".rstrip()
        raise BadSetting(f'data: found "{name}", expected {expected}')
    asked = dict(kind.settings)
    for key, value in settings.items():
        if key not in asked:
            known = ", ".join(asked)
            raise BadSetting(f"{name}.{key}: found no such setting, expected one of {known}.")
        asked[key] = _number(f"{name}.{key}", value, is_whole=isinstance(asked[key], int))
    if asked["samples"] < 1:
        raise BadSetting(f"{name}.samples: found {asked['samples']}, expected at least 1.")
    return kind.make(stream(seed, "data", name), **asked)


def _number(where: str, value: Any, *, is_whole: bool) -> float:
    """A setting's number in its range."""
    least = -MOST if where.endswith(SIGNED) else 0
    fits = isinstance(value, int | float) and least <= value <= MOST  # NaN is in no range
    if not fits or (is_whole and value != int(value)):
        kind = "a whole number" if is_whole else "a number"
        raise BadSetting(f"{where}: found {value!r}, expected {kind} from {least:,} to {MOST:,}.")
    return int(value) if is_whole else float(value)


def _generated(make: Callable[..., Dataset]) -> Callable[..., Dataset]:
    """Put a maker into the table; its keywords are the set's settings."""
    name = make.__name__
    parameters = inspect.signature(make).parameters
    settings = {key: p.default for key, p in parameters.items() if key != "random"}
    GENERATED[name] = Generated(name, inspect.cleandoc(make.__doc__ or ""), make, settings)
    return make


def _two_classes(name: str, x: Host, t: Host) -> Dataset:
    return Dataset(name, {"x": x, "t": t.astype(np.int64)}, ("0", "1"), source="generated")


def _numbers(name: str, x: Host, t: Host) -> Dataset:
    return Dataset(name, {"x": x, "t": t}, source="generated")


@_generated
def xor(random: Stream, samples: int = 4, noise: float = 0.0) -> Dataset:
    """The exclusive or of two bits; four samples are its table."""
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
    corner = np.arange(samples) % 4
    x = corners[corner] + noise * random.standard_normal((samples, 2))
    return _two_classes("xor", x, np.array([0, 1, 1, 0])[corner])


@_generated
def line(
    random: Stream,
    samples: int = 100,
    noise: float = 0.1,
    slope: float = 2.0,
    offset: float = 1.0,
    outliers: float = 0.0,
) -> Dataset:
    """t = slope · x + offset with noise; a share of outliers lies 5 to 10 above."""
    x = random.uniform(-1, 1, (samples, 1))
    t = slope * x + offset + noise * random.standard_normal((samples, 1))
    chosen = random.permutation(samples)[: round(samples * min(outliers, 1.0))]
    t[chosen] += random.uniform(5, 10, (len(chosen), 1))
    return _numbers("line", x, t)


@_generated
def sine(random: Stream, samples: int = 200, noise: float = 0.1) -> Dataset:
    """t = sin x over one period, with noise."""
    x = random.uniform(-np.pi, np.pi, (samples, 1))
    return _numbers("sine", x, np.sin(x) + noise * random.standard_normal((samples, 1)))


@_generated
def moons(random: Stream, samples: int = 200, noise: float = 0.1) -> Dataset:
    """Two half circles that reach into each other."""
    t = np.arange(samples) % 2
    angle = random.uniform(0, np.pi, samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    x = np.where(t[:, None] == 0, upper, lower) + noise * random.standard_normal((samples, 2))
    return _two_classes("moons", x, t)


@_generated
def circles(random: Stream, samples: int = 200, noise: float = 0.05, inner: float = 0.5) -> Dataset:
    """A circle within a circle."""
    t = np.arange(samples) % 2
    angle = random.uniform(0, 2 * np.pi, samples)
    radius = np.where(t == 0, 1.0, inner)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _two_classes("circles", x + noise * random.standard_normal((samples, 2)), t)


@_generated
def spirals(random: Stream, samples: int = 400, noise: float = 0.02, turns: float = 1.5) -> Dataset:
    """Two spirals wound into each other."""
    t = np.arange(samples) % 2
    radius = np.sqrt(random.uniform(0.02, 1, samples))
    angle = 2 * np.pi * turns * radius + np.pi * t
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _two_classes("spirals", x + noise * random.standard_normal((samples, 2)), t)


@_generated
def blobs(
    random: Stream, samples: int = 300, classes: int = 3, features: int = 2, spread: float = 0.5
) -> Dataset:
    """Gaussian clouds, one a class."""
    if not 1 <= classes <= 1000 or not 1 <= features <= 1000:
        raise BadSetting("blobs: found more than 1,000 classes or features, expected 1 to 1,000.")
    centres = random.uniform(-3, 3, (classes, features))
    t = np.arange(samples) % classes
    x = centres[t] + spread * random.standard_normal((samples, features))
    names = tuple(map(str, range(classes)))
    return Dataset("blobs", {"x": x, "t": t.astype(np.int64)}, names, source="generated")


@_generated
def checkerboard(random: Stream, samples: int = 1000, fields: int = 4) -> Dataset:
    """The dark and the light fields of a board."""
    x = random.uniform(0, max(fields, 1), (samples, 2))
    t = np.floor(x).sum(1).astype(np.int64) % 2
    return _two_classes("checkerboard", x / max(fields, 1) * 2 - 1, t)


@_generated
def parity(random: Stream, samples: int = 256, bits: int = 8) -> Dataset:
    """Whether an odd number of bits is 1; 2^bits samples or more hold every row of the table."""
    if not 1 <= bits <= 62:
        raise BadSetting(f"parity.bits: found {bits}, expected 1 to 62.")
    row = (
        np.arange(samples) % 2**bits if samples >= 2**bits else random.randint(0, 2**bits, samples)
    )
    x = (row[:, None] >> np.arange(bits)) & 1
    return _two_classes("parity", x.astype(float), x.sum(1) % 2)


@_generated
def echo(random: Stream, samples: int = 64, steps: int = 20, delay: int = 3) -> Dataset:
    """Bits, and the same bits some steps later: t at a step is x `delay` steps before, or 0."""
    _sequence("echo", samples, steps)
    x = random.randint(0, 2, (samples, steps, 1)).astype(float)
    t = np.zeros_like(x)
    if delay < steps:
        t[:, delay:] = x[:, : steps - delay]
    return Dataset("echo", {"x": x, "t": t}, sequences=frozenset("xt"), source="generated")


@_generated
def adding(random: Stream, samples: int = 1000, steps: int = 50) -> Dataset:
    """Numbers with two of them marked; t is the sum of the two.

    Source: Hochreiter, Schmidhuber, Long Short-Term Memory, Neural Computation 9, 1997, task 4, in
    the form of Le, Jaitly, Hinton, arXiv:1504.00941: one mark in each half.
    """
    _sequence("adding", samples, steps)
    if steps < 2:
        raise BadSetting(f"adding.steps: found {steps}, expected at least 2.")
    values = random.uniform(0, 1, (samples, steps))
    marks = np.zeros((samples, steps))
    half, rows = steps // 2, np.arange(samples)
    first, second = random.randint(0, half, samples), random.randint(half, steps, samples)
    marks[rows, first] = marks[rows, second] = 1
    t = values[rows, first] + values[rows, second]
    x = np.stack([values, marks], 2)
    return Dataset(
        "adding", {"x": x, "t": t[:, None]}, sequences=frozenset("x"), source="generated"
    )


def _sequence(name: str, samples: int, steps: int) -> None:
    if steps < 1 or samples * steps > MOST:
        raise BadSetting(
            f"{name}.steps: found {samples:,} samples of {steps:,} steps, expected 1 to {MOST:,}"
            " numbers in all."
        )
