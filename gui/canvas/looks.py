"""What a node looks like: its unchanging face, and its mood of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

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
_shapes: WeakKeyDictionary[Module, NodeShape] = WeakKeyDictionary()  # a module never changes
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

    @property
    def is_on_its_way(self) -> bool:
        """Whether it fades or pulses: so it looks in one frame, and hardly ever again."""
        return self.arrival < 1.0 or self.swell > 0.0


def face_of(graph: Graph, id_: str) -> Face:
    """The face of a node; ports of an unknown module are those that edges name."""
    node, module = graph.store.node(id_), graph.module(id_)
    title, has_note = node.label or id_, bool(node.note)
    if module is None:
        return Face(title, node.module, "unknown", _unknown_shape(graph, id_), None, has_note)
    shape, through = shape_of(module), None
    if node.bypassed and shape.inputs and shape.outputs:
        through = next(iter(shape.inputs)), next(iter(shape.outputs))
    return Face(title, node.module, icon_of(type(module)), shape, through, has_note)


def node_tip(graph: Graph, id_: str, face: Face) -> str:
    """What a node's tooltip says of it: what its module does, whether it is bypassed, its note."""
    node, module = graph.store.node(id_), graph.module(id_)
    tip = id_
    if module is not None:
        first = module.doc.split("\n\n")[0].replace("\n", " ")
        tip = f"{id_} ({node.module}): {first}"
    if face.through is not None:
        bypassed = tr("{tooltip}\nBypassed: {port} goes through unchanged.")
        tip = bypassed.format(tooltip=tip, port=face.through[0])
    if not node.note:
        return tip
    short = node.note if len(node.note) <= MAX_NOTE else node.note[: MAX_NOTE - 1] + "…"
    return f"{tip}\n{short}"


def _unknown_shape(graph: Graph, id_: str) -> NodeShape:
    leaving = (edge.source.port for edge in graph.store.edges_at(id_) if edge.source.node == id_)
    return node_shape("unknown", tuple(graph.arriving(id_)), tuple(dict.fromkeys(leaving)), ())


def shape_of(module: Module) -> NodeShape:
    """How large a module's node is, and where its ports are; nodes of a kind share the answer."""
    found = _shapes.get(module)
    if found is None:
        more = next_input(module)
        found = _shapes[module] = node_shape(
            module.outline(),
            tuple(port.name for port in module.wired_ports if port.role == "input"),
            module.output_names,
            tuple(port.name for port in module.parameter_ports),
            (more,) if more else (),
        )
    return found


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
