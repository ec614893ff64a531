"""Ports as a person names them on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.port import PortRef

if TYPE_CHECKING:
    from runtime.trace import Trace


def asked_port(trace: Trace, text: str) -> PortRef:
    """`NODE.PORT`, or `NODE` where it has one output; raises `UnknownPort` of any other text."""
    if "." not in text:
        step = trace.plan.step_of.get(text)
        states = step.states if step is not None else {}
        outputs = [
            ref
            for ref in trace.ports
            if ref.node == text and ref not in trace.plan.edges and ref.port not in states
        ]
        if len(outputs) == 1:
            return outputs[0]
    return PortRef.parse(text)
