"""How one input's gradient is found: the cotangent times the local Jacobian, in its structure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from graph.module import Module
from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.explaining.explanation import Line, Of
from runtime.explaining.expression import (
    DOT,
    PLUS,
    TIMES,
    Expression,
    Name,
    Row,
    Scripts,
    Symbol,
    derivative,
    guarded,
    joined,
    row,
)
from runtime.explaining.latex import latex
from runtime.explaining.naming import Names
from runtime.explaining.reading import read_latex
from runtime.explaining.substituting import (
    can_hold_matrices,
    can_hold_numbers,
    letters_of,
    put_in,
    with_dots,
)
from runtime.explaining.tensors import matrix, number, tensor
from runtime.feeds import Host
from runtime.maps import Broadcast, Diagonal, Identity, LinearMap, Scaled, TooLarge, Zero
from runtime.modules.door import Differentiable, Elementwise

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.records import Record
    from runtime.trace import Trace

LOSS = Symbol("L")
MAX_TERMS = 6
UNSTRUCTURED = 4096
"""A Jacobian without a structure is built row by row: up to this many entries it is shown."""


class Pulling:
    """The reverse of one step, input by input."""

    def __init__(self, trace: Trace, names: Names, step: PlanStep) -> None:
        self.trace, self.names, self.step = trace, names, step
        self.record: Record = trace.records[step.key]
        outputs = zip(step.output_names, step.writes, strict=True)
        arrived = {port: (ref, trace.gradient(ref)) for port, ref in outputs}
        self.arrived = {port: (ref, g) for port, (ref, g) in arrived.items() if g is not None}

    def line(self, port: str, ref: PortRef) -> Line | None:
        """The gradient of the edge that ends at a port; None where none comes back."""
        found = self.trace.part(ref)
        if found is None or not self.arrived:
            return None
        rule, maps = self.rule(port, ref), self._maps(port)
        numbers, words = self._numbers(port, maps)
        numbers.append(tensor(found))
        of = Of("gradient", ref)
        return Line(rule.left, rule.symbols, each(numbers), words, found, of)

    def rule(self, port: str, ref: PortRef) -> Line:
        """The same in symbols alone; no Jacobian is needed for that."""
        by = Name(self.names.part(ref))
        own = self._rule(port)
        symbols = [self._chain(by)] if own is None else [self._chain(by), own]
        return Line(derivative(LOSS, by), each(symbols))

    def _chain(self, by: Expression) -> Expression:
        """`∂L/∂y · ∂y/∂x`, one term for each output."""
        terms: list[Expression] = []
        for ref, _ in list(self.arrived.values())[:MAX_TERMS]:
            above = Name(self.names.output(ref))
            terms.append(row(derivative(LOSS, above), DOT, derivative(above, by)))
        if len(self.arrived) > MAX_TERMS:
            terms.append(Symbol(r"\dots"))
        return joined(terms, PLUS)

    def _rule(self, port: str) -> Expression | None:
        """The module's own formula of this gradient, with the graph's names."""
        text = pullback_of(self.step.module, port)
        if text is None:
            return None
        cotangents = {
            name: derivative(LOSS, Name(self.names.output(ref)))
            for name, (ref, _) in self.arrived.items()
        }
        letters = name_letters(self.step, self.names)
        exact = {key: letters[key] for key in type(self.step.module).letters if key in letters}
        letters |= self._cotangents(cotangents)
        made = put_in(read_latex(text), letters, exact=exact)
        return with_dots(made) if self._is_scalar() else made

    def _cotangents(self, found: Mapping[str, Expression]) -> dict[str, Expression]:
        """`g` for the only output's gradient, `g_{y}` for one of several."""
        if len(self.step.output_names) == 1:
            return {"g": next(iter(found.values()))}
        own = {name: letter for letter, name in letters_of(self.step.module).items()}
        keys = {name: latex(Scripts(Symbol("g"), Symbol(own[name]))) for name in found}
        return {keys[name]: item for name, item in found.items()}

    def _is_scalar(self) -> bool:
        """Whether all numbers of the step are single ones."""
        arrays = (*self.record.ins, *self.record.outs)
        return all(array.ndim == 0 for array in arrays)

    def _maps(self, port: str) -> dict[str, LinearMap]:
        """The local Jacobians that are cheap to have, by output."""
        found = {}
        for output in self.arrived:
            kind = type(self.step.module)
            entries = math.prod(self.step.shapes[output]) * math.prod(self.step.shapes[port])
            if kind.jacobian is Differentiable.jacobian and entries > UNSTRUCTURED:
                continue
            try:
                found[output] = self.trace.local(self.step, port, output)
            except TooLarge:
                continue
        return found

    def _with_sums(self, formula: Expression, gradient: Host) -> Row | None:
        """The formula of a module along one axis, its sums worked out: `y ⊙ (g − Σ_j g_j y_j)`."""
        axis = self.step.module.settings.get("axis")
        if not isinstance(axis, int) or not isinstance(formula, Row) or not gradient.ndim:
            return None
        outs = zip(self.step.output_names, self.record.outs, strict=True)
        arrays = {name: to_numpy(array) for name, array in outs} | {"g": gradient}
        return row_sums(formula, arrays, axis)

    def _numbers(self, port: str, maps: dict[str, LinearMap]) -> tuple[list[Expression], str]:
        """The formula with numbers, up to the result; and words on what the structure does."""
        pairs = [(to_numpy(g), maps[name]) for name, (_, g) in self.arrived.items() if name in maps]
        if len(pairs) < len(self.arrived):
            return [], "its Jacobian is too large to be shown"
        if len(pairs) > 1:
            terms = [_product(g, linear) for g, linear in pairs[:MAX_TERMS]]
            return ([joined(terms, PLUS)] if len(pairs) <= MAX_TERMS else []), ""
        ((gradient, linear),) = pairs
        filled = self._filled(port, gradient)
        if self._is_scalar():
            plain_factor = pullback_of(self.step.module, port) in ("g", "-g")
            return [*([] if plain_factor else filled), _product(gradient, linear)], ""
        return _structured(gradient, linear, filled)

    def _filled(self, port: str, gradient: Host) -> list[Expression]:
        """The module's own formula with numbers for all letters, where they can stand in it."""
        text = pullback_of(self.step.module, port)
        if text is None:
            return []
        formula, letters = read_latex(text), number_letters(self.record)
        letters["g"] = tensor(gradient)
        if only_sums(formula):
            return [row(formula.items[0], letters["g"])]
        if any(array.ndim > 2 for array in (*self.record.ins, gradient)):
            return []
        sums = self._with_sums(formula, gradient)
        if sums is not None:
            return [put_in(sums, letters)]
        if not can_hold_numbers(formula, letters):
            return []
        if self._is_scalar():
            return [with_dots(put_in(formula, letters))]
        entrywise = isinstance(self.step.module, Elementwise)
        holds = can_hold_matrices(formula, letters, entrywise=entrywise)
        return [put_in(formula, letters)] if holds else []


