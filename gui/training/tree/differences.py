"""In what two trained graphs differ, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graph.naming import name_of
from graph.rules import Rule
from gui.numbers import format_number
from gui.training.pages import tr
from gui.training.settings.words import kind_title, title

if TYPE_CHECKING:
    from graph import Graph
    from graph.training import Training

RULES = ("optimizer", "schedule", "clip", "stop")
OTHERS = ("epochs", "frozen", "lr_factors", "metrics")


def differences(before: Graph, after: Graph) -> list[str]:
    """`Learning rate 0.1 → 0.01`: settings of the training, then of the graph."""
    found = [
        tr("{0} {1} → {2}").format(name, _written(old), _written(new))
        for name, old, new in _settings(before.training, after.training)
    ]
    if before.seed != after.seed:
        found.append(tr("Seed {0} → {1}").format(before.seed, after.seed))
    return found + list(_nodes(before, after))


def _settings(before: Training, after: Training) -> Iterator[tuple[str, Any, Any]]:
    for part in OTHERS:
        old, new = getattr(before, part), getattr(after, part)
        if old != new:
            yield title(part), old, new
    for part in RULES:
        one, other = getattr(before, part), getattr(after, part)
        if type(one) is not type(other):
            yield title(part), kind_title(one.name), kind_title(other.name)
        yield from _of_rule(one, other)


def _of_rule(one: Rule, other: Rule) -> Iterator[tuple[str, Any, Any]]:
    """What both rules have and is not equal."""
    old, new = one.settings, other.settings
    for name in old:
        if name != "name" and name in new and old[name] != new[name]:
            yield title(name), old[name], new[name]


def _nodes(before: Graph, after: Graph) -> Iterator[str]:
    """Nodes that came or went, attributes that are others, wires."""
    came = [id_ for id_ in after.nodes if id_ not in before.nodes]
    gone = [id_ for id_ in before.nodes if id_ not in after.nodes]
    if came:
        yield tr("with {0}").format(", ".join(name_of(after, id_) for id_ in came))
    if gone:
        yield tr("without {0}").format(", ".join(name_of(before, id_) for id_ in gone))
    for id_, node in after.nodes.items():
        if id_ in before.nodes:
            yield from _attributes(after, id_, before.nodes[id_].attributes, node.attributes)
    if not (came or gone) and _wires(before) != _wires(after):
        yield tr("other edges")


def _wires(graph: Graph) -> set[tuple[Any, ...]]:
    return {(edge.source, edge.target, edge.delay) for edge in graph.edges}


def _attributes(
    graph: Graph, id_: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            words = tr("{0}: {1} {2} → {3}")
            ends = _written(old.get(name)), _written(new.get(name))
            yield words.format(name_of(graph, id_), name, *ends)


def _written(value: Any) -> str:
    if value is None or value == () or value == {}:
        return tr("none")
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_written(item)}" for key, item in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    return str(value)
