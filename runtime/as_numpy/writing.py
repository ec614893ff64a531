"""The whole program, put together."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from graph.model import Graph
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.as_numpy.anatomy import Anatomy
from runtime.as_numpy.beginning import fed_lines, key_of, tensor_lines
from runtime.as_numpy.carried import carried, functions
from runtime.as_numpy.literals import literal
from runtime.as_numpy.names import Names, comment
from runtime.as_numpy.passes import STEP, Passes
from runtime.as_numpy.samples import Dealt
from runtime.as_numpy.updates import Recipe, update_lines
from runtime.engine import Engine
from runtime.errors import BadSetting

UPDATES = 100
MOST_BYTES = 4_000_000
"""Of one input in the text."""
WIDEST = 96
MODAL = ("Dropout", "BatchNorm")
"""Modules that do something else in training."""


def write_numpy(
    graph: Graph,
    recipe: Recipe,
    *,
    frozen: tuple[PortRef, ...] = (),
    feeds: Mapping[str, Any] | None = None,
    updates: int = UPDATES,
    dealt: Dealt | None = None,
) -> str:
    """A graph and its training step as a program of NumPy alone.

    `feeds` are the values of inputs, as an engine takes them; a Data node that is not fed gives
    its first batch, or with `dealt` one batch after the other, where the samples fit in. The text
    comes from ids (which are names) and numbers; other text of the file stands in comments alone.

    Raises `CheckFailed`, `FeedError`, and `BadSetting` naming a module that cannot be written.
    """
    engine = Engine(graph, "cpu")
    fed = {
        PortRef.parse(name) if "." in name else PortRef(name, "y"): array
        for name, array in engine.feeds(feeds).items()
    }
    in_text = dealt.refs if dealt is not None and dealt.fits else frozenset()
    for ref, array in fed.items():
        if ref not in in_text and array.nbytes > MOST_BYTES:
            raise BadSetting(
                f"{ref}: found {array.nbytes:,} bytes to write out, expected at most"
                f" {MOST_BYTES:,}. Take a smaller batch."
            )
    tensors = {ref: Tensor.of(array) for ref, array in fed.items()}
    anatomy = Anatomy(graph, frozen, engine.check(feeds))
    return _Program(anatomy, recipe, tensors, updates, dealt).text()


class _Program:
    def __init__(
        self,
        anatomy: Anatomy,
        recipe: Recipe,
        feeds: dict[PortRef, Tensor],
        updates: int,
        dealt: Dealt | None,
    ) -> None:
        self.anatomy, self.recipe, self.updates = anatomy, recipe, updates
        kept = anatomy.graph.tensors
        self.feeds = {ref: kept[ref] for ref in anatomy.fed if ref in kept} | feeds
        self.passes = Passes(anatomy, Names((*functions(), *self._words())))
        self.forward = list(self.passes.forward())
        self.reverse = list(self.passes.reverse())
        self.trains = bool(self.reverse) and bool(anatomy.parameters)
        self.has_mode = "training" in set(self._words())
        self.lacking = dealt.too_large() if dealt is not None and not dealt.fits else ""
        self.dealt = dealt if dealt is not None and dealt.fits and self.trains else None
        if self.dealt is not None:
            self.feeds = {ref: t for ref, t in self.feeds.items() if ref not in self.dealt.refs}

    def text(self) -> str:
        """All lines, with what is imported and carried before what calls it."""
        parts = [*self._numbers(), *self._step(), *self._update(), *self._main()]
        main = "\n".join(parts)
        helpers = carried(main)
        below = "\n\n\n".join([*helpers, main.strip("\n")])
        return "\n".join([*self._head(below), "", "", below, ""])

    def _head(self, below: str) -> Iterator[str]:
        title = comment(self.anatomy.flat.origin.title) or "A graph"
        yield f"# {title}"
        yield "#"
        yield "# Plain NumPy, written by Gradwire: each node of the graph forward, then the chain"
        yield "# rule back through each node, then the update. d_NAME is the derivative of the"
        yield "# target by NAME. Run it, change it, put a print anywhere."
        if self.lacking:
            yield "#"
            yield f"# It has the first batch alone: {self.lacking}."
        yield ""
        for module in ("base64", "hashlib", "itertools", "math"):
            if re.search(rf"\b{module}\.", below):
                yield f"import {module}"
        yield ""
        yield "import numpy as np"
        yield ""
        yield f"FLOAT = np.{self.anatomy.flat.origin.dtype}"
        if re.search(r"\bSEED\b", below):
            yield f"SEED = {self.anatomy.graph.seed}"

    def _words(self) -> Iterator[str]:
        """Names that some programs have."""
        if self.anatomy.check.time.inside:
            yield "t"
        if self.anatomy.states:
            yield from ("state", "changed")
        if any(self.anatomy.module(id_).name in MODAL for id_ in self.anatomy.order):
            yield from ("training", "step")

    # --- what it starts from ---------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        anatomy = self.anatomy
        yield from _dictionary(
            "start", "The parameters before the first update.",
            tensor_lines(anatomy, anatomy.parameters),
        )  # fmt: skip
        if anatomy.states:
            yield from _dictionary(
                "start_state", "What training moves without a gradient.",
                tensor_lines(anatomy, anatomy.states),
            )  # fmt: skip
        others = fed_lines(anatomy, self.feeds)
        if self.dealt is None:
            yield from _dictionary("given", "What the inputs are fed with.", others)
            return
        yield from self.dealt.lines(anatomy)
        yield ""
        yield ""
        words = "What the inputs are fed with: the first batch, and what is no sample."
        yield from _dictionary("given", words, others, "**batch(samples(), 1),")

    # --- the step --------------------------------------------------------------------------

    def _arguments(self) -> str:
        found = ["parameters", "inputs"]
        found += ["state"] if self.anatomy.states else []
        found += ["training=True", "step=None"] if self.has_mode else []
        return ", ".join(found)

    def _step(self) -> Iterator[str]:
        anatomy, values = self.anatomy, self.passes.values
        yield f"def forward_and_reverse({self._arguments()}):"
        yield f'{STEP}"""One step without its update: what it gives, by the names of ports."""'
        results = "outputs, gradients" + (", changed" if anatomy.states else "")
        lines = [*self._reading()]
        lines += ["", "# --- forward ---", *self.forward]
        if self.reverse:
            lines += ["", "# --- reverse ---", *self.reverse]
        lines += ["", "outputs = {"]
        lines += [f'{STEP}"{ref}": {self._whole(ref)},' for ref in self._ends()]
        lines += ["}", "gradients = {"]
        if self.reverse:
            gradients = self.passes.gradients
            lines += [
                f'{STEP}"{ref}": {gradients[ref]},' for ref in values if ref in anatomy.leaves
            ]
        lines += ["}", f"return {results}"]
        for line in lines:
            yield from _wrapped(STEP + line if line else "")
        yield ""
        yield ""

    def _reading(self) -> Iterator[str]:
        anatomy, values = self.anatomy, self.passes.values
        for ref in anatomy.fed:
            type_ = anatomy.type(ref)[0]
            dtype = "FLOAT" if type_.is_floating else f'"{type_.dtype}"'
            yield f'{values[ref]} = np.asarray(inputs["{key_of(anatomy, ref)}"], {dtype})'
        for id_ in anatomy.order:
            ref = PortRef(id_, "y")
            if anatomy.module(id_).name == "Constant" and ref in anatomy.graph.tensors:
                yield f"{values[ref]} = {literal(anatomy.graph.tensors[ref])}"
        for ref in anatomy.parameters:
            yield f'{values[ref]} = parameters["{ref}"]'
        if anatomy.states:
            yield "changed = {}"
        if anatomy.check.time.inside:
            yield f"T = {self._steps()}  # time steps"

    def _steps(self) -> str:
        inside = (ref for ref in self.anatomy.fed if self.anatomy.in_time(ref))
        first = next(inside, None)
        if first is None:
            return str(self.anatomy.check.time.steps)
        return f"len({self.passes.values[first]})"

    def _ends(self) -> list[PortRef]:
        """The target, and the values that nothing reads."""
        anatomy = self.anatomy
        read = {edge.source for edge in anatomy.graph.edges}
        ends = [
            ref
            for ref in self.passes.values
            if ref not in read and ref not in anatomy.owned and not anatomy.is_source(ref.node)
        ]
        first = [anatomy.target] if anatomy.target is not None else []
        return list(dict.fromkeys(first + ends))

    def _whole(self, ref: PortRef) -> str:
        name = self.passes.values[ref]
        return f"np.stack({name})" if self.anatomy.in_time(ref) else name

    # --- the training ----------------------------------------------------------------------

    def _update(self) -> Iterator[str]:
        if self.trains:
            yield from update_lines(self.recipe)
            yield ""
            yield ""

    def _main(self) -> Iterator[str]:
        anatomy = self.anatomy
        yield 'if __name__ == "__main__":'
        yield f"{STEP}parameters, inputs = start(), given()"
        if self.dealt is not None:
            yield f"{STEP}all_samples = samples()"
        if anatomy.states:
            yield f"{STEP}state = start_state()"
        results = "outputs, gradients" + (", changed" if anatomy.states else "")
        given = ["parameters", "inputs"] + (["state"] if anatomy.states else [])
        if not self.trains:
            yield f"{STEP}{results} = forward_and_reverse({', '.join(given)})"
            yield f"{STEP}for name, value in (outputs | gradients).items():"
            yield f"{STEP}{STEP}print(name, value)"
            return
        given += ["step=count - 1"] if self.has_mode else []
        every = max(self.updates // 10, 1)
        yield f"{STEP}memory = {{}}"
        yield f"{STEP}for count in range(1, {self.updates} + 1):"
        if self.dealt is not None:
            yield f"{STEP}{STEP}inputs |= batch(all_samples, count)"
        yield f"{STEP}{STEP}{results} = forward_and_reverse({', '.join(given)})"
        yield f"{STEP}{STEP}update(parameters, gradients, memory, count)"
        if anatomy.states:
            yield f"{STEP}{STEP}state |= changed"
        yield f"{STEP}{STEP}if count % {every} == 1 or count == {self.updates}:"
        yield f'{STEP}{STEP}{STEP}loss = np.sum(outputs["{anatomy.target}"])'
        yield f'{STEP}{STEP}{STEP}print(f"update {{count}}: loss {{loss:.6g}}")'


_ASSIGNED = re.compile(r"(\s*[^#=]*? \+?= )(.*)")


def _wrapped(line: str) -> Iterator[str]:
    """A long assignment over several lines, in brackets."""
    found = _ASSIGNED.fullmatch(line) if len(line) > WIDEST else None
    if found is None:
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    yield f"{found[1]}("
    yield from textwrap.wrap(
        found[2], WIDEST, break_long_words=False, break_on_hyphens=False,
        initial_indent=indent + STEP, subsequent_indent=indent + STEP,
    )  # fmt: skip
    yield f"{indent})"


def _dictionary(name: str, words: str, entries: Iterator[str], *more: str) -> Iterator[str]:
    yield f"def {name}():"
    yield f'{STEP}"""{words}"""'
    yield f"{STEP}return {{"
    for entry in (*entries, *more):
        lines = textwrap.wrap(
            entry, WIDEST - 12, break_long_words=False, break_on_hyphens=False,
            subsequent_indent=STEP,
        )  # fmt: skip
        yield from (f"{STEP}{STEP}{line}" for line in lines)
    yield f"{STEP}}}"
    yield ""
    yield ""