def only_sums(formula: Expression) -> TypeGuard[Row]:
    """Whether a gradient is nothing but a sum of what came back, as a bias's is."""
    if not (isinstance(formula, Row) and len(formula.items) == 2):
        return False
    head, tail = (part.body if isinstance(part, Scripts) else part for part in formula.items)
    over = formula.items[0].sub if isinstance(formula.items[0], Scripts) else None
    has_condition = isinstance(over, Row) and Symbol("=") in over.items
    return head == Symbol(r"\sum") and tail == Symbol("g") and not has_condition


def row_sums(formula: Row, arrays: Mapping[str, Host], axis: int) -> Row | None:
    """The formula with numbers for `\\sum_j u_j v_j`, the sum along an axis, and for `e^{u}`.

    What stands entry by entry beside them gets its sign. None where there is no such sum.
    """
    items, found, place = list(formula.items), [], 0
    over = Symbol("j")
    has_sum = False
    while place < len(items):
        item = items[place]
        place += 1
        if isinstance(item, Scripts) and item.body == Symbol("e") and isinstance(item.sup, Symbol):
            found += [tensor(np.exp(arrays[item.sup.latex])), TIMES]
        elif item == Scripts(Symbol(r"\sum"), over):
            product: Host | float = 1.0
            while place < len(items) and _is_entry(items[place], over):
                entry = items[place]
                assert isinstance(entry, Scripts)
                product = product * arrays[latex(entry.body)]
                place += 1
            found.append(tensor(np.asarray(product).sum(axis, keepdims=True)))
            has_sum = True
        else:
            found.append(item)
    return Row(tuple(found)) if has_sum else None


def _is_entry(item: Expression, over: Symbol) -> bool:
    return isinstance(item, Scripts) and item.sub == over


def pullback_of(module: Module, port: str) -> str | None:
    """What a module says of a port's gradient; of `x3` where it says it of the run `x`."""
    rules = type(module).pullback
    return rules.get(port) or rules.get(port.rstrip("0123456789"))


