"""An edge explained: what flows over it, what comes back, and the derivative at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.explaining.explanation import Explanation, Line, Of
from runtime.explaining.expression import Name, derivative
from runtime.explaining.kinks import kink_note
from runtime.explaining.latex import visible
from runtime.explaining.naming import Names
from runtime.explaining.pulling import LOSS, STRUCTURES, Pulling
from runtime.explaining.tensors import matrix, tensor
from runtime.explaining.troubles import not_finite, origin_note, why_no_gradient
from runtime.maps import LinearMap, TooLarge
from runtime.moments import apart
from runtime.over_time import at_last

if TYPE_CHECKING:
    from runtime.trace import Trace


def explain_edge(trace: Trace, source: PortRef | None, target: PortRef) -> Explanation:
    """The edge that ends at `target`, by the address there; inside time that of its last step.

    Raises `NoValue` where there is no such edge in the run.
    """
    names = Names(trace)
    drawn = apart(target)[0]
    trace.edge(None if source is None else apart(source)[0], drawn)
    target = at_last(trace.plan, target)
    value = trace.value(target)
    step, port = trace.plan.reader(target)
    carried = Of("value", trace.plan.feeder(target) or target)
    lines = [Line(Name(names.value(target)), (), (tensor(value),), "what flows", value, carried)]
    lines += _jacobians(trace, names, target)
    gradient = trace.part(target)
    name = visible(names.part(target))
    notes = [not_finite(value, "The value"), not_finite(gradient, "The gradient")]
    back = None
    if step is not None and step.key in trace.records and port and target in step.reads:
        back = Pulling(trace, names, step).line(port, target)
        notes.append(kink_note(trace, step.key))
    if back is None and gradient is not None:
        left = derivative(LOSS, Name(names.part(target)))
        told = Of("gradient", target)
        back = Line(left, (), (tensor(gradient),), "what comes back", gradient, told)
    if back is not None:
        lines.append(back)
    else:
        notes.append(why_no_gradient(trace, target, name))
    if any(notes[:2]):
        notes.append(origin_note(trace))
    about = {"edge": f"{source or ''}:{drawn}"}
    what = f"{drawn}, a tensor of the node's own" if source is None else f"Edge {source} → {drawn}"
    words = f"{what}: its value, the local Jacobian at its end, and its gradient."
    return Explanation(about, words, tuple(lines), tuple(note for note in notes if note))


def _jacobians(trace: Trace, names: Names, target: PortRef) -> list[Line]:
    """A line for the derivative of each output of the node where the edge ends."""
    try:
        found = trace.jacobians(target)
    except (NoValue, TooLarge):
        return []
    by, node = Name(names.part(target)), target.node
    lines = []
    for output, linear in found.items():
        left = derivative(Name(names.output(PortRef(node, output))), by)
        told = Of("jacobian", target)
        lines.append(Line(left, (), (matrix(linear),), _shape_words(linear), of=told))
    return lines


def _shape_words(linear: LinearMap) -> str:
    """The structure; nothing for a single number."""
    if linear.rows == linear.columns == 1:
        return ""
    return STRUCTURES[linear.structure]
