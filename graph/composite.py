"""A definition as a module: its ports, its attributes, and types worked out from its inside."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

from graph.attributes import AttributeSpec
from graph.definition import Definition, Interface
from graph.edits import SetAttributes
from graph.errors import BadAttribute, GraphError
from graph.module import Module, Outline
from graph.port import PortRef, PortType, Shape
from graph.signature import PortTerm, Signature
from graph.types import infer_node

if TYPE_CHECKING:
    from graph.model import Graph

GROUP = "Composites"
KEPT_TYPES = 16  # sets of input types for which an instance keeps what is inside


class Composite(Module):
    """A module that a definition of the document makes; subclassed by `composite_kind`."""

    definition: ClassVar[Definition]
    known: ClassVar[WeakValueDictionary[str, Module]]

    @classmethod
    def made(cls, settings: Mapping[str, Any]) -> Module:
        """A module with these settings, one for all that have the same: each keeps its inside."""
        key = repr(sorted(settings.items()))
        found = cls.known.get(key)
        if found is None:
            cls.known[key] = found = cls(**settings)
        return found

    def validate(self) -> None:
        """Refuse settings that an inner node refuses."""
        try:
            self.body  # noqa: B018 - made once and kept
        except GraphError as error:
            inner = PortRef(error.node, error.port)
            links = self.definition.interface.attributes
            name = next((link.name for link in links if inner in link.to), "")
            found = error.found if error.port else f"{error.found} at {error.node}"
            raise BadAttribute(
                port=name,
                found=found if name else f"{found} at {inner} inside",
                expected=error.expected,
                mend=error.mend,
            ) from None

    @classmethod
    def outline(cls) -> Outline:
        """Its own outline, whatever ports it has."""
        return "composite"

    def absent(self) -> frozenset[str]:
        """No attribute takes a port away."""
        return frozenset()

    def spread(self, port: str, types: Mapping[str, PortType]) -> Shape | None:
        """Nothing is stretched at its border; the nodes inside may do so."""
        return None

    @functools.cached_property
    def body(self) -> Graph:
        """The inside with this instance's settings; the definition's own where none is set."""
        body = self.definition.body
        inner = self.inner_settings()
        if not inner:
            return body
        body = body.apart()
        for id_, values in inner.items():
            body.change(SetAttributes(id_, values))
        return body

    def inner_settings(self) -> dict[str, dict[str, Any]]:
        """Attributes of inner nodes that this instance's settings change, by node id."""
        found: dict[str, dict[str, Any]] = {}
        for link in self.definition.interface.attributes:
            if link.name not in self.settings:
                continue
            for ref in link.to:
                if ref.node not in self.definition.body:
                    continue  # it goes, and the link is next
                module = self.definition.body.module(ref.node)
                wanted = self.settings[link.name]
                if module is not None and module.settings.get(ref.port) != wanted:
                    found.setdefault(ref.node, {})[ref.port] = wanted
        return found

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        """Types of the outputs, as far as those of the inputs tell.

        Raises `ShapeMismatch` or `KindMismatch` where an inner node refuses what reaches it:
        with the port of this module where that was handed on as it is.
        """
        known = self.inner_types(types, dtype)
        outlets = self.definition.interface.outputs
        return {out.name: known[out.source] for out in outlets if out.source in known}

    def inner_types(self, types: Mapping[str, PortType], dtype: str) -> dict[PortRef, PortType]:
        """Types of the inner outputs; raises as `infer` does."""
        key = dtype, frozenset(types.items())
        if key not in self._inner_types:
            if len(self._inner_types) >= KEPT_TYPES:
                self._inner_types.clear()
            self._inner_types[key] = self._infer_inside(types, dtype)
        return self._inner_types[key]

    @functools.cached_property
    def _inner_types(self) -> dict[Any, dict[PortRef, PortType]]:
        """What was inferred for which inputs: many instances have the same."""
        return {}

    def _infer_inside(self, types: Mapping[str, PortType], dtype: str) -> dict[PortRef, PortType]:
        body = self.body
        given: dict[str, dict[str, PortType]] = {}
        for ref, type_ in self.given(types).items():
            given.setdefault(ref.node, {})[ref.port] = type_
        known: dict[PortRef, PortType] = {}
        for id_ in body.order():
            arriving = given.get(id_, {})
            for port, edge in body.arriving(id_).items():
                if edge.source in known and not edge.delay:
                    arriving[port] = known[edge.source]
            try:
                found = infer_node(body, id_, arriving, dtype)
            except GraphError as error:
                raise self._outside(error, id_) from None
            known.update({PortRef(id_, port): type_ for port, type_ in found.items()})
        return known

    def given(self, types: Mapping[str, PortType]) -> dict[PortRef, PortType]:
        """Types of the inner inputs that are fed from outside, from those of the inputs."""
        inputs = self.definition.interface.inputs
        return {ref: types[x.name] for x in inputs if x.name in types for ref in x.to}

    def _outside(self, error: GraphError, id_: str) -> GraphError:
        """A refusal of an inner node, told of this module's port if it stands for that one."""
        inner = PortRef(id_, error.port or "")
        for inlet in self.definition.interface.inputs:
            if inner in inlet.to:
                return type(error)(
                    port=inlet.name, found=error.found, expected=error.expected, mend=error.mend
                )
        found = (
            f"{error.found} at {inner} inside" if error.port else f"{error.found} at {id_} inside"
        )
        return type(error)(found=found, expected=error.expected, mend=error.mend)


def composite_kind(definition: Definition) -> type[Composite]:
    """The module class of a definition as it is now."""
    interface, body = definition.interface, definition.body
    inputs = tuple(_term(x.name, body, *x.to[:1]) for x in interface.inputs)
    outputs = tuple(_term(x.name, body, x.source) for x in interface.outputs)
    text = f"{', '.join(t.name for t in inputs)} -> {', '.join(t.name for t in outputs)}"
    return type(
        definition.name,
        (Composite,),
        {
            "definition": definition,
            "known": WeakValueDictionary(),
            "name": definition.name,
            "group": GROUP,
            "doc": interface.doc,
            "icon": interface.icon,
            "sig": Signature(text, inputs, outputs),
            "attributes": _specs(interface, body),
        },
    )


def _term(name: str, body: Graph, ref: PortRef | None = None) -> PortTerm:
    """A port of any shape, of the kind of an inner port, `any` where that is not known."""
    module = body.module(ref.node) if ref is not None and ref.node in body else None
    port = module.ports.get(ref.port) if module is not None and ref is not None else None
    return PortTerm(name, False, port.kind if port is not None else "any", (f"*{name}",))


def _specs(interface: Interface, body: Graph) -> dict[str, AttributeSpec]:
    """The exposed attributes as the first inner one declares each, with its present setting."""
    found = {}
    for link in interface.attributes:
        for ref in link.to[:1]:
            module = body.module(ref.node) if ref.node in body else None
            spec = module.attributes.get(ref.port) if module is not None else None
            if module is not None and spec is not None:
                found[link.name] = replace(spec, name=link.name, default=module.settings[ref.port])
    return found
