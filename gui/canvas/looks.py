"""What a node looks like: its unchanging face, and its mood of the moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from graph import Graph, PortRef
from graph.growing import next_input
from graph.port import Shape
from gui.canvas.geometry import NodeShape, node_shape
from gui.canvas.wording import tr
from gui.icons import icon_of
from gui.numbers import format_shape
from gui.told import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph import Check, Module, Problem
    from gui.document import Document
    from gui.shown import Shown

Mark = Literal["", "failed", "running", "stale", "empty"]
MAX_NOTE = 400  # characters of a note that a tooltip shows
# Problems of a graph that is still being drawn: something is missing, nothing is wrong.
UNFINISHED = frozenset({"unwired", "no-value"})


@dataclass(frozen=True, slots=True)
class Face:
    """What does not change while one steps: texts and shape of a node."""

    title: str
    module: str
    icon: str
    shape: NodeShape
    tooltip: str
    through: tuple[str, str] | None = None  # input and output of a bypassed node
    has_note: bool = False


@dataclass(frozen=True, slots=True)
class Mood:
    """What changes while one works: marks, rings, borders."""

    muted: bool = False
    was_muted: bool = False
    was_mark: Mark = ""
    arrival: float = 1.0  # how far muting and mark have come from what they were
    ring: Literal["", "forward", "tangent", "reverse", "update"] = ""
    swell: float = 0.0  # what the pulse adds to the ring's width
    mark: Mark = ""
    is_target: bool = False
    is_selected: bool = False
    has_focus: bool = False
    focus_port: str = ""
    problem_ports: frozenset[str] = frozenset()
    selected_port: str = ""
    gutter: tuple[str, ...] = ()  # drawings at the upper left
    progress: tuple[str, int, int] | None = None  # of a composite under way: phase, done, all


def face_of(graph: Graph, id_: str) -> Face:
    """The face of a node; ports of an unknown module are those that edges name."""
    face, note = _face_without_note(graph, id_), graph.nodes[id_].note
    if not note:
        return face
    short = note if len(note) <= MAX_NOTE else note[: MAX_NOTE - 1] + "…"
    return replace(face, has_note=True, tooltip=f"{face.tooltip}\n{short}")


def _face_without_note(graph: Graph, id_: str) -> Face:
    node = graph.nodes[id_]
    module = graph.module(id_)
    title = node.label or id_
    if module is None:
        inputs = tuple(graph.arriving(id_))
        edges = graph.store.edges_at(id_)
        leaving = (edge.source.port for edge in edges if edge.source.node == id_)
        shape = node_shape("unknown", inputs, tuple(dict.fromkeys(leaving)), ())
        return Face(title, node.module, "unknown", shape, id_)
    shape = shape_of(module)
    inputs, outputs = tuple(shape.inputs), tuple(shape.outputs)
    first = module.doc.split("\n\n")[0].replace("\n", " ")
    tooltip = f"{id_} ({node.module}): {first}"
    if not node.bypassed or not inputs or not outputs:
        return Face(title, node.module, icon_of(type(module)), shape, tooltip)
    tooltip = tr("{tooltip}\nBypassed: {port} goes through unchanged.").format(
        tooltip=tooltip, port=inputs[0]
    )
    return Face(title, node.module, icon_of(type(module)), shape, tooltip, (inputs[0], outputs[0]))


def shape_of(module: Module) -> NodeShape:
    """How large a module's node is, and where its ports are."""
    more = next_input(module)
    return node_shape(
        module.outline(),
        tuple(port.name for port in module.wired_ports if port.role == "input"),
        tuple(port.name for port in module.output_ports),
        tuple(port.name for port in module.parameter_ports),
        (more,) if more else (),
    )


def shape_text(graph: Graph, id_: str, check: Check | None, shown: Shown, wide: bool) -> str:
    """The node's output shape: symbolic before the run, real after it.

    A wide node also says what arrives: `[B, 8] → [B, 4]`.
    """
    module = graph.module(id_)
    if module is None or not module.output_ports:
        return ""
    out = _shape(graph, PortRef(id_, module.output_ports[0].name), check, shown)
    text = format_shape(out) if out is not None else "[…]"
    more = len(module.output_ports) - 1
    if more:
        text += f" +{more}"
    inputs = [port for port in module.wired_ports if port.role == "input"]
    if wide and inputs:
        edge = graph.incoming(PortRef(id_, inputs[0].name))
        arriving = _shape(graph, edge.source, check, shown) if edge else None
        if arriving is not None:
            text = f"{format_shape(arriving)} → {text}"
    return text


def _shape(graph: Graph, port: PortRef, check: Check | None, shown: Shown) -> Shape | None:
    reading = shown.value(port)
    if reading.array is not None:
        return reading.array.shape
    if not shown.tells_type(port):
        return None
    type_ = check.types.get(port) if check is not None else None
    if type_ is None and port.node in graph:
        type_ = graph.types.near(port)
    return type_.shape if type_ else None


def module_text(graph: Graph, id_: str, check: Check | None) -> str:
    """The module's name; a layer with a matrix also says from how many features to how many."""
    name = graph.nodes[id_].module
    type_ = check.types.get(PortRef(id_, "weight")) if check is not None else None
    if type_ is not None and len(type_.shape) == 2 and type_.is_known:
        name = f"{name} {type_.shape[1]}→{type_.shape[0]}"
    if graph.nodes[id_].bypassed:
        return tr("bypassed {module}").format(module=name)
    return name


def problems_by_node(check: Check | None) -> Mapping[str, tuple[Problem, ...]]:
    """The check's problems, sorted to their nodes."""
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in check.problems if check is not None else ():
        if problem.node is not None:
            found[problem.node] = (*found.get(problem.node, ()), problem)
    return found


def problem_text(
    document: Document, problems: tuple[Problem, ...], id_: str, port: str | None
) -> str:
    """What is wrong with a node, or with one of its ports, and what its menu can mend."""
    asked = [problem for problem in problems if port is None or problem.port == port]
    lines = [told(document.graph, problem) for problem in asked]
    mends = [mend.text for problem in asked for mend in problem.mends]
    if mends:
        lines.append(tr("Its menu can mend it: {mends}.").format(mends=", ".join(mends)))
    failure = document.trace.failure if document.trace is not None else None
    if failure is not None and failure.node == id_:
        lines.append(failure.message)
    return "\n".join(lines)


def mark_of(problems: tuple[Problem, ...], has_failed: bool, waiting: Mark) -> Mark:
    """The one mark of a node: failed before empty before what it waits for."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if has_failed or any(problem.code not in UNFINISHED for problem in errors):
        return "failed"
    return "empty" if errors else waiting
