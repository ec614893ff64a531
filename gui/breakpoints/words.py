"""Breakpoints in words: where they are, when they hold, and what one has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import PortRef
from graph.addresses import node_at
from graph.naming import name_of, port_name
from gui.numbers import format_number, format_percent, format_shape

if TYPE_CHECKING:
    from graph import Graph
    from graph.marks import Condition
    from runtime.stops import Stop


def tr(text: str) -> str:
    """A text about breakpoints in the user's language."""
    return QCoreApplication.translate("Breakpoints", text)


def place_name(root: Graph, address: str) -> str:
    """A node or a port as a person calls it; inside composites by the address."""
    node, dot, port = address.partition(".")
    if "/" in node:
        return address
    return port_name(root, PortRef(node, port)) if dot else name_of(root, node)


def when_text(when: Condition | None) -> str:
    """When a breakpoint holds."""
    if when is None:
        return tr("always")
    subject = tr("value") if when.of == "value" else tr("gradient")
    return f"{subject} {test_text(when)}"


def test_text(when: Condition) -> str:
    """What a condition asks of a value or gradient."""
    texts = {
        "not finite": tr("NaN or infinite"),
        "sign changes": tr("changes its sign"),
        "norm above": tr("norm above {0}"),
        "norm below": tr("norm below {0}"),
        "dead share above": tr("dead share above {0}"),
    }
    return texts[when.test].format(bound_text(when))


def bound_text(when: Condition) -> str:
    """The bound of a condition, as a share or as a number."""
    if when.bound is None:
        return ""
    is_share = when.test == "dead share above"
    return format_percent(when.bound) if is_share else format_number(when.bound)


def stop_text(root: Graph, stop: Stop) -> str:
    """Where a run holds, and why: one sentence."""
    where = place_name(root, stop.mark.at)
    if stop.t is not None:
        where = tr("{0} at t = {1}").format(where, stop.t)
    if stop.found is None:
        came = tr("its value came") if stop.of == "value" else tr("its gradient came")
        return tr("Held at {0}: {1}.").format(where, came)
    return tr("Held at {0}: {1}.").format(where, found_text(root, stop))


def found_text(root: Graph, stop: Stop) -> str:
    """What a condition has found, such as `gradient norm 12.3, above 10`."""
    when, found = stop.mark.when, stop.found
    assert when is not None
    assert found is not None
    subject = tr("value") if when.of == "value" else tr("gradient")
    if stop.port is not None and stop.mark.port is None and _has_several(root, stop.mark.at):
        subject = tr("{0} of {1}").format(subject, stop.port.port)
    if when.test in ("not finite", "sign changes"):
        entry = format_number(found.figure) if found.figure is not None else ""
        where = format_shape(found.index) if found.index else ""
        verb = tr("is") if when.test == "not finite" else tr("changed its sign to")
        return f"{subject}{where} {verb} {entry}"
    is_share = when.test == "dead share above"
    share = format_percent(found.figure) if is_share else format_number(found.figure)
    figure = tr("dead share") if is_share else tr("norm")
    way = tr("below") if when.test == "norm below" else tr("above")
    return f"{subject} {figure} {share}, {way} {bound_text(when)}"


def _has_several(root: Graph, address: str) -> bool:
    """Whether a node has more than one output."""
    found = node_at(root, address)
    module = found[0].module(found[1].id) if found is not None else None
    return module is not None and len(module.output_ports) > 1
