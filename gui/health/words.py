"""What health says in words: of one edge, of one finding, of the whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import Graph
from graph.naming import name_of, port_name
from gui.numbers import format_count, format_number, format_percent

if TYPE_CHECKING:
    from runtime.health import Finding, Health, Layer, Trouble
    from runtime.origin import Origin

ICONS: dict[Trouble, str] = {
    "not finite": "warning",
    "exploding": "exploding",
    "exploding over time": "exploding",
    "vanishing": "vanishing",
    "vanishing over time": "vanishing",
    "zero": "vanishing",
    "dead": "dead",
    "saturated": "saturated",
    "no path": "empty",
}
ORDER: tuple[Trouble, ...] = tuple(ICONS)  # the worst first
RESTING: tuple[Trouble, ...] = ("dead", "saturated")  # troubles of activations


def tr(text: str) -> str:
    """A text about health in the user's language."""
    return QCoreApplication.translate("Health", text)


def edge_text(norm: float) -> str:
    """What is said of an edge on hover."""
    if not math.isfinite(norm):
        return tr("Its gradient is not finite.")
    if not norm:
        return tr("Its gradient is 0 everywhere.")
    return tr("Norm of its gradient: {0}.").format(format_number(norm))


def short(finding: Finding, health: Health) -> str:
    """The figure of a finding, short enough for a node's border."""
    if finding.trouble in RESTING:
        found = health.activations[finding.node]
        if finding.trouble == "saturated":
            return format_percent(found.share)
        return tr("{0} of {1}").format(format_count(found.resting), format_count(found.count))
    if finding.figure is None or finding.trouble == "zero":
        return {"no path": tr("no path"), "zero": "0"}.get(finding.trouble, "")
    if finding.trouble == "not finite":
        return format_number(finding.figure)
    return format_number(finding.figure, 2)


def brief(finding: Finding, health: Health, graph: Graph) -> str:
    """One finding in a few words, its node first."""
    return {
        "not finite": tr("{name}: {figure}"),
        "exploding": tr("{name} explodes: ×{figure}"),
        "vanishing": tr("{name} vanishes: ×{figure}"),
        "exploding over time": tr("{name} explodes over time: ×{figure}"),
        "vanishing over time": tr("{name} vanishes over time: ×{figure}"),
        "zero": tr("{name}: the gradient is 0"),
        "no path": tr("{name}: no path to the target"),
        "dead": tr("{name}: {figure} units dead"),
        "saturated": tr("{name}: {figure} saturated"),
    }[finding.trouble].format(name=name_of(graph, finding.node), figure=short(finding, health))


def sentence(finding: Finding, health: Health, graph: Graph) -> str:
    """One finding, in a sentence that names its node."""
    name = name_of(graph, finding.node)
    if finding.trouble in RESTING:
        return _resting(finding, health, name)
    figure = "" if finding.figure is None else format_number(finding.figure, 2)
    layer = health.layer(finding.node)
    last = name_of(graph, layer.last) if layer is not None else ""
    return {
        "not finite": tr("The gradient of {name} is not finite."),
        "exploding": tr("The gradient explodes: that of {name} is {figure} times that of {last}."),
        "vanishing": tr("The gradient vanishes: that of {name} is {figure} times that of {last}."),
        "exploding over time": tr(
            "The gradient explodes over time: at {name} the first time step adds {figure} times"
            " what the last one does."
        ),
        "vanishing over time": tr(
            "The gradient vanishes over time: at {name} the first time step adds {figure} times"
            " what the last one does."
        ),
        "zero": tr("The gradient of {name} is 0: it learns nothing here."),
        "no path": tr("No path leads from {name} to the target: it is not trained."),
    }[finding.trouble].format(name=name, figure=figure, last=last)


def origin_text(origin: Origin, graph: Graph) -> str:
    """Where the first NaN or infinity stands, in a few words."""
    place = str(list(origin.index)) if origin.index else ""
    text = (
        tr("{number} begins at {port}")
        if origin.phase != "reverse"
        else tr("{number} begins in the gradient at {port}")
    )
    where = f"{port_name(graph, origin.port)}{place}"
    return text.format(number=format_number(origin.number), port=where)


