"""Short words for what the playhead shows of a port: a number, a norm, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from graph import PortRef
from gui.canvas.notes import gradient_forms, numbers_or_range, value_forms
from gui.numbers import format_number, format_shape
from gui.shown import Reading, Shown

QUICK = 1_000_000  # entries up to which a norm is worked out where it is shown


def tr(text: str) -> str:
    """Translate a word of the readings."""
    return QCoreApplication.translate("Readings", text)


def state_word(state: str) -> str:
    """The word for a reading that is no value."""
    return {
        "blank": tr("not yet"),
        "no path": tr("no path"),
        "not differentiable": tr("not differentiable"),
        "too large": tr("too large"),
        "failed": tr("failed"),
    }.get(state, state)


def state_sentence(state: str, what: str) -> str:
    """Why there is nothing to see of `what` (value, gradient, local derivative)."""
    text = {
        "blank": tr("No {0} yet: the playhead has not come so far."),
        "no path": tr("No {0}: no path leads from here to the target."),
        "not differentiable": tr("No {0}: only floating tensors carry gradients."),
        "too large": tr("The {0} is too large to be shown."),
        "failed": tr("No {0}: the run failed here."),
    }.get(state, state)
    return text.format(what)


def short_value(reading: Reading) -> str:
    """`2`, `[3, 5]`, or the word for the state."""
    if not reading.is_value or reading.array is None:
        return state_word(reading.state)
    if reading.array.ndim == 0:
        return format_number(reading.array.item())
    if reading.array.size > QUICK:
        return format_shape(reading.array.shape)
    return value_forms(reading, "", False)[-1]


def local_derivative(shown: Shown, target: PortRef) -> Reading:
    """The factor at an input port; where no path leads on, the Jacobian is there all the same."""
    reading = shown.factor(target)
    if reading.state != "no path" or shown.trace is None or shown.is_ahead(target.node):
        return reading
    try:
        found = shown.trace.jacobian(target)
    except LookupError:
        return reading
    return reading if found is None else Reading("value", map=found)


def value_range(reading: Reading) -> str:
    """`2`, `−0.9 … 1`, `all 0`, or the word for the state."""
    array = reading.array
    if not reading.is_value or array is None or array.ndim == 0 or array.size > QUICK:
        return short_value(reading)
    if array.size > 1 and (array == array.flat[0]).all():
        return tr("all {0}").format(format_number(array.flat[0]))
    return numbers_or_range(array) or short_value(reading)


def short_gradient(reading: Reading) -> str:
    """`∂ 2`, `∂ ‖0.42‖`, or the word for the state."""
    if not reading.is_value or reading.array is None:
        return state_word(reading.state)
    if reading.array.size > QUICK:
        return "∂ …"
    return gradient_forms(reading, "", "", False)[0]
