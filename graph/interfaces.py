"""What a definition shows stands for what is inside: inputs, outputs and attributes, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from graph.definition import Definition, Inlet, Interface, Setting
from graph.errors import BadDefinition
from graph.port import PortRef
from graph.records import check_id

if TYPE_CHECKING:
    from graph.model import Graph

Side = Literal["input", "output", "attribute"]


def check_interface(definition: Definition) -> None:
    """Raise unless the names of the interface differ and stand for what is there and free."""
    exposed = tuple(link.name for link in definition.interface.attributes)
    for names in (definition.interface.ports, exposed):
        for name in names:
            check_id(name)
        _refuse_twice(definition, names, "the name {} twice", "names that differ")
    interface = definition.interface
    linked: tuple[tuple[Side, tuple[Inlet | Setting, ...]], ...]
    linked = ("input", interface.inputs), ("attribute", interface.attributes)
    for side, links in linked:
        refs = [ref for link in links for ref in link.to]
        _refuse_twice(definition, refs, "{} twice", f"one {side} for each")
        _refuse_missing(definition, side, refs)
    _refuse_missing(definition, "output", [outlet.source for outlet in interface.outputs])
    for inlet in definition.interface.inputs:
        for ref in inlet.to:
            edge = definition.body.incoming(ref)
            if edge is not None:
                found, expected = f"an edge from {edge.source} at {ref}", "a free inner input"
                raise BadDefinition(
                    node=definition.name, port=inlet.name, found=found, expected=expected
                )


def refuse_shown(definition: Definition, gone: Set[PortRef]) -> None:
    """Raise `BadDefinition` where the definition shows one of these inner ports or attributes."""
    interface = definition.interface
    shown = [(inlet.name, inlet.to) for inlet in interface.inputs]
    shown += [(setting.name, setting.to) for setting in interface.attributes]
    shown += [(outlet.name, (outlet.source,)) for outlet in interface.outputs]
    for name, refs in shown:
        for ref in gone & set(refs):
            raise BadDefinition(
                node=definition.name,
                port=name,
                found=f"{ref}, which goes away",
                expected="what stays inside",
                mend=f"Take {name} out of {definition.name} first.",
            )


def _refuse_twice(
    definition: Definition, entries: Iterable[Hashable], found: str, expected: str
) -> None:
    twice = next((entry for entry, count in Counter(entries).items() if count > 1), None)
    if twice is not None:
        raise BadDefinition(node=definition.name, found=found.format(twice), expected=expected)


def _refuse_missing(definition: Definition, side: Side, refs: Iterable[PortRef]) -> None:
    for ref in refs:
        if not _exists(definition.body, ref, side):
            found, expected = f"no {ref} inside", f"an {side} of an inner node"
            raise BadDefinition(node=definition.name, found=found, expected=expected)


def _exists(body: Graph, ref: PortRef, side: Side) -> bool:
    if ref.node not in body:
        return False
    module = body.module(ref.node)
    if module is None:
        return True
    if side == "attribute":
        return ref.port in module.attributes
    names = module.wired_names if side == "input" else module.output_names
    return ref.port in names


def pruned_interface(definition: Definition) -> Interface:
    """The interface without what stands no more inside, or is wired there now."""
    body, interface = definition.body, definition.interface

    def is_free(ref: PortRef) -> bool:
        return _exists(body, ref, "input") and body.incoming(ref) is None

    return replace(
        interface,
        inputs=tuple(
            replace(x, to=tuple(filter(is_free, x.to)))
            for x in interface.inputs
            if not x.to or any(map(is_free, x.to))
        ),
        outputs=tuple(x for x in interface.outputs if _exists(body, x.source, "output")),
        attributes=tuple(
            replace(x, to=tuple(ref for ref in x.to if _exists(body, ref, "attribute")))
            for x in interface.attributes
            if any(_exists(body, ref, "attribute") for ref in x.to)
        ),
    )


def mapped(interface: Interface, follow: Callable[[PortRef], PortRef]) -> Interface:
    """The interface with every inner port and attribute replaced by what `follow` gives."""
    return replace(
        interface,
        inputs=tuple(replace(x, to=tuple(map(follow, x.to))) for x in interface.inputs),
        outputs=tuple(replace(x, source=follow(x.source)) for x in interface.outputs),
        attributes=tuple(replace(x, to=tuple(map(follow, x.to))) for x in interface.attributes),
    )
