"""The update of a parameter explained: the optimizer's rule line by line, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.explaining.explanation import Explanation, Line, Of
from runtime.explaining.expression import (
    Expression,
    Name,
    Scripts,
    Symbol,
    Wrapped,
    added,
    derivative,
    row,
)
from runtime.explaining.latex import latex, visible
from runtime.explaining.naming import Names
from runtime.explaining.pulling import LOSS, each
from runtime.explaining.reading import read_latex
from runtime.explaining.substituting import put_in
from runtime.explaining.tensors import number, tensor
from runtime.explaining.troubles import not_finite
from runtime.updates.rules import DELTA, name_of, rule_of

if TYPE_CHECKING:
    from runtime.feeds import Host
    from runtime.records import Step
    from runtime.trace import Trace
    from runtime.updates.record import Moved, Update
    from runtime.updates.rules import Rule


def explain_update(trace: Trace, step: Step) -> Explanation:
    """The update of the parameter of a step; raises `NoValue` where the run has none."""
    ref, update = PortRef(step.node, step.port), trace.update
    moved = None if update is None else update.moved.get(ref)
    if update is None or moved is None:
        raise NoValue(f"{ref}: found no update of it in the run.")
    name = Names(trace, step.node.rpartition("/")[0]).output(ref)
    rule = rule_of(update, moved)
    lines = _lines(moved, rule, Name(name))
    lead = f"Update, step {step.index + 1} of {len(trace.steps)}, "
    how = name_of(update.learning.optimizer)
    words = f"{lead}{visible(name)} by {how}: {rule.sentence}"
    notes = [_number(update), _rate(update, moved), _mode(trace)]
    notes.append(not_finite(moved.after, "The parameter"))
    about = {"phase": "update", "node": step.node, "port": step.port}
    return Explanation(about, words, tuple(lines), tuple(filter(None, notes)), lead)


def _lines(moved: Moved, rule: Rule, name: Name) -> list[Line]:
    """The gradient, the rule's lines, and the parameter behind them."""
    of = Of("update", moved.ref)
    symbols: dict[str, Expression] = {r"\theta": name}
    numbers = {_key(key): _shown(value) for key, value in rule.letters.items()}
    is_scalar = not moved.before.ndim
    slope, came = derivative(LOSS, name), tensor(moved.gradient)
    if rule.lines[0].letter == "g":  # it is bounded first
        lines = [Line(slope, (), (came,), "", moved.gradient, of)]
    else:
        lines = [Line(Symbol("g"), (slope,), (came,), "", moved.gradient, of)]
    for told in rule.lines:
        left, shown = read_latex(told.letter), tensor(told.found)
        written: tuple[Expression, ...] = ()
        filled: list[Expression] = []
        if told.rule:
            right = read_latex(told.rule)
            written = (put_in(right, symbols),)
            filled = [put_in(right, numbers)] if is_scalar else []
        lines.append(Line(left, written, each([*filled, shown]), told.words, told.found, of))
        numbers[latex(left)] = shown
    return [*lines, _last(moved, name, is_scalar, of)]


def _last(moved: Moved, name: Name, is_scalar: bool, of: Of) -> Line:
    """The parameter behind the update."""
    left = Scripts(name, Wrapped(r"\mathrm", row(*map(Symbol, "new"))))
    shown = tensor(moved.after)
    filled = [added([tensor(moved.before), tensor(moved.delta)])] if is_scalar else []
    symbols = added([name, read_latex(DELTA)])
    return Line(left, (symbols,), each([*filled, shown]), "", moved.after, of)


def _shown(value: Host | float) -> Expression:
    return tensor(value) if isinstance(value, np.ndarray) else number(value)


def _key(letter: str) -> str:
    return latex(read_latex(letter))


def _number(update: Update) -> str:
    share = update.learning.share
    if share == 1:
        return f"This is update {update.number}."
    return f"This is update {update.number}; the schedule takes {share:.4g} of the learning rate."


def _rate(update: Update, moved: Moved) -> str:
    if moved.rate == update.learning.rate:
        return ""
    whole = update.learning.rate
    factor = moved.rate / whole if whole else 0.0
    return f"The parameter has a factor of its own: {factor:.4g} times the learning rate."


def _mode(trace: Trace) -> str:
    """What a run in evaluation mode leaves out, where it does."""
    steps = (step for step in trace.plan.forward if step.module.is_random or step.states)
    found = next(steps, None) if trace.mode == "eval" else None
    if found is None:
        return ""
    return f"The run is in evaluation mode: in training {found.module.name} acts otherwise."
