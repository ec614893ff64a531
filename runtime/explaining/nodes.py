"""A node explained: its formula with names and numbers, and how its gradient came and went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graph.module import Module
from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.bypass import Bypass
from runtime.errors import NoValue
from runtime.explaining.explanation import Explanation, Line, Of
from runtime.explaining.expression import (
    Expression,
    Name,
    Row,
    Scripts,
    Symbol,
    added,
    bracketed,
    derivative,
    row,
)
from runtime.explaining.kinks import kink_note
from runtime.explaining.latex import latex, visible
from runtime.explaining.naming import Names
from runtime.explaining.plain import plain
from runtime.explaining.pulling import LOSS, Pulling, each, name_letters, number_letters
from runtime.explaining.reading import read_latex
from runtime.explaining.substituting import (
    can_hold_matrices,
    can_hold_numbers,
    put_in,
    with_circles,
    without_absent,
)
from runtime.explaining.tensors import tensor
from runtime.explaining.troubles import not_finite, origin_note, why_no_gradient
from runtime.feeds import Host
from runtime.modules.door import Elementwise
from runtime.moments import apart, at, moment

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.trace import Trace

EQUALS = "="
MAX_INPUTS = 16
MAX_SUM = 12


class NodeTelling:
    """Explains one node of a trace, at a time step if it is inside time."""

    def __init__(self, trace: Trace, key: str) -> None:
        """`key` is its address in the run: `x1`, `one/lin`, `h@3`."""
        self.trace, self.key = trace, key
        self.names = Names(trace, key.rpartition("/")[0])
        step = trace.plan.step_of.get(key)
        self.step = step if step is not None and step.key in trace.records else None
        self.planned = step
        self.drawn = apart(PortRef(key, ""))[0].node

    # --- forward --------------------------------------------------------------------------

    def forward(self) -> Explanation:
        """What the node computes, and from what."""
        lines = [line for ref in self._outputs() for line in self.value_lines(ref)]
        notes = [not_finite(line.result, f"The value of {_of(line)}") for line in lines]
        notes.append(self._failure())
        return self._explanation("forward", first_sentence(self.module), lines, notes)

    def value_lines(self, ref: PortRef) -> list[Line]:
        """How the value at an output is found; none where it has no value."""
        value = self._value(ref)
        left = Name(self.names.output(ref))
        if value is None:
            return []
        shown, of = tensor(value), Of("value", ref)
        if self.step is not None and isinstance(self.step.module, Bypass):
            through = Name(self.names.value(self.step.reads[0]))
            return [Line(left, (through,), (shown,), "", value, of)]
        if self.step is None or not type(self.step.module).formula:
            return [Line(left, (), (shown,), self._held(), value, of)]
        if len(self.step.output_names) > 1:
            return [Line(left, (), (shown,), "", value, of)]
        formula = without_absent(read_latex(type(self.step.module).formula), self.step.module)
        symbols, numbers = self._formula(self.step, formula)
        script = formula.items[0] if isinstance(formula, Row) else formula
        if symbols and isinstance(script, Scripts):
            entry = Line(Scripts(left, script.sub), symbols)
            return [entry, Line(left, (), each([*numbers, shown]), "", value, of)]
        return [Line(left, symbols, each([*numbers, shown]), "", value, of)]

    def _formula(
        self, step: PlanStep, formula: Expression
    ) -> tuple[tuple[Expression, ...], list[Expression]]:
        """The right side of a formula with names, then with numbers."""
        right = _right_side(formula)
        if right is None:  # `r = ..., y = ...`: it stands as it is
            return (), self._call(step)
        letters = name_letters(step, self.names)
        exact = {key: letters[key] for key in type(step.module).letters if key in letters}
        is_scalar = all(a.ndim == 0 for a in (*self._ins(step), *self._outs(step)))
        if isinstance(step.module, Elementwise) and not is_scalar:
            right = with_circles(right)
        return (put_in(right, letters, exact=exact),), self._filled(step, right, is_scalar)

    def _filled(self, step: PlanStep, right: Expression, is_scalar: bool) -> list[Expression]:
        letters = number_letters(self.trace.records[step.key])
        entrywise = isinstance(step.module, Elementwise)
        flat = all(array.ndim <= 2 for array in (*self._ins(step), *self._outs(step)))
        if can_hold_numbers(right, letters) and (
            is_scalar or (flat and can_hold_matrices(right, letters, entrywise=entrywise))
        ):
            return [put_in(right, letters)]
        return self._call(step)

    def _call(self, step: PlanStep) -> list[Expression]:
        """`Softmax([...])`: for a formula that takes its inputs entry by entry."""
        parts: list[Expression] = []
        for array in self._ins(step)[:MAX_INPUTS]:
            parts += [Symbol(","), tensor(to_numpy(array))]
        return [row(Name(step.module.name), bracketed(Row(tuple(parts[1:]))))] if parts else []

    # --- reverse --------------------------------------------------------------------------

    def reverse(self) -> Explanation:
        """What came back to the node, and what it hands to each input."""
        notes: list[str] = []
        lines: list[Line] = []
        for ref in self._outputs():
            line = self.arrived(ref)
            if line is None:
                name = self.names.output(ref)
                notes.append(why_no_gradient(self.trace, ref, visible(name)))
            else:
                lines.append(line)
        if lines:
            lines += self._handed(notes)
        notes += [not_finite(line.result, f"The gradient {_of(line)}") for line in lines]
        notes += [kink_note(self.trace, self.key), self._failure()]
        return self._explanation("reverse", self._handing(), lines, notes)

    def arrived(self, ref: PortRef) -> Line | None:
        """The sum over the edges that leave an output, spelled out."""
        total = self._gradient(ref)
        if total is None:
            return None
        left = derivative(LOSS, Name(self.names.output(ref)))
        shown, of = tensor(total), Of("sum", ref)
        parts = list(self.parts(ref))
        if self._is_target(ref):
            seed = self.trace.plan.seed_gradient
            words = "the target, where the reverse pass begins"
            if not parts or seed is None:
                return Line(left, (), (shown,), words, total, of)
            parts.insert(0, (None, seed))
        if len(parts) < 2:
            words = "" if self._is_target(ref) or self.step is None else "what came back"
            return Line(left, (), (shown,), words, total, of)
        symbols: list[Expression] = [
            Name("seed") if target is None else derivative(LOSS, Name(self.names.part(target)))
            for target, _ in parts[:MAX_SUM]
        ]
        numbers = [tensor(array) for _, array in parts[:MAX_SUM]]
        if len(parts) > MAX_SUM:
            symbols.append(Symbol(r"\dots"))
            numbers.append(Symbol(r"\dots"))
        words = f"the sum over {len(parts)} edges"
        return Line(left, (added(symbols),), each([added(numbers), shown]), words, total, of)

    def ends(self, ports: Iterable[PortRef]) -> list[PortRef]:
        """Those of some drawn ports that are the node's own, at its time step."""
        own = (ref for ref in ports if ref.node == self.drawn)
        t = apart(PortRef(self.key, ""))[1]
        timed = self.trace.plan.times
        return [ref if timed(ref) is None else moment(ref, t) for ref in own]

    def parts(self, ref: PortRef) -> Iterator[tuple[PortRef | None, Host]]:
        """What comes back over each edge of an output, or to each reader of an own tensor."""
        plan = self.trace.plan
        if plan.steps:
            readers = [target for target, source in plan.feeders.items() if source == ref]
        else:
            readers = plan.readers.get(ref, [])
        for target in readers:
            part = self.trace.part(target)
            if part is not None:
                yield target, part

    def _handed(self, notes: list[str]) -> Iterator[Line]:
        if self.step is None:
            yield from self._handed_by_instance()
            return
        pulling = Pulling(self.trace, self.names, self.step)
        pairs = list(zip(self.step.input_names, self.step.reads, strict=True))
        for port, ref in pairs[:MAX_INPUTS]:
            line = pulling.line(port, ref)
            if line is not None:
                yield line
            else:
                notes.append(why_no_gradient(self.trace, ref, visible(self.names.part(ref))))
        if len(pairs) > MAX_INPUTS:
            notes.append(f"{len(pairs) - MAX_INPUTS} more inputs are not written out.")

    def _handed_by_instance(self) -> Iterator[Line]:
        """What an instance of a composite hands to its inputs: what its inside does."""
        for target in self.trace.plan.edges:
            if target.node == self.drawn and self.drawn in self.trace.plan.flat.instances:
                found = self.trace.part(target)
                if found is not None:
                    by = Name(self.names.part(target))
                    words, of = "through all that is inside", Of("gradient", target)
                    yield Line(derivative(LOSS, by), (), (tensor(found),), words, found, of)

    def _handing(self) -> str:
        if self.planned is None and self.drawn not in self.trace.plan.flat.instances:
            return "What came back is its gradient; nothing lies before it."
        return "What came back, times the local Jacobian, goes to each input."

    # --- both -----------------------------------------------------------------------------

    @property
    def module(self) -> Module | None:
        """The node's module as it is drawn."""
        for graph in (self.trace.plan.flat.origin, self.trace.plan.flat.graph):
            if self.drawn in graph:
                return graph.module(self.drawn)
        return None

    def _explanation(
        self, phase: str, sentence: str, lines: list[Line], notes: list[str]
    ) -> Explanation:
        module = self.module
        name = visible(self.names.node(self.key))
        kind = f" ({module.name})" if module is not None else ""
        bypassed = self.drawn in self.trace.plan.flat.graph.nodes and (
            self.trace.plan.flat.graph.nodes[self.drawn].bypassed
        )
        if bypassed:
            sentence = "It is bypassed: its first input goes through."
        lead = self._lead(phase)
        words = f"{lead}{name}{kind}: {sentence}"
        kept = [note for note in dict.fromkeys(notes) if note]
        if any("finite" in note or "NaN" in note for note in kept):
            kept.append(origin_note(self.trace))
        about = {"phase": phase, "node": self.key}
        return Explanation(about, words, tuple(lines), tuple(kept), lead)

    def _lead(self, phase: str) -> str:
        """`Forward, step 3 of 8, `; for what has no step the phase alone."""
        steps = self.trace.steps
        for step in steps:
            if step.phase == phase and at(step.node, step.t) == self.key:
                return f"{phase.capitalize()}, step {step.index + 1} of {len(steps)}, "
        return f"{phase.capitalize()}, "

    def _outputs(self) -> list[PortRef]:
        if self.planned is not None:
            return list(self.planned.writes)
        module = self.module
        ports = module.output_ports if module is not None else ()
        return [PortRef(self.key, port.name) for port in ports]

    def _value(self, ref: PortRef) -> Host | None:
        try:
            return self.trace.value(ref)
        except NoValue:
            return None

    def _gradient(self, ref: PortRef) -> Host | None:
        try:
            return self.trace.gradient(ref)
        except NoValue:
            return None

    def _is_target(self, ref: PortRef) -> bool:
        plan = self.trace.plan
        return plan.end is not None and plan.slot_of.get(ref) == plan.end

    def _failure(self) -> str:
        failure = self.trace.failure
        return failure.message if failure is not None and failure.node == self.drawn else ""

    def _held(self) -> str:
        return "" if self.planned is not None else "what it holds"

    def _ins(self, step: PlanStep) -> tuple[Host, ...]:
        return tuple(self.trace.records[step.key].ins)

    def _outs(self, step: PlanStep) -> tuple[Host, ...]:
        return tuple(self.trace.records[step.key].outs)


def _right_side(formula: Expression) -> Expression | None:
    """What stands behind the only `=` of the first part; None where several things are defined."""
    items = formula.items if isinstance(formula, Row) else (formula,)
    places = [place for place, item in enumerate(items) if item == Symbol(EQUALS)]
    if not places or latex(items[0])[:1] != "y" or places[0] != 1:
        return None
    return Row(items[places[0] + 1 :])


def first_sentence(module: Module | None) -> str:
    """What a module is for, in its own words."""
    if module is None or not module.doc:
        return "What it holds and gives."
    return module.doc.partition("\n")[0].partition(". ")[0].rstrip(".") + "."


def _of(line: Line) -> str:
    return plain(line.left).lines[0]
