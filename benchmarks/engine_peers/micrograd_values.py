"""micrograd: every number an object of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micrograd.engine import Value

import engine_works as works

Step = Callable[[], Any]


class _Number(Value):
    """micrograd has no tanh; this adds one as its own operations are written."""

    def tanh(self) -> Value:
        import math

        out = _Number(math.tanh(self.data), (self,), "tanh")

        def backward() -> None:
            self.grad += (1 - out.data**2) * out.grad

        out._backward = backward
        return out


def step(spec: works.Spec) -> Step | None:
    """One step of the scalar graph."""
    if not isinstance(spec, works.Scalars):
        return None
    parameters = [_Number(float(v)) for v in spec.values()]
    plan = spec.plan()

    def act() -> Any:
        found: list[Any] = list(parameters)
        for kind, one, other in plan:
            if kind == "add":
                out = found[one] + found[other]
            elif kind == "multiply":
                out = found[one] * found[other]
            else:
                out = _Number.tanh(found[one]) if kind == "tanh" else found[one].relu()
            found.append(out)
        for parameter in parameters:
            parameter.grad = 0.0
        found[-1].backward()
        for parameter in parameters:
            parameter.data -= works.RATE * parameter.grad
        return found[-1]

    return act
