"""Paths, counts and numbers as a person reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from graph import Graph, PortRef
from graph.naming import name_of
from gui.in_words import bracketed
from gui.numbers import format_number, format_percent
from runtime.chains.lengths import length
from runtime.chains.wording import paths_text
from runtime.moments import apart, at

if TYPE_CHECKING:
    from gui.chains.question import Answer
    from runtime.chains import ChainPath, ChainPaths, PathHop

ARROW, DOTS = " → ", "…"
FACTORS = 5  # of a product that is written out
SHORT = 6  # stops up to which a path is written whole


def tr(text: str) -> str:
    """A text of the paths in the user's language."""
    return QCoreApplication.translate("Paths", text)


@dataclass(frozen=True, slots=True)
class Route:
    """How a path is called: `short` without what most of the others have in common."""

    short: str
    whole: str


def routes(graph: Graph, source: PortRef, paths: Sequence[ChainPath]) -> list[Route]:
    """The ports that each path goes through; what most of them have in common is dots.

    Two paths part where their next ports differ, and no path goes through both of these; so one
    of the two is on half of the paths at most, and stands there: no two read the same.
    """
    nodes = {hop.port.node for path in paths for hop in path.hops} | {apart(source)[0].node}
    names = _names(graph, nodes)
    every = [_stops(graph, names, source, path) for path in paths]
    count = Counter(stop for stops in every for stop in set(stops))
    usual = {stop for stop, rows in count.items() if 2 * rows > len(every) > 1}
    return [Route(_short(stops, usual), ARROW.join(stops)) for stops in every]


def _names(graph: Graph, nodes: Iterable[str]) -> dict[str, str]:
    """A node of the document by its label, one inside by as much of its address as is clear."""
    found = {id_: name_of(graph, id_) for id_ in nodes if id_ in graph}
    inner = [id_ for id_ in nodes if id_ not in found]
    for id_ in inner:
        parts = id_.split("/")
        tails = ("/".join(parts[-size:]) for size in range(1, len(parts) + 1))
        found[id_] = next(
            tail
            for tail in tails
            if tail == id_ or not any(x != id_ and f"/{x}".endswith(f"/{tail}") for x in nodes)
        )
    return found


def _short(stops: list[str], usual: set[str]) -> str:
    """A long path without what is usual, but for its ends; a single stop is not worth dots."""
    if len(stops) <= SHORT:
        return ARROW.join(stops)
    last = len(stops) - 1
    shown: list[str] = []
    for is_left_out, run in groupby(
        range(len(stops)), key=lambda i: 0 < i < last and stops[i] in usual
    ):
        places = list(run)
        is_dots = is_left_out and len(places) > 1
        shown += [DOTS] if is_dots else [stops[i] for i in places]
    return ARROW.join(shown)


def _stops(graph: Graph, names: Mapping[str, str], source: PortRef, path: ChainPath) -> list[str]:
    drawn, t = apart(source)
    stops = [_hop(graph, names[hop.port.node], hop) for hop in path.hops]
    if path.hops and path.hops[0].port == drawn:  # the first hop begins with it
        return stops
    module = graph.module(drawn.node) if drawn.node in graph else None
    outputs = [port.name for port in module.output_ports] if module is not None else []
    name = at(names[drawn.node], t)
    is_clear = outputs == [drawn.port] or (module is None and drawn.port == "y")
    return [name if is_clear else f"{name}.{drawn.port}", *stops]


def _hop(graph: Graph, name: str, hop: PathHop) -> str:
    module = graph.module(hop.port.node) if hop.port.node in graph else None
    is_one = module is not None and len(module.wired_ports) == 1
    is_parameter = module is not None and hop.port.port in {p.name for p in module.parameter_ports}
    named = at(name, hop.read_t)
    text = named if is_one and not is_parameter else f"{named}.{hop.port.port}"
    several = module is not None and len(module.output_ports) > 1
    return f"{text} ({hop.output.port})" if several else text


def size_text(number: float, *, is_number: bool) -> str:
    """`−0.8323` of a single number, `‖0.42‖` of a tensor."""
    return format_number(number) if is_number else f"‖{format_number(number)}‖"


def product_text(found: ChainPaths, path: ChainPath) -> str:
    """`1 · 2 · (−0.4161) = −0.8323`, from the target back; "" of tensors and of many factors."""
    is_short = 1 < len(path.hops) <= FACTORS
    if path.number is None or not is_short or any(hop.map.rows != 1 for hop in path.hops):
        return ""
    factors = [float(np.asarray(hop.map.dense()).item()) for hop in reversed(path.hops)]
    seed = float(found.cotangent.reshape(()))
    texts = [format_number(each) for each in ([seed] if seed != 1 else []) + factors]
    first, *others = texts
    shown = [first, *map(bracketed, others)]
    return f"{' · '.join(shown)} = {format_number(path.number)}"


def share_words(share: float | None) -> str:
    """`92.9%`; nothing where there is none."""
    if share is None:
        return ""
    text = format_percent(abs(share))
    return f"−{text}" if share < 0 and text != "0%" else text


def summary(answer: Answer, *, is_known: bool, is_truncated: bool = False) -> str:
    """How many paths there are, what they give together, and how sure the list is."""
    found = answer.found
    count = paths_text(found.count)
    if not found.count:
        return tr("No path leads from one to the other, so the derivative is 0.")
    if not is_known:
        several = tr("{0}. Their numbers lie ahead of the playhead.").format(count)
        return tr("1 path. Its numbers lie ahead of the playhead.") if found.count == 1 else several
    if found.cancels:
        total = tr("which cancel: together they give 0")
    else:
        number = float(found.total.reshape(())) if answer.is_number else length(found.total)
        total = tr("together {0}").format(size_text(number, is_number=answer.is_number))
    text = f"{count}, {total}. {certainty(found)}"
    return tr("{0} Truncation in time is left aside.").format(text) if is_truncated else text


def certainty(found: ChainPaths) -> str:
    """`Proven: …`, with the reason."""
    words = {
        "exact": tr("Exact"),
        "proven": tr("Proven"),
        "best found": tr("Best found"),
    }
    return f"{words[found.found]}: {found.why}"


def rest_words(found: ChainPaths) -> str:
    """What is not listed; nothing where all is."""
    if not found.rest:
        return ""
    text = tr("{0} more").format(paths_text(found.rest))
    share = share_words(found.rest_share)
    return tr("{0}, with {1} of the gradient").format(text, share) if share else text


def spoken(cells: Sequence[str], names: Sequence[str]) -> str:
    """A row read aloud: each cell with the name of its column."""
    pairs = zip(names, cells, strict=True)
    return ", ".join(f"{name} {cell}" for name, cell in pairs if cell)
