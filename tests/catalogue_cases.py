"""Every module of the catalogue times every example: a case with shapes, values and context."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph.catalogue import default_catalogue
from graph.model import Graph
from graph.module import Example, Module
from graph.port import PortType
from graph.tensor import kind_of
from runtime.modules.context import Context
from runtime.modules.door import Differentiable

AWAY = 1e-3  # drawn values keep this distance from kinks


@dataclass(frozen=True)
class Case:
    """One module with one example's settings. `types` are those of all ports."""

    module: Module
    example: Example
    number: int
    dtype: str = "float64"
    types: dict[str, PortType] = field(default_factory=dict)
    mode: str = "eval"
    found: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What several tests of a case need, worked out once: they ask in turn."""

    @classmethod
    def of(
        cls,
        kind: type[Module],
        example: Example,
        number: int = 0,
        dtype: str = "float64",
        mode: str = "eval",
    ):
        module = kind(**example.attributes)
        types = {
            port.name: PortType(_dtype_of(port, example, dtype), tuple(example.shapes[port.name]))
            for port in module.input_ports
            if port.name in example.shapes
        }
        return cls(module, example, number, dtype, types | module.infer(types, dtype), mode)

    def __str__(self) -> str:
        name = f"{self.module.name}-{self.number}"
        return name if self.mode == "eval" else f"{name}-{self.mode}"

    @property
    def name(self) -> str:
        """Unique over the catalogue."""
        return str(self)

    def as_(self, dtype: str) -> Case:
        """The same case in another floating dtype."""
        if dtype not in self.found:
            kind = type(self.module)
            self.found[dtype] = Case.of(kind, self.example, self.number, dtype, self.mode)
        return self.found[dtype]

    @functools.cached_property
    def computes(self) -> bool:
        """Whether there is anything to run: sources have no steps."""
        return isinstance(self.module, Differentiable)

    def context(self, xp=np, **settings) -> Context:
        """A fresh context, as an engine would make it."""
        shapes = {name: type_.shape for name, type_ in self.types.items()}
        settings.setdefault("address", "it")
        settings.setdefault("mode", self.mode)
        settings.setdefault("state", {port: xp.asarray(a) for port, a in self.states.items()})
        return Context(xp, np.dtype(self.dtype), shapes, **settings)

    @functools.cached_property
    def ins(self) -> tuple[np.ndarray, ...]:
        """Values for the wired ports: the example's, else drawn, away from kinks.

        An example that gives values may mean a kink. What is drawn is rounded to float32, so
        that both dtypes get the same.
        """
        for attempt in range(100):
            ins = tuple(self._draw(port, attempt) for port in self.module.wired_ports)
            if not self.computes or self._kink(ins) > AWAY:
                return ins
        assert self.example.values, f"{self}: no values away from the kinks"
        return ins

    @functools.cached_property
    def states(self) -> dict[str, np.ndarray]:
        """Positive values for the state ports: one of them may be a variance."""
        ports = {port.name: self.types[port.name] for port in self.module.state_ports}
        return {
            name: np.abs(_stream(self.name, name).standard_normal(type_.shape))
            .astype("float32")
            .astype(type_.dtype)
            + 0.5
            for name, type_ in ports.items()
        }

    def with_zeros(self) -> Case:
        """The same case with zeros for all values."""
        case = dataclasses.replace(self)
        ports = (self.types[port.name] for port in self.module.wired_ports)
        case.__dict__["ins"] = tuple(np.zeros(type_.shape, type_.dtype) for type_ in ports)
        return case

    @property
    def kink(self) -> float:
        """The distance of the values from the nearest kink."""
        return self._kink(self.ins)

    def run(self, xp=np):
        """(context, outputs, kept) of one forward pass."""
        ctx = self.context(xp)
        ins = tuple(xp.asarray(array) for array in self.ins)
        with np.errstate(all="ignore"):
            outs = self.module.forward(ctx, ins)
        ports = [port.name for port in (*self.module.wired_ports, *self.module.output_ports)]
        return ctx, outs, dict(zip(ports, (*ins, *outs), strict=True)) | ctx.kept

    def graph(self) -> Graph:
        """A graph with this module as node `it`, the target, and an Input for each input."""
        graph = Graph(default_catalogue(), dtype=self.dtype, mode=self.mode)
        graph.add(self.module.name, id="it", **self.example.attributes)
        if not self.computes:
            if not self.module.owned() and not self.module.brings():
                type_ = self.types["y"]
                graph.set_tensor("it.y", np.zeros(type_.shape, type_.dtype))
            return graph
        for port, array in self.states.items():
            graph.set_tensor(f"it.{port}", array)
        for port, array in zip(self.module.wired_ports, self.ins, strict=True):
            if port.role == "parameter":
                graph.set_tensor(f"it.{port.name}", array)
                continue
            type_ = self.types[port.name]
            dtype = None if type_.is_floating else type_.dtype
            is_sequence = self.module.leads_out  # whose input is all steps of what is in time
            graph.add("Input", port.name, shape=type_.shape, dtype=dtype, sequence=is_sequence)
            graph.set_tensor(f"{port.name}.y", array)
            graph.connect(f"{port.name}.y", f"it.{port.name}")
        if self.has_gradients:
            graph.configure(target="it")
        return graph

    def floats(self) -> tuple[bool, ...]:
        """Which wired ports carry gradients: none where no output does."""
        ports = self.module.wired_ports
        return tuple(self.has_gradients and self.types[port.name].is_floating for port in ports)

    @property
    def has_gradients(self) -> bool:
        """Whether an output is floating."""
        return any(self.types[port.name].is_floating for port in self.module.output_ports)

    def draws(self, what: str, shape: tuple[int, ...]) -> np.ndarray:
        """Random numbers of this case for cotangents and tangents, in the case's dtype."""
        stream = _stream(self.name, what)
        return stream.standard_normal(shape).astype("float32").astype(self.dtype)

    def _kink(self, ins) -> float:
        with np.errstate(all="ignore"):
            return self.module.kink_distance(self.context(), ins)

    def _draw(self, port, attempt: int) -> np.ndarray:
        type_ = self.types[port.name]
        if port.name in self.example.values:
            array = np.array(self.example.values[port.name], type_.dtype)
            assert array.shape == type_.shape, f"{self}: the values of {port.name} misfit"
            return array
        assert type_.is_floating, f"{self}: {port.name} needs values in the example"
        stream = _stream(self.name, port.name, str(attempt))
        low, high = self.module.domain.get(port.name, (-math.inf, math.inf))
        if math.isinf(low):
            numbers = stream.standard_normal(type_.shape)
        else:
            numbers = stream.uniform(low, high, type_.shape)
        return np.asarray(numbers).astype("float32").astype(type_.dtype)


