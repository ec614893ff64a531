"""What is known of the first number that is NaN or infinite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.port import PortRef


@dataclass(frozen=True, slots=True)
class Number:
    """One entry of a tensor. `role` says of which: a value, a gradient, a part of a sum of them,
    or a local derivative, which is that of the node's output by the port."""

    role: Literal["value", "gradient", "part", "derivative"]
    port: PortRef
    index: tuple[int, ...]
    number: float


@dataclass(frozen=True, slots=True)
class Origin:
    """The first number that is NaN or infinite although what it was made from is not.

    `phase` is `given` where a source or parameter holds it. At a `sum` the gradients of a port
    were added. `step` is the index of the step in the trace, None where it was given or no step
    adds it up; `t` its time step. `port` is the port as it is drawn: of the output in the forward
    pass, of the input that the gradient goes back to in the reverse one. `count` of the tensor's
    `size` entries are not finite. `led` are the numbers that it was made from, the most telling
    first, and `left_out` how many more there are.
    """

    phase: Literal["given", "forward", "reverse", "sum"]
    step: int | None
    node: str
    module: str
    t: int | None
    port: PortRef
    index: tuple[int, ...]
    number: float
    count: int
    size: int
    led: tuple[Number, ...] = ()
    left_out: int = 0