def name_letters(step: PlanStep, names: Names) -> dict[str, Expression]:
    """What the letters of a step's formulas are called in the graph."""
    ports = dict(zip(step.output_names, map(names.output, step.writes), strict=True))
    ports |= dict(zip(step.input_names, map(names.value, step.reads), strict=True))
    letters = letters_of(step.module)
    return {letter: Name(ports[name]) for letter, name in letters.items() if name in ports}


def number_letters(record: Record) -> dict[str, Expression]:
    """The numbers for the letters of a step's formulas: of ports, attributes and counts."""
    step = record.step
    arrays = dict(zip(step.input_names, record.ins, strict=True))
    arrays |= dict(zip(step.output_names, record.outs, strict=True))
    found: dict[str, Expression] = {}
    for letter, name in letters_of(step.module).items():
        if name in arrays:
            found[letter] = tensor(to_numpy(arrays[name]))
        elif type(step.module.settings.get(name)) in (int, float):
            found[letter] = number(step.module.settings[name])
    reduction = step.module.settings.get("reduction")
    if reduction is not None:
        shape = step.shapes[step.input_names[0]]
        of_classes = len(shape) > 1 and "c" in str(step.module.ports[step.input_names[0]].dims)
        terms = math.prod(shape[:-1] if of_classes else shape)
        found["n"] = found["B"] = number(terms if reduction == "mean" else 1)
    return found


def _structured(
    gradient: Host, linear: LinearMap, filled: list[Expression]
) -> tuple[list[Expression], str]:
    """The cotangent times a map, written as its structure has it."""
    g = tensor(gradient)
    if isinstance(linear, Zero):
        return [], "nothing comes back: the derivative is 0 everywhere"
    if isinstance(linear, Identity):
        return [], "the gradient passes unchanged"
    if isinstance(linear, Scaled):
        factor = tensor(np.asarray(linear.factor))
        return [row(g, DOT, guarded(factor))], ""
    if isinstance(linear, Diagonal):
        diagonal = np.broadcast_to(linear.factor, linear.out_shape)  # a view: few are read
        return [row(g, TIMES, tensor(diagonal))], "entry by entry"
    if isinstance(linear, Broadcast):
        return _summed(g, linear)
    if filled:
        return filled, ""
    flat = "" if gradient.ndim == 1 else ", both flattened"
    return [_product(gradient, linear)], f"{STRUCTURES[linear.structure]}{flat}"


STRUCTURES = {
    "identity": "the gradient passes unchanged",
    "zero": "nothing comes back: the derivative is 0 everywhere",
    "scaled": "one factor for all entries",
    "diagonal": "entry by entry",
    "selection": "the Jacobian picks entries, so each gradient goes back to where it was read",
    "broadcast": "the gradients of all copies are added",
    "reduce": "each entry that was summed gets its sum's gradient",
    "block-diagonal": "the Jacobian is block-diagonal: what shares no block does not mix",
    "kronecker": "the Jacobian is a product of matrices, never built",
    "toeplitz": "the Jacobian is a convolution: the same kernel slides along its diagonals",
    "low-rank": "the Jacobian is a diagonal plus a few outer products",
    "dense": "the Jacobian is dense",
    "product": "the Jacobian is a product of simpler ones",
    "sum": "the Jacobian is a sum of simpler ones",
}


def _summed(g: Expression, linear: Broadcast) -> tuple[list[Expression], str]:
    """A gradient brought back through a broadcast."""
    axes = ", ".join(str(axis) for axis in linear.copied)
    words = f"summed over {'axis' if len(linear.copied) == 1 else 'axes'} {axes}"
    weights = linear.weights
    if weights is None:
        term = g
    elif np.ndim(weights) == 0:
        term = row(g, DOT, guarded(number(np.asarray(weights).item())))
    else:
        whole = np.broadcast_to(np.asarray(weights), linear.out_shape)
        term = row(g, TIMES, tensor(whole))
    if not linear.copied:
        return [term], "entry by entry"
    under = Row(tuple(Symbol(str(axis)) for axis in linear.copied))
    return [row(Scripts(Symbol(r"\sum"), under), term)], words


def _product(gradient: Host, linear: LinearMap) -> Expression:
    """`g · J`, both flattened."""
    flat = np.asarray(gradient).reshape(-1)
    shown = number(flat[0].item()) if linear.rows == linear.columns == 1 else tensor(flat)
    return row(shown, DOT, guarded(matrix(linear)))


def each(items: list[Expression]) -> tuple[Expression, ...]:
    """The items without those that are the same as the one behind them."""
    return tuple(item for item, after in pairwise([*items, None]) if item and item != after)
