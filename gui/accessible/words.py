"""The words for nodes and ports: plain functions from a scene to what is read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import PortRef
from graph.naming import output_name
from graph.naming import port_name as called
from gui.canvas.looks import UNFINISHED
from gui.canvas.notes import factor_forms
from gui.in_words import describe
from gui.told import told as told_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.shown import Reading


def tr(text: str) -> str:
    """A text for screen readers in the user's language."""
    return QCoreApplication.translate("Accessible", text)


def node_name(scene: CanvasScene, id_: str) -> str:
    """What a node is called on the canvas: its label, or its id."""
    return scene.face(id_).title


def node_description(scene: CanvasScene, id_: str) -> str:
    """Module, shape, value, gradient, state, note and problems, in this order."""
    module, shape = scene.texts(id_)
    node = scene.document.graph.nodes[id_]
    title = scene.face(id_).title
    facts = [id_ if id_ != title else "", module, shape, node_values(scene, id_)]
    note = tr("Note: {0}").format(node.note) if node.note else ""
    more = scene.problem_text(id_), scene.overlays.node_tip(id_)
    return _sentences([*facts, _state(scene, id_)], note, *more)


def node_values(scene: CanvasScene, id_: str) -> str:
    """What a node's outputs carry, as far as the playhead has come."""
    outputs = scene.items_by_id[id_].outline.outputs
    found = []
    for name in outputs:
        told = port_values(scene, PortRef(id_, name))
        if told:
            found.append(f"{name}: {told}" if len(outputs) > 1 else told)
    return "; ".join(found)


def port_name(scene: CanvasScene, port: PortRef) -> str:
    """`a, input, from w`: what a port is, and what it is wired to."""
    shape, graph = scene.items_by_id[port.node].outline, scene.document.graph
    if port.port in shape.outputs:
        ends = [called(graph, edge.target) for edge in graph.outgoing(port)]
        joined = tr("to {0}").format(", ".join(ends)) if ends else tr("no edge")
        return ", ".join((port.port, tr("output"), joined))
    edge = graph.incoming(port)
    joined = (
        tr("from {0}").format(output_name(graph, edge.source))
        if edge is not None
        else tr("no edge")
    )
    if edge is not None and edge.delay:
        late = tr("delayed by {0} steps") if edge.delay > 1 else tr("delayed by 1 step")
        joined = f"{joined}, {late.format(edge.delay)}"
    kind = tr("parameter") if port.port in shape.pins else tr("input")
    kind = tr("input to add") if port.port in shape.more else kind
    return ", ".join((port.port, kind, joined))


def port_description(scene: CanvasScene, port: PortRef) -> str:
    """Type, value, gradient, local derivative and problems of a port."""
    document = scene.document
    type_ = document.graph.types.of(port) if document.shown.tells_type(port) else None
    facts = [str(type_) if type_ else "", port_values(scene, port)]
    # Only the reverse graph spells sums out, where they are in sight.
    written = (plate.labels[0].text for plate in scene.field.of(port) if plate.kind == "sum")
    facts += [tr("sum {0}").format(_spoken(text)) for text in written if "=" in text]
    return _sentences(facts, scene.problem_text(*port), scene.overlays.edge_tip(port))


def port_values(scene: CanvasScene, port: PortRef) -> str:
    """Value and gradient of a port; at an input also the local derivative."""
    document = scene.document
    shown, graph = document.shown, document.graph
    is_output = port.port in scene.items_by_id[port.node].outline.outputs
    edge = graph.incoming(port)
    value = shown.carried(edge) if edge is not None else shown.value(port)
    gradient = shown.port_gradient(port) if is_output else shown.gradient(port)
    carries = is_output or edge is None
    tangent = shown.tangent(port) if carries else shown.tangent_over(port)
    told = [_told(tr("value"), value), _told(tr("gradient"), gradient)]
    if tangent.is_value:
        told.insert(1, _told(tr("tangent"), tangent))
    told.append(_told(tr("change by the update"), shown.update(port)))
    spread = None if is_output else shown.spread(port)
    if spread is not None:
        told.append(_spoken(spread.told.rstrip(".")))
    if not is_output:
        told.append(_local(shown.factor(port)))
    return ", ".join(part for part in told if part)


def _told(what: str, reading: Reading) -> str:
    if reading.state == "blank":
        return ""
    if reading.array is None:
        return f"{what} {tr(reading.state)}"
    return f"{what} {_spoken(describe(reading.array))}"


def _sentences(facts: list[str], *more: str) -> str:
    """The facts as one sentence, then others."""
    told = ["; ".join(filter(None, facts)), *more]
    return _spoken(" ".join(f"{part.rstrip('.')}." for part in told if part))


def _spoken(text: str) -> str:
    """Signs that screen readers pass over, in words."""
    for sign, word in (
        (" ‖", tr(", norm ")),
        ("‖", ""),
        ("−", tr("minus ")),
        ("→", tr(" to ")),
        ("[]", tr("scalar")),
    ):
        text = text.replace(sign, word)
    return " ".join(text.split())


def _local(reading: Reading) -> str:
    forms = factor_forms(reading)
    return tr("local derivative {0}").format(_spoken(forms[0].lstrip("×"))) if forms else ""


def _state(scene: CanvasScene, id_: str) -> str:
    """Target, step, and the one word for how the node's numbers stand."""
    document, mood = scene.document, scene.mood(id_)
    parts = [tr("target")] if mood.is_target else []
    if mood.ring:
        steps = {"forward": tr("forward step"), "tangent": tr("tangent step")}
        steps["update"] = tr("update step")
        parts.append(steps.get(mood.ring, tr("reverse step")))
    if mood.mark:
        parts.append(tr(mood.mark))
    elif document.trace is None:
        parts.append(tr("not run yet"))
    elif mood.muted:
        parts.append(tr("ahead of the playhead"))
    else:
        parts.append(tr("fresh"))
    return ", ".join(parts)


def urgent(scene: CanvasScene) -> dict[tuple[str | None, str], str]:
    """The errors that something is wrong, not those that something is still missing."""
    found = scene.document.check.problems if scene.document.check is not None else ()
    return {
        (problem.node, problem.code): told_of(scene.document.graph, problem)
        for problem in found
        if problem.severity == "error" and problem.code not in UNFINISHED
    }
