"""What stands in a plan for a module that leads out of time."""

from __future__ import annotations

from graph.module import Module
from graph.port import Port
from runtime.bypass import Bypass
from runtime.modules.axes import Stack
from runtime.modules.door import Differentiable
from runtime.modules.recurrent import OneStep


def over_time(module: Module, steps: int) -> tuple[Differentiable, tuple[int, ...]]:
    """What computes for a module that leads out of time, and which steps are its inputs."""
    if isinstance(module, OneStep):
        return Bypass.of(module), (range(steps)[module.place],)
    stack = Stack.__new__(Stack)
    stack.settings = {"inputs": steps, "axis": 0}
    (x,), (y,) = module.input_ports, module.output_ports
    stack.input_ports = tuple(Port(f"x{t}", x.role, x.kind, x.dims) for t in range(steps))
    stack.output_ports = (y,)
    stack.ports = {port.name: port for port in (*stack.input_ports, y)}
    return stack, tuple(range(steps))
