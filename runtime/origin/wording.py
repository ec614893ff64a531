"""The first number that is not finite, as a problem in words."""

from __future__ import annotations

from graph.port import PortRef
from graph.problem import Problem
from runtime.numerals import format_number
from runtime.origin.records import Number, Origin

NOT_FINITE = "not-finite"  # the code of the problem


def problem_of(origin: Origin, *, has_come: bool = True) -> Problem:
    """Where, what was found, from which numbers, and what would help.

    While the step has not come that made it, no number is told.
    """
    if not has_come:
        found = "a number that is NaN or infinite" + _WHEN[origin.phase]
        mend = "Go on to its step to see what led to it."
        port = origin.port.port
        return Problem("warning", NOT_FINITE, origin.node, port, found, "finite numbers", mend)
    found, named = _found(origin)
    mend = _MENDS[origin.phase].format(module=origin.module)
    return Problem(
        "warning",
        NOT_FINITE,
        origin.node,
        origin.port.port,
        found,
        "finite numbers",
        mend,
        named=named,
    )


_MENDS = {
    "given": "Give it finite numbers.",
    "forward": "Keep what arrives where {module} gives finite numbers.",
    "reverse": "Keep what arrives where the derivative of {module} is finite.",
    "sum": "Make the gradients smaller that add up here.",
}


def _found(origin: Origin) -> tuple[str, tuple[PortRef, ...]]:
    """The facts, and the ports that they name in this order."""
    text = format_number(origin.number) + (f" at {list(origin.index)}" if origin.index else "")
    if origin.count > 1:
        text += f" ({origin.count} of {origin.size} entries are not finite)"
    text += _WHEN[origin.phase]
    if origin.t is not None:
        text += f" at time step {origin.t}"
    if origin.phase == "sum":
        parts = " + ".join(format_number(number.number) for number in origin.led)
        return f"{text}: {parts}", ()
    if origin.led:
        told = [_told(number) for number in origin.led]
        text += f", made by {origin.module} from {_joined(told)}"
    if origin.left_out:
        text += f" and {origin.left_out} more"
    return text, tuple(number.port for number in origin.led)


_WHEN = {
    "given": ", as it was given",
    "forward": " in the forward pass",
    "reverse": " in the reverse pass",
    "sum": " in the reverse pass, where gradients add up",
}


def _told(number: Number) -> str:
    place = str(list(number.index)) if number.index else ""
    text = f"{number.port}{place} = {format_number(number.number)}"
    return {
        "value": text,
        "gradient": f"the gradient at {text}",
        "derivative": f"the local derivative by {text}",
    }[number.role]


def _joined(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
