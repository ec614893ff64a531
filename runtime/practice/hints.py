"""Three hints to a question, each saying more: the rule, the symbols, the numbers but the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from graph.module import Module
from runtime.explaining.explanation import Line
from runtime.explaining.expression import Name, Symbol
from runtime.explaining.kinks import kink_note
from runtime.explaining.nodes import NodeTelling, first_sentence
from runtime.explaining.pulling import Pulling
from runtime.explaining.tensors import tensor
from runtime.feeds import Host
from runtime.numerals import format_shape
from runtime.practice.asking import Question

if TYPE_CHECKING:
    from runtime.trace import Trace

Stage = Literal["rule", "symbols", "numbers"]
UNKNOWN = Symbol("?")


@dataclass(frozen=True, slots=True)
class Hint:
    """What helps: a sentence, equations, or both. The answer itself stands in none."""

    stage: Stage
    words: str
    lines: tuple[Line, ...] = ()


def hints_to(trace: Trace, question: Question) -> tuple[Hint, Hint, Hint]:
    """The hints to a question about a step of the run."""
    telling = NodeTelling(trace, question.node)
    lines = derivation(telling, question)
    symbols = [replace(line, numbers=(), result=None, words="") for line in lines if line.symbols]
    return (
        Hint("rule", _rule(telling, question)),
        Hint("symbols", _symbol_words(telling, symbols), tuple(symbols)),
        _numbers(telling, question, lines),
    )


def _numbers(telling: NodeTelling, question: Question, lines: list[Line]) -> Hint:
    given = list(_given(telling, question))
    if question.by_shape:
        shapes = ", ".join(f"{name} {format_shape(array.shape)}" for name, array in given)
        return Hint("numbers", f"The shapes that go in: {shapes}.")
    left_out = (replace(without_result(line), symbols=(), words="") for line in lines)
    found = [line for line in left_out if line.numbers]
    words = kink_note(telling.trace, question.node) if question.kind == "part" else ""
    if found:
        return Hint("numbers", f"{words} The rule with its numbers.".strip(), tuple(found))
    entries = [Line(Name(name), (), (tensor(array),)) for name, array in given]
    return Hint("numbers", f"{words} What goes in.".strip(), tuple(entries))


def without_result(line: Line) -> Line:
    """A line of a derivation up to its result, which is left to be found."""
    if line.result is None:
        return line
    shown = tensor(line.result)
    kept = line.numbers[:-1] if line.numbers and line.numbers[-1] == shown else line.numbers
    return replace(line, numbers=(*kept, UNKNOWN) if kept else (), result=None)


def derivation(telling: NodeTelling, question: Question) -> list[Line]:
    """The lines that lead to the answer, which is the last thing in them; of a shape the rule."""
    if question.kind == "value":
        return telling.value_lines(question.port)
    if question.kind == "sum":
        line = telling.arrived(question.port)
    elif telling.step is None:  # a composite: what is inside leads to it
        return []
    else:
        port = telling.step.input_names[telling.step.reads.index(question.port)]
        pulling = Pulling(telling.trace, telling.names, telling.step)
        if question.by_shape:  # numbers would be worked out for nothing
            return [pulling.rule(port, question.port)]
        line = pulling.line(port, question.port)
    return [] if line is None else [line]


def _rule(telling: NodeTelling, question: Question) -> str:
    """What is done to find the answer, whatever the graph."""
    module = telling.module
    if question.kind == "sum":
        rule = "Several edges leave this value: the gradients that come back over them add up."
    elif question.kind == "value":
        rule = first_sentence(module)
    else:
        rule = _chain(module, question.port.port)
    if not question.by_shape:
        return rule
    return rule if question.kind == "value" else f"{rule} A gradient has the shape of its value."


def _symbol_words(telling: NodeTelling, symbols: list[Line]) -> str:
    if symbols:
        return "The rule in the graph's own names."
    inside = sum(key.startswith(f"{telling.key}/") for key in telling.trace.records)
    if telling.step is None and inside:
        return f"It is made of {inside} steps. Open it to take them one by one."
    return "It has no short formula."


def _chain(module: Module | None, port: str) -> str:
    """`What came back, ∂L/∂y, times the local derivative ∂y/∂a = b.`"""
    outputs = [found.name for found in module.output_ports] if module is not None else []
    if module is None or len(outputs) != 1:
        return "What came back, times the local Jacobian, goes to this input."
    (output,) = outputs
    local = type(module).local.get(port, "")
    factor = f"∂{output}/∂{port} = {local}" if local else f"∂{output}/∂{port}"
    return f"What came back, ∂L/∂{output}, times the local derivative {factor}."


def _given(telling: NodeTelling, question: Question) -> Iterator[tuple[str, Host]]:
    """What goes in, by name: the inputs' values, or the gradients that came back."""
    step, trace, names = telling.step, telling.trace, telling.names
    reads = step.reads if step is not None else telling.ends(trace.plan.flat.inputs)
    if question.kind == "value":
        for ref in reads:
            yield names.value(ref), trace.value(ref)
        return
    for ref in step.writes if step is not None else telling.ends(trace.plan.flat.outputs):
        found = trace.gradient(ref)
        if found is not None:
            yield f"∂L/∂{names.output(ref)}", found
