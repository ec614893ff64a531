"""Sums of products by labels: Dot, Outer, Einsum."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from typing import Any

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import MAX_RUN, Example
from graph.port import Dim, PortType
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs
from runtime.modules.labels import Terms, parse, spread_ellipses


class Contracting(Differentiable):
    """The parent of modules that are an einsum; subclasses give the terms for their shapes."""

    def terms(self, shapes: Sequence[tuple[Dim, ...]]) -> Terms:
        """The labels of every input and of y, one letter per axis."""
        raise NotImplementedError

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        terms = self.terms([array.shape for array in ins])
        y[...] = _einsum(ctx, terms.inputs, ins, terms.output)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None:
            return (None,) * len(need)
        ins = [kept[port.name] for port in self.input_ports]
        terms = self.terms([array.shape for array in ins])
        return tuple(
            _gradient(ctx, terms, ins, place, gradient) if wanted else None
            for place, wanted in enumerate(need)
        )

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        ins = [kept[port.name] for port in self.input_ports]
        terms = self.terms([array.shape for array in ins])
        total = None
        for place, tangent in enumerate(tangents):
            if tangent is not None:
                moved = [*ins[:place], tangent, *ins[place + 1 :]]
                part = _einsum(ctx, terms.inputs, moved, terms.output)
                total = part if total is None else total + part
        return (None if total is None else ctx.xp.asarray(total),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        names = [p.name for p in self.input_ports]
        ins, place = [kept[name] for name in names], names.index(port)
        terms = self.terms([array.shape for array in ins])
        own = terms.thin(place, ins[place].shape)
        others = _merged(ctx, terms, ins, place, own.unique)
        text = ",".join([*(labels for labels, _ in others), own.unique]) + "->" + terms.output
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        thin = terms.shape(own.unique)
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        core = maps.contraction(rows, thin, [array for _, array in others], text, **same)
        if own.unique != own.labels:
            # A label that stands twice reads the diagonal.
            index = own.places(ctx.xp, terms).reshape(thin)
            return maps.compose(core, maps.Selection(thin, columns, index, dtype=ctx.dtype))
        return core if thin == columns else maps.compose(core, maps.Reshaped(thin, columns, **same))


class Dot(Contracting, sig="a[k], b[k] -> y[]", group="Linear algebra"):
    """The inner product of two vectors. Definition: torch.dot.

    a, b: floating [k]. y: a scalar.
    """

    formula = r"y = \sum_k a_k b_k"
    local = {"a": "b", "b": "a"}
    pullback = {"a": "g b", "b": "g a"}
    keeps = ("a", "b")
    examples = (
        Example({"a": (4,), "b": (4,)}),
        Example({"a": (1,), "b": (1,)}),
        Example({"a": (0,), "b": (0,)}),
    )

    def terms(self, shapes: Sequence[tuple[Dim, ...]]) -> Terms:
        return Terms.of(("k", "k"), "", shapes)


class Outer(Contracting, sig="a[m], b[n] -> y[m, n]", group="Linear algebra"):
    """Every entry of a times every entry of b. Definition: torch.outer.

    a: floating [m]. b: floating [n]. y: [m, n].
    """

    formula = r"y_{ij} = a_i b_j"
    local = {"a": "b for each row", "b": "a for each column"}
    pullback = {"a": "g b", "b": r"g^{\top} a"}
    batch_sizes = ("m",)
    keeps = ("a", "b")
    examples = (
        Example({"a": (3,), "b": (2,)}),
        Example({"a": (1,), "b": (4,)}),
        Example({"a": (2,), "b": (0,)}),
    )

    def terms(self, shapes: Sequence[tuple[Dim, ...]]) -> Terms:
        return Terms.of(("i", "j"), "ij", shapes)


class Einsum(Contracting, sig="x...[*s] -> y[*r]", group="Linear algebra"):
    """Multiply tensors and sum over labels, as the equation says. Definition: torch.einsum.

    x0, x1, ...: floating, as many as the equation has terms. A label that stands twice in a term
    reads the diagonal; sizes of 1 broadcast; `...` stands for any leading axes; without `->` the
    labels that stand once are the result's, in alphabetical order. The order of contraction is
    NumPy's (numpy.einsum_path).
    """

    formula = r"y_{\mathrm{out}} = \sum_{\mathrm{other\ labels}} \prod_k (x_k)_{\mathrm{labels}}"
    local = {"x": "the product of the other inputs"}
    pullback = {"x": r"\sum_{\mathrm{other\ labels}} g \prod_{l \ne k} (x_l)_{\mathrm{labels}}"}
    keeps = tuple(f"x{place}" for place in range(MAX_RUN))
    equation: str = attribute("ij,jk->ik", "labels of each input, then those of y")
    examples = (
        Example({"x0": (2, 3), "x1": (3, 4)}),
        Example({"x0": (2, 2, 3), "x1": (2, 3, 2)}, {"equation": "bij,bjk->bik"}),
        Example({"x0": (3, 3)}, {"equation": "ii->"}),
        Example({"x0": (3, 3)}, {"equation": "ii->i"}),
        Example({"x0": (2, 3)}, {"equation": "ij->j"}),
        Example({"x0": (2, 3), "x1": (3, 2), "x2": (2,)}, {"equation": "ij,jk,k->i"}),
        Example({"x0": (2, 1, 3), "x1": (4, 3)}, {"equation": "...i,...i->..."}),
        Example({"x0": (1, 3), "x1": (2, 3)}, {"equation": "ij,ij->ij"}),
        Example({"x0": (2, 2), "x1": (2,)}, {"equation": "ii,i"}),
        Example({"x0": (), "x1": (2,)}, {"equation": ",i->i"}),
        Example({"x0": (2, 3)}, {"equation": "ij->ji"}),
        Example({"x0": (2, 3), "x1": (1,)}, {"equation": "...i,...i->..."}),
    )

    def validate(self) -> None:
        parse(self.settings["equation"])

    def count(self, run: str) -> int:
        return len(parse(self.settings["equation"])[0])

    def more_inputs(self, given: PortType | None) -> Mapping[str, Any] | None:
        """One more term with labels of its own, which are summed over: y keeps its shape."""
        inputs, output = parse(self.settings["equation"])
        free = [letter for letter in string.ascii_letters if letter not in "".join(inputs)]
        is_named = given is not None and len(given.shape) <= len(free)
        term = "".join(free[: len(given.shape)]) if given is not None and is_named else "..."
        return {"equation": f"{','.join((*inputs, term))}->{output}"}

    def terms(self, shapes: Sequence[tuple[Dim, ...]]) -> Terms:
        inputs, output = parse(self.settings["equation"])
        for place, (term, shape) in enumerate(zip(inputs, shapes, strict=True)):
            named = len(term.replace("...", ""))
            if named > len(shape) or (named < len(shape) and "..." not in term):
                words = f"at least {named} axes" if "..." in term else f"{named} axes"
                raise self.misfit(f"x{place}", tuple(shape), f"{words} for {term or 'no label'}")
        return Terms.of(*spread_ellipses(inputs, output, shapes), shapes)

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        ports = [port.name for port in self.input_ports]
        if any(port not in types for port in ports):
            return {}
        terms = self.terms([types[port].shape for port in ports])
        sizes: dict[str, Dim] = {}
        for port, labels in zip(ports, terms.inputs, strict=True):
            own: dict[str, Dim] = {}
            for label, size in zip(labels, types[port].shape, strict=True):
                self._bind(port, types[port], sizes, label, size)
                if (own.setdefault(label, size) == 1) != (size == 1):  # a diagonal of a rectangle
                    expected = f"one size for the label {label}, which it has twice"
                    raise self.misfit(port, types[port].shape, expected)
        missing = [label for label in terms.output if label not in sizes]
        if missing:
            raise BadAttribute(
                port="equation",
                found=f"the label {missing[0]} in the result alone",
                expected="labels of the inputs",
            )
        return {"y": PortType(dtype, tuple(sizes[label] for label in terms.output))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        terms = self.terms([shapes[given.name] for given in self.input_ports])
        return terms.inputs[int(port[1:])][0] == terms.output[0]

    def _bind(
        self, port: str, given: PortType, sizes: dict[str, Dim], label: str, size: Dim
    ) -> None:
        known = sizes.get(label, 1)
        if known == 1 or size == 1:
            sizes[label] = size if known == 1 else known
            return
        both = unify(known, size)
        if both is None:
            raise self.misfit(port, given.shape, f"{known} for the label {label}, or 1")
        sizes[label] = both


def _einsum(ctx: Context, terms: Sequence[str], arrays: Sequence[Array], result: str) -> Array:
    return ctx.xp.einsum(f"{','.join(terms)}->{result}", *arrays, optimize=True)


def _gradient(
    ctx: Context, terms: Terms, ins: Sequence[Array], place: int, gradient: Array
) -> Array:
    """The gradient of one input: the einsum of y's with all the other inputs."""
    own = terms.thin(place, ins[place].shape)
    others = [*terms.inputs[:place], *terms.inputs[place + 1 :], terms.output]
    arrays = [*ins[:place], *ins[place + 1 :], gradient]
    there = "".join(label for label in own.unique if any(label in term for term in others))
    found = _einsum(ctx, others, arrays, there)
    # A label of this input alone was summed over, one that is 1 in all others was repeated.
    sizes = dict(zip(there, found.shape, strict=True))
    thin = [sizes.get(label, 1) for label in own.unique]
    found = ctx.xp.broadcast_to(found.reshape(thin), terms.shape(own.unique))
    shape = ins[place].shape
    if own.unique == own.labels:
        return found.reshape(shape)
    total = ctx.xp.zeros(math.prod(shape), ctx.dtype)
    total[own.places(ctx.xp, terms).reshape(-1)] = found.reshape(-1)
    return total.reshape(shape)


def _merged(
    ctx: Context, terms: Terms, ins: Sequence[Array], place: int, own: str
) -> list[tuple[str, Array]]:
    """The other inputs, those joined that share a label which neither y nor this input has."""
    left = [
        (labels, array)
        for i, (labels, array) in enumerate(zip(terms.inputs, ins, strict=True))
        if i != place
    ]
    outside = set(own) | set(terms.output)
    merged: list[tuple[str, Array]] = []
    while left:
        group = [left.pop(0)]
        hidden = set(group[0][0]) - outside
        while touching := [item for item in left if hidden & set(item[0])]:
            for item in touching:
                left.remove(item)
                hidden |= set(item[0]) - outside
            group += touching
        merged.append(_contracted(ctx, terms, group, outside))
    return merged


def _contracted(
    ctx: Context, terms: Terms, group: Sequence[tuple[str, Array]], outside: set[str]
) -> tuple[str, Array]:
    found = {label for labels, _ in group for label in labels} & outside
    labels = "".join(letter for letter in string.ascii_letters if letter in found)
    if len(group) == 1 and group[0][0] == labels:
        return group[0]
    terms_of, arrays = zip(*group, strict=True)
    return labels, ctx.xp.asarray(_einsum(ctx, terms_of, arrays, labels))