def _dtype_of(port, example: Example, dtype: str) -> str:
    if port.kind != "any":
        return {"floating": dtype, "integer": "int64", "boolean": "bool"}[port.kind]
    value = example.values.get(port.name)
    if value is None or kind_of(str(np.array(value).dtype)) == "floating":
        return dtype
    return str(np.array(value).dtype)


def _stream(*key: str) -> np.random.RandomState:
    digest = hashlib.sha256("/".join(key).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest, "<u4"))


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Every module of the catalogue times every example, in float64."""
    return tuple(
        Case.of(kind, example, number, mode=mode)
        for kind in default_catalogue()
        for number, example in enumerate(kind.examples)
        for mode in (("eval", "train") if kind.states or kind.is_random else ("eval",))
    )


def computing_cases() -> tuple[Case, ...]:
    """All cases but sources."""
    return tuple(case for case in all_cases() if case.computes)


def error(found, expected) -> float:
    """max|a - b| / max(1, max|b|); equal non-finite entries count as equal."""
    found, expected = np.asarray(found, "float64"), np.asarray(expected, "float64")
    assert found.shape == expected.shape
    finite = np.isfinite(expected)
    if not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return math.inf
    if not finite.any():
        return 0.0
    gap = np.abs(found[finite] - expected[finite]).max()
    return float(gap / max(1.0, np.abs(expected[finite]).max()))
