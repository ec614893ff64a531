"""What a bypassed node computes: its first input goes through."""

from __future__ import annotations

from collections.abc import Mapping

from graph.module import Module
from runtime import maps
from runtime.array import Array
from runtime.errors import RunError
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs
from runtime.modules.scalar import Scalar


class Bypass(Differentiable):
    """Stands in the plan for a bypassed module, with that module's first input and its outputs."""

    @classmethod
    def of(cls, module: Module) -> Bypass:
        """The stand-in for one module instance."""
        stand_in = cls.__new__(cls)
        stand_in.settings = module.settings
        stand_in.input_ports = module.input_ports[:1]
        stand_in.output_ports = module.output_ports
        stand_in.ports = {
            port.name: port for port in (*stand_in.input_ports, *stand_in.output_ports)
        }
        return stand_in

    def as_scalar(self) -> Scalar | None:
        if len(self.output_ports) != 1:
            return None
        first = self.input_ports[0].name
        return Scalar(f"{{{first}}}", {first: "{g}"})

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return True

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        if len(self.output_ports) != 1:
            raise RunError(
                f"found a bypassed node with {len(self.output_ports)} outputs, expected one."
                " Stop bypassing it."
            )
        if out is None or out[0] is None:
            return (ins[0],)
        out[0][...] = ins[0]
        return (out[0],)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        return (gouts[0],)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        return (tangents[0],)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        return maps.Identity(ctx.shapes[port], dtype=ctx.dtype, xp=ctx.xp)
