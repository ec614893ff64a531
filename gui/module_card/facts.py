"""What the declaration of a module says, for the manual's page and for the card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graph.module import Module
from gui.icons import icon_of
from gui.module_card.pictures import curves, formula_lines, formula_picture, is_curve


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A port as the signature has it; a run of ports stands in one row."""

    name: str
    role: str
    kind: str
    shape: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card of a module shows; pictures are SVG with classes for inks."""

    name: str
    icon: str
    group: str
    brief: str
    formulas: tuple[str, ...]
    curves: str
    ports: tuple[PortFacts, ...]


def facts_of(kind: type[Module]) -> Facts:
    """The facts of a module, made once. Typesetting takes its time: not for the window's thread.

    A definition's class is another one after each change of it, so its facts are made anew.
    """
    return _facts(kind) if kind.outline() == "composite" else _kept_facts(kind)


@cache
def _kept_facts(kind: type[Module]) -> Facts:
    return _facts(kind)


def _facts(kind: type[Module]) -> Facts:
    formulas = tuple(formula_picture(line) for line in formula_lines(kind.formula))
    drawn = curves(kind) if is_curve(kind) else ""
    return Facts(kind.name, icon_of(kind), kind.group, brief(kind), formulas, drawn, ports_of(kind))


def brief(kind: type[Module]) -> str:
    """The first paragraph of the doc on one line, without where its definition is from."""
    line = " ".join(kind.doc.partition("\n\n")[0].split())
    return line.partition(" Definition:")[0].partition(" Source:")[0]


def ports_of(kind: type[Module]) -> tuple[PortFacts, ...]:
    """One row a port, inputs before outputs."""
    rows = []
    for side, terms in (("input", kind.sig.inputs), ("output", kind.sig.outputs)):
        for term in terms:
            role = "parameter" if term.name in kind.parameters else side
            role = "state" if term.name in kind.states else role
            name = f"{term.name}0, {term.name}1, …" if term.run else term.name
            rows.append(PortFacts(name, role, term.kind, shape_words(term.dims)))
    return tuple(rows)


def shape_words(dims: tuple[str, ...]) -> str:
    """The sizes of a signature as one reads them: `[…, k]`, `any`, `any, broadcast`."""
    if len(dims) == 1 and dims[0][0] in "*&":
        return "any, broadcast" if dims[0][0] == "&" else "any"
    return "[" + ", ".join("…" if dim[0] in "*&" else dim.rstrip("?") for dim in dims) + "]"