def layer_text(layer: Layer, graph: Graph, *, has_come: bool) -> str:
    """One layer: its name, the norm of its gradient, and what it is compared with."""
    name = name_of(graph, layer.node)
    if not has_come:
        return tr("{0}: its gradient is still to come.").format(name)
    if layer.norm is None:
        return tr("{0}: no path leads to the target.").format(name)
    text = tr("{0}: norm {1}").format(name, format_number(layer.norm))
    if layer.ratio is not None and layer.last != layer.node:
        more = tr("{0} times that of {1}")
        text += ", " + more.format(format_number(layer.ratio, 2), name_of(graph, layer.last))
    if layer.over_time:
        ends = (format_number(norm, 2) for norm in (layer.over_time[0], layer.over_time[-1]))
        text += ", " + tr("by time step {0} … {1}").format(*ends)
    return f"{text}."


def _resting(finding: Finding, health: Health, name: str) -> str:
    found = health.activations[finding.node]
    if finding.trouble == "dead":
        text = tr("{resting} of {count} units of {name} are dead: no sample changes them.")
    else:
        text = tr("{share} of the entries of {name} are saturated: almost no gradient passes.")
    return text.format(
        resting=format_count(found.resting),
        count=format_count(found.count),
        share=format_percent(found.share),
        name=name,
    )


def summary(
    health: Health, findings: Sequence[Finding], graph: Graph, waiting: int, *, is_finite: bool
) -> str:
    """The state of the whole in a sentence or two; `waiting` layers have no gradient yet.

    `is_finite` says whether neither NaN nor infinity has come up: layers alone do not tell.
    """
    if not health.has_reverse:
        return tr("There is no reverse pass: health is about gradients. Choose a target.")
    if waiting:
        text = tr("The gradients of {0} of {1} layers are still to come in the reverse pass.")
        return text.format(format_count(waiting), format_count(len(health.layers)))
    if findings:
        return _counted(Counter(finding.trouble for finding in findings), len(health.layers))
    return _unsuspicious(health, graph, is_finite)


def _unsuspicious(health: Health, graph: Graph, is_finite: bool) -> str:
    """What is said where no layer and no activation has a finding."""
    layers = [layer for layer in health.layers if layer.norm is not None]
    norms = [layer.norm for layer in layers]
    if not layers:
        right = tr("No layer is trained in this graph. Nothing is wrong with its activations.")
        return right if is_finite else tr("Not all numbers are finite. No layer is trained here.")
    if len(norms) == 1:
        right = tr("Nothing is wrong: the gradient of {0} has the norm {1}.")
        wrong = tr("Not all numbers are finite. The gradient of {0} has the norm {1}.")
        text = right if is_finite else wrong
        return text.format(name_of(graph, layers[0].node), format_number(norms[0]))
    right = tr("Nothing is wrong: the gradients of {0} layers have norms from {1} to {2}.")
    wrong = tr(
        "Not all numbers are finite. The gradients of {0} layers have norms from {1} to {2}."
    )
    text = right if is_finite else wrong
    return text.format(len(norms), format_number(min(norms), 2), format_number(max(norms), 2))


def _counted(counts: Mapping[Trouble, int], layers: int) -> str:
    """How many nodes have which trouble, the worst first."""
    of_layers = {
        "not finite": tr("not finite at {0} of {1} layers"),
        "exploding": tr("exploding at {0} of {1} layers"),
        "exploding over time": tr("exploding over time at {0} of {1} layers"),
        "vanishing": tr("vanishing at {0} of {1} layers"),
        "vanishing over time": tr("vanishing over time at {0} of {1} layers"),
        "zero": tr("0 at {0} of {1} layers"),
        "no path": tr("no path from {0} of {1} layers"),
    }
    told = [of_layers[t].format(counts[t], layers) for t in ORDER if t in of_layers and counts[t]]
    found = [tr("Gradients: {0}.").format(", ".join(told))] if told else []
    if counts["dead"]:
        one, many = tr("Dead units at 1 activation."), tr("Dead units at {0} activations.")
        found.append(one if counts["dead"] == 1 else many.format(counts["dead"]))
    if counts["saturated"]:
        one, many = tr("Saturated: 1 activation."), tr("Saturated: {0} activations.")
        found.append(one if counts["saturated"] == 1 else many.format(counts["saturated"]))
    return " ".join(found)
