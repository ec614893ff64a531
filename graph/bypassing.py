"""Which nodes can be bypassed: those whose first input can stand for their output."""

from __future__ import annotations

from graph.errors import BypassError, GraphError
from graph.model import Graph
from graph.port import PortRef, PortType, show_shape


def through(graph: Graph, id_: str) -> tuple[PortRef, PortRef] | None:
    """The input that goes through a bypassed node, and the output it stands for."""
    module = graph.module(id_)
    if module is None or not module.input_ports or len(module.output_ports) != 1:
        return None
    return PortRef(id_, module.input_ports[0].name), PortRef(id_, module.output_ports[0].name)


def why_not_bypass(graph: Graph, id_: str) -> GraphError | None:
    """Why a node cannot be bypassed, or None where its output has the shape of its first input."""
    module = graph.module(id_)
    ports = through(graph, id_)
    if module is None:
        return BypassError(node=id_, found="an unknown module", expected="a module to bypass")
    if module.leads_out:
        mend = "Delete it and reconnect instead."
        found, expected = "a node that leads out of time", "a node that stays where it is in time"
        return BypassError(node=id_, found=found, expected=expected, mend=mend)
    if ports is None:
        count = len(module.output_ports)
        found = "a source" if not module.input_ports else f"{count} outputs"
        return BypassError(
            node=id_, found=found, expected="one output and an input to stand for it"
        )
    given, made = graph.types.arriving(id_).get(ports[0].port), _made(graph, id_, ports[1].port)
    if given is None or made is None:
        mend = "Wire its inputs first."
        return BypassError(
            node=id_, found="shapes that are not known", expected="equal shapes", mend=mend
        )
    if given.shape == made.shape:
        return None
    return BypassError(
        node=id_,
        found=f"{show_shape(given.shape)} at {ports[0].port} and {show_shape(made.shape)} at"
        f" {ports[1].port}",
        expected="equal shapes",
        mend="Delete it and reconnect instead.",
    )


def _made(graph: Graph, id_: str, output: str) -> PortType | None:
    """What the node itself makes of what arrives, bypassed or not."""
    module = graph.module(id_)
    try:
        types = module.infer(graph.types.arriving(id_), graph.dtype) if module is not None else {}
    except GraphError:
        return None
    return types.get(output)
